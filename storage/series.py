"""Numbers over time, packed: every reading of one post or account in one short text.

    likes,replies|p0:3,1;18:2;5k:,4

First the names, then the readings in order of time: how many seconds after the one before (the first: after the
anchor, when the post went out), and of each name by how much it changed since it was last told, both in base 36. A
name that a reading does not tell has an empty place, or none at the end: missing is missing, never zero. A post's
eight readings of four numbers take about 110 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_READINGS: Final = 1000
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was told at one time, in whole seconds; a count is never below zero."""

    at: datetime
    counts: Mapping[str, int]


def packed(anchor: datetime, readings: Iterable[Reading]) -> str:
    """Readings of one second become one, the later given wins. Raises ValueError for a name of another form."""
    by_second: dict[int, dict[str, int]] = {}
    for reading in readings:
        by_second.setdefault(_seconds(reading.at), {}).update(reading.counts)
    told = {second: counts for second, counts in by_second.items() if counts}
    names = sorted({name for counts in told.values() for name in counts})
    if wrong := [name for name in names if not NAME.fullmatch(name)]:
        raise ValueError(f"no name of a number: {wrong[0]!r}")
    parts, before, last = list[str](), _seconds(anchor), dict.fromkeys(names, 0)
    for second in sorted(told):
        steps = [_base36(told[second][name] - last[name]) if name in told[second] else "" for name in names]
        parts.append(f"{_base36(second - before)}:{','.join(steps).rstrip(',')}")
        before = second
        last |= told[second]
    return f"{','.join(names)}|{';'.join(parts)}" if parts else ""


def unpacked(anchor: datetime, text: str) -> tuple[Reading, ...]:
    """The readings, oldest first. Raises ValueError for what `packed` did not write."""
    if not text:
        return ()
    head, _, body = text.partition("|")
    names, found, at, last = head.split(","), list[Reading](), _seconds(anchor), dict[str, int]()
    for part in body.split(";"):
        ahead, _, steps = part.partition(":")
        at += int(ahead, 36)
        changed = {name: int(step, 36) for name, step in zip(names, steps.split(","), strict=False) if step}
        counts = {name: last.get(name, 0) + step for name, step in changed.items()}
        last |= counts
        found.append(Reading(datetime.fromtimestamp(at, UTC), counts))
    return tuple(found)


def added(anchor: datetime, text: str, more: Iterable[Reading]) -> str:
    """With these too; the oldest leave where there would be too many."""
    return packed(anchor, [*unpacked(anchor, text), *more][-MOST_READINGS:])


def since(anchor: datetime, text: str, before: datetime) -> str:
    """Without what was read before that."""
    return packed(anchor, [each for each in unpacked(anchor, text) if each.at >= before])


def count_at(began: datetime | None, readings: Sequence[Reading], name: str, at: datetime) -> float | None:
    """How many there were at that time: between two readings as if it grew evenly, after the last what that told.

    `began`: when it was zero, of a post when it went out; None of what was there before, such as followers. None
    before that, and where no reading tells this name.
    """
    known = [(each.at, float(each.counts[name])) for each in readings if name in each.counts]
    if not known:
        return None
    if began is not None:
        known = [(began, 0.0), *((when, count) for when, count in known if when > began)]
    if at < known[0][0]:
        return 0.0 if began is not None else None
    for (first, low), (then, high) in pairwise(known):
        if first <= at < then:
            return low + (high - low) * ((at - first) / (then - first))
    return known[-1][1]


def known_at(readings: Sequence[Reading], at: datetime) -> tuple[Reading, ...]:
    """What had been read by then: an earlier time is judged by what it knew itself."""
    return tuple(each for each in readings if each.at <= at)


def _seconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def _base36(number: int) -> str:
    sign, number, digits = "-" if number < 0 else "", abs(number), ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return sign + digits
