"""Which days a calendar shows, and what lies beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

View = Literal["month", "week", "list"]
LIST_DAYS = 30


def span(view: View, chosen: date) -> tuple[date, date]:
    """The first day, and the day after the last: whole weeks from Monday, or thirty days."""
    if view == "list":
        return chosen, chosen + timedelta(days=LIST_DAYS)
    if view == "week":
        monday = chosen - timedelta(days=chosen.weekday())
        return monday, monday + timedelta(days=7)
    first = chosen.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    after = (first + timedelta(days=32)).replace(day=1)
    return monday, after + timedelta(days=-after.weekday() % 7)


def beside(view: View, chosen: date) -> tuple[date, date]:
    """A day of the span before, and of the one after."""
    if view == "month":
        first = chosen.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    step = timedelta(days=7 if view == "week" else LIST_DAYS)
    return chosen - step, chosen + step


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Its midnight, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
