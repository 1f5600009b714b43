"""What is known of forms, hours and days, as rows with their intervals drawn to one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.conversation.learned import WORTH, effect_name
from bot.insights.best_time import KINDS, Effect, Pattern
from bot.words import Phrasebook

MOST_ROWS: Final = 6  # of a kind, the best and the worst


@dataclass(frozen=True, slots=True)
class Row:
    """Words, and places between 0 and 100 on a scale that all rows of an account share."""

    name: str
    share: str
    interval: str
    posts: str
    left: float
    wide: float
    middle: float
    zero: float
    way: str  # "up" or "down"; "" where it may be either


def shown(book: Phrasebook, found: Pattern) -> list[tuple[str, list[Row]]]:
    """By kind; nothing where no time is known to be better than another."""
    if not found.usable:
        return []
    worth = [each for each in found.effects if abs(each.share) >= WORTH]
    low = min((each.low for each in worth), default=0.0)
    high = max((each.high for each in worth), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    titles = {"form": book.text("Form"), "hour": book.text("Hour"), "day": book.text("Day")}
    kinds = list[tuple[str, list[Row]]]()
    for kind in KINDS:
        mine = sorted((each for each in worth if each.kind == kind), key=lambda each: -each.share)
        if len(mine) > MOST_ROWS:
            mine = mine[: MOST_ROWS // 2] + mine[-MOST_ROWS // 2 :]
        if mine:
            kinds.append((titles[kind], [_row(book, each, low, high) for each in mine]))
    return kinds


def _row(book: Phrasebook, each: Effect, low: float, high: float) -> Row:
    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 1) if high > low else 50.0

    first, last = (f"{100 * value:+.0f} %" for value in (each.low, each.high))
    return Row(
        name=effect_name(book, each),
        share=f"{100 * each.share:+.0f} %",
        interval=book.text("{low} to {high}", low=first, high=last),
        posts=book.number(each.posts),
        left=place(each.low),
        wide=round(place(each.high) - place(each.low), 1),
        middle=round(place(each.share) - 0.8, 1),
        zero=place(0.0),
        way="up" if each.low > 0 else "down" if each.high < 0 else "",
    )
