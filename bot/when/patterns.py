"""Which words are which piece of time? One table of patterns, the longer ones first, each with its reading.

Every pattern is bounded, so that reading stays linear. A pattern that ends in "(?#open)" may be followed by a letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from bot.when import words
from bot.when.tokens import Clock, Day, Kind
from bot.when.zones import AMBIGUOUS, REGIONS, cities, zone_named

Meaning = tuple[Kind, Any]
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], str], Meaning | None]]

_MONTH = "(?P<month>" + "|".join(sorted(words.MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAYS = "|".join(sorted(words.WEEKDAYS, key=len, reverse=True))
_NUMBER = "(?P<number>[0-9]{1,3}|" + "|".join(sorted(words.NUMBERS, key=len, reverse=True)) + r")"
_HOUR = "(?P<number>[0-9]{1,2}|" + "|".join(
    word for word in sorted(words.NUMBERS, key=len, reverse=True)
    if 1 <= words.NUMBERS[word] <= 12 and word not in {"a", "an", "ein", "eine", "einer", "einem", "einen"}
) + ")"  # fmt: skip
_ORDINAL = "(?P<ordinal>" + "|".join(sorted(words.ORDINALS, key=len, reverse=True)) + ")"
_YEAR = r"(?:,?\s+(?P<year>20[0-9]{2})(?!\s*(?:uhr|h\b|:)|[0-9]))?"
_NOT_A_TIME = r"(?![0-9]|\s*[:.]\s*[0-9]|\s*(?:am|pm|a\.m|p\.m|uhr|h|o'clock)\b)"
_HALVES = r"(?P<half>am|pm|a\.m\.?|p\.m\.?)(?![a-z])"
_UNITS: dict[str, timedelta] = {
    "second": timedelta(seconds=1), "sec": timedelta(seconds=1), "sekunde": timedelta(seconds=1),
    "minute": timedelta(minutes=1), "min": timedelta(minutes=1), "hour": timedelta(hours=1), "hr": timedelta(hours=1),
    "stunde": timedelta(hours=1), "std": timedelta(hours=1), "day": timedelta(days=1), "tag": timedelta(days=1),
    "week": timedelta(weeks=1), "woche": timedelta(weeks=1),
}  # fmt: skip
_UNIT = (
    r"(?P<unit>seconds?|secs?|sekunden?|minuten?|minutes?|mins?|hours?|hrs?|stunden?|std|days?|tage?n?|weeks?|wochen?)"
)


def number(word: str) -> int:
    """ "two", "zwei" or "2" → 2."""
    return int(word) if word.isdigit() else words.NUMBERS[word]


def _hour(match: re.Match[str], language: str) -> Meaning:
    groups = match.groupdict()
    said = number(groups["number"])
    minute = int(groups.get("minute") or 0)
    half = groups.get("half")
    if half:
        if not 1 <= said <= 12 or minute > 59:
            return "problem", ("no_such_time", match[0])
        return "time", Clock(said % 12 + (12 if half.startswith("p") else 0), minute)
    if said > 23 or minute > 59 or int(groups.get("second") or 0) > 59:
        return "problem", ("no_such_time", match[0])
    if groups.get("uhr") or groups["number"].startswith("0") or said >= 13 or said == 0:
        return "time", Clock(said, minute)
    padded = groups.get("minute") is not None
    if padded:  # "9:30" is morning; "3:30" without am or pm is not sure where people say am and pm
        return "time", Clock(said, minute, sure=language.startswith("de") or said > 6)
    return "time", Clock(said, minute, sure=False)


def _past_or_to(match: re.Match[str], language: str) -> Meaning:
    said = number(match["number"])
    if not 1 <= said <= 12:
        return "problem", ("no_such_time", match[0])
    shift = {"half": 30, "halb": -30, "quarter": 15, "viertel": 15, "ten": 10, "zehn": 10, "five": 5, "fünf": 5,
             "twenty": 20, "zwanzig": 20, "10": 10, "5": 5, "20": 20}[match["shift"]]  # fmt: skip
    if match["shift"] != "halb" and match["way"] in {"to", "before", "vor"}:
        shift = -shift
    minutes = (said * 60 + shift) % 720
    half = match.groupdict().get("half")
    if half:
        return "time", Clock(minutes // 60 + (12 if half.startswith("p") else 0), minutes % 60)
    hour = minutes // 60 or 12
    return "time", Clock(hour, minutes % 60, sure=hour > 6)


def _date(match: re.Match[str], language: str) -> Meaning:
    groups = match.groupdict()
    year = int(groups["year"]) if groups.get("year") else None
    month = words.MONTHS[groups["month"]] if groups["month"] in words.MONTHS else int(groups["month"])
    day = int(groups["day"])
    if year is not None and year < 100:
        year += 2000
    if not 1 <= month <= 12 or not 1 <= day <= _longest(month, year):
        return "problem", ("no_such_day", match[0])
    return "date", Day(year, month, day)


def _longest(month: int, year: int | None) -> int:
    if month == 2:
        return 28 if year is not None and (year % 4 or (year % 100 == 0 and year % 400)) else 29
    return 30 if month in {4, 6, 9, 11} else 31


def _slashes(match: re.Match[str], language: str) -> Meaning:
    first, second = int(match["day"]), int(match["month"])
    day_first = not language.startswith("en") or language in {"en-gb", "en-au", "en-ie", "en-nz", "en-in", "en-za"}
    month_first = language in {"en-us", "en-ph"}
    year = int(match["year"]) if match["year"] else None
    if year is not None and year < 100:
        year += 2000
    readings = [(first, second), (second, first)]
    possible = [(day, month) for day, month in dict.fromkeys(readings) if month <= 12 and 1 <= day <= 31 and month]
    if len(possible) == 2 and (day_first or month_first):
        possible = [readings[0] if day_first else readings[1]]
    if not possible:
        return "problem", ("no_such_day", match[0])
    if len(possible) == 2:
        return "problem", ("day_or_month", match[0], tuple(Day(year, month, day) for day, month in possible))
    day, month = possible[0]
    return ("date", Day(year, month, day)) if day <= _longest(month, year) else ("problem", ("no_such_day", match[0]))


def _dotted(match: re.Match[str], language: str) -> Meaning:
    """ "24.12" is a day, "14.30" a time, "3.5" may be either."""
    first, second = int(match["day"]), int(match["month"])
    a_day = 1 <= first <= 31 and 1 <= second <= 12
    a_time = first <= 23 and second <= 59 and len(match["month"]) == 2
    if a_day and not a_time:
        return _date(match, language)
    if a_time and not a_day:
        return "time", Clock(first, second, sure=first > 6)
    return "problem", ("number", match[0])


def _offset(match: re.Match[str], language: str) -> Meaning | None:
    unit = match["unit"]
    for name, length in _UNITS.items():
        if unit.startswith(name):
            count = number(match["number"])
            if match.groupdict().get("and_half"):
                if length != timedelta(hours=1):
                    return "problem", ("leftover", match[0])
                return "offset", length * count + timedelta(minutes=30)
            more = match.groupdict().get("more")
            if more:
                return "offset", length * count + timedelta(minutes=number(more))
            return ("days", (length * count).days) if length >= timedelta(days=1) else ("offset", length * count)
    return None


def _weekday(word: str) -> int:
    return words.WEEKDAYS[word] if word in words.WEEKDAYS else words.GERMAN_SHORT_WEEKDAYS[word]


_MODIFIERS = {
    "next": "next", "nächst": "next", "naechst": "next", "this": "this", "coming": "this", "this coming": "this",
    "dies": "this", "kommend": "this", "every": "every", "each": "every", "jed": "every", "every other": "other",
    "every second": "other", "jeden zweiten": "other", "jeden 2.": "other", "last": "past", "letzt": "past",
    "vergangen": "past", "previous": "past",
}  # fmt: skip


def _named_day(match: re.Match[str], language: str) -> Meaning:
    said = (match["modifier"] or "").strip()
    modifier = _MODIFIERS.get(said) or next((_MODIFIERS[k] for k in _MODIFIERS if said and said.startswith(k)), "")
    if match["plural"] and not modifier:
        modifier = "every"
    return "weekday", (_weekday(match["weekday"]), modifier)


def _every(match: re.Match[str], language: str) -> Meaning | None:
    unit = match["unit"]
    count = 2 if re.search(r"other|second|zweit", match[0]) else number(match["number"] or "1")
    if unit.startswith(("day", "tag")):
        return "repeat", ("DAILY", count)
    if unit.startswith(("week", "woche")):
        return "repeat", ("WEEKLY", count)
    return "repeat", ("MONTHLY", count)


def _abbreviation(match: re.Match[str], language: str) -> Meaning | None:
    word = match[1]
    if word in AMBIGUOUS:
        return "problem", ("zone", word.upper(), AMBIGUOUS[word])
    return ("zone", ("abbreviation", word)) if word in REGIONS else None


_ISO_BEFORE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?\s?-$")


def _shift(match: re.Match[str], language: str) -> Meaning | None:
    if match["sign"] == "-" and not match["named"] and not _ISO_BEFORE.search(match.string[: match.start() + 1]):
        return None  # "9:00-11:00" is a range, not a zone
    minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
    if minutes > 14 * 60:
        return "problem", ("zone", match[0], ())
    return "zone", ("offset", minutes if match["sign"] == "+" else -minutes)


def _named_zone(match: re.Match[str], language: str) -> Meaning | None:
    zone = zone_named(match[0])
    return ("zone", ("region", zone.key)) if zone else None


def _city(match: re.Match[str], language: str) -> Meaning | None:
    return ("zone", ("region", cities()[match[1]])) if match[1] in cities() else None


def _always(kind: Kind, value: Any = None) -> Callable[[re.Match[str], str], Meaning | None]:
    return lambda match, language: (kind, value)


def _problem_word(key: str) -> Callable[[re.Match[str], str], Meaning | None]:
    return lambda match, language: ("problem", (key, match[0]))


_END = r"(?![\w])"
_SOURCES: list[tuple[str, Callable[[re.Match[str], str], Meaning | None]]] = [
    (r"(?:right now|right away|straight away|now|asap|a\.s\.a\.p\.?|immediately|as soon as possible|jetzt( gleich)?|"
     r"sofort|so bald wie möglich|schnellstmöglich)", _always("soon")),
    # in 20 minutes, half an hour from now
    (r"(?:in\s+)?(?:half an hour|einer halben stunde)(?:\s+from now)?", _always("offset", timedelta(minutes=30))),
    (r"in\s+(?:a quarter of an hour|einer viertelstunde)", _always("offset", timedelta(minutes=15))),
    (r"in\s+(?:anderthalb|eineinhalb) stunden", _always("offset", timedelta(minutes=90))),
    (r"in\s+(?:a couple of hours)", _always("offset", timedelta(hours=2))),
    (rf"in\s+{_NUMBER}\s*{_UNIT}\s+and a (?P<and_half>half)", _offset),
    (rf"in\s+{_NUMBER}\s+and a (?P<and_half>half)\s+(?P<unit>hours?|hrs?)", _offset),
    (rf"in\s+{_NUMBER}(?P<and_half>einhalb)\s+(?P<unit>stunden?)", _offset),
    (rf"(?:heute|today)\s+in\s+{_NUMBER}\s+(?P<unit>days?|tage?n?|weeks?|wochen?)", _offset),
    (rf"in\s+{_NUMBER}\s*(?P<unit>hours?|hrs?|h|stunden?|std)\s+(?:(?:and|und)\s+)?(?P<more>[0-9]{{1,2}})\s*(?:minuten?|"
     r"minutes?|mins?)", lambda m, _: ("offset", timedelta(hours=number(m["number"]), minutes=int(m["more"])))),
    (rf"in\s+{_NUMBER}\s*{_UNIT}", _offset),
    (r"in\s+(?P<count>[0-9]{1,3})\s*(?P<short>[smh])", lambda m, _: (
        "offset", timedelta(seconds=int(m["count"]) * {"s": 1, "m": 60, "h": 3600}[m["short"]]))),
    (rf"{_NUMBER}\s*{_UNIT}\s+from now", _offset),
    (rf"{_NUMBER}\s+(?P<unit>days?|weeks?)\s+(?:from|after)", lambda m, _: (
        "plus", number(m["number"]) * (7 if m["unit"].startswith("week") else 1))),
    # repetition before days and dates, so that "every" is never lost
    (rf"(?:(?:on|an?)\s+)?(?:every|each|the|jede[nrs]?|am|an jedem)?\s*{_ORDINAL}\s+(?P<weekday>{_DAYS})\s+"
     r"(?:(?:of|in)\s+(?:the|each|every)\s+month|(?:im|des|jeden|jedes) monats?)", lambda m, _: (
         "nth", (words.ORDINALS[m["ordinal"]], _weekday(m["weekday"])))),
    (rf"(?:every|each|jede[nrs]?|alle)\s+(?:other\s+|second\s+|zweiten?\s+)?(?:{_NUMBER}\s+)?"
     r"(?P<unit>days?|weeks?|months?|tage?|wochen?|monate?)", _every),
    (r"(?:every|each|jeden) (?=morning|afternoon|evening|morgen|abend|nachmittag)(?#open)",
     _always("repeat", ("DAILY", 1))),
    (r"(?:the )?first (?:day )?of (?:the|each|every) month", _always("repeat", ("FIRST", 1))),
    (r"(?:daily|täglich|taeglich)", _always("repeat", ("DAILY", 1))),
    (r"(?:fortnightly|biweekly|zweiwöchentlich)", _always("repeat", ("WEEKLY", 2))),
    (r"(?:weekly|wöchentlich)", _always("repeat", ("WEEKLY", 1))),
    (r"(?:monthly|monatlich)", _always("repeat", ("MONTHLY", 1))),
    (r"(?:(?:every|each)\s+weekday|(?:on\s+)?(?:weekdays|workdays)|werktags|jeden werktag)",
     _always("repeat", ("WEEKDAYS", 1))),
    # whole dates
    (r"(?P<year>20[0-9]{2})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?![0-9-])", _date),
    (r"(?P<year>20[0-9]{2})/(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})(?![0-9/])", _date),
    (r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})(?:/(?P<year>20[0-9]{2}|[0-9]{2}))?(?![0-9/])", _slashes),
    (r"(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.(?:\s?(?P<year>20[0-9]{2}|[0-9]{2}))?(?![0-9:.])", _date),
    # clock times
    (rf"{_HOUR}[:.](?P<minute>[0-9]{{2}})(?::(?P<second>[0-9]{{2}})(?:\.[0-9]{{1,6}})?)?\s*{_HALVES}", _hour),
    (rf"{_HOUR}\s*{_HALVES}", _hour),
    (r"(?P<number>[0-9]{1,2})[:.](?P<minute>[0-9]{2})\s*(?P<uhr>uhr\b|h\b)", _hour),
    (r"(?P<number>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,6})?)?"
     r"(?![0-9:])(?!\w(?<!z))(?#open)", _hour),
    (rf"{_HOUR}\s*(?P<uhr>uhr)(?:\s+(?P<minute>[0-9]{{1,2}})(?![0-9.:]))?", _hour),
    (r"(?P<number>[0-9]{1,2})(?P<uhr>h)(?P<minute>[0-9]{2})?", _hour),
    (r"(?P<number>[01][0-9]|2[0-3])(?P<minute>[0-5][0-9])\s*(?P<uhr>hrs|hours|h)", _hour),
    (rf"{_HOUR}\s*o'? ?clock", _hour),
    (rf"(?:a\s+)?(?P<shift>half|quarter|ten|five|twenty|10|5|20)\s+(?P<way>past|to|before)\s+{_HOUR}(?:\s*{_HALVES})?",
     _past_or_to),
    (rf"(?P<shift>viertel|zehn|fünf|zwanzig)\s+(?P<way>nach|vor)\s+{_HOUR}", _past_or_to),
    (rf"(?P<shift>halb)(?P<way>)\s+{_HOUR}", _past_or_to),
    (r"(?:at\s+|um\s+)?(?:noon|midday|zwölf uhr mittags)", _always("time", Clock(12))),
    (r"(?:um\s+|at\s+)?(?:midnight|mitternacht)", _always("time", Clock(0, midnight=True))),
    (r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})(?![0-9.])", _dotted),
    # days and months by name
    (rf"(?:the\s+)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?\s*(?:of\s+)?{_MONTH}{_YEAR}", _date),
    (rf"{_MONTH}\s+(?:the\s+)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_NOT_A_TIME}{_YEAR}", _date),
    (r"(?:the\s+)?end of (?:the|this) month|(?:am\s+)?monatsende|ende (?:des|dieses) monats", _always("month", 0)),
    (r"(?:the\s+)?end of next month|ende (?:des\s+)?nächsten monats", _always("month", 1)),
    (rf"(?:the\s+)?(?:end of|ende)\s+{_MONTH}", lambda m, _: ("month", ("end", words.MONTHS[m["month"]]))),
    (rf"{_MONTH}", lambda m, _: ("month", ("start", words.MONTHS[m["month"]]))),
    (r"new year'?s eve|silvester", _always("date", Day(None, 12, 31))),
    (r"christmas eve|heilig(?:er )?abend", _always("date", Day(None, 12, 24))),
    (r"christmas day", _always("date", Day(None, 12, 25))),
    (r"(?:the\s+)?day after tomorrow|übermorgen|uebermorgen", _always("days", 2)),
    (r"tomorrow|tmrw|tmr", _always("days", 1)),
    (r"today|heute", _always("days", 0)),
    (r"this (?=morning|afternoon|evening)", _always("days", 0)),
    (r"tonight", _always("part", "tonight")),
    (r"yesterday|gestern|vorgestern|(?:[0-9]{1,3}|a|an|two) (?:minutes?|hours?|days?|weeks?) ago",
     _problem_word("past")),
    (rf"(?P<modifier>(?:every other|every second|every|each|this coming|next|this|coming|last|previous|"
     rf"jeden zweiten|jeden 2\.|jede[nrs]?|nächste[nrs]?|naechste[nrs]?|kommende[nrs]?|diese[nrs]?|"
     rf"letzte[nrs]?|vergangene[nrs]?)\s+)?(?P<weekday>{_DAYS})(?P<plural>s?)\b\.?", _named_day),
    (rf"(?P<modifier>)(?P<weekday>{_DAYS})(?P<plural>)(?=abend|morgen|nachmittag|vormittag|mittag)(?#open)",
     _named_day),
    (r"next week|nächste woche|kommende woche", _always("week", 1)),
    (r"this week|diese woche", _always("week", 0)),
    (r"(?:kw|cw)\s?(?P<week>[0-9]{1,2})", lambda m, _: ("week", ("iso", int(m["week"])))),
    (r"(?:in the |am )?(?P<part>morning|vormittags?|morgens|früh|afternoon|nachmittags?|evening|abends?)",
     lambda m, _: ("part", m["part"])),
    (r"(?:am )?mittags?", _always("time", Clock(12))),
    # zones
    (r"(?P<named>utc|gmt)?\s?(?P<sign>[+-])(?P<hours>[01]?[0-9])(?::?(?P<minutes>[0-5][0-9]))?(?![0-9:])", _shift),
    (r"(?P<us>pacific|eastern|mountain)(?:\s+(?:standard\s+|daylight\s+)?time)?|central time",
     lambda m, _: ("zone", ("abbreviation", {"p": "pt", "e": "et", "m": "mt", "c": "ct"}[m[0][0]]))),
    (r"([a-z]{1,5})(?:\s+time)?", _abbreviation),
    (r"[a-z]+/[a-z_+-]+(?:/[a-z_]+)?", _named_zone),
    (r"([a-zäöüéã]+(?: [a-z]+){0,2}?)(?:\s+time|er zeit|\s+zeit)", _city),
    # limits of a series
    (r"until|till?|bis(?: (?:zum|zu))?|through|thru|up to", lambda m, _: ("until", m[0].startswith("thr"))),
    (r"(?:starting|beginning|from|ab|von)(?: (?:on|the|dem))?", _always("start")),
    (rf"(?:for\s+)?{_NUMBER}\s*(?:times|x|mal)", lambda m, _: ("count", number(m["number"]))),
    (rf"for (?:the next )?{_NUMBER} (?P<unit>weeks?|days?)", lambda m, _: ("count", (number(m["number"]), m["unit"]))),
    # a bare hour only after a word that says so
    (rf"(?:at|um|gegen|@)\s*{_HOUR}{_NOT_A_TIME}(?![\w/%])", _hour),
    (r"(?:around|about|approximately|approx\.?|ca\.|circa|gegen|etwa)", _always("about")),
    (rf"am\s+(?P<day>[0-9]{{1,2}})\.(?!\s?[0-9]|\s*{_MONTH})(?#open)", lambda m, _: ("ordinal", int(m["day"]))),
    (r"(?:the\s+)?(?P<day>[0-9]{1,2})(?:st|nd|rd|th)", lambda m, _: ("ordinal", int(m["day"]))),
    (r"[0-9]+", lambda m, _: ("number", m[0])),
    (r"and|und|sowie", _always("and")),
    (r"[&+/](?#open)", _always("and")),
    (r"[,;](?#open)", _always("soft")),
    (r"to", _always("range")),
    (r"-(?#open)", _always("range")),
    (r"(?:please|bitte|at|on|the|um|am|den|der|dem|an|for|für|it|its|of|post|schedule|publish|o'clock|uhr)",
     _always("filler")),
    (r"sharp|pünktlich", _always("filler")),
    (r"[@.!?()](?#open)", _always("filler")),
]  # fmt: skip
_GERMAN_FIRST: list[tuple[str, Callable[[re.Match[str], str], Meaning | None]]] = [
    (
        r"(?P<modifier>(?:jeden zweiten|jeden|nächsten|diesen|kommenden)\s+)?(?P<weekday>mo|di|mi|do|fr|sa|so)"
        r"(?P<plural>)\.?",
        _named_day,
    ),
]


def _compiled(sources: list[tuple[str, Callable[[re.Match[str], str], Meaning | None]]]) -> list[Rule]:
    return [
        (re.compile(f"(?:{source})" + ("" if source.endswith("(?#open)") else r"(?!\w)")), build)
        for source, build in sources
    ]


@lru_cache(maxsize=2)
def rules(german: bool) -> tuple[Rule, ...]:
    rules = _compiled(_SOURCES)
    return tuple(_compiled(_GERMAN_FIRST) + rules if german else rules)
