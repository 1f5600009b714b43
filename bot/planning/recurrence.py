"""At which instants does a slot come again? A rule's days on the brand's own clock.

A rule is counted out in wall-clock time and only then given a zone, so that 9:00 stays 9:00 over every change of the
clocks: a time in a gap moves forward by the gap, of a time that comes twice the first one is taken (RFC 5545,
section 3.3.5; PEP 495).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.planning.rules import read_rule
from bot.when import on_the_clock
from storage.plans import Recurrence, slot_id

STEP_MINUTES: Final = 5  # to which a time within a span is rounded


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a slot comes; `day` is what the rule says, also where it was moved."""

    id: str
    day: date
    at: datetime  # aware, UTC
    moved: bool = False


def occurrences(recurrence: Recurrence, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Occurrence]:
    """Those at or after `start` and before `end` (aware), by days; exceptions and pauses left out."""
    out, moved = set(recurrence.excepted), {each.day: each.to for each in recurrence.moved}
    first, last = (at.astimezone(zone).date() + timedelta(days=by) for at, by in ((start, -1), (end, 1)))
    for day in sorted({*days(recurrence, first, last), *_moved_into(moved, first, last)}):
        if day in out or any(pause.covers(day) for pause in recurrence.pauses):
            continue
        at, _ = on_the_clock(moved.get(day) or wall_of(recurrence, day), zone)
        if start <= at < end:
            yield Occurrence(slot_id(recurrence.id, day), day, at, day in moved)


def days(recurrence: Recurrence, first: date, last: date) -> Iterator[date]:
    """The days of its rule from `first` to `last`, both included; exceptions, pauses and moves left aside."""
    return read_rule(recurrence.rule).days(recurrence.first, first, last)


def comes_on(recurrence: Recurrence, day: date) -> bool:
    """Whether its rule names that day."""
    return next(days(recurrence, day, day), None) is not None


def wall_of(recurrence: Recurrence, day: date) -> datetime:
    """When it is on that day, on the brand's clock. Within a span the same day always gives the same time, and others
    on other days, so that posts do not come like clockwork.
    """
    if recurrence.until is None:
        return datetime.combine(day, recurrence.at)
    minutes = _minutes(recurrence.until) - _minutes(recurrence.at)
    drawn = int.from_bytes(hashlib.sha256(slot_id(recurrence.id, day).encode()).digest()[:8])
    steps = drawn % (minutes // STEP_MINUTES + 1)
    return datetime.combine(day, recurrence.at) + timedelta(minutes=steps * STEP_MINUTES)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _moved_into(moved: Mapping[date, datetime], first: date, last: date) -> set[date]:
    """Days whose occurrence was moved here from elsewhere; whoever moved it saw that the rule has it."""
    return {day for day, to in moved.items() if first <= to.date() <= last}
