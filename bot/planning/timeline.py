"""A campaign's arc over its weeks, as it is drawn: days, what keeps them free, how far each stage reaches. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from storage.campaigns import LAUNCH, Campaign, Milestone, Stage

MOST_WEEKS: Final = 60
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """`kept` says why nothing is to stand there, in the reader's language; "" where something may."""

    day: date
    kept: str = ""
    milestones: tuple[Milestone, ...] = ()
    inside: bool = True  # of the campaign's own days

    @property
    def weekend(self) -> bool:
        return self.day.weekday() >= 5


@dataclass(frozen=True, slots=True)
class Band:
    """So many days in a row that belong to one stage; None before the arc begins and after it ends."""

    stage: Stage | None
    days: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """From a Monday on."""

    days: tuple[Day, ...]
    bands: tuple[Band, ...]

    @property
    def weeks(self) -> tuple[tuple[Day, ...], ...]:
        return tuple(self.days[start : start + 7] for start in range(0, len(self.days), 7))


def timeline(campaign: Campaign, kept: Callable[[date], str]) -> Timeline:
    """All days of the campaign, of its posts and of what it is built around; at most 60 weeks."""
    named = [each for each in campaign.milestones if each.name != LAUNCH]
    marked = [*(post.at.date() for post in campaign.arc), *(each.day for each in named)]
    first, last = min([campaign.first, *marked]), max([campaign.last, *marked])
    monday = first - first.weekday() * _DAY
    sunday = monday + (min((last - monday).days // 7 + 1, MOST_WEEKS) * 7 - 1) * _DAY
    until = min(sunday, last + 2 * _DAY)  # room for what follows, and for the week's name
    days = tuple(
        Day(
            day,
            kept(day),
            tuple(each for each in named if each.day == day),
            campaign.first <= day <= campaign.last,
        )
        for day in (monday + ahead * _DAY for ahead in range((until - monday).days + 1))
    )
    stages = [_stage(campaign, each.day) for each in days]
    return Timeline(days, tuple(Band(stage, len(list(same))) for stage, same in groupby(stages)))


def _stage(campaign: Campaign, day: date) -> Stage | None:
    """A stage reaches until the next one begins; the launch is its own day alone."""
    if not campaign.arc or not campaign.arc[0].at.date() <= day <= campaign.arc[-1].at.date():
        return None
    if day == campaign.launch.day:
        return "launch"
    if day > campaign.launch.day:
        return "followup"
    return [each.stage for each in campaign.arc if each.at.date() <= day and each.stage != LAUNCH][-1]
