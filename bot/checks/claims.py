"""Which figures and boasts in the copy have no source in the brief or the brand's facts?

A figure is compared by what it means, not by how it is written: "20 %" is "20%", "CHF 2'490.–" is "CHF 2490", "31 May"
is "May 31st" and "31. Mai", "2 pm" is "14:00". A wrong figure that also stands somewhere else in the brief in another
role ("5 km" for "5 CHF") is another claim: unit and value count together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from bot.checks.addresses import find_addresses
from bot.checks.base import Subject
from storage.drafts import Finding

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
_CURRENCY = r"CHF|EUR|USD|GBP|SFr\.?|Fr\.|[€$£]|Franken|Euro|francs?|dollars?|pounds?"
_CODES = {
    **{"€": "eur", "$": "usd", "£": "gbp", "fr": "chf", "sfr": "chf", "franken": "chf", "franc": "chf"},
    **{"francs": "chf", "euro": "eur", "dollar": "usd", "dollars": "usd", "pound": "gbp", "pounds": "gbp"},
}
_WORDS_EN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_WORDS_DE = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"]

FIGURE = regex.compile(
    rf"(?P<percent>(?P<percent_value>{_NUMBER})\s?(?:%|percent\b|per cent\b|Prozent\b))"
    rf"|(?P<money>(?P<currency>{_CURRENCY})\s?(?P<amount>{_NUMBER})(?:\.?[–-])?"
    rf"|(?P<amount2>{_NUMBER})(?:\.[–-])?\s?(?P<currency2>{_CURRENCY})(?!\w))"
    rf"|(?P<date>(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:of\s)?(?P<month>(?i:{_MONTH}))\b\.?"
    rf"|\b(?P<month2>(?i:{_MONTH}))\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"|(?<!\d)(?P<day3>\d{1,2})\.\s?(?P<month3>\d{1,2})\.(?:\s?(?P<year3>\d{4}|\d{2}))?(?!\d)"
    r"|\b\d{4}-(?P<month4>\d{2})-(?P<day4>\d{2})\b)"
    r"|(?P<time>(?<!\d)(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:\s?(?P<half>(?i:am|pm|a\.m\.|p\.m\.)))?"
    r"(?:\s?(?:Uhr|h)\b)?(?![\d.])"
    r"|(?<!\d)(?P<hour2>1?\d)\s?(?P<half2>(?i:am|pm|a\.m\.|p\.m\.))(?!\w)|(?<!\d)(?P<hour3>[01]?\d|2[0-3])\s?(?:Uhr|o['’]clock)\b)"
    rf"|(?P<plain>(?<![\w.#])(?P<value>{_NUMBER})(?!\w))",
)
_BOASTS = (
    r"best(?:e[nrsm]?)?(?:[- ]in[- ](?:town|class|the world|switzerland|germany))?|number one|no\. ?1|#1|nr\. ?1|"
    r"nummer eins|world['’]?s (?:first|best|finest|fastest|leading)|leading|leader in|market leader|marktführer\w*|"
    r"führende[nrsm]?|unbeatable|unmatched|unschlagbar\w*|unerreicht\w*|guaranteed?|garantiert\w*|proven|"
    r"nachweislich|scientifically|wissenschaftlich|clinically",
    r"cheapest|lowest prices?|günstigste[nrsm]?|billigste[nrsm]?|fastest|schnellste[nrsm]?|safest|sicherste[nrsm]?|"
    r"the (?:greatest|finest|safest|healthiest|largest|biggest|most \w+)|grösste[nrsm]?|größte[nrsm]?|"
    r"risk[- ]free|risikofrei\w*|100\s?% (?:safe|natural|satisfaction|sicher|natürlich)|miracle|wundermittel|"
    r"cures?|heilt|award[- ]winning|preisgekrönt\w*|everyone loves|unique|einzigartig\w*",
    r"(?:carbon|climate)[- ]neutral|klimaneutral\w*|co2[- ]neutral\w*|eco[- ]friendly|umweltfreundlich\w*|"
    r"sustainable|nachhaltig\w*|biodegradable",
    r"last chance|letzte chance|only a few left|selling fast|while stocks last|solange (?:der )?vorrat reicht",
)
_BOAST = regex.compile(rf"(?i)(?<!\w)(?:{'|'.join(_BOASTS)})\b")
# Where the same words claim nothing.
_HARMLESS = regex.compile(
    r"(?i)\b(?:best (?:wishes|regards|before|practices?|of luck)|all the best|at best|do our best|"
    r"(?:am|aufs) besten|beste[n]? (?:dank|grüsse|grüße|wünsche))\b"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as written, with what it means; equal meanings are equal claims."""

    text: str
    span: tuple[int, int]
    meaning: tuple[str, str]


async def claims(subject: Subject) -> tuple[Finding, ...]:
    """Warnings with the span for figures and strong wording without a source, also in what was edited by hand."""
    sources = "\n".join((*subject.sources, *subject.page_texts))
    known = meanings(sources)
    folded = " ".join(sources.casefold().split())
    found: list[Finding] = []
    for each in subject.versions:
        by_hand = bool(each.version.edited_by)
        for figure in figures(each.text):
            if not known_figure(figure, known):
                reason = f"“{figure.text}” is not in the brief."
                fix = "Confirm where it comes from." if by_hand else "Correct it, or add its source to the brief."
                found.append(_finding(each.account.id, "figure", reason, fix, figure.span))
        for match in boasts(each.text):
            if " ".join(match[0].casefold().split()) not in folded:
                claim = _cut(match[0])
                reason = f"“{claim}” has no source."
                found.append(
                    _finding(each.account.id, "claim", reason, "Say what proves it, or tone it down.", match.span())
                )
    return tuple(found)


def figures(text: str) -> tuple[Figure, ...]:
    """Percentages, prices, dates, times and other numbers; not those inside links and addresses."""
    hidden = [address.span for address in find_addresses(text) if address.kind != "mention"]
    return tuple(
        Figure(match[0].strip(), match.span(), _meaning(match))
        for match in FIGURE.finditer(text)
        if not any(start <= match.start() < end for start, end in hidden)
    )


def meanings(text: str) -> frozenset[tuple[str, str]]:
    """What the figures of a source mean; number words up to twelve count as numbers."""
    found = {figure.meaning for figure in figures(text)}
    for word in regex.findall(r"\p{L}+", text.casefold()):
        for words in (_WORDS_EN, _WORDS_DE):
            if word in words:
                found.add(("number", str(words.index(word))))
    return frozenset(found)


def known_figure(figure: Figure, known: frozenset[tuple[str, str]]) -> bool:
    """Whether a source states it. A bare number is covered by any figure with its value, and a price without its
    currency by the number; the other way round a unit must be the same.
    """
    if figure.meaning in known:
        return True
    kind, value = figure.meaning
    if kind == "number":
        return any(value in (other, *other.split("|")) for _, other in known)
    return kind == "time" and ("number", value.split("|")[0]) in known and value.endswith("|0")


def boasts(text: str) -> Iterator[regex.Match[str]]:
    """Wording that needs proof."""
    harmless = [match.span() for match in _HARMLESS.finditer(text)]
    for match in _BOAST.finditer(text):
        if not any(start <= match.start() < end for start, end in harmless):
            yield match


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


def _finding(account: str, rule: str, reason: str, fix: str, span: tuple[int, int]) -> Finding:
    return Finding(severity="warn", rule=rule, reason=reason, fix=fix, account=account, span=span)


def _cut(text: str) -> str:
    said = " ".join(text.split())
    return said[0].upper() + said[1:]
