"""Clicks on our own links, as reports count them. Where they come from is another's business: by default nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.insights.gained import Span
from bot.insights.summary import Looks


@dataclass(frozen=True, slots=True)
class Hour:
    """Looks at the links of one post in the hour that began then: all of them, those of programs that say that they
    are programs, and those that are taken for clicks by people.
    """

    at: datetime
    all: int
    bots: int
    valid: int


class ClickCounts(Protocol):
    async def hours(
        self, workspace: str, brand: str, start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Hour]] | None:
        """By post, of this brand alone; a post without links of ours is not in there. None where nobody counts its
        clicks: that is not zero.
        """
        ...


class NoClicks:
    """Nobody counts clicks."""

    async def hours(
        self, workspace: str, brand: str, start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Hour]] | None:
        return None


@dataclass(frozen=True, slots=True)
class Clicked:
    """What was counted of some posts; one that is not in there has no links of ours. `since`: from when on hours are
    kept; None: from ever on.
    """

    hours: Mapping[str, Sequence[Hour]] = field(default_factory=dict)
    since: datetime | None = None

    def counts(self, post: str) -> bool:
        """Whether it has links on which clicks are counted."""
        return post in self.hours

    def valid(self, post: str, start: datetime, end: datetime) -> int:
        return sum(hour.valid for hour in self.hours.get(post, ()) if start <= hour.at < end)

    def kept(self, start: datetime) -> bool:
        """Whether all of what came from then on is known: what is no longer kept is missing, never zero."""
        return self.since is None or start >= self.since

    def looks(self, posts: Sequence[str], span: Span) -> Looks | None:
        """Of these posts together; None where none of them has links of ours, or what came is no longer kept."""
        mine = [post for post in posts if post in self.hours]
        found = [hour for post in mine for hour in self.hours[post] if span.start <= hour.at < span.end]
        if not mine or not self.kept(span.start):
            return None
        return Looks(
            all=sum(each.all for each in found),
            bots=sum(each.bots for each in found),
            valid=sum(each.valid for each in found),
        )
