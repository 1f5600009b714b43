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

from bot.insights.clicked import Clicked
from bot.insights.gained import Span, gained, silent
from bot.insights.summing import Range
from storage.counted import Counted

ORDER: Final = ("clicks", "engagements", "reach", "views")  # what matters most first
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


def unusual_day(posts: Sequence[Counted], now: datetime, zone: str, clicks: Clicked | None = None) -> list[Unusual]:
    """Of one account's posts: metrics of the last day that is over and read, clicks on our own links first where these
    are counted (`clicks`). Each earlier day is judged by what was known when it was as old.
    """
    ended = (now - READ).astimezone(ZoneInfo(zone)).date()
    day = Range("day", ended - timedelta(days=1), 1, zone)
    lag = now - day.end
    found = list[Unusual]()
    days = [day]
    for _ in range(DAYS):
        days.append(days[-1].earlier)
    spans = [Span(each.start, each.end, each.end + lag) for each in days]
    linked = [post for post in posts if clicks is not None and clicks.counts(post.id)]
    for metric in ORDER:
        mine = linked if metric == "clicks" and clicks is not None else posts
        began = min((post.out_at for post in mine if post.out_at is not None), default=None)
        counted = clicks if metric == "clicks" else None
        values = [_of(mine, metric, span, counted) for span in spans if began is not None and began <= span.start]
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
                _most(mine, metric, spans[0], counted),
            )
        )
    return found


def _of(posts: Sequence[Counted], metric: str, span: Span, clicks: Clicked | None) -> float | None:
    if clicks is not None:
        return float(sum(clicks.valid(post.id, span.start, span.end) for post in posts))
    if silent(posts, span):
        return None
    told = [value for post in posts if (value := gained(post, metric, span)) is not None]
    return sum(told) if told else None


def _most(posts: Sequence[Counted], metric: str, span: Span, clicks: Clicked | None) -> Counted | None:
    brought = [
        gained(post, metric, span) if clicks is None else float(clicks.valid(post.id, span.start, span.end))
        for post in posts
    ]
    told = [(value or 0.0, place) for place, value in enumerate(brought)]
    most = max(told, default=(0.0, -1))
    return posts[most[1]] if most[0] > 0 else None
