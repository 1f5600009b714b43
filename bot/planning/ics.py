"""A calendar as calendar programs read it (RFC 5545, https://www.rfc-editor.org/rfc/rfc5545).

Times are in UTC, which every program shows in its own zone, so that no zone's rules have to travel along.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

OCTETS: Final = 75  # of a line, its end apart (section 3.1)
LONG: Final = "PT15M"
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Event:
    """`uid` stays the same whatever happens to it; `sequence` grows with each change, and `modified` says when the last
    one was.
    """

    uid: str
    start: datetime
    summary: str
    status: Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]
    modified: datetime
    sequence: int = 0
    description: str = ""
    location: str = ""


def render(name: str, zone: str, events: Iterable[Event], *, refresh: str = "PT15M") -> bytes:
    """`name` is what programs call it, `zone` the one that it is planned in."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//AdMind//Content calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        f"X-WR-TIMEZONE:{_text(zone)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}",
        f"X-PUBLISHED-TTL:{refresh}",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{_instant(event.modified)}"
    yield f"LAST-MODIFIED:{_instant(event.modified)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART:{_instant(event.start)}"
    yield f"DURATION:{LONG}"
    yield f"SUMMARY:{_text(event.summary)}"
    if event.location:
        yield f"LOCATION:{_text(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    yield f"STATUS:{event.status}"
    yield "TRANSP:TRANSPARENT"  # nobody is busy because a post goes out
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A value of type TEXT: on one line, without characters that no calendar may hold (section 3.3.11)."""
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    kept = (ch for ch in words if ch in "\n\t" or unicodedata.category(ch) not in ("Cc", "Cs"))
    return "".join(kept).translate(_ESCAPED)


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, none parted within a character; all but the first begin with a blank."""
    if len(line) <= OCTETS and line.isascii():
        yield line
        return
    part, size = list[str](), 0
    for character in line:
        octets = len(character.encode())
        if size + octets > OCTETS:
            yield "".join(part)
            part, size = [" "], 1
        part.append(character)
        size += octets
    yield "".join(part)
