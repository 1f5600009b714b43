"""`plan`: what is planned per day and account, and where nothing is, with the next step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.finding import open_drafts, posts_between
from bot.conversation.listing import how_to_plan, new_post, review_button
from bot.conversation.periods import Period, read_period
from bot.conversation.slotting import standing
from bot.conversation.speaking import Said, Speaking
from bot.conversation.turn import Turn
from bot.words import reader, told, words
from storage.posts import PostState

MOST_DAYS: Final = 10  # with something, a line each
MOST_ON_A_DAY: Final = 4
MOST_NAMED: Final = 7
MOST_DAYS_LOOKED_AT: Final = 62


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing on the calendar; `waits`: nobody has approved it yet."""

    at: datetime
    title: str
    accounts: tuple[str, ...]
    waits: bool = False


async def plan(speaking: Speaking, argument: str) -> Said:
    turn, zone = speaking.turn, ZoneInfo(speaking.turn.asker.zone)
    span = read_period(argument, turn.now, turn.asker.zone, turn.asker.language, past=False)
    planned = await _planned(turn, span)
    by_day: dict[date, list[Planned]] = defaultdict(list)
    for each in planned:
        by_day[each.at.astimezone(zone).date()].append(each)
    head = (
        words(reader()).many(
            "Planned {days}: {count} post.", "Planned {days}: {count} posts.", len(planned), days=span.words
        )
        if planned
        else told("Nothing is planned {days}.", days=span.words)
    )
    lines = [head, *(_day(day, by_day[day], zone) for day in sorted(by_day)[:MOST_DAYS])]
    if (more := len(by_day) - MOST_DAYS) > 0:
        lines.append(words(reader()).many("… and {count} more day.", "… and {count} more days.", more))
    lines += _gaps(turn, span, zone, by_day, planned)
    slots = await standing(speaking, max(span.start, turn.now), span.end)
    lines += [slots.text] if slots.text else []
    return Said("\n".join(lines), (*await review_button(speaking), *slots.buttons, new_post(turn)))


async def _planned(turn: Turn, span: Period) -> list[Planned]:
    names = {account.id: account.name for account in turn.around.accounts}
    found = [
        Planned(post.due, post.title, (names.get(post.account, post.channel),))
        for post in await posts_between(turn, span.start, span.end)
        if post.state is not PostState.cancelled
    ]
    for draft in await open_drafts(turn):
        if draft.due is not None and span.start <= draft.due < span.end:
            open_ = tuple(version.account_name for version in draft.versions if not version.post)
            found += [Planned(draft.due, draft.title, open_, waits=True)] if open_ else []
    return sorted(found, key=lambda each: each.at)


def _day(day: date, planned: list[Planned], zone: ZoneInfo) -> str:
    book = words(reader())
    parts = [
        " ".join(
            part
            for part in (
                book.clock(each.at, zone),
                ", ".join(each.accounts) + ":",
                each.title,
                told("(not approved yet)") if each.waits else "",
            )
            if part
        )
        for each in planned[:MOST_ON_A_DAY]
    ]
    more = len(planned) - MOST_ON_A_DAY
    parts += [told("… and {count} more.", count=more)] if more > 0 else []
    return f"• {book.day(day)} · {'; '.join(parts)}"


def _gaps(
    turn: Turn, span: Period, zone: ZoneInfo, by_day: dict[date, list[Planned]], planned: list[Planned]
) -> list[str]:
    book = words(reader())
    first = max(span.start.astimezone(zone).date(), turn.now.astimezone(zone).date())
    length = min((span.end.astimezone(zone).date() - first).days, MOST_DAYS_LOOKED_AT)
    empty = [day for day in (first + timedelta(days=ahead) for ahead in range(length)) if day not in by_day]
    served = {name for each in planned for name in each.accounts}
    without = [account.name for account in turn.around.accounts if account.name not in served]
    lines = []
    if empty and planned:
        days = ", ".join(book.day(day) for day in empty[:MOST_NAMED]) + (" …" if len(empty) > MOST_NAMED else "")
        lines.append(
            book.many("{count} day has nothing: {days}.", "{count} days have nothing: {days}.", len(empty), days=days)
        )
    if without and planned:
        more = " …" if len(without) > MOST_NAMED else ""
        lines.append(told("Nothing for: {accounts}.", accounts=", ".join(without[:MOST_NAMED]) + more))
    if empty:
        lines.append(how_to_plan(turn))
    return lines
