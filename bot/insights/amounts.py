"""How figures are written: "6,318", "184.2K", "↑ 12%", "usual 800–1,100". One table of names for all metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.insights.summary import Figure, Missing, Summary, Usual
from bot.words import Phrasebook

SHORT: Final = 100_000  # from here on an amount in a picture is shortened

LABELS: Final[Mapping[str, Callable[[Phrasebook], str]]] = {
    "reach": lambda book: book.text("Reach"),
    "views": lambda book: book.text("Views"),
    "engagements": lambda book: book.text("Engagements"),
    "clicks": lambda book: book.text("Clicks"),
    "rate": lambda book: book.text("Engagement rate"),
    "followers": lambda book: book.text("Followers"),
    "posts": lambda book: book.text("Posts"),
}
# What one post or one sentence says of a metric: "212 clicks".
COUNTED: Final[Mapping[str, Callable[[Phrasebook, int], str]]] = {
    "reach": lambda book, count: book.many("{count} person reached", "{count} people reached", count),
    "views": lambda book, count: book.many("{count} view", "{count} views", count),
    "engagements": lambda book, count: book.many("{count} engagement", "{count} engagements", count),
    "clicks": lambda book, count: book.many("{count} click", "{count} clicks", count),
    "followers": lambda book, count: book.many("{count} follower", "{count} followers", count),
    "posts": lambda book, count: book.many("{count} post", "{count} posts", count),
}


def label(book: Phrasebook, metric: str) -> str:
    return LABELS[metric](book)


def amount(book: Phrasebook, metric: str, value: float, *, short: bool = False) -> str:
    """In full, or shortened from a hundred thousand on."""
    if metric == "rate":
        return book.percent(value / 1000, digits=1)
    return book.compact(value) if short and abs(value) >= SHORT else book.number(round(value))


def counted_as(book: Phrasebook, metric: str, value: float) -> str:
    if metric == "rate":
        return f"{label(book, metric)} {amount(book, metric, value)}"
    return COUNTED[metric](book, round(value))


def change(book: Phrasebook, figure: Figure) -> str:
    """Against the span before: "↑ 12%", of a rate in points; "" where nothing is known."""
    if figure.metric == "rate":
        if figure.value is None or figure.before is None:
            return ""
        points = round((figure.value - figure.before) / 10, 1)
        arrow = "↑" if points > 0 else "↓" if points < 0 else "→"
        return f"{arrow} {book.text('{count} pt', count=book.number(abs(points)))}"
    share = figure.change
    if share is None:
        return ""
    arrow = "↑" if share > 0 else "↓" if share < 0 else "→"
    return f"{arrow} {book.percent(abs(share), digits=1 if abs(share) < 0.1 else 0)}"


def between(book: Phrasebook, metric: str, usual: Usual, *, short: bool = False) -> str:
    """ "800–1,100"."""
    low, high = (amount(book, metric, value, short=short) for value in (usual.low, usual.high))
    return low if low == high else f"{low}–{high}"


def usually(book: Phrasebook, figure: Figure, *, short: bool = False) -> str:
    """ "usual 800–1,100", or that nobody can say."""
    if figure.usual is None:
        return book.text("not enough data") if short else book.text("usual range: not enough data")
    return book.text("usual {range}", range=between(book, figure.metric, figure.usual, short=short))


def days(book: Phrasebook, summary: Summary) -> str:
    """ "October 2026", "23 – 29 Nov 2026"."""
    first, last = ends(summary)
    if summary.kind == "month":
        return book.month(first)
    if first == last:
        return book.day(first)
    return book.interval(first, last)


def title(book: Phrasebook, summary: Summary) -> str:
    """ "October 2026 in numbers"; of a campaign or account its name in front."""
    if summary.about:
        return book.text("{what}: {days}", what=summary.about, days=days(book, summary))
    return book.text("{days} in numbers", days=days(book, summary))


def ends(summary: Summary) -> tuple[date, date]:
    """First and last day on the brand's clock."""
    zone = ZoneInfo(summary.zone)
    last = (summary.end - timedelta(seconds=1)).astimezone(zone).date()
    return summary.start.astimezone(zone).date(), last


def lacking(book: Phrasebook, missing: Missing, zone: str, now: datetime) -> str:
    """ "no numbers since Thu 26 Nov (reading paused)"."""
    why = {
        "unread": "",
        "unpaid": book.text("reading costs money and is off"),
        "paused": book.text("reading paused"),
        "broken": book.text("its login must be renewed"),
        "never": "",
    }[missing.why]
    if missing.why == "never":
        return book.text("no numbers from this channel")
    if missing.since is None:
        said = book.text("no numbers")
    else:
        at = missing.since.astimezone(ZoneInfo(zone)).date()
        near = now.astimezone(ZoneInfo(zone)).date() - at < timedelta(days=7)
        said = book.text("no numbers since {day}", day=book.weekday(at) if near else book.day(at))
    return f"{said} ({why})" if why else said
