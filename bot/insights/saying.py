"""How a post did, as people say it: "212 likes · 3 replies, 1 hour ago". One table of names for all channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bot.words import Phrasebook, reader, words

# By what adapters call each (`Capabilities.metrics`), in the order in which they are said.
NAMES: Final[Mapping[str, Callable[[Phrasebook, int], str]]] = {
    "likes": lambda book, count: book.many("{count} like", "{count} likes", count),
    "favourites": lambda book, count: book.many("{count} favourite", "{count} favourites", count),
    "reactions": lambda book, count: book.many("{count} reaction", "{count} reactions", count),
    "positive_feedback": lambda book, count: book.many("{count} “more like this”", "{count} “more like this”", count),
    "negative_feedback": lambda book, count: book.many("{count} “less like this”", "{count} “less like this”", count),
    "replies": lambda book, count: book.many("{count} reply", "{count} replies", count),
    "comments": lambda book, count: book.many("{count} comment", "{count} comments", count),
    "reposts": lambda book, count: book.many("{count} repost", "{count} reposts", count),
    "reblogs": lambda book, count: book.many("{count} boost", "{count} boosts", count),
    "quotes": lambda book, count: book.many("{count} quote", "{count} quotes", count),
    "shares": lambda book, count: book.many("{count} share", "{count} shares", count),
    "saves": lambda book, count: book.many("{count} save", "{count} saves", count),
    "bookmarks": lambda book, count: book.many("{count} bookmark", "{count} bookmarks", count),
    "clicks": lambda book, count: book.many("{count} click", "{count} clicks", count),
    "outbound_clicks": lambda book, count: book.many("{count} click to the link", "{count} clicks to the link", count),
    "views": lambda book, count: book.many("{count} view", "{count} views", count),
    "viewers": lambda book, count: book.many("{count} viewer", "{count} viewers", count),
    "reach": lambda book, count: book.many("{count} person reached", "{count} people reached", count),
    "impressions": lambda book, count: book.many("{count} time shown", "{count} times shown", count),
}


def named(counts: Mapping[str, int], book: Phrasebook) -> tuple[str, ...]:
    """Each number with its name; one that no table knows by what its adapter calls it, behind the others."""
    known = [NAMES[name](book, counts[name]) for name in NAMES if name in counts]
    others = [f"{name.replace('_', ' ')}: {book.number(counts[name])}" for name in counts if name not in NAMES]
    return (*known, *others)


def how_it_did(counts: Mapping[str, int], at: datetime, now: datetime, language: str = "") -> str:
    """The numbers and how old they are, for whoever is answered or who reads this language."""
    book = words(language or reader())
    return f"{' · '.join(named(counts, book))}, {book.ago(now - at)}"


def ordered(orders: int, amounts: Mapping[str, str], pixel: int, language: str = "") -> str:
    """Orders that came by its links: the signed ones with their worth, and a pixel's apart; "" without any."""
    book = words(language or reader())
    worth = " + ".join(f"{book.number(float(total))} {currency}" for currency, total in amounts.items())
    signed = " ".join(part for part in (book.many("{count} order", "{count} orders", orders), worth) if part)
    told = [signed] if orders else []
    told += [book.many("{count} order by pixel, unsigned", "{count} orders by pixel, unsigned", pixel)] if pixel else []
    return " · ".join(told)


def followed(valid: int, every: int, bots: int, language: str = "") -> str:
    """Clicks of our own short links: what counts, beside all that came and what was taken out of it."""
    book = words(language or reader())
    said = book.many("{count} click on its links", "{count} clicks on its links", valid)
    if every == valid:
        return said
    removed = book.text(
        "of {every} looks; known bots removed: {bots}", every=book.number(every), bots=book.number(bots)
    )
    return f"{said} ({removed})"


def without_numbers(come: bool, language: str = "") -> str:
    """Of a post that has none: not yet, or never."""
    book = words(language or reader())
    return book.text("no numbers yet") if come else book.text("no numbers from this channel")
