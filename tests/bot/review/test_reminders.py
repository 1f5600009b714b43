"""Reminders come once each, in time to decide, and outside people's quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review.reminders import Plan, decide_by, last_call, plan, polite

HOUR = timedelta(hours=1)
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)  # a Thursday
ZONES = ("Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
moments = st.integers(0, 730 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


def test_a_decision_is_wanted_a_quarter_before_the_slot_or_by_the_slot_when_that_is_near() -> None:
    assert decide_by(NOON, NOON - 5 * HOUR) == NOON - timedelta(minutes=15)
    assert decide_by(NOON, NOON - timedelta(minutes=20)) == NOON
    assert decide_by(None, NOON) is None


@pytest.mark.parametrize(
    ("before", "due", "next_before"),
    [(30, False, 24), (24, True, 2), (3.5, True, 2), (2, True, 1), (1.5, True, 1), (0.5, True, None)],
)
def test_a_reminder_stands_from_its_moment_on_and_the_next_look_is_at_the_next(
    before: float, due: bool, next_before: float | None
) -> None:
    found = plan(NOON, "UTC", shown=NOON - 40 * HOUR, now=NOON - before * HOUR)
    assert found == Plan(due, None if next_before is None else NOON - next_before * HOUR)


def test_what_was_shown_after_a_reminders_moment_needs_none_before_the_next() -> None:
    assert plan(NOON, "UTC", shown=NOON - 10 * HOUR, now=NOON - 9 * HOUR) == Plan(False, NOON - 2 * HOUR)
    assert plan(NOON, "UTC", shown=NOON - HOUR / 2, now=NOON - HOUR / 3) == Plan(False, None)


@given(moments, moments, moments, st.sampled_from(ZONES))
def test_whoever_looks_whenever_the_plan_says_so_reminds_only_outside_quiet_hours_and_comes_to_an_end(
    deadline: datetime, shown: datetime, now: datetime, zone: str
) -> None:
    look = now
    for _ in range(8):
        found = plan(deadline, zone, shown=shown, now=look)
        if found.due:
            local = look.astimezone(ZoneInfo(zone))
            assert local.weekday() < 5 and 8 <= local.hour < 19
        if found.look_at is None:
            return
        assert look < found.look_at < deadline
        look = found.look_at
    raise AssertionError("it looks again and again")


@given(moments, st.sampled_from(ZONES), st.integers(1, 200))
def test_nobody_is_reminded_in_quiet_hours(at: datetime, zone: str, hours: int) -> None:
    local = polite(at, zone, at + hours * HOUR).astimezone(ZoneInfo(zone))
    assert local.weekday() < 5 and 8 <= local.hour < 19


@given(moments, st.sampled_from(ZONES), st.integers(1, 200))
def test_a_reminder_leaves_time_to_decide(at: datetime, zone: str, hours: int) -> None:
    assert polite(at, zone, at + hours * HOUR) < at + hours * HOUR


@pytest.mark.parametrize(("before", "due"), [(1.5, False), (1, True), (0.5, True), (0, False)])
def test_who_stands_in_is_called_in_the_last_hour(before: float, due: bool) -> None:
    assert last_call(NOON, "UTC", shown=NOON - 10 * HOUR, now=NOON - before * HOUR) is due


def test_there_is_no_last_call_after_none_before_it_nor_in_quiet_hours() -> None:
    assert not last_call(NOON, "UTC", shown=NOON - 1.5 * HOUR, now=NOON - HOUR / 2), "the reminder comes only now"
    night = NOON + 11 * HOUR  # both would come at 18:45
    assert not last_call(night, "UTC", shown=NOON - 40 * HOUR, now=night - HOUR / 2)
