"""Does a figure follow from what a source says, by one step? "2 tickets, €40 each" makes "€80 together". Pure.

Only where the words near the figure say that something was worked out ("together", "off", "instead of", "left"): any
two numbers make some third one, and a wrong price must not pass because it happens to be a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Final

import regex

from bot.checks.figures import Figure

REACH: Final = 300  # characters of a source in which what is worked with stands together
MOST_FIGURES: Final = 150  # of a source that are looked at
_SUM: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:total|together|altogether|in all|all in|both|sum|combined|insgesamt|zusammen|gesamt|beide|macht)"
    r"(?!\p{L})|=|\d\s?[×x]\s?\D?\s?\d"
)
_FOR: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:pair|tickets|for (?:two|three|four|\d+)|für (?:zwei|drei|vier|\d+))(?!\p{L})"
)
_LESS: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:off|less|cheaper|down|reduced|discount\w*|sav(?:e|es|ing|ings)|instead|below|fewer|lower|drop\w*|"
    r"günstiger\w*|weniger|rabatt\w*|billiger\w*|reduziert\w*|spar\w*|statt|gesenkt|nachlass|ermässigt\w*|ermäßigt\w*|from)"
    r"(?!\p{L})"
)
_NOW: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:now|instead|only|just|from|pay|costs?|statt|nur|jetzt|neu|kostet|zahl\w*|ab|off|rabatt|reduced|half|"
    r"halbe\w*|makes|macht)(?!\p{L})|="
)
_MORE: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:more|up|growth|grew|grown|increase[ds]?|rise[ns]?|rose|mehr|plus|wachstum|gestiegen|gewachsen|höher|"
    r"extra|zuwachs)(?!\p{L})"
)
_LEFT: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:left|remain\w*|more|to go|another|missing|still|noch|fehlen|übrig|frei\w*|weitere\w*|mehr|fewer|"
    r"weniger)(?!\p{L})"
)
_BEHIND: Final[dict[str, regex.Pattern[str]]] = {
    "years": regex.compile(
        r"(?i)[ -]?(?:th|st|nd|rd)?[. -]{0,2}(?:years?|jahre?n?|jahrestag|anniversary|birthday|geburtstag)(?!\p{L})"
    ),
    "minutes": regex.compile(r"(?i)[ -]?(?:minutes?|minuten?|mins?)(?!\p{L})"),
    "hours": regex.compile(r"(?i)[ -]?(?:hours?|stunden?|h|hrs?)(?!\p{L})"),
    "days": regex.compile(r"(?i)[ -]?(?:days?|tagen?|tage)(?!\p{L})"),
}  # fmt: skip
YEARS: Final = _BEHIND["years"]
_MONTH_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Worked:
    """How a figure follows, where what it follows from stands in the source, and what the post itself brought along."""

    how: str
    span: tuple[int, int]
    brought: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure of a post, the sentence around it, and the other figures of that sentence.

    `said_otherwise`: a source says another number in its role, so that arithmetic of other things proves nothing.
    """

    figure: Figure
    sentence: str
    behind: str
    beside: tuple[Figure, ...] = ()
    said_otherwise: bool = False


def worked_out(asked: Asked, said: Sequence[Figure], year: int) -> Worked | None:
    """How it follows from these figures of one source by one step; None when it does not. `year`: the present one."""
    kind, _, currency = asked.figure.meaning[0].partition(" ")
    known = said[:MOST_FIGURES]
    if kind == "money":
        steps = _amounts(asked, known, currency)
    elif kind in ("percent", "share"):
        steps = _shares(asked, known)
    elif kind == "times":
        steps = _folds(asked, known)
    elif kind == "number":
        steps = _numbers(asked, known, year)
    else:
        return None
    return next(steps, None)


def _amounts(asked: Asked, known: Sequence[Figure], currency: str) -> Iterator[Worked]:
    wanted, words = _value(asked.figure), asked.sentence
    money = [each for each in known if each.meaning[0] == f"money {currency}"]
    counts = [each for each in known if each.meaning[0] == "number"]
    cuts = [each for each in known if each.kind == "percent"]
    if _SUM.search(words) or _FOR.search(words):
        own = [each for each in asked.beside if each.meaning[0] == "number"]
        for one in money:
            for count, mine in [*((each, False) for each in counts), *((each, True) for each in own)]:
                if _value(count) * _value(one) == wanted and _value(count) > 1 and (mine or _near(count, one)):
                    span = one.span if mine else _around(count, one)
                    how = f"{count.text} × {one.text} = {asked.figure.text}"
                    yield Worked(how, span, count.span if mine else None)
        yield from _sums(asked, money)
    if _LESS.search(words):
        for more, less in _pairs(money):
            if _value(more) - _value(less) == wanted:
                yield Worked(f"{more.text} − {less.text} = {asked.figure.text}", _around(more, less))
    for one in money:
        for cut in cuts:
            saved = _value(one) * _value(cut) / 100
            if _near(one, cut) and saved == wanted and _LESS.search(words):
                yield Worked(f"{cut.text} × {one.text} = {asked.figure.text}", _around(one, cut))
            if _near(one, cut) and _value(one) - saved == wanted and _NOW.search(words):
                yield Worked(f"{one.text} − {cut.text} = {asked.figure.text}", _around(one, cut))


def _sums(asked: Asked, parts: Sequence[Figure]) -> Iterator[Worked]:
    """Two of them, or all that stand together."""
    wanted = _value(asked.figure)
    for one, other in combinations(parts, 2):
        if _near(one, other) and _value(one) + _value(other) == wanted:
            yield Worked(f"{one.text} + {other.text} = {asked.figure.text}", _around(one, other))
    if 2 < len(parts) <= 8 and _near(parts[0], parts[-1]) and sum(map(_value, parts)) == wanted:
        how = " + ".join(each.text for each in parts)
        yield Worked(f"{how} = {asked.figure.text}", _around(parts[0], parts[-1]))


def _shares(asked: Asked, known: Sequence[Figure]) -> Iterator[Worked]:
    words, text = asked.sentence, asked.figure.text
    for one, other in _pairs(known):
        if _value(one) == 0 or one.meaning[0] != other.meaning[0] or other.kind not in ("number", "money"):
            continue
        part = Fraction(_value(other), 1) / _value(one)
        if _rounds(1 - part, asked.figure) and _LESS.search(words):
            yield Worked(f"({one.text} − {other.text}) ÷ {one.text} = {text}", _around(one, other))
        if part and _rounds(1 / part - 1, asked.figure) and _MORE.search(words):
            yield Worked(f"({one.text} − {other.text}) ÷ {other.text} = {text}", _around(one, other))
    for one, other in pairwise(known):  # "12 of 14", as they stand
        counted = one.meaning[0] == other.meaning[0] == "number" and 0 < _value(one) < _value(other)
        if counted and _rounds(_value(one) / _value(other), asked.figure) and other.span[0] - one.span[1] < 40:
            yield Worked(f"{one.text} ÷ {other.text} = {text}", _around(one, other))


def _folds(asked: Asked, known: Sequence[Figure]) -> Iterator[Worked]:
    for one, other in _pairs(known):
        alike = one.meaning[0] == other.meaning[0] and one.kind in ("number", "money")
        wanted = _value(asked.figure)
        if alike and _value(other) and _value(one) / _value(other) in (wanted, 1 / wanted):
            sides = (one, other) if wanted > 1 else (other, one)
            yield Worked(f"{sides[0].text} ÷ {sides[1].text} = {_value(asked.figure)}", _around(one, other))


def _numbers(asked: Asked, known: Sequence[Figure], year: int) -> Iterator[Worked]:
    wanted, words, text = _value(asked.figure), asked.sentence, asked.figure.text
    numbers = [each for each in known if each.meaning[0] == "number"]
    if _SUM.search(words):
        yield from _sums(asked, numbers)
        for one, other in combinations(numbers, 2):
            if _near(one, other) and _value(one) * _value(other) == wanted and min(_value(one), _value(other)) > 1:
                yield Worked(f"{one.text} × {other.text} = {text}", _around(one, other))
    if _LEFT.search(words):
        for more, less in _pairs(numbers):
            if _value(more) - _value(less) == wanted:
                yield Worked(f"{more.text} − {less.text} = {text}", _around(more, less))
    behind = {name for name, pattern in _BEHIND.items() if pattern.match(asked.behind)}
    if "years" in behind and not asked.said_otherwise:
        years = [each for each in known if each.meaning[0] == "year"]
        for each in years:
            if year and year - int(each.meaning[1]) == wanted:
                yield Worked(f"{year} − {each.text} = {text}", each.span)
        for one, other in combinations(years, 2):
            if _near(one, other) and abs(int(one.meaning[1]) - int(other.meaning[1])) == wanted:
                yield Worked(f"{other.text} − {one.text} = {text}", _around(one, other))
    if behind & {"minutes", "hours"}:
        unit = 1 if "minutes" in behind else 60
        for one, other in _neighbours(known, "time"):
            if _minutes(other) - _minutes(one) == wanted * unit:
                yield Worked(f"{one.text} – {other.text} = {text}", _around(one, other))
    if "days" in behind:
        for one, other in _neighbours(known, "date"):
            if _days(one, other) in (wanted, wanted - 1):
                yield Worked(f"{one.text} – {other.text} = {text}", _around(one, other))
    for kind in ("time", "date"):
        listed = [each for each in known if each.kind == kind]
        if len(listed) == wanted > 2 and _near(listed[0], listed[-1]):
            yield Worked(f"{', '.join(each.text for each in listed)} = {text}", _around(listed[0], listed[-1]))


def _pairs(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Those that stand together, the larger one first."""
    counted = [each for each in figures if each.kind in ("number", "money") and each.meaning[0] not in _NAMES]
    for one, other in combinations(counted, 2):
        if _near(one, other) and _value(one) != _value(other):
            yield (one, other) if _value(one) > _value(other) else (other, one)


_NAMES: Final = ("name", "times", "share")


def _neighbours(figures: Sequence[Figure], kind: str) -> Iterator[tuple[Figure, Figure]]:
    found = [each for each in figures if each.kind == kind]
    yield from ((one, other) for one, other in pairwise(found) if _near(one, other))


def _near(one: Figure, other: Figure) -> bool:
    start, end = _around(one, other)
    return end - start <= REACH and one.span != other.span


def _around(one: Figure, other: Figure) -> tuple[int, int]:
    return min(one.span[0], other.span[0]), max(one.span[1], other.span[1])


def _value(figure: Figure) -> Fraction:
    value = Fraction(figure.meaning[1])
    return value * 100 if figure.meaning[0] == "share" else value


def _rounds(exact: Fraction, claimed: Figure) -> bool:
    """Whether an exact share is what is claimed, rounded to as many decimals."""
    decimals = 0 if claimed.meaning[0] == "share" else len(claimed.meaning[1].partition(".")[2])
    return exact > 0 and abs(exact * 100 - _value(claimed)) <= Fraction(1, 2 * 10**decimals)


def _minutes(figure: Figure) -> int:
    hour, _, minute = figure.meaning[1].partition("|")
    return int(hour) * 60 + int(minute)


def _days(one: Figure, other: Figure) -> int:
    """From one date to the next, in a year that has every day."""
    try:
        first, last = (
            date(2024, int(month), int(day)) for day, _, month in (f.meaning[1].partition("|") for f in (one, other))
        )
    except ValueError:
        return -1
    return (last - first).days % _MONTH_DAYS
