"""Which figures stand in a text, and what does each mean?

A figure is compared by what it means, not by how it is written: "20 %" is "20%", "CHF 2'490.–" is "CHF 2490", "31 May"
is "May 31st" and "31. Mai", "2 pm" is "14:00", "5km" is "5 km".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import regex

from bot.checks.addresses import find_addresses
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
_WORDS_EN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_WORDS_DE = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"]
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
_NUMBER_WORD = regex.compile(rf"(?i)(?<!\p{{L}})(?:{'|'.join((*_WORDS_EN, *_WORDS_DE))})(?!\p{{L}})")
_MARKER = regex.compile(r"(?m)^[ \t]*\d{1,2}[.)](?=[ \t])|\d\uFE0F?\u20E3")  # list numbers and keycap emoji

FIGURE = regex.compile(
    rf"(?P<percent>(?P<percent_value>{_NUMBER})\s?(?:%|percent\b|per cent\b|Prozent\b))"
    rf"|(?P<money>(?P<currency>{_CURRENCY})\s?(?P<amount>{_NUMBER})(?:\.?[–-])?"
    rf"|(?P<amount2>{_NUMBER})(?:\.[–-])?\s?(?P<currency2>{_CURRENCY})(?!\w))"
    rf"|(?P<date>(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:of\s)?(?P<month>(?i:{_MONTH}))\b\.?"
    rf"|\b(?P<month2>(?i:{_MONTH}))\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"|(?<!\d)(?P<day3>\d{1,2})\.\s?(?P<month3>\d{1,2})\.(?:\s?(?P<year3>\d{4}|\d{2}))?(?!\d)"
    r"|\b(?P<year4>\d{4})-(?P<month4>\d{2})-(?P<day4>\d{2})\b)"
    r"|(?P<time>(?<!\d)(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:\s?(?P<half>(?i:am|pm|a\.m\.|p\.m\.)))?"
    r"(?:\s?(?:Uhr|h)\b)?(?!\d|\.\d)"
    r"|(?<!\d)(?P<hour2>1?\d)\s?(?P<half2>(?i:am|pm|a\.m\.|p\.m\.))(?!\w)|(?<!\d)(?P<hour3>[01]?\d|2[0-3])\s?(?:Uhr|o['’]clock)\b)"
    r"|(?P<ordinal>(?<![\w.#])(?P<rank>\d+)(?i:st|nd|rd|th)\b)"
    rf"|(?P<plain>(?<![\w.#])(?P<value>{_NUMBER})(?:{_UNITS})?(?!\w))"
    r"|(?P<name>(?<![\w#])(?:\p{L}[\p{L}\p{N}]*\d|\d+\p{L})[\p{L}\p{N}]*"
    r"|(?<=#)(?:\p{L}[\p{L}\p{N}_]*\d|\d+[\p{L}_])[\p{L}\p{N}_]*)",
)
_DIGIT: Final = regex.compile(r"\d")
_LONG_NUMBER: Final = regex.compile(r"\d(?:[ \u00a0()/.\-]{0,3}\d){6}")  # as long as a telephone number
MOST_SEARCHED: Final = 6_000  # characters; a whole page is no post


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as written, with what it means; equal meanings are equal claims."""

    text: str
    span: tuple[int, int]
    meaning: tuple[str, str]

    @property
    def kind(self) -> FigureKind:
        head = self.meaning[0].partition(" ")[0]
        return head if head in ("percent", "money", "date", "time", "year", "ordinal") else "number"  # type: ignore[return-value]


def figures(text: str) -> tuple[Figure, ...]:
    """Percentages, prices, dates, times and other numbers; not those inside links, addresses, telephone
    and other personal numbers, nor list numbers.
    """
    if not _DIGIT.search(text):
        return ()
    hidden = [address.span for address in find_addresses(text) if address.kind != "mention"]
    if len(text) <= MOST_SEARCHED and _LONG_NUMBER.search(text):
        hidden += [each.span for each in find_personal(text)]  # what is wrong with these, `privacy` says
    markers = [match.span() for match in _MARKER.finditer(text)]
    return tuple(
        Figure(match[0].strip(), match.span(), _meaning(match))
        for match in FIGURE.finditer(text)
        if not _inside(match, hidden) and not (match["plain"] and _inside(match, markers))
    )


def _inside(match: regex.Match[str], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start() < end for start, end in spans)


def stated(text: str) -> tuple[Figure, ...]:
    """The figures of a source: those in words and the years of dates count too."""
    found = list(figures(text))
    for match in FIGURE.finditer(text):
        year = match["year3"] or match["year4"]
        if year and len(year) == 4:
            found.append(Figure(year, match.span(), ("year", year)))
    for match in _NUMBER_WORD.finditer(text):
        word = match[0].casefold()
        value = (_WORDS_EN if word in _WORDS_EN else _WORDS_DE).index(word)
        found.append(Figure(match[0], match.span(), ("number", str(value))))
    for match in _ORDINAL_WORD.finditer(text):
        found.append(Figure(match[0], match.span(), ("ordinal", str(_ORDINALS[(match[1] or match[2]).casefold()]))))
    return tuple(found)


def meanings(text: str) -> frozenset[tuple[str, str]]:
    """What the figures of a source mean."""
    return frozenset(figure.meaning for figure in stated(text))


def known_figure(figure: Figure, known: frozenset[tuple[str, str]]) -> bool:
    """Whether a source states it."""
    return figure.meaning in known or any(same(figure.meaning, other) for other in known)


def same(claimed: tuple[str, str], said: tuple[str, str]) -> bool:
    """A bare number is covered by any figure with its value, and an hour by the number; the other way round a unit must
    be the same. What may be read as a day or as a time, "5.12.", is either.
    """
    if claimed == said:
        return True
    kind, value = claimed
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
        currency = (part["currency"] or part["currency2"]).casefold().rstrip(".")
        return f"money {_CODES.get(currency, currency)}", plain(part["amount"] or part["amount2"])
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
