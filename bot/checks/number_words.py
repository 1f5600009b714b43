"""Which numbers stand in a text as words? "forty-two", "zweihundertfünfzig", "a dozen", "zweimal", "doubled".

English and German. What only sounds like a number is left out ("two cents", "high five", "unter vier Augen", "Elf" the
team), and so is "one", which is an article more often than a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

_SMALL_EN: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS_EN: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SMALL_DE: Final = (
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
_TENS_DE: Final = {
    "zwanzig": 20, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80,
    "neunzig": 90,
}  # fmt: skip
_SCALES: Final = {
    "thousand": 1_000, "tausend": 1_000, "tsd": 1_000, "k": 1_000, "million": 1_000_000, "millions": 1_000_000,
    "millionen": 1_000_000, "mio": 1_000_000, "mn": 1_000_000, "m": 1_000_000, "billion": 1_000_000_000,
    "milliarde": 1_000_000_000, "milliarden": 1_000_000_000, "mrd": 1_000_000_000, "bn": 1_000_000_000,
}  # fmt: skip
_TOKEN: Final = regex.compile(r"\p{L}+")
_SUFFIX: Final = regex.compile(
    r"(.+?)(?:mal|fach(?:e[nrsm]?)?|jährig\w*|tägig\w*|köpfig\w*|stündig\w*|wöchig\w*|monatig\w*|seitig\w*)$"
)
_SHARE: Final = regex.compile(
    r"(?i)(?<![\p{L}-])(?:"
    r"(?P<half>half (?:of|our|off|the(?! (?:time|battle|fun|world)\b)|as (?:many|much))|"
    r"(?:die|der|zur|eine) hälfte|halb so (?:viele?|teuer))"
    r"|(?P<twothirds>two[- ]thirds|zwei drittel)|(?P<third>(?:a|one)[- ]third of|ein drittel)"
    r"|(?P<threequarters>three[- ]quarters of|drei viertel (?:der|aller|unserer|des)|dreiviertel (?:der|aller|unserer))"
    r"|(?P<quarter>(?:a|one) quarter of|ein viertel (?:der|aller|unserer|des))"
    r")(?!\p{L})"
)
_HALF_PRICE: Final = regex.compile(r"(?i)(?<![\p{L}-])(?:half[- ](?:the )?price|halbe[nrm]? preis)(?!\p{L})")
_SHARES: Final = {"half": "1/2", "third": "1/3", "twothirds": "2/3", "quarter": "1/4", "threequarters": "3/4"}
_TIMES: Final = regex.compile(
    r"(?i)(?<![\p{L}-])(?:"
    r"(?P<two>doubled|doubles|twice (?:as|the)\b|double the (?:number|amount)|verdoppelt\w*|doppelt so)"
    r"|(?P<three>tripled|triples|three times (?:as|the)\b|verdreifacht\w*|dreimal so)"
    r"|(?P<four>quadrupled|four times (?:as|the)\b|vervierfacht\w*|viermal so)"
    r"|(?P<halved>halved|halbiert\w*)"
    r")(?!\p{L})"
)
_TIMES_OF: Final = {"two": "2", "three": "3", "four": "4", "halved": "0.5"}
_FEW: Final = regex.compile(
    r"(?i)(?<![\p{L}-])(?:(?P<six>half a dozen|ein halbes dutzend)"
    r"|(?P<twelve>(?:a|one|ein|das) (?:dozen|dutzend)|dutzend)|(?P<two>twice(?= (?:a|per|every|each)\b)))(?!\p{L})"
)
_FEW_OF: Final = {"six": 6, "twelve": 12, "two": 2}
_HALF_PAST: Final = regex.compile(
    r"(?i)(?<![\p{L}-])(?:(?P<past>half past|half after)|(?P<quarter>quarter past|quarter after|viertel nach)|"
    r"(?P<to>quarter to|viertel vor)|(?P<halb>halb))\s(?P<hour>\p{L}+|1?\d)(?:\s(?P<half>am|pm|a\.m\.|p\.m\.)(?!\w))?"
    r"(?!\p{L}|\d)"
)
_HOUR: Final = regex.compile(
    r"(?i)\s?(?:o['’]clock|uhr)(?!\p{L})(?:\s(?P<quarter>dreissig|dreißig|fünfzehn)(?!\p{L}))?"
)
_AFTER_NOON: Final = regex.compile(r"(?i)\s?(?P<half>am|pm|a\.m\.|p\.m\.)(?!\w)")
# Where a number word numbers nothing.
_IDIOM: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:"
    r"(?:ten|zehn|drei|three),? (?:nine|neun|zwei|two),? (?:eight|acht|eins|one)|eins,? zwei,? drei|one,? two,? three|"
    r"two cents|two minds|second to none|high five|give me five|take (?:two|five|ten)|cloud nine|"
    r"top (?:ten|five|three)|nine to five|twenty[- ]four seven|seven days a week|sieben tage (?:die|in der) woche|"
    r"fifty[- ]fifty|(?:these|those|us|you) two|the two of|(?:uns|euch|ihr|wir|diese|den) (?:zwei|beiden)|"
    r"one or two|ein,? zwei|ein oder zwei|two of a kind|two left feet|two['’]s company|three['’]s a crowd|"
    r"unter vier augen|(?:vier|vieren) wände[n]?|four walls|zwei fliegen|two birds|auf allen vieren|all fours|"
    r"zwei linke hände|sieben sachen|seven seas|drei kreuze|four[- ]legged|four[- ](?:letter|leaf)|"
    r"(?:tausend|hundert) dank|(?:a )?thousand thanks|one in a (?:million|thousand)|thanks a million|million thanks|"
    r"(?:ausser|außer|in) acht|acht (?:geben|gebt|gib|nehmen)|(?:gib|gebt|geben sie) acht|"
    r"(?:an|our|the|this|my|your|little|christmas|every|each|one|elf|die|unsere|eure|ihre) elf|elf (?:on|hats?|ears?)|"
    r"twelve days of christmas|six[- ]pack|zero[- ]waste|back to zero|at sixes and sevens|"
    r"(?:mit|to) null|null (?:bock|problem)|to be (?:number )?one"
    r")(?!\p{L})"
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number in words: `meaning` as of a figure ("number", "share" or "times"); `also` what else it may mean."""

    text: str
    span: tuple[int, int]
    meaning: tuple[str, str]
    also: tuple[tuple[str, str], ...] = ()


def spoken(text: str, *, least: int = 2) -> tuple[Spoken, ...]:
    """Numbers in words from `least` on, in order. In a post two and more count, in a source one and none do, too."""
    if not _TOKEN.search(text):
        return ()
    idioms = [match.span() for match in _IDIOM.finditer(text)] if least else []
    found = list(_clocks(text))
    for matches, kind, values in (
        (_SHARE.finditer(text), "share", _SHARES),
        (_TIMES.finditer(text), "times", _TIMES_OF),
        (_FEW.finditer(text), "number", _FEW_OF),
    ):
        for match in matches:
            name = next(name for name in values if match.groupdict().get(name))
            found.append(Spoken(match[0].strip(), match.span(), (kind, str(values[name]))))
    found += _cardinals(text, least)
    if not least:  # in a post these words are a claim of their own (`wording`)
        found += (Spoken(match[0], match.span(), ("share", "1/2")) for match in _HALF_PRICE.finditer(text))
    kept: list[Spoken] = []
    for one in sorted(found, key=lambda each: (each.span[0], -each.span[1])):
        overlaps = kept and one.span[0] < kept[-1].span[1]
        if not overlaps and not any(start <= one.span[0] < end for start, end in idioms):
            kept.append(one)
    return tuple(kept)


def scale_behind(text: str, at: int) -> tuple[int, int] | None:
    """What a number that ends here is multiplied by ("2.5 million", "3 Mio."), and where that word ends."""
    match = regex.compile(r"[ \u00a0]?(\p{L}+)(?!\p{L})").match(text, at)
    if match is None:
        return None
    scale = _SCALES.get(match[1].casefold())
    long = len(match[1]) > 1 or match[0][0] != " "
    return (scale, match.end()) if scale is not None and long else None


def _clocks(text: str) -> Iterator[Spoken]:
    """Times of day in words. Where only twelve hours are told, both halves of the day are meant."""
    for match in _HALF_PAST.finditer(text):
        hour = int(match["hour"]) if match["hour"].isdigit() else value_of(match["hour"])
        if hour is None or not 1 <= hour <= 12:
            continue
        minute = 15 if match["quarter"] else 45 if match["to"] else 30
        start = hour - 1 if match["to"] or match["halb"] else hour
        yield _clock(match[0], match.span(), start, minute, match["half"])


def _clock(text: str, span: tuple[int, int], hour: int, minute: int, half: str | None) -> Spoken:
    if half:
        hour = hour % 12 + (12 if half.casefold().startswith("p") else 0)
        return Spoken(text, span, ("time", f"{hour}|{minute}"))
    also = (("time", f"{(hour + 12) % 24}|{minute}"),) if hour <= 12 else ()
    return Spoken(text, span, ("time", f"{hour}|{minute}"), also)


def _cardinals(text: str, least: int) -> Iterator[Spoken]:
    tokens = [(match[0].casefold(), match.span()) for match in _TOKEN.finditer(text)]
    at = 0
    while at < len(tokens):
        word, (start, end) = tokens[at]
        value, used = _german(word), 1
        if value is None:
            value, used = _english(text, tokens, at)
        if value is None or value < least:
            at += max(1, used)
            continue
        end = tokens[at + used - 1][1][1]
        at += used
        scaled = scale_behind(text, end)
        if scaled is not None:
            value, end = value * scaled[0], scaled[1]
        hour = _HOUR.match(text, end) or _AFTER_NOON.match(text, end)
        if hour is not None and value <= 24:
            minute = {"f": 15, "d": 30}.get((hour.groupdict().get("quarter") or " ")[0].casefold(), 0)
            yield _clock(
                text[start : hour.end()], (start, hour.end()), value % 24, minute, hour.groupdict().get("half")
            )
        else:
            yield Spoken(text[start:end], (start, end), ("number", str(value)))


def value_of(word: str) -> int | None:
    """What one word says; None when it is no number."""
    folded = word.casefold()
    german = _german(folded)
    return german if german is not None else _words_en().get(folded)


@lru_cache(maxsize=1)
def _words_en() -> dict[str, int]:
    return {word: number for number, word in enumerate(_SMALL_EN)} | _TENS_EN


@lru_cache(maxsize=1)
def _words_de() -> dict[str, int]:
    """Every word for 0 to 999, and the whole thousands, with "ss" for "ß" as casefolding makes it."""
    below_hundred = {word: number for number, word in enumerate(_SMALL_DE)}
    units = ("", "ein", *_SMALL_DE[2:10])
    for word, ten in _TENS_DE.items():
        below_hundred[word] = ten
        below_hundred.update({f"{units[unit]}und{word}": ten + unit for unit in range(1, 10)})
    words = dict(below_hundred)
    for number in range(1, 10):
        for head in {units[number] + "hundert", *(("hundert",) if number == 1 else ())}:
            words[head] = number * 100
            for tail, value in below_hundred.items():
                if value:
                    words[head + tail] = words[f"{head}und{tail}"] = number * 100 + value
    thousands = {"tausend": 1_000}
    for word, value in words.items():
        if value:
            thousands[("ein" if value == 1 else word) + "tausend"] = value * 1_000
    return words | thousands


def _german(word: str) -> int | None:
    known = _words_de()
    value = known.get(word)
    if value is not None:
        return value
    match = _SUFFIX.match(word)
    value = known.get(match[1]) if match else None
    return value if value is not None and value > 1 else None  # "einfach", "einmal"


def _english(text: str, tokens: Sequence[tuple[str, tuple[int, int]]], at: int) -> tuple[int | None, int]:
    """The number that begins with this token, and how many tokens it takes; (None, 0) when none begins here."""
    total, current, used = 0, -1, 0
    while at + used < len(tokens):
        word, (start, _) = tokens[at + used]
        between = text[tokens[at + used - 1][1][1] : start] if used else ""
        if used and between not in (" ", "-", "\u00a0"):
            break
        known = _words_en().get(word)
        if word == "a" and not used and _next(tokens, at) in ("hundred", "thousand", "million"):
            current = 1
        elif known is not None and current < 0:
            current = known
        elif known is not None and (_joins(current, known) or (current % 100 == 0 and current + total > 0)) and known:
            current += known
        elif word == "hundred" and 0 < current < 100:
            current *= 100
        elif word in ("thousand", "million", "millionen", "tausend") and current > 0:
            total, current = total + current * _SCALES[word], 0
        elif word == "and" and used and (current or total) and _goes_on(tokens, at + used, current, total):
            pass
        else:
            break
        used += 1
    if current < 0 or (used == 1 and tokens[at][0] == "a"):
        return None, 0
    return total + current, used


def _joins(current: int, known: int) -> bool:
    """ "forty two" is one number, "four two" are two."""
    return current % 100 >= 20 and current % 10 == 0 and 0 < known < 10


def _goes_on(tokens: Sequence[tuple[str, tuple[int, int]]], at: int, current: int, total: int) -> bool:
    """Whether "and" stands inside a number: "one hundred and five", not "two hundred and my bike"."""
    return (current % 100 == 0) and (current > 0 or total > 0) and _next(tokens, at) in _words_en()


def _next(tokens: Sequence[tuple[str, tuple[int, int]]], at: int) -> str:
    return tokens[at + 1][0] if at + 1 < len(tokens) else ""
