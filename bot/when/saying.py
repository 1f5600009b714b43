"""How is an instant said to a person? "Tue 1 Dec, 09:00 CET"."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.when.words import SHORT_DAYS, SHORT_MONTHS


def say_day(day: date, language: str = "en") -> str:
    """ "Tue 1 Dec", in German "Di 1. Dez."."""
    german = language.lower().startswith("de")
    tongue = "de" if german else "en"
    dot = "." if german else ""
    return f"{SHORT_DAYS[tongue][day.weekday()]} {day.day}{dot} {SHORT_MONTHS[tongue][day.month - 1]}"


def say(instant: datetime, zone: str, language: str = "en", *, now: datetime | None = None) -> str:
    """An aware instant on `zone`'s clock: "Tue 1 Dec, 09:00 CET". With `now`, the year is named unless it is this one.

    Zones whose abbreviation is a bare offset are said as "UTC+4". Raises `ZoneInfoNotFoundError` for no such zone.
    """
    local = instant.astimezone(ZoneInfo(zone))
    name = local.tzname() or "UTC"
    if name[0] in "+-":
        minutes = int((local.utcoffset() or (local - local)).total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        name = f"UTC{'+' if minutes >= 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
    year = f" {local.year}" if now is not None and now.astimezone(ZoneInfo(zone)).year != local.year else ""
    return f"{say_day(local.date(), language)}{year}, {local:%H:%M} {name}"
