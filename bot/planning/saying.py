"""A recurring slot in the reader's words: "every Monday, 09:00"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Final

from pydantic import BaseModel

from bot.planning.rules import Rule, read_rule
from bot.planning.wording import Wanted
from bot.words import reader, told, words

_MONDAY: Final = date(2024, 1, 1)


class ReadBack(BaseModel):
    """A slot as it was understood, before it counts."""

    often: str
    at: str
    accounts: list[str]
    pillar: str
    form: str
    fill: str
    rule: str

    def line(self) -> str:
        what = self.form or self.pillar
        what = told("{form} about {pillar}", form=self.form, pillar=self.pillar) if self.form and self.pillar else what
        what = what or {"queue": told("from the queue"), "evergreen": told("evergreen posts")}.get(self.fill, "")
        return " · ".join(part for part in (", ".join(self.accounts), f"{self.often}, {self.at}", what) if part)


def read_back(each: Wanted, names: Mapping[str, str]) -> ReadBack:
    """As it is said to whoever asked; `names` are the accounts' by their ids."""
    return ReadBack(
        often=say_rule(each.rule),
        at=say_times(each.at, each.until),
        accounts=[names.get(account, account) for account in each.accounts],
        pillar=each.pillar,
        form=each.form,
        fill=each.fill,
        rule=each.rule,
    )


def say_rule(rule: str) -> str:
    """How often it comes."""
    found = read_rule(rule)
    said = _often(found) or rule
    if found.until is not None:
        said += " " + told("until {day}", day=words(reader()).day(found.until, date(1, 1, 1)))
    return said


def say_times(at: time, until: time | None) -> str:
    """At what time of day."""
    if until is None:
        return f"{at:%H:%M}"
    return told("between {first} and {last}", first=f"{at:%H:%M}", last=f"{until:%H:%M}")


def _often(rule: Rule) -> str:
    days = [day for _, day in rule.weekdays]
    if rule.months or rule.positions or rule.count:
        return ""
    match rule.frequency:
        case "DAILY" if not days and not rule.month_days:
            return told("every day") if rule.interval == 1 else told("every {count} days", count=rule.interval)
        case "WEEKLY" if rule.interval == 1 and days == [0, 1, 2, 3, 4]:
            return told("on weekdays")
        case "WEEKLY" if days:
            names = words(reader()).series([_name(day) for day in days])
            if rule.interval == 1:
                return told("every {weekday}", weekday=names)
            if rule.interval == 2:
                return told("every other {weekday}", weekday=names)
            return told("every {count} weeks on {weekday}", count=rule.interval, weekday=names)
        case "MONTHLY" if (
            rule.interval == 1 and len(rule.weekdays) == 1 and not rule.month_days and rule.weekdays[0][0]
        ):
            which, day = rule.weekdays[0]
            if which == -1:
                return told("the last {weekday} of the month", weekday=_name(day))
            return told("{weekday} number {count} of the month", weekday=_name(day), count=which)
        case "MONTHLY" if rule.interval == 1 and len(rule.month_days) == 1 and not days:
            day = rule.month_days[0]
            return told("the last day of the month") if day == -1 else told("day {count} of the month", count=day)
    return ""


def _name(weekday: int) -> str:
    return words(reader()).weekday(_MONDAY + timedelta(days=weekday), "EEEE")
