"""When to remind people of a draft that waits: 24 h, 2 h and 1 h before it must be decided.

Nobody is reminded in their quiet hours (19–8 and weekends, in their own zone): the reminder comes when these end, or
right before they begin if the decision would be too late by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

STEPS = (timedelta(hours=24), timedelta(hours=2), timedelta(hours=1))
DECIDE_BEFORE = timedelta(minutes=15)
QUIET_FROM, QUIET_TO = 19, 8


@dataclass(frozen=True, slots=True)
class Reminder:
    """`step` names it (`24h`, `2h`, `1h`), so that each is given once."""

    step: str
    at: datetime


def decide_by(due: datetime | None, now: datetime) -> datetime | None:
    """Until when a decision is wanted: a quarter of an hour before the slot, or the slot itself when that is near."""
    if due is None:
        return None
    return due - DECIDE_BEFORE if due - now > 2 * DECIDE_BEFORE else due


def next_reminder(deadline: datetime, given: tuple[str, ...], now: datetime) -> Reminder | None:
    """The next reminder to come, in UTC; one whose moment has passed is skipped for the one after."""
    for step in STEPS:
        name = _name(step)
        if name not in given and deadline - step > now:
            return Reminder(name, deadline - step)
    return None


def due_reminder(deadline: datetime, given: tuple[str, ...], now: datetime) -> Reminder | None:
    """The latest reminder whose moment has come and that was not given; None when there is none."""
    for step in reversed(STEPS):
        name = _name(step)
        if deadline - step <= now:
            return None if name in given else Reminder(name, deadline - step)
    return None


def _name(step: timedelta) -> str:
    return f"{round(step.total_seconds() / 3600)}h"


def polite(at: datetime, zone: str, deadline: datetime) -> datetime:
    """The same moment, or the nearest one outside this zone's quiet hours that still leaves time to decide."""
    local = at.astimezone(ZoneInfo(zone))
    if not _quiet(local):
        return at
    later = local
    while _quiet(later):
        morning = later.replace(hour=QUIET_TO, minute=0, second=0, microsecond=0)
        later = morning if morning > later else morning + timedelta(days=1)
    if later < deadline:
        return later.astimezone(at.tzinfo)
    earlier = local
    while _quiet(earlier):
        evening = earlier.replace(hour=QUIET_FROM - 1, minute=45, second=0, microsecond=0)
        earlier = evening if evening < earlier else evening - timedelta(days=1)
    return earlier.astimezone(at.tzinfo)


def _quiet(local: datetime) -> bool:
    return local.weekday() >= 5 or not QUIET_TO <= local.hour < QUIET_FROM
