"""Is a day far outside an account's own days? Robust: by the median and the median deviation, which a spike of last
month does not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final, Literal
from zoneinfo import ZoneInfo

from bot.insights.gained import METRICS, Span, gained, silent
from bot.insights.summing import Range
from storage.counted import Counted

DAYS: Final = 28  # that a day is compared with
LEAST_DAYS: Final = 14
FAR: Final = 3.5  # robust z: Iglewicz and Hoaglin, https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm
LEAST: Final = 20.0  # fewer more, or fewer, wake nobody
READ: Final = timedelta(hours=6)  # after a day ended, until the readings of its posts are in


@dataclass(frozen=True, slots=True)
class Unusual:
    """`middle`, `low` and `high` are of the days before it: half of them lay between."""

    metric: str
    day: date
    way: Literal["up", "down"]
    value: float
    low: float
    middle: float
    high: float
    post: Counted | None


def robust_z(value: float, others: Sequence[float]) -> float:
    """How many deviations from the median; of days that are all alike any other is as far as its share of them."""
    middle = median(others)
    spread = median([abs(each - middle) for each in others])
    scale = spread / 0.6745 if spread else max(abs(middle) * 0.1, 1.0)
    return (value - middle) / scale


def unusual_day(posts: Sequence[Counted], now: datetime, zone: str) -> list[Unusual]:
    """Of one account's posts: metrics of the last day that is over and read. Each earlier day is judged by what was
    known when it was as old.
    """
    ended = (now - READ).astimezone(ZoneInfo(zone)).date()
    day = Range("day", ended - timedelta(days=1), 1, zone)
    lag = now - day.end
    found = list[Unusual]()
    days = [day]
    for _ in range(DAYS):
        days.append(days[-1].earlier)
    spans = [Span(each.start, each.end, each.end + lag) for each in days]
    began = min((post.out_at for post in posts if post.out_at is not None), default=None)
    for metric in METRICS:
        values = [_of(posts, metric, span) for span in spans if began is not None and began <= span.start]
        others = [value for value in values[1:] if value is not None]
        if len(others) < LEAST_DAYS or not values or values[0] is None:
            continue
        value, ordered = values[0], sorted(others)
        if abs(robust_z(value, others)) < FAR or abs(value - median(others)) < LEAST:
            continue
        found.append(
            Unusual(
                metric,
                day.first,
                "up" if value > median(others) else "down",
                value,
                ordered[len(ordered) // 4],
                median(others),
                ordered[-1 - len(ordered) // 4],
                _most(posts, metric, spans[0]),
            )
        )
    return found


def _of(posts: Sequence[Counted], metric: str, span: Span) -> float | None:
    if silent(posts, span):
        return None
    told = [value for post in posts if (value := gained(post, metric, span)) is not None]
    return sum(told) if told else None


def _most(posts: Sequence[Counted], metric: str, span: Span) -> Counted | None:
    told = [(gained(post, metric, span) or 0.0, place) for place, post in enumerate(posts)]
    most = max(told, default=(0.0, -1))
    return posts[most[1]] if most[0] > 0 else None
