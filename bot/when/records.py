"""What reading a phrase about time can give: instants, or a question for the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Resolved:
    """A phrase that has one reading.

    `instants` are aware, in UTC, ascending, none before `now`. `zone` is the IANA zone the phrase was read in. `notes`
    are sentences for the person about everything that was assumed. `recurrence` is an RFC 5545 RRULE whose DTSTART is
    the first instant at `zone`'s wall clock; `instants` then holds its first occurrences (at most 12, see
    `bot.when.occurrences` for more). `soon` means "now" or "as soon as possible".
    """

    instants: tuple[datetime, ...]
    zone: str
    phrase: str
    notes: tuple[str, ...] = ()
    recurrence: str | None = None
    soon: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """A phrase that must be asked about. Each of `options` is a phrase that `resolve` reads without a question."""

    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A span `text[start:end]` that speaks of time, and what it seems to be for.

    "posting": when to post. "deadline": until when an offer or task runs. "event": when something happens in the world
    the post is about. `confidence` is 0 to 1; below 0.5 ask before acting on it.
    """

    start: int
    end: int
    text: str
    kind: Literal["posting", "deadline", "event"]
    confidence: float
