"""When does a row of a sheet mean? As spreadsheets of any country write days and times, and never by a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Order = Literal["day first", "month first", ""]
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTS: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_SLASHES: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
_ISO_SLASHES: Final = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_SERIAL: Final = re.compile(r"(\d{5})(?:[.,](\d+))?")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap])?\.?(?:m\.?)?(?:\s*uhr)?", re.I)
_FRACTION: Final = re.compile(r"0?[.,]\d+")
_SERIAL_ONE: Final = date(1899, 12, 30)  # what Excel counts days from


class Unclear(ValueError):
    """Why a cell cannot be read, in a sentence for the person."""


def order_of(days: Iterable[str]) -> Order:
    """Whether days written as 12/9/2026 begin with the day, by those of the file that can be read in one way only; ""
    when none of them tells, or they disagree.
    """
    firsts = [match for each in days if (match := _SLASHES.fullmatch(each.strip()))]
    day_first = any(int(each[1]) > 12 for each in firsts)
    month_first = any(int(each[2]) > 12 for each in firsts)
    if day_first == month_first:
        return ""
    return "day first" if day_first else "month first"


def read_day(said: str, order: Order) -> date:
    """Raises Unclear."""
    said = said.strip()
    said = re.sub(r"[T ]0{1,2}:00(?::00(?:\.0+)?)?Z?$", "", said)  # a spreadsheet's midnight
    try:
        if match := _ISO.fullmatch(said) or _ISO_SLASHES.fullmatch(said):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DOTS.fullmatch(said):
            return date(_year(match[3]), int(match[2]), int(match[1]))
        if match := _SLASHES.fullmatch(said):
            first, second, year = int(match[1]), int(match[2]), _year(match[3])
            if first == second or max(first, second) > 12 or order:
                month_first = second > 12 or (first <= 12 and order == "month first")
                return date(year, *((first, second) if month_first else (second, first)))
            raise Unclear(f"{said} can be read in two ways. Write it as {year}-{first:02d}-{second:02d} or the like.")
    except ValueError as error:
        if isinstance(error, Unclear):
            raise
        raise Unclear(f"There is no day {said[:40]}.") from None
    if match := _SERIAL.fullmatch(said):
        return _SERIAL_ONE + timedelta(days=int(match[1]))
    raise Unclear(f"{said[:40]!r} is no day. Write it as 2026-12-31.")


def read_clock(said: str) -> time:
    """Raises Unclear."""
    said = said.strip()
    if _FRACTION.fullmatch(said):  # of a day, as a spreadsheet counts it
        minutes = round(float(said.replace(",", ".")) * 24 * 60)
        if minutes < 24 * 60:
            return time(minutes // 60, minutes % 60)
    match = _CLOCK.fullmatch(said)
    if match and (match[2] or match[3] or "uhr" in said.casefold()):
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3]:
            hour = hour % 12 + (12 if match[3].lower() == "p" else 0) if 1 <= hour <= 12 else 99
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Unclear(f"{said[:40]!r} is no time of day. Write it as 09:30.")


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC; of an hour that comes twice the first. Raises Unclear for one that a clock change skips."""
    local = datetime.combine(day, clock, zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unclear(f"{clock:%H:%M} does not exist on {day.isoformat()} in {zone.key}: the clocks go forward.")
    return found


def _year(said: str) -> int:
    return int(said) if len(said) == 4 else 2000 + int(said)
