"""The pieces a text about time is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "date", "weekday", "nth", "days", "week", "plus", "time", "part", "offset", "soon", "zone", "repeat", "until",
    "start", "count", "month", "and", "soft", "range", "about", "filler", "ordinal", "number", "problem", "word",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One span `[start:end]` of the folded text and what it means; the type of `value` depends on `kind`."""

    kind: Kind
    value: Any
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day; `year` None means the next time it comes."""

    year: int | None
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A wall-clock time. `sure` is False when it may be twelve hours later; `midnight` when it may be a day later."""

    hour: int
    minute: int = 0
    sure: bool = True
    midnight: bool = False
