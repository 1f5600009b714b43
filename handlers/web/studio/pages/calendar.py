"""The calendar: drafts and posts by day, moved by hand or by keys."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from bot.views import DraftView, PostView
from bot.words import words
from handlers.web.studio.asking import asker
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visit, Visitor

router = APIRouter()
View = Literal["month", "week", "list"]
CLASH = timedelta(minutes=15)
DONE = frozenset({"published", "cancelled", "failed", "unknown", "sending"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft or a post at its time. `moves` names the draft that a move changes; empty: it cannot be moved."""

    id: str
    href: str
    title: str
    state: str
    at: datetime
    accounts: tuple[str, ...]
    brand: str
    moves: str
    clash: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    entries: tuple[Entry, ...]
    inside: bool


@router.get("/calendar")
async def calendar(
    request: Request,
    visit: Visitor,
    view: View = "month",
    on: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
) -> Response:
    """A month, a week, or the next thirty days as a list."""
    today = visit.admind.clock.now().astimezone(visit.zone).date()
    chosen = _date(on) or today
    first, last = _span(view, chosen)
    found = await _entries(visit, first, last)
    days = [
        Day(day, tuple(found[day]), view != "month" or day.month == chosen.month)
        for day in (first + timedelta(days=step) for step in range((last - first).days))
    ]
    before, after = _beside(view, chosen)
    return draw(
        request,
        visit,
        "calendar.html",
        view=view,
        days=days,
        today=today,
        chosen=chosen,
        before=before,
        after=after,
        any=any(day.entries for day in days),
        brands={brand.id: brand.name for brand in visit.every_brand},
    )


@router.post("/calendar/move")
async def move(
    request: Request,
    visit: Visitor,
    draft: Annotated[str, Form(max_length=40)],
    to: Annotated[str, Form(pattern=r"^\d{4}-\d{2}-\d{2}$")],
    view: Annotated[View, Form()] = "month",
) -> Response:
    """To another day, at the same time of day. The digest rule holds: who may decide approves the result thereby."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    day = _date(to) or visit.admind.clock.now().date()
    at = (found.due or visit.admind.clock.now()).astimezone(visit.zone)
    changed = await visit.admind.requests.move(asker(visit, found.brand), draft, f"{day.isoformat()} {at:%H:%M}")
    due = changed.due.astimezone(visit.zone) if changed.due else at
    return go(
        request,
        f"/studio/calendar?view={view}&on={to}",
        visit.t("Moved to {when}.", when=words(visit.language).when(due, visit.zone)),
    )


async def _entries(visit: Visit, first: date, last: date) -> defaultdict[date, list[Entry]]:
    """By day in the reader's zone, earliest first; two at once on one account are a clash."""
    start, end = _start(visit, first), _start(visit, last)
    posts = await visit.admind.looking.posts_between(visit.workspace, visit.id, start, end, visit.brands)
    page = await visit.admind.looking.drafts(visit.workspace, visit.id, status="open", limit=200, brands=visit.brands)
    drafts = [draft for draft in page.items if draft.due and start <= draft.due < end]
    entries = [_of_post(post) for post in posts if post.status != "cancelled"]
    entries += [_of_draft(draft, draft.due) for draft in drafts if draft.due]
    found: defaultdict[date, list[Entry]] = defaultdict(list)
    for entry in sorted(_clashing(entries), key=lambda each: each.at):
        found[entry.at.astimezone(visit.zone).date()].append(entry)
    return found


def _of_post(post: PostView) -> Entry:
    moves = "" if post.status in DONE else post.draft
    return Entry(
        post.id, f"/studio/posts/{post.id}", post.title, post.status, post.due, (post.account_name,), post.brand, moves
    )


def _of_draft(draft: DraftView, due: datetime) -> Entry:
    names = tuple(version.account_name for version in draft.versions)
    return Entry(draft.id, f"/studio/drafts/{draft.id}", draft.title, draft.status, due, names, draft.brand, draft.id)


def _clashing(entries: list[Entry]) -> list[Entry]:
    by_account: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        for account in entry.accounts:
            by_account[(entry.brand, account)].append(entry)
    clashes: set[str] = set()
    for together in by_account.values():
        together.sort(key=lambda each: each.at)
        for one, other in itertools.pairwise(together):
            if other.at - one.at < CLASH:
                clashes |= {one.id, other.id}
    return [Entry(e.id, e.href, e.title, e.state, e.at, e.accounts, e.brand, e.moves, e.id in clashes) for e in entries]


def _span(view: View, chosen: date) -> tuple[date, date]:
    """The first day, and the day after the last."""
    if view == "list":
        return chosen, chosen + timedelta(days=30)
    if view == "week":
        monday = chosen - timedelta(days=chosen.weekday())
        return monday, monday + timedelta(days=7)
    first = chosen.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    after = (first + timedelta(days=32)).replace(day=1)
    return monday, after + timedelta(days=-after.weekday() % 7)


def _beside(view: View, chosen: date) -> tuple[date, date]:
    """What the arrows lead to."""
    if view == "month":
        first = chosen.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    step = timedelta(days=7 if view == "week" else 30)
    return chosen - step, chosen + step


def _start(visit: Visit, day: date) -> datetime:
    return datetime.combine(day, time.min, visit.zone).astimezone(UTC)


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
