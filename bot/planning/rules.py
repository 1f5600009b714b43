"""Which days does an RRULE of RFC 5545 name? By days alone: a slot's time of day stands beside its rule.

FREQ=DAILY|WEEKLY|MONTHLY|YEARLY with INTERVAL, COUNT, UNTIL (a day), BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST
(https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10). Our own, since python-dateutil looks for a rule that matches
nothing until the year 9999, for seconds; the tests compare both.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, cast

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NUMBERED: Final = {"BYMONTHDAY": 31, "BYMONTH": 12, "BYSETPOS": 366}
_PARTS: Final = frozenset(("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", *_NUMBERED))
_MOST: Final = 5000  # INTERVAL, COUNT


class NoRule(ValueError):
    """This is no rule of recurrence that a plan takes; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`weekdays` are (which, weekday) with 0 for each one, Monday 0; `until` is the last day that counts."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    def days(self, begins: date, first: date, last: date) -> Iterator[date]:
        """From `first` to `last`, both included, of a rule that counts from the day `begins` on."""
        last = min(last, self.until) if self.until else last
        for number, day in enumerate(self._all(begins, begins if self.count else max(begins, first), last), 1):
            if self.count is not None and number > self.count:
                return
            if day >= first:
                yield day

    def _all(self, begins: date, first: date, last: date) -> Iterator[date]:
        """Every day of the rule from the period that `first` lies in, leaving COUNT aside."""
        step = self._steps(begins, first) // self.interval
        while True:
            start = self._period(begins, step * self.interval)
            if start is None or start > last:
                return
            found = sorted(self._within(start, begins))
            for day in self._chosen(found):
                if max(begins, first) <= day <= last:
                    yield day
            step += 1

    def _steps(self, begins: date, day: date) -> int:
        """How many periods lie between that of `begins` and that of `day`."""
        match self.frequency:
            case "DAILY":
                return (day - begins).days
            case "WEEKLY":
                return (self._week(day) - self._week(begins)).days // 7
            case "MONTHLY":
                return (day.year - begins.year) * 12 + day.month - begins.month
        return day.year - begins.year

    def _week(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - self.week_start) % 7)

    def _period(self, begins: date, steps: int) -> date | None:
        """The first day of the period so many steps after that of `begins`; None after the end of the calendar."""
        try:
            match self.frequency:
                case "DAILY":
                    return begins + timedelta(days=steps)
                case "WEEKLY":
                    return self._week(begins) + timedelta(weeks=steps)
                case "MONTHLY":
                    year, month = divmod(begins.year * 12 + begins.month - 1 + steps, 12)
                    return date(year, month + 1, 1)
            return date(begins.year + steps, 1, 1)
        except (OverflowError, ValueError):
            return None

    def _within(self, start: date, begins: date) -> Iterator[date]:
        """The days of one period that the rule names, BYSETPOS left aside."""
        match self.frequency:
            case "DAILY":
                days = [start]
            case "WEEKLY":
                days = [start + timedelta(days=ahead) for ahead in range(7)]
                if not self.weekdays:
                    days = [day for day in days if day.weekday() == begins.weekday()]
            case "MONTHLY":
                days = self._of_month(start.year, start.month, begins)
            case _:
                days = self._of_year(start.year, begins)
        for day in days:
            if self._fits(day):
                yield day

    def _of_month(self, year: int, month: int, begins: date) -> list[date]:
        length = calendar.monthrange(year, month)[1]
        named = range(1, length + 1) if self.month_days or self.weekdays else (begins.day,)
        return [date(year, month, day) for day in named if day <= length]

    def _of_year(self, year: int, begins: date) -> list[date]:
        spread = self.months or (range(1, 13) if self.month_days or self.weekdays else (begins.month,))
        return [day for month in spread for day in self._of_month(year, month, begins)]

    def _fits(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        length = calendar.monthrange(day.year, day.month)[1]
        if self.month_days and day.day not in self.month_days and day.day - length - 1 not in self.month_days:
            return False
        return not self.weekdays or any(self._is(which, weekday, day) for which, weekday in self.weekdays)

    def _is(self, which: int, weekday: int, day: date) -> bool:
        """Whether a day is, say, the last Friday: of its month, or of its year where no month is named."""
        if day.weekday() != weekday or not which:
            return day.weekday() == weekday
        if self.frequency == "YEARLY" and not self.months:
            place, length = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
        else:
            place, length = day.day, calendar.monthrange(day.year, day.month)[1]
        return which == ((place - 1) // 7 + 1 if which > 0 else -((length - place) // 7 + 1))

    def _chosen(self, found: list[date]) -> list[date]:
        if not self.positions:
            return found
        places = {place - 1 if place > 0 else len(found) + place for place in self.positions}
        return [day for place, day in enumerate(found) if place in places]


@lru_cache(maxsize=4096)
def read_rule(text: str) -> Rule:
    """The rule that an RRULE says. Raises NoRule with why it is none that a plan takes."""
    parts = dict[str, str]()
    for part in "".join(text.split()).upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name in parts or not value:
            raise NoRule("A part of the rule stands twice or has no value.")
        if name not in _PARTS:
            raise NoRule(f"A slot's rule takes no {name[:20]}.")
        parts[name] = value
    if parts.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise NoRule("A slot comes daily, weekly, monthly or yearly.")
    frequency = cast(Frequency, parts["FREQ"])
    if "COUNT" in parts and "UNTIL" in parts:
        raise NoRule("A rule ends after a number of times or on a day, not both.")
    try:
        rule = Rule(
            frequency=frequency,
            interval=int(parts.get("INTERVAL", "1")),
            count=int(parts["COUNT"]) if "COUNT" in parts else None,
            until=_day(parts["UNTIL"]) if "UNTIL" in parts else None,
            weekdays=tuple(_weekday(each) for each in parts["BYDAY"].split(",")) if "BYDAY" in parts else (),
            month_days=_numbers(parts, "BYMONTHDAY"),
            months=tuple(sorted(_numbers(parts, "BYMONTH"))),
            positions=_numbers(parts, "BYSETPOS"),
            week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
        )
    except ValueError as error:
        raise error if isinstance(error, NoRule) else NoRule("This is no rule of recurrence (RFC 5545).") from None
    _refuse(rule)
    return rule


def _refuse(rule: Rule) -> None:
    """Raises NoRule for what the RFC forbids, and for numbers beyond use."""
    if not 1 <= rule.interval <= _MOST or not 1 <= (rule.count or 1) <= _MOST:
        raise NoRule(f"Numbers in a rule go from 1 to {_MOST}.")
    if rule.frequency in ("DAILY", "WEEKLY") and any(which for which, _ in rule.weekdays):
        raise NoRule("The second Monday, say, needs a rule that comes monthly or yearly.")
    if rule.frequency == "WEEKLY" and rule.month_days:
        raise NoRule("A weekly rule names weekdays, no days of the month.")
    if any(month < 1 for month in rule.months):
        raise NoRule("Months go from 1 to 12.")


def _day(value: str) -> date:
    if len(value) != 8:
        raise NoRule("UNTIL is the last day, such as 20261231.")
    return date.fromisoformat(f"{value[:4]}-{value[4:6]}-{value[6:]}")


def _weekday(value: str) -> tuple[int, int]:
    which = int(value[:-2]) if value[:-2] else 0
    if abs(which) > 53 or (value[:-2] and not which):
        raise ValueError(value)
    return which, WEEKDAYS.index(value[-2:])


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    found = tuple(int(each) for each in parts[name].split(",")) if name in parts else ()
    if any(not 1 <= abs(each) <= _NUMBERED[name] for each in found):
        raise ValueError(name)
    return found
