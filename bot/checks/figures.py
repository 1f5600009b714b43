"""Which figures stand in a text, and what does each mean?

A figure is compared by what it means, not by how it is written: "20 %" is "20%", "CHF 2'490.–" is "CHF 2490", "31 May"
is "May 31st" and "31. Mai", "2 pm" is "14:00", "5km" is "5 km", "forty" is "40". What may be read in several ways
means each of them: "7.30", or "4.2." at the end of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

import regex

from bot.checks.addresses import find_addresses
from bot.checks.number_words import scale_behind, spoken
from bot.privacy import find_personal

FigureKind = Literal["percent", "money", "date", "time", "year", "ordinal", "number"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar", "february feb februar", "march mar märz", "april apr", "may mai", "june jun juni",
            "july jul juli", "august aug", "september sep sept", "october oct oktober okt", "november nov",
            "december dec dezember dez",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[’' \u00a0\u202f,.]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_CURRENCY = (
    r"CHF|EUR|USD|GBP|SFr\.?|Fr\.|[€$£]|(?i:Franken|Euros?|francs?|dollars?|pounds?|Pfund|Rappen|cents?)(?!\p{L})"
)
_CODES = {
    **{"€": "eur", "$": "usd", "£": "gbp", "fr": "chf", "sfr": "chf", "franken": "chf", "franc": "chf"},
    **{
        "francs": "chf",
        "euro": "eur",
        "euros": "eur",
        "pfund": "gbp",
        "cents": "cent",
        "dollar": "usd",
        "dollars": "usd",
        "pound": "gbp",
        "pounds": "gbp",
    },
}
_UNITS = (
    r"km/h|kWh|kW|km|kg|cm|mm|ml|cl|dl|m²|m2|m|g|l|h|min|sec|s|GB|TB|MB|Wh|W|V|mph|lbs?|oz|ft|°C|°F|k|x|er|fach|"
    r"köpfig|jährig|tägig"
)
_ORDINALS = {
    **{word: number for number, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh",
       "eighth", "ninth", "tenth"), 1)},
    **{word: number for number, word in enumerate(("erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt",
       "acht", "neunt", "zehnt"), 1)},
}  # fmt: skip
_ORDINAL_WORD = regex.compile(
    r"(?i)(?<!\p{L})(?:(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
    r"|(erst|zweit|dritt|viert|fünft|sechst|siebt|acht|neunt|zehnt)e[nrsm]?)(?!\p{L})"
)
_MARKER = regex.compile(r"(?m)^[ \t]*\d{1,2}[.)](?=[ \t])|\d\uFE0F?\u20E3")  # list numbers and keycap emoji

FIGURE = regex.compile(
    rf"(?P<percent>(?P<percent_value>{_NUMBER})\s?(?:%|percent\b|per cent\b|Prozent\b))"
    rf"|(?P<money>(?P<currency>{_CURRENCY})\s?(?P<amount>{_NUMBER})(?:\.?[–-])?"
    rf"|(?P<amount2>{_NUMBER})(?:\.[–-])?\s?(?P<currency2>{_CURRENCY})(?!\w))"
    rf"|(?P<date>(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:of\s)?(?P<month>(?i:{_MONTH}))\b\.?"
    rf"|\b(?P<month2>(?i:{_MONTH}))\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"|(?<!\d)(?P<day3>0?[1-9]|[12]\d|3[01])\.\s?(?P<month3>0?[1-9]|1[0-2])\.(?:\s?(?P<year3>\d{4}|\d{2}(?![.:]\d|\s?Uhr)))?(?!\d)"
    r"|\b(?P<year4>\d{4})-(?P<month4>\d{2})-(?P<day4>\d{2})\b)"
    r"|(?P<time>(?<!\d)(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:\s?(?P<half>(?i:am|pm|a\.m\.|p\.m\.)))?"
    r"(?:\s?(?:Uhr|h)\b)?(?!\d|\.\d)"
    r"|(?<!\d)(?P<hour2>1?\d)\s?(?P<half2>(?i:am|pm|a\.m\.|p\.m\.))(?!\w)|(?<!\d)(?P<hour3>[01]?\d|2[0-3])\s?(?:Uhr|o['’]clock)\b)"
    r"|(?P<ordinal>(?<![\w.#])(?P<rank>\d+)(?i:st|nd|rd|th)\b)"
    rf"|(?P<plain>(?<![\w.#])(?P<value>{_NUMBER})(?:{_UNITS})?(?!\w))"
    r"|(?P<name>(?<![\w#])(?:\p{L}[\p{L}\p{N}]*\d|\d+\p{L})[\p{L}\p{N}]*"
    r"|(?<=#)(?:\p{L}[\p{L}\p{N}_]*\d|\d+[\p{L}_])[\p{L}\p{N}_]*)",
)
_UNIT_BEHIND = regex.compile(
    rf"[ \u00a0-]?(?:(?P<percent>%|percent\b|per cent\b|Prozent\b|prozentig\w*)|(?P<currency>{_CURRENCY})(?!\w))"
)
_CLOCK: Final = regex.compile(r"([01]?\d|2[0-3])\.([0-5]\d)")
_FOLD: Final = regex.compile(r"(?:(?<=\d)k|(?<=\d\s?)(?:x|fach))$")
_DIGIT: Final = regex.compile(r"\d")
_LONG_NUMBER: Final = regex.compile(r"\d(?:[ \u00a0()/.\-]{0,3}\d){6}")  # as long as a telephone number
MOST_SEARCHED: Final = 6_000  # characters; a whole page is no post


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as written, with what it means; equal meanings are equal claims. `also`: other ways to read it."""

    text: str
    span: tuple[int, int]
    meaning: tuple[str, str]
    also: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> FigureKind:
        head = self.meaning[0].partition(" ")[0]
        if head == "share":
            return "percent"
        return head if head in ("percent", "money", "date", "time", "year", "ordinal") else "number"  # type: ignore[return-value]


def figures(text: str) -> tuple[Figure, ...]:
    """Percentages, prices, dates, times and other numbers, in digits and from two on in words; not those inside links,
    addresses, telephone and other personal numbers, nor list numbers.
    """
    return tuple(_found(text, least=2))


def _found(text: str, *, least: int) -> list[Figure]:
    hidden = [address.span for address in find_addresses(text) if address.kind != "mention"]
    found = list(_in_digits(text, hidden)) if _DIGIT.search(text) else []
    taken = [*hidden, *(figure.span for figure in found)]
    found += (figure for figure in _in_words(text, least) if not _overlaps(figure.span, taken))
    return sorted(found, key=lambda figure: figure.span)


def _in_digits(text: str, hidden: Sequence[tuple[int, int]]) -> Iterator[Figure]:
    if len(text) <= MOST_SEARCHED and _LONG_NUMBER.search(text):
        hidden = [*hidden, *(each.span for each in find_personal(text))]  # what is wrong with these, `privacy` says
    markers = [match.span() for match in _MARKER.finditer(text)]
    for match in FIGURE.finditer(text):
        if not _inside(match, hidden) and not (match["plain"] and _inside(match, markers)):
            yield _figure(match, text)


def _figure(match: regex.Match[str], text: str) -> Figure:
    meaning, (start, end) = _meaning(match), match.span()
    scaled = scale_behind(text, end) if match["money"] or match["plain"] else None
    if scaled is not None and meaning[0] != "year":
        meaning, end = (meaning[0], _times(meaning[1], scaled[0])), scaled[1]
        unit = _UNIT_BEHIND.match(text, end) if meaning[0] == "number" else None
        if unit is not None and unit["currency"]:
            meaning, end = (_money(unit["currency"]), meaning[1]), unit.end()
    return Figure(text[start:end].strip(), (start, end), meaning, tuple(_other_readings(match)))


def _in_words(text: str, least: int) -> Iterator[Figure]:
    for one in spoken(text, least=least):
        start, end = one.span
        meaning = one.meaning
        unit = _UNIT_BEHIND.match(text, end) if meaning[0] == "number" else None
        if unit is not None:
            end = unit.end()
            meaning = (_money(unit["currency"]) if unit["currency"] else "percent", meaning[1])
        yield Figure(text[start:end], (start, end), meaning, one.also)


def _money(currency: str) -> str:
    written = currency.casefold().rstrip(".")
    return f"money {_CODES.get(written, written)}"


def _overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _other_readings(match: regex.Match[str]) -> Iterator[tuple[str, str]]:
    """ "4.2." may be a day or a number at the end of a sentence; "7.30" a time or an amount, in the morning or not."""
    part = match.groupdict()
    if part["day3"] and not part["year3"] and " " not in match[0]:
        yield "number", plain(f"{part['day3']}.{part['month3']}")
        if clock := _CLOCK.fullmatch(match[0].rstrip(".")):
            yield "time", f"{int(clock[1])}|{int(clock[2])}"
    if part["hour"] and not part["half"] and match[0][-1].isdigit():
        hour, minute = part["hour"], part["minute"]
        if "." in match[0]:
            yield "number", plain(f"{hour}.{minute}")
        if not hour.startswith("0") and 1 <= int(hour) <= 12:
            yield "time", f"{(int(hour) + 12) % 24}|{int(minute)}"
    if part["money"] and match[0].startswith("Fr.") and (clock := _CLOCK.fullmatch(part["amount"] or "")):
        yield "time", f"{int(clock[1])}|{int(clock[2])}"  # "Fr." is a day of the week, too
    if part["plain"] and (times := _FOLD.search(match[0])):
        value = plain(part["value"])
        yield ("number", _times(value, 1_000)) if times[0] == "k" else ("times", value)


def _times(value: str, scale: int) -> str:
    scaled = Fraction(value) * scale
    return str(scaled.numerator) if scaled.denominator == 1 else plain(f"{float(scaled):f}")


def _inside(match: regex.Match[str], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start() < end for start, end in spans)


def stated(text: str) -> tuple[Figure, ...]:
    """The figures of a source: those in words and the years of dates count too."""
    found = _found(text, least=0)
    for match in FIGURE.finditer(text):
        year = match["year3"] or match["year4"]
        if year and len(year) == 4:
            found.append(Figure(year, match.span(), ("year", year)))
    for match in _ORDINAL_WORD.finditer(text):
        found.append(Figure(match[0], match.span(), ("ordinal", str(_ORDINALS[(match[1] or match[2]).casefold()]))))
    return tuple(found)


def meanings(text: str) -> frozenset[tuple[str, str]]:
    """What the figures of a source mean."""
    return frozenset(figure.meaning for figure in stated(text))


def known_figure(figure: Figure, known: frozenset[tuple[str, str]]) -> bool:
    """Whether a source states it."""
    return figure.meaning in known or any(same(figure.meaning, other) for other in known)


def fits(claimed: Figure, said: Figure) -> bool:
    """Whether a source's figure is the one that is claimed, as either may be read. Which half of the day a source means
    is not guessed: that "7.30" is 19:30 is for it to say.
    """
    stated = [said.meaning, *(each for each in said.also if said.kind != "time" or each[0] != "time")]
    return any(same(one, other) for one in (claimed.meaning, *claimed.also) for other in stated)


def same(claimed: tuple[str, str], said: tuple[str, str]) -> bool:
    """A bare number is covered by any figure with its value, and an hour by the number; the other way round a unit must
    be the same. What may be read as a day or as a time, "5.12.", is either.
    """
    if claimed == said:
        return True
    kind, value = claimed
    if {kind, said[0]} == {"share", "percent"}:
        share, percent = (claimed[1], said[1]) if kind == "share" else (said[1], claimed[1])
        return abs(Fraction(share) * 100 - Fraction(percent)) < 1
    if {kind, said[0]} == {"date", "time"}:
        return value == said[1]
    if kind in ("number", "year", "ordinal"):
        return value in (said[1], *said[1].split("|"))
    return kind == "time" and said == ("number", value.split("|")[0]) and value.endswith("|0")


def _meaning(match: regex.Match[str]) -> tuple[str, str]:
    part = match.groupdict()
    if part["percent"]:
        return "percent", plain(part["percent_value"])
    if part["money"]:
        return _money(part["currency"] or part["currency2"]), plain(part["amount"] or part["amount2"])
    if part["date"]:
        day = part["day"] or part["day2"] or part["day3"] or part["day4"]
        named = part["month"] or part["month2"]
        month = _MONTHS[named.casefold()] if named else int(part["month3"] or part["month4"])
        return "date", f"{int(day)}|{month}"
    if part["time"]:
        hour = int(part["hour"] or part["hour2"] or part["hour3"])
        half = (part["half"] or part["half2"] or "").casefold()
        if half:
            hour = hour % 12 + (12 if half.startswith("p") else 0)
        return "time", f"{hour}|{int(part['minute'] or 0)}"
    if part["ordinal"]:
        return "ordinal", str(int(part["rank"]))
    if part["name"]:
        return "name", part["name"].casefold()
    if regex.fullmatch(r"(?:19|20)\d\d", part["plain"]):
        return "year", part["plain"]
    return "number", plain(part["value"])


def plain(number: str) -> str:
    """A number without its grouping: 2'490 and 2,490 and 2 490 are 2490; 4.50 and 4,5 are 4.5; 4.0 is 4."""
    grouped = regex.fullmatch(r"\d{1,3}(?:[’' \u00a0\u202f,.]\d{3})+(?:([.,])\d{1,2})?", number)
    if grouped:
        head, tail = (number, "") if grouped[1] is None else number.rsplit(grouped[1], 1)
        whole = regex.sub(r"\D", "", head)
    else:
        whole, _, tail = number.replace(",", ".").partition(".")
    whole, tail = whole.lstrip("0") or "0", tail.rstrip("0")
    return f"{whole}.{tail}" if tail else whole
