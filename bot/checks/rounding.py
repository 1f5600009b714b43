"""Is a figure another one, said roughly? "Almost 40" of 39, "over 1,200" of 1,247, "about 2,500" of 2,490. Pure.

Only behind a word that says so, and only where the claimed figure is the next round one on that side: "over 1,100" of
1,247 is another claim, and so is "almost 50" of 43.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal

import regex

Side = Literal["below", "above", "about"]

LEAST: Final = 10  # smaller figures are counted, not rounded
_FAR: Final = Fraction(6, 100)  # of the claimed figure
_FARTHER: Final = Fraction(10, 100)  # what is more than said is understated, which misleads less
_SAID: Final[tuple[tuple[Side, regex.Pattern[str]], ...]] = (
    (
        "below",
        regex.compile(
            r"(?i)(?<!\p{L})(?:almost|nearly|close to|just under|not quite|knapp|fast|beinahe|annähernd|nahezu)"
            r"(?: (?:the|die|den|der))?\s*$"
        ),
    ),
    (
        "above",
        regex.compile(
            r"(?i)(?<!\p{L})(?:(?:well |just )?(?:over|above)|more than|upwards of|mehr als|über|gut)"
            r"(?: (?:the|die|den|der))?\s*$"
        ),
    ),
    (
        "about",
        regex.compile(
            r"(?i)(?<!\p{L})(?:about|around|roughly|some|approximately|approx\.|circa|ca\.|rund|etwa|ungefähr|zirka)\s*$"
        ),
    ),
)
_PLUS: Final = regex.compile(r"\s?\+(?!\s?\d)")


def roughly(before: str, behind: str) -> Side | None:
    """On which side of the figure between them the true one lies, by the words of the sentence; None: it is exact."""
    if _PLUS.match(behind):
        return "above"
    return next((side for side, words in _SAID if words.search(before)), None)


def rounds(claimed: Fraction, said: Fraction, side: Side) -> bool:
    """Whether the claimed figure is the round one next to what is said, on the side that its words name."""
    if claimed < LEAST or claimed.denominator != 1 or said <= 0:
        return False
    unit = _unit(claimed.numerator)
    if unit == 1 or said % unit == 0:
        return False
    apart = said - claimed
    if side == "below":
        return -unit < apart < 0 and -apart <= _FAR * claimed
    if side == "above":
        return 0 < apart < unit and apart <= _FARTHER * claimed
    return abs(apart) <= min(Fraction(unit, 2), _FAR * claimed)


def _unit(number: int) -> int:
    """What a figure is rounded to: 1,200 to hundreds, 40 to tens, 25 to fives, 43 to ones."""
    unit = 1
    while number % (unit * 10) == 0:
        unit *= 10
    return unit * 5 if number % (unit * 5) == 0 else unit
