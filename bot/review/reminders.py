"""When to remind people of a draft that waits: 24 h, 2 h and 1 h before it must be decided, in one message each.

Who stands in for somebody is asked once more in the last hour, in a message of its own that wakes them.

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
class Plan:
    """Whether this person's reminder should stand now, and when to look again (UTC; None: never)."""

    due: bool
    look_at: datetime | None


def decide_by(due: datetime | None, now: datetime) -> datetime | None:
    """Until when a decision is wanted: a quarter of an hour before the slot, or the slot itself when that is near."""
    if due is None:
        return None
    return due - DECIDE_BEFORE if due - now > 2 * DECIDE_BEFORE else due


def plan(deadline: datetime, zone: str, *, shown: datetime, now: datetime) -> Plan:
    """For one person. What would have come before the draft was last `shown` is left out: its card said as much."""
    moments = {polite(deadline - step, zone, deadline) for step in STEPS}
    coming = [moment for moment in moments if moment > now]
    due = any(shown < moment <= now for moment in moments)
    if due and _quiet(now.astimezone(ZoneInfo(zone))):  # nobody was there to send it in time
        due = False
        coming += [later for later in (polite(now, zone, deadline),) if later > now]
    return Plan(due, min(coming, default=None))


def last_call(deadline: datetime, zone: str, *, shown: datetime, now: datetime) -> bool:
    """Whether a stand-in's second message should stand now: the last hour has begun, and they were reminded before."""
    *earlier, last = (polite(deadline - step, zone, deadline) for step in STEPS)
    reminded = any(shown < moment < last for moment in earlier)
    return reminded and last <= now < deadline and not _quiet(now.astimezone(ZoneInfo(zone)))


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
