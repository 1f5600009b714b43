"""Which slots does a plan have between two instants, and which of them stay empty on purpose?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.planning.holidays import holidays_of
from bot.planning.recurrence import occurrences
from bot.when import on_the_clock
from bot.words import told
from storage.plans import Plan, Purpose
from storage.profile import Blackout
from storage.team import Brand


@dataclass(frozen=True, slots=True)
class Coming:
    """A place in the plan; `free` says why nothing is to stand there, "" where something is."""

    id: str
    source: str
    day: date
    at: datetime  # UTC
    purpose: Purpose
    moved: bool = False
    free: str = ""


def coming(plan: Plan, brand: Brand, zone: ZoneInfo, start: datetime, end: datetime) -> list[Coming]:
    """Its slots at or after `start` and before `end`, by time. Those of paused days are left out, kept-free days named.

    Says why in the reader's language.
    """
    found = [
        Coming(each.id, recurrence.id, each.day, each.at, recurrence, each.moved)
        for recurrence in plan.recurrences
        for each in occurrences(recurrence, zone, start, end)
    ]
    for single in plan.singles:
        at, _ = on_the_clock(single.at, zone)
        if start <= at < end:
            found.append(Coming(single.id, single.id, single.at.date(), at, single))
    found.sort(key=lambda each: (each.at, each.id))
    return [with_reason(each, plan, brand, zone) for each in found]


def with_reason(slot: Coming, plan: Plan, brand: Brand, zone: ZoneInfo) -> Coming:
    """The same with why its day is kept free, as the plan and the brand stand now."""
    reason = kept_free(plan, brand, slot.at.astimezone(zone).date())
    return Coming(slot.id, slot.source, slot.day, slot.at, slot.purpose, slot.moved, reason)


def kept_free(plan: Plan, brand: Brand, day: date) -> str:
    """Why nothing goes out on that day of the brand's calendar, in the reader's language; "" where something may."""
    return next(_reasons(plan, brand, day), "")


def _reasons(plan: Plan, brand: Brand, day: date) -> Iterator[str]:
    for pause in plan.pauses:
        if pause.covers(day):
            yield told("The plan pauses: {why}.", why=pause.why) if pause.why else told("The plan pauses.")
    for blackout in brand.profile.timing.blackouts:
        if blackout.blocks and _covers(blackout, day):
            why = blackout.why
            yield told("Nothing goes out that day: {why}.", why=why) if why else told("Nothing goes out that day.")
    chosen = plan.holidays
    if day not in chosen.kept:
        name = holidays_of(chosen.country, chosen.region, day.year, brand.language).get(day, "")
        if name:
            yield told("It is a holiday: {name}.", name=name)


def _covers(blackout: Blackout, day: date) -> bool:
    if blackout.weekday is not None:
        return day.weekday() == blackout.weekday
    return blackout.first is not None and blackout.last is not None and blackout.first <= day <= blackout.last
