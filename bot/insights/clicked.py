"""Clicks on our own links, as reports count them. Where they come from is another's business: by default nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.insights.gained import Span


@dataclass(frozen=True, slots=True)
class Hour:
    """Clicks on the links of one post in the hour that began then: all of them, and without known bots."""

    at: datetime
    raw: int
    valid: int


class ClickCounts(Protocol):
    async def hours(
        self, workspace: str, brand: str, start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Hour]] | None:
        """By post, of this brand alone; None where nobody counts its clicks: that is not zero."""
        ...


class NoClicks:
    """Nobody counts clicks."""

    async def hours(
        self, workspace: str, brand: str, start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Hour]] | None:
        return None


@dataclass(frozen=True, slots=True)
class Clicked:
    """What was counted of some posts. `since`: from when on hours are kept; None: from ever on."""

    hours: Mapping[str, Sequence[Hour]] = field(default_factory=dict)
    since: datetime | None = None

    def valid(self, post: str, start: datetime, end: datetime) -> int:
        return sum(hour.valid for hour in self.hours.get(post, ()) if start <= hour.at < end)

    def kept(self, start: datetime) -> bool:
        """Whether all of what came from then on is known: what is no longer kept is missing, never zero."""
        return self.since is None or start >= self.since

    def bots(self, posts: Sequence[str], span: Span) -> int:
        """How many of all clicks were known bots."""
        return sum(
            hour.raw - hour.valid
            for post in posts
            for hour in self.hours.get(post, ())
            if span.start <= hour.at < span.end
        )
