"""Which IANA zone do people mean by "CET" or "Berlin time", and which instant is a wall-clock time there?

Abbreviations are mapped to regions, not to fixed offsets: "9am ET" in July is 9 o'clock on New York's clocks. Those
with several common meanings (IST, CST, …) are asked about.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

REGIONS: dict[str, str] = {
    "utc": "UTC", "gmt": "UTC", "z": "UTC",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
    "eet": "Europe/Helsinki", "eest": "Europe/Helsinki",
    "msk": "Europe/Moscow",
    "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York",
    "ct": "America/Chicago", "cdt": "America/Chicago",
    "mt": "America/Denver", "mdt": "America/Denver",
    "pt": "America/Los_Angeles", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "aest": "Australia/Sydney", "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland",
    "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "sgt": "Asia/Singapore", "hkt": "Asia/Hong_Kong",
    "sast": "Africa/Johannesburg", "brt": "America/Sao_Paulo",
}  # fmt: skip
AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "ist": ("Kolkata time", "Dublin time", "Jerusalem time"),
    "cst": ("Chicago time", "Shanghai time"),
    "bst": ("London time", "Dhaka time"),
    "mst": ("Denver time", "Phoenix time"),
    "ast": ("Halifax time", "Riyadh time"),
}
_STANDARD_OFFSETS_HOURS = {
    "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "est": -5, "edt": -4, "cdt": -5, "mdt": -6, "pst": -8, "pdt": -7,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "eet": 2, "eest": 3,
}  # fmt: skip


@lru_cache(maxsize=1)
def cities() -> dict[str, str]:
    """Lower-case city ("new york") → IANA zone, for every zone named after one; names with two zones are left out."""
    found: dict[str, set[str]] = {}
    for name in available_timezones():
        area, _, rest = name.partition("/")
        if rest and area in {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}:
            found.setdefault(rest.rsplit("/", 1)[-1].replace("_", " ").lower(), set()).add(name)
    return {city: names.pop() for city, names in found.items() if len(names) == 1}


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that IANA name in any case, or None."""
    known = _names().get(name.lower())
    return ZoneInfo(known) if known else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def region(abbreviation: str, home: ZoneInfo, at: datetime) -> ZoneInfo:
    """The region an abbreviation stands for; `home` itself where home's clocks use that abbreviation in the same year.

    "CET" said in Zurich is Zurich's clock, not Berlin's.
    """
    wanted = {"mez": "cet", "mesz": "cest"}.get(abbreviation, abbreviation)
    for month in (1, 7):
        if datetime(at.year, month, 1, tzinfo=home).tzname() == wanted.upper():
            return home
    return ZoneInfo(REGIONS[abbreviation])


def misnamed(abbreviation: str, instant: datetime, zone: ZoneInfo) -> bool:
    """Did they say "CET" of a day that has CEST? (Then the region's clock is what they mean, with a note.)"""
    hours = _STANDARD_OFFSETS_HOURS.get(abbreviation)
    return hours is not None and instant.astimezone(zone).utcoffset() != timedelta(hours=hours)


def on_the_clock(wall: datetime, zone: ZoneInfo) -> tuple[datetime, str | None]:
    """The UTC instant of a naive wall-clock time, and "gap" or "fold" where the clocks change there.

    In a gap the time is moved forward by the length of the gap; in a fold the first of the two is taken (PEP 495).
    """
    first = wall.replace(tzinfo=zone, fold=0)
    instant = first.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        return instant, "gap"
    second = wall.replace(tzinfo=zone, fold=1)
    return instant, "fold" if second.utcoffset() != first.utcoffset() else None
