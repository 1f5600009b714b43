"""Periods are whole days on the clock of the person who asks, and what cannot be read is the usual one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.periods import read_period

NOW = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)  # Thursday already in Zurich
ZONE = "Europe/Zurich"


@pytest.mark.parametrize(
    ("phrase", "past", "first", "last"),
    [
        ("", False, "2026-11-19", "2026-11-25"),
        ("", True, "2026-11-13", "2026-11-19"),
        ("today", False, "2026-11-19", "2026-11-19"),
        ("yesterday", True, "2026-11-18", "2026-11-18"),
        ("gestern", True, "2026-11-18", "2026-11-18"),
        ("übermorgen", False, "2026-11-21", "2026-11-21"),
        ("this week", False, "2026-11-16", "2026-11-22"),
        ("next week", False, "2026-11-23", "2026-11-29"),
        ("nächste Woche", False, "2026-11-23", "2026-11-29"),
        ("last week", True, "2026-11-09", "2026-11-15"),
        ("this weekend", False, "2026-11-21", "2026-11-22"),
        ("next month", False, "2026-12-01", "2026-12-31"),
        ("last month", True, "2026-10-01", "2026-10-31"),
        ("the next 10 days", False, "2026-11-19", "2026-11-28"),
        ("last 30 days", True, "2026-10-21", "2026-11-19"),
        ("Friday", False, "2026-11-20", "2026-11-20"),
        ("Monday", True, "2026-11-16", "2026-11-16"),
        ("in December", False, "2026-12-01", "2026-12-31"),
        ("im Oktober", True, "2026-10-01", "2026-10-31"),
        ("in January", False, "2027-01-01", "2027-01-31"),
        ("in December", True, "2025-12-01", "2025-12-31"),
        ("1 December", False, "2026-12-01", "2026-12-01"),
        ("when the moon is full", False, "2026-11-19", "2026-11-25"),
    ],
)
def test_a_phrase_names_days(phrase: str, past: bool, first: str, last: str) -> None:
    found = read_period(phrase, NOW, ZONE, "en", past=past)
    zone = ZoneInfo(ZONE)
    days = (found.start.astimezone(zone), (found.end - timedelta(hours=1)).astimezone(zone))
    assert tuple(f"{day:%Y-%m-%d}" for day in days) == (first, last)
    assert found.start.astimezone(zone).hour == found.end.astimezone(zone).hour == 0


def test_the_days_are_named() -> None:
    assert read_period("this week", NOW, ZONE, "en", past=False).words == "Mon 16 Nov to Sun 22 Nov"
    assert read_period("heute", NOW, ZONE, "de", past=False).words == "Do 19. Nov."


@given(st.text(max_size=60), st.booleans())
def test_any_phrase_is_a_period(phrase: str, past: bool) -> None:
    found = read_period(phrase, NOW, ZONE, "en", past=past)
    assert found.start < found.end <= found.start + timedelta(days=367)
