"""On which days does something recur? A small part of RFC 5545's RRULE: written, read back and counted out.

FREQ=DAILY|WEEKLY|MONTHLY, INTERVAL, BYDAY (with a number when monthly), BYMONTHDAY, BYHOUR, UNTIL and COUNT. Times are
wall-clock times of the zone, so that 9:00 stays 9:00 over a change of the clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.when.words import RULE_DAYS
from bot.when.zones import on_the_clock

_HORIZON_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class Series:
    """A rule of recurrence; `until` is the last instant it may fall on, `nth` pairs are (which, weekday)."""

    freq: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    until: datetime | None = None
    count: int | None = None

    def rule(self) -> str:
        """As an RRULE value."""
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        days = [RULE_DAYS[day] for day in self.weekdays] + [f"{which}{RULE_DAYS[day]}" for which, day in self.nth]
        if days:
            parts.append("BYDAY=" + ",".join(days))
        if self.month_days:
            parts.append("BYMONTHDAY=" + ",".join(map(str, self.month_days)))
        if self.hours:
            parts.append("BYHOUR=" + ",".join(map(str, self.hours)))
        if self.until is not None:
            parts.append(f"UNTIL={self.until.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        return ";".join(parts)

    def fits(self, day: date) -> bool:
        """May it fall on that day, leaving the interval aside?"""
        if self.weekdays:
            return day.weekday() in self.weekdays
        if self.nth:
            from_start, from_end = (day.day - 1) // 7 + 1, -((_days_in_month(day) - day.day) // 7 + 1)
            return (from_start, day.weekday()) in self.nth or (from_end, day.weekday()) in self.nth
        if self.month_days:
            return day.day in self.month_days or day.day - _days_in_month(day) - 1 in self.month_days
        return True

    def days(self, first: date) -> Iterator[date]:
        """The days from `first` on, which anchors the interval; at most about three years of them."""
        anchor: date | None = None
        for ahead in range(_HORIZON_DAYS):
            day = first + timedelta(days=ahead)
            if not self.fits(day):
                continue
            anchor = anchor or day
            if self._steps(anchor, day) % self.interval == 0:
                yield day

    def _steps(self, anchor: date, day: date) -> int:
        if self.freq == "DAILY":
            return (day - anchor).days
        if self.freq == "WEEKLY":
            return ((day - timedelta(days=day.weekday())) - (anchor - timedelta(days=anchor.weekday()))).days // 7
        return (day.year - anchor.year) * 12 + day.month - anchor.month

    def walls(self, first: date, clock: time, zone: ZoneInfo) -> Iterator[datetime]:
        """The naive wall-clock times from the day `first` on, until `until`; `count` is left to the caller."""
        clocks = [clock.replace(hour=hour) for hour in self.hours] or [clock]
        for day in self.days(first):
            for each in clocks:
                wall = datetime.combine(day, each)
                if self.until is not None and on_the_clock(wall, zone)[0] > self.until:
                    return
                yield wall


def _days_in_month(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def parse_rule(rule: str) -> Series:
    """The Series of an RRULE that `Series.rule` wrote. Raises ValueError for any other part of RFC 5545."""
    fields = dict(part.split("=", 1) for part in rule.split(";"))
    weekdays: list[int] = []
    nth: list[tuple[int, int]] = []
    for name, value in fields.items():
        if name == "FREQ" and value in {"DAILY", "WEEKLY", "MONTHLY"}:
            continue
        if name == "BYDAY":
            for item in value.split(","):
                day = RULE_DAYS.index(item[-2:])
                if len(item) > 2:
                    nth.append((int(item[:-2]), day))
                else:
                    weekdays.append(day)
        elif name not in {"INTERVAL", "BYMONTHDAY", "BYHOUR", "UNTIL", "COUNT"}:
            raise ValueError(name)
    numbers = {name: tuple(map(int, fields[name].split(","))) for name in ("BYMONTHDAY", "BYHOUR") if name in fields}
    until = fields.get("UNTIL")
    return Series(
        freq=fields["FREQ"],
        interval=int(fields.get("INTERVAL", "1")),
        weekdays=tuple(weekdays),
        nth=tuple(nth),
        month_days=numbers.get("BYMONTHDAY", ()),
        hours=numbers.get("BYHOUR", ()),
        until=datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if until else None,
        count=int(fields["COUNT"]) if "COUNT" in fields else None,
    )


def occurrences(
    rule: str, first: datetime, zone: str, *, after: datetime | None = None, limit: int = 12
) -> tuple[datetime, ...]:
    """The instants (UTC) of a recurrence that began at `first`, those later than `after`, at most `limit`.

    `rule` is a `Resolved.recurrence`, `first` its first instant, `zone` its zone. A time that the clocks skip is moved
    forward, one that comes twice is the first. Looks at most three years past `first`. Raises ValueError for a rule
    this module did not write.
    """
    series, clocks = parse_rule(rule), ZoneInfo(zone)
    start = first.astimezone(clocks)
    found: list[datetime] = []
    total = 0
    for wall in series.walls(start.date(), start.time().replace(tzinfo=None, fold=0), clocks):
        instant = on_the_clock(wall, clocks)[0]
        if instant < first:
            continue
        total += 1
        if len(found) >= limit or (series.count is not None and total > series.count):
            break
        if after is None or instant > after:
            found.append(instant)
    return tuple(found)
