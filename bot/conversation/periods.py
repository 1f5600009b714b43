"""Which days does "this week" or "gestern" mean, on the clock of the person who asks?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.when import Resolved, resolve
from bot.when.saying import say_day

_DAYS: Final = (
    ("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"), ("thursday", "donnerstag"),
    ("friday", "freitag"), ("saturday", "samstag"), ("sunday", "sonntag"),
)  # fmt: skip
_MONTHS: Final = (
    "january|januar", "february|februar", "march|märz", "april", "may|mai", "june|juni", "july|juli", "august",
    "september", "october|oktober", "november", "december|dezember",
)  # fmt: skip
_LAST: Final = r"\b(?:last|past|letzte\w*|vergangene\w*)\b"
_NEXT: Final = r"\b(?:next|coming|nächste\w*|kommende\w*)\b"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`, both aware. `words` name the days, e.g. "Mon 16 Nov to Sun 22 Nov"."""

    start: datetime
    end: datetime
    words: str


def read_period(phrase: str, now: datetime, zone: str, language: str, *, past: bool) -> Period:
    """The period of a phrase; without one the next seven days, or the last seven when asked about the past.

    What cannot be read counts as none: a list that names its days misleads nobody.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    first, days = _span(phrase.casefold().strip(), today, now, zone, past=past)
    start = datetime.combine(first, time(), ZoneInfo(zone))
    end = datetime.combine(first + timedelta(days=days), time(), ZoneInfo(zone))
    words = say_day(first, language)
    if days > 1:
        joined = "bis" if language.startswith("de") else "to"
        words += f" {joined} {say_day(first + timedelta(days=days - 1), language)}"
    return Period(start, end, words)


def _span(said: str, today: date, now: datetime, zone: str, *, past: bool) -> tuple[date, int]:
    number = re.search(r"(\d{1,3}) (?:days|tage)", said)
    if number:
        days = max(1, min(366, int(number[1])))
        return (today - timedelta(days=days - 1), days) if re.search(_LAST, said) or past else (today, days)
    step = -1 if re.search(_LAST, said) else 1 if re.search(_NEXT, said) else 0
    monday = today - timedelta(days=today.weekday())
    if re.search(r"\b(?:weekend|wochenende)\b", said):
        return monday + timedelta(days=5 + 7 * step), 2
    if re.search(r"\b(?:week|woche)\b", said):
        return monday + timedelta(days=7 * step), 7
    if re.search(r"\b(?:month|monat)\b", said):
        return _month(today.year, today.month + step)
    for word, days in (("day after tomorrow|übermorgen", 2), ("yesterday|gestern", -1), ("tomorrow|morgen", 1)):
        if re.search(rf"\b(?:{word})\b", said):
            return today + timedelta(days=days), 1
    if re.search(r"\b(?:today|tonight|heute)\b", said):
        return today, 1
    return _named(said, today, now, zone, step, past=past)


def _named(said: str, today: date, now: datetime, zone: str, step: int, *, past: bool) -> tuple[date, int]:
    for weekday, names in enumerate(_DAYS):
        if any(name in said for name in names):
            ahead = (weekday - today.weekday()) % 7
            back = step < 0 or (past and ahead > 0)
            return today + timedelta(days=ahead - 7 if back else ahead), 1
    for number, month in enumerate(_MONTHS, 1):
        if re.search(rf"\b(?:{month})\b", said) and not re.search(r"\d", said):
            year = today.year + (0 if past == (number <= today.month) or number == today.month else (-1 if past else 1))
            return _month(year, number)
    if said:
        found = resolve(f"{said} 12:00", now=now, zone=zone)
        if isinstance(found, Resolved) and found.instants:
            return found.instants[0].astimezone(ZoneInfo(zone)).date(), 1
    return (today - timedelta(days=6), 7) if past else (today, 7)


def _month(year: int, month: int) -> tuple[date, int]:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return first, (following - first).days
