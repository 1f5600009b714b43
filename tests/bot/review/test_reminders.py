"""Reminders come once each, in time to decide, and outside people's quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review.reminders import decide_by, due_reminder, next_reminder, polite

HOUR = timedelta(hours=1)
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)  # a Thursday
ZONES = ("Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
moments = st.integers(0, 730 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


def test_a_decision_is_wanted_a_quarter_before_the_slot_or_by_the_slot_when_that_is_near() -> None:
    assert decide_by(NOON, NOON - 5 * HOUR) == NOON - timedelta(minutes=15)
    assert decide_by(NOON, NOON - timedelta(minutes=20)) == NOON
    assert decide_by(None, NOON) is None


@pytest.mark.parametrize(
    ("before", "step"), [(30, None), (24, "24h"), (10, "24h"), (2, "2h"), (1.5, "2h"), (0.5, "1h")]
)
def test_the_reminder_that_is_due_is_the_latest_whose_moment_came(before: float, step: str | None) -> None:
    found = due_reminder(NOON, (), NOON - before * HOUR)
    assert (found.step if found else None) == step


def test_each_reminder_is_given_once() -> None:
    assert due_reminder(NOON, ("24h",), NOON - 10 * HOUR) is None
    upcoming = next_reminder(NOON, ("24h",), NOON - 10 * HOUR)
    assert upcoming is not None and (upcoming.step, upcoming.at) == ("2h", NOON - 2 * HOUR)
    assert next_reminder(NOON, (), NOON - timedelta(minutes=30)) is None


@given(moments, st.sampled_from(ZONES), st.integers(1, 200))
def test_nobody_is_reminded_in_quiet_hours(at: datetime, zone: str, hours: int) -> None:
    local = polite(at, zone, at + hours * HOUR).astimezone(ZoneInfo(zone))
    assert local.weekday() < 5 and 8 <= local.hour < 19


@given(moments, st.sampled_from(ZONES), st.integers(1, 200))
def test_a_reminder_leaves_time_to_decide(at: datetime, zone: str, hours: int) -> None:
    assert polite(at, zone, at + hours * HOUR) < at + hours * HOUR
