"""When are a brand's approvers at work, and until when is there somebody who can still say yes in time?

Working hours are what is left outside everybody's quiet hours (19–8 and weekends, in their own zone).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.review.quorum import deciders
from bot.review.reminders import QUIET_FROM, QUIET_TO
from storage.team import Member

NEEDED: Final = timedelta(hours=11)  # of working time in which a draft lies before people: one of their days
_LOOKED_BACK: Final = timedelta(days=60)


def latest_safe(
    deadline: datetime, brand: str, members: Sequence[Member], *, zone: str, approvals: int = 1
) -> datetime:
    """The last moment until `deadline` at which so many who may approve are at work, or were; `zone` is for members
    who named none. Who is away then is not counted, a delegate is.
    """
    last = sorted(
        (at_work(deadline, person.zone or zone) for person in deciders(brand, members, deadline)), reverse=True
    )
    return last[min(approvals, len(last)) - 1] if last else deadline


def at_work(deadline: datetime, zone: str) -> datetime:
    """The deadline itself within working hours there, else the end of the working day before it."""
    local = deadline.astimezone(ZoneInfo(zone))
    evening = local.replace(hour=QUIET_FROM, minute=0, second=0, microsecond=0)
    if local.weekday() < 5 and local.hour >= QUIET_TO:
        return min(deadline, evening.astimezone(deadline.tzinfo))
    while True:
        evening -= timedelta(days=1)
        if evening.weekday() < 5:
            return evening.astimezone(deadline.tzinfo)


def lay_before(
    deadline: datetime,
    brand: str,
    members: Sequence[Member],
    *,
    zone: str,
    now: datetime,
    approvals: int = 1,
    needed: timedelta = NEEDED,
) -> datetime:
    """The latest moment from which so many of them still have the working time that a decision needs.

    Whoever is away now and back before the deadline works from then on; those whom nobody stands in for and who come
    back later are not waited for.
    """
    since = [
        _back_from(deadline, person.zone or zone, needed, away=_away(person, now))
        for person in deciders(brand, members, deadline)
    ]
    since.sort(reverse=True)
    return since[min(approvals, len(since)) - 1] if since else deadline - needed


def _away(person: Member, now: datetime) -> datetime | None:
    return person.away.until if person.away is not None and person.away.until > now else None


def _back_from(deadline: datetime, zone: str, needed: timedelta, *, away: datetime | None) -> datetime:
    """So much working time before the deadline, counted backwards over evenings and weekends. Time away does not
    count: what does not fit behind it lies before it.
    """
    place, left, earliest = ZoneInfo(zone), needed, deadline - _LOOKED_BACK
    at = deadline
    while left > timedelta(0) and at > earliest:
        local = at.astimezone(place)
        morning = local.replace(hour=QUIET_TO, minute=0, second=0, microsecond=0).astimezone(UTC)
        evening = local.replace(hour=QUIET_FROM, minute=0, second=0, microsecond=0).astimezone(UTC)
        begins = max(morning, away) if away is not None else morning
        end = min(at, evening)
        if local.weekday() < 5 and end > begins:
            taken = min(left, end - begins)
            left, at = left - taken, end - taken
        if left > timedelta(0):
            before = (local - timedelta(days=1)).replace(hour=QUIET_FROM, minute=0, second=0, microsecond=0)
            at = before.astimezone(UTC)
    return at
