"""The calendar: drafts and posts by day and hour, moved by hand or by keys, with what clashes and where nothing is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Annotated, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response

from bot.planning.content_calendar import GONE, Clash, Entry, Gap, Wanted, clashes_of, gaps, moves
from bot.planning.spans import View, beside, span, start_of
from bot.views import AccountView
from bot.words import words
from handlers.web.studio.asking import asker
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visit, Visitor

router = APIRouter()
SHOWN: Final = {"month": 12, "week": 40, "list": 200}  # entries of a day; what there is more stands in the list
MOST_LISTED: Final = 200  # entries of the list
MOST_GAPS: Final = 12
_AT: Final = attrgetter("at")
_OF_CLASH: Final = attrgetter("one.at", "one.id")
HOURS: Final = (8, 18)  # that a week shows although nothing is there
Filter = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the page writes it."""

    entry: Entry
    href: str
    clock: str
    hour: int
    where: str
    clash: bool
    moves: str


@dataclass(frozen=True, slots=True)
class Day:
    """`hours` are those of the week's view, each with what begins in it; `more` entries are not shown here."""

    day: date
    entries: tuple[Shown, ...]
    inside: bool
    more: int = 0
    hours: tuple[tuple[int, tuple[Shown, ...]], ...] = ()


@router.get("/calendar")
async def calendar(
    request: Request,
    visit: Visitor,
    view: View = "month",
    on: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
    brand: Filter = "",
    account: Filter = "",
    state: Annotated[str, Query(max_length=20)] = "",
    campaign: Filter = "",
    channel: Filter = "",
    pillar: Filter = "",
    audience: Filter = "",
    form: Filter = "",
) -> Response:
    """A month, a week by hours, or the next thirty days as a list; filters narrow what is shown."""
    today = visit.admind.clock.now().astimezone(visit.zone).date()
    chosen = _date(on) or today
    first, last = span(view, chosen)
    brands = frozenset({brand}) & visit.brands or visit.brands
    found = await visit.admind.looking.planned(
        visit.workspace, visit.id, start_of(first, visit.zone), start_of(last, visit.zone), brands
    )
    accounts = [
        each for each in (await visit.admind.looking.accounts(visit.workspace, visit.id)).items if each.brand in brands
    ]
    on_channel = frozenset(each.id for each in accounts if each.channel == channel) if channel else None
    wanted = Wanted(account, state, campaign, pillar, form, audience, on_channel)
    together = clashes_of(found)
    clashes = frozenset(each.id for clash in together for each in (clash.one, clash.other))
    entries = [each for each in found if wanted.shows(each) and (each.state != GONE or state == GONE)]
    days, later = _days(visit, view, (first, last, chosen), entries, clashes, accounts)
    before, after = beside(view, chosen)
    filters = {"brand": brand, "account": account, "state": state, "campaign": campaign}
    filters |= {"channel": channel, "pillar": pillar, "audience": audience, "form": form}
    kept = urlencode({name: value for name, value in filters.items() if value})
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
        any=bool(entries),
        later=later,
        brands={each.id: each.name for each in visit.every_brand},
        accounts=[each for each in accounts if not each.closed],
        names={each.id: each.name for each in accounts},
        channels=sorted({each.channel for each in accounts if not each.closed}),
        choices={
            "campaign": _there((each.campaign for each in found), campaign),
            "pillar": _there((each.pillar for each in found), pillar),
            "audience": _there((each.audience for each in found), audience),
            "form": _there((each.form for each in found), form),
        },
        filters=filters,
        kept=f"&{kept}" if kept else "",
        clashes=sum(each.id in clashes for each in entries),
        together=_pairs(together, {each.id for each in entries}, visit.zone),
        gaps=_gaps(visit, found, accounts, max(first, today), last, account),
    )


@router.post("/calendar/move")
async def move(
    request: Request,
    visit: Visitor,
    draft: Annotated[str, Form(max_length=40)],
    to: Annotated[str, Form(pattern=r"^\d{4}-\d{2}-\d{2}$")],
    view: Annotated[View, Form()] = "month",
    hour: Annotated[str, Form(pattern=r"^(\d{1,2})?$")] = "",
    kept: Annotated[str, Form(max_length=4000, pattern=r"^(&[\w%.+=&-]*)?$")] = "",
) -> Response:
    """To another day or hour, else at the same time of day. The digest rule holds: who may decide approves the result
    thereby.
    """
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    day = _date(to) or visit.admind.clock.now().date()
    at = (found.due or visit.admind.clock.now()).astimezone(visit.zone)
    clock = f"{min(int(hour), 23):02d}:{at:%M}" if hour else f"{at:%H:%M}"
    changed = await visit.admind.requests.move(asker(visit, found.brand), draft, f"{day.isoformat()} {clock}")
    due = changed.due.astimezone(visit.zone) if changed.due else at
    return go(
        request,
        f"/studio/calendar?view={view}&on={to}{kept}",
        visit.t("Moved to {when}.", when=words(visit.language).when(due, visit.zone)),
    )


def _days(
    visit: Visit,
    view: View,
    days: tuple[date, date, date],
    entries: Sequence[Entry],
    clashes: frozenset[str],
    accounts: Sequence[AccountView],
) -> tuple[list[Day], date | None]:
    """The days from the first until before the last, and where a list that is cut goes on."""
    first, last, chosen = days
    names = {each.id: each.name for each in accounts}
    drawn, left, end = list[Day](), MOST_LISTED, 0
    for day in (first + timedelta(days=step) for step in range((last - first).days)):
        begin, end = end, bisect_left(entries, start_of(day + timedelta(days=1), visit.zone), end, key=_AT)
        there = entries[begin:end]
        if view == "list" and there and left <= 0:
            return drawn, day
        shown = tuple(_shown(entry, visit.zone, clashes, names) for entry in there[: SHOWN[view]])
        left -= len(shown)
        drawn.append(Day(day, shown, view != "month" or day.month == chosen.month, len(there) - len(shown)))
    return ([_by_hour(day, drawn) for day in drawn] if view == "week" else drawn), None


def _by_hour(day: Day, week: Sequence[Day]) -> Day:
    """Every day of a week shows the same hours: those of the working day, and all between the first and last entry."""
    used = [shown.hour for each in week for shown in each.entries]
    hours = range(min([HOURS[0], *used]), max([HOURS[1], *used]) + 1)
    parted = tuple((hour, tuple(each for each in day.entries if each.hour == hour)) for hour in hours)
    return Day(day.day, day.entries, day.inside, day.more, parted)


def _shown(entry: Entry, zone: ZoneInfo, clashes: frozenset[str], names: Mapping[str, str]) -> Shown:
    at = entry.at.astimezone(zone)
    where = ", ".join(names.get(each, "") for each in entry.accounts)
    href = "/studio/plan" if entry.kind == "slot" else f"/studio/{entry.kind}s/{entry.id}"
    return Shown(entry, href, f"{at:%H:%M}", at.hour, where, entry.id in clashes, moves(entry))


def _there(names: Iterable[str], chosen: str) -> list[str]:
    """What a filter offers: what there is, and what is chosen."""
    return sorted({*names, chosen} - {""}, key=str.casefold)


def _pairs(clashes: Sequence[Clash], shown: Collection[str], zone: ZoneInfo) -> list[tuple[Clash, datetime, datetime]]:
    """Of what is shown, by time, with both clocks."""
    mine = sorted((each for each in clashes if each.one.id in shown or each.other.id in shown), key=_OF_CLASH)
    return [(each, each.one.at.astimezone(zone), each.other.at.astimezone(zone)) for each in mine[:MOST_GAPS]]


def _gaps(
    visit: Visit, found: Sequence[Entry], accounts: Sequence[AccountView], first: date, last: date, account: str
) -> tuple[Gap, ...]:
    """Of the account that is looked at, or else the longest ones."""
    ids = [each.id for each in accounts if not each.closed and account in ("", each.id)]
    every = gaps(found, ids, first, last - timedelta(days=1), visit.zone)
    return tuple(sorted(every, key=lambda gap: (-gap.days, gap.first))[:MOST_GAPS])


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
