"""What a span of time brought: of each post what was counted in it, whenever the post went out.

Channels tell how many there are by now. Between two readings a number grows evenly; what came in between two instants
is the difference. A span that is compared with another one is judged by what had been read when it was as old: a week
that ended yesterday has fewer readings than one that ended a year ago.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from storage.counted import Counted
from storage.numbers import STEPS
from storage.series import Reading

# What reports count → the names that channels have for it, which are added up.
METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    "reach": ("reach", "viewers"),
    "views": ("views", "impressions"),
    "engagements": (
        *("likes", "favourites", "reactions", "positive_feedback", "replies", "comments", "reposts", "reblogs"),
        *("quotes", "shares", "saves", "bookmarks"),
    ),
    "clicks": ("clicks", "outbound_clicks"),
}
WHOLE: Final = STEPS[-1]  # after that nothing is read of a post
LATE: Final = timedelta(hours=6)  # within which a reading may still come


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, as it was known at `known`."""

    start: datetime
    end: datetime
    known: datetime


def curve(post: Counted, metric: str, known: datetime) -> tuple[Sequence[float], Sequence[float]] | None:
    """Seconds of each reading, the first being when it went out, and how many there were; None: nothing was told."""
    times, counts = _whole_curve(post, metric)
    place = bisect_right(times, known.timestamp())
    return (times[:place], counts[:place]) if place > 1 else None


@lru_cache(maxsize=100_000)
def _whole_curve(post: Counted, metric: str) -> tuple[Sequence[float], Sequence[float]]:
    """By identity: a post was read once for a report, and a report asks for each of its curves again and again."""
    if post.out_at is None:
        return (), ()
    times, counts, last = [post.out_at.timestamp()], [0.0], dict[str, int]()
    for reading in post.readings:
        told = {name: reading.counts[name] for name in METRICS[metric] if name in reading.counts}
        if not told:
            continue
        last |= told
        at = max(reading.at.timestamp(), times[0] + 1)
        times.append(at)
        counts.append(float(sum(last.values())))
    return times, counts


def forget_curves() -> None:
    """They hold on to their posts."""
    _whole_curve.cache_clear()


def at(points: tuple[Sequence[float], Sequence[float]], moment: float) -> float:
    """How many there were at that time, in seconds."""
    times, counts = points
    place = bisect_right(times, moment)
    if place == 0:
        return 0.0
    if place == len(times):
        return counts[-1]
    first, then = times[place - 1], times[place]
    return counts[place - 1] + (counts[place] - counts[place - 1]) * (moment - first) / (then - first)


def gained(post: Counted, metric: str, span: Span) -> float | None:
    """What it brought in the span; None where nobody told by then."""
    if not touches(post, span):
        return None
    points = curve(post, metric, span.known)
    return None if points is None else at(points, span.end.timestamp()) - at(points, span.start.timestamp())


def by_day(posts: Iterable[Counted], metric: str, edges: Sequence[datetime], known: datetime) -> list[float]:
    """What came in between one edge and the next."""
    moments, total = [edge.timestamp() for edge in edges], [0.0] * (len(edges) - 1)
    for post in posts:
        if not touches(post, Span(edges[0], edges[-1], known)) or (points := curve(post, metric, known)) is None:
            continue
        first = max(0, bisect_right(moments, points[0][0]) - 1)
        last = bisect_right(moments, points[0][-1])
        counts = [at(points, moment) for moment in moments[first : last + 1]]
        for place, (before, after) in enumerate(pairwise(counts), first):
            total[place] += after - before
    return total


def silent(posts: Sequence[Counted], span: Span) -> bool:
    """Whether readings were to come in this span and none came: what it brought is not known."""
    expected = False
    for post in posts:
        if post.out_at is None or post.down_at is not None or not touches(post, span):
            continue
        due = any(span.start < post.out_at + step <= min(span.end, span.known - LATE) for step in STEPS)
        expected = expected or due
        if any(span.start < reading.at <= span.known for reading in post.readings):
            return False
    return expected


def last_read(posts: Iterable[Counted]) -> datetime | None:
    return max((post.readings[-1].at for post in posts if post.readings), default=None)


def unread_since(posts: Sequence[Counted], now: datetime) -> datetime | None:
    """Since when this account has told nothing although it was to be asked, for a day at least; None while it tells."""
    newest = last_read(posts)
    missed = [
        post.out_at + step
        for post in posts
        if post.out_at is not None and post.down_at is None
        for step in STEPS
        if post.out_at + step <= now - LATE and (newest is None or post.out_at + step > newest + LATE)
    ]
    if not missed or min(missed) > now - timedelta(days=1):
        return None
    return newest or min(missed)


def newest(post: Counted, metric: str) -> int | None:
    """How many there are by now; None where nobody told."""
    last: dict[str, int] = {}
    for reading in post.readings:
        last |= {name: count for name, count in reading.counts.items() if name in METRICS[metric]}
    return sum(last.values()) if last else None


def touches(post: Counted, span: Span) -> bool:
    """Whether it was out before the span ended, and was still being asked about in it."""
    if post.out_at is None or post.out_at >= span.end:
        return False
    return _last(post.readings, post.out_at) > span.start


def _last(readings: Sequence[Reading], out_at: datetime) -> datetime:
    return max(out_at + WHOLE, readings[-1].at if readings else out_at)
