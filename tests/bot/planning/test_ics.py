"""Calendars that every program takes, whatever people call their posts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.planning.ics import Event, render
from tests.bot.planning.strict_ics import faults

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)
WORDS = st.text(st.characters(codec=None), max_size=200)


@given(WORDS, WORDS)
def test_any_words_can_be_read_back(title: str, where: str) -> None:
    event = Event("a_1.d_1@admind", AT, title, "CONFIRMED", AT, 3, description=title, location=where)
    body = render(title, "Europe/Zurich", [event])
    assert faults(body) == []
    [read] = Calendar.from_ical(body).walk("VEVENT")
    kept = "".join(ch for ch in title.replace("\r\n", "\n").replace("\r", "\n") if ch in "\n\t" or _holdable(ch))
    assert str(read["summary"]) == kept
    assert read.decoded("dtstart") == AT and str(read["sequence"]) == "3"


def _holdable(character: str) -> bool:
    code = ord(character)
    return not (code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000)


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        (lambda body: body.replace(b"\r\n", b"\n"), "CRLF"),
        (lambda body: body.replace(b"\r\n ", b""), "octets"),
        (lambda body: body.replace(b"UID:", b"X-UID:"), "without UID"),
        (lambda body: body.replace(b"\\,", b","), "not escaped"),
        (lambda body: body.replace(b"T080000Z", b"T080000"), "UTC"),
        (lambda body: body.replace(b"END:VEVENT\r\n", b""), "closes nothing"),
        (lambda body: body.replace(b"STATUS:CONFIRMED", b"STATUS:LIVE"), "no status"),
    ],
)
def test_the_checker_sees_what_is_wrong(spoilt, fault: str) -> None:  # type: ignore[no-untyped-def]
    body = render("Velo, posts", "UTC", [Event("x@admind", AT, "Wörter, " * 20, "CONFIRMED", AT)])
    assert faults(body) == []
    assert any(fault in each for each in faults(spoilt(body)))
