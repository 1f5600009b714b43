"""What a rehearsal found: everything that would happen, in the order of its time, and how each slot would end."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

Kind = Literal["drafted", "gap", "open", "free", "reminder", "decision", "expired", "post", "failed", "told", "problem"]
KINDS: tuple[Kind, ...] = (
    "drafted", "gap", "open", "free", "reminder", "decision", "expired", "post", "failed", "told", "problem",
)  # fmt: skip


class WordingView(BaseModel):
    """What would stand on one account."""

    account: str
    text: str
    length: int
    limit: int | None = None


class EventView(BaseModel):
    """One thing that would happen."""

    at: datetime
    kind: Kind
    title: str
    detail: str = ""
    due: datetime | None = Field(None, description="of the slot or the post that it is about")
    accounts: list[str] = Field(default_factory=list, description="names of accounts")
    who: str = Field("", description="whom it reaches, or who decided")
    draft: str = ""
    slot: str = ""
    why: str = Field("", description="why the plan chose this")
    wordings: list[WordingView] = Field(default_factory=list)


class SlotOutcome(BaseModel):
    """A place in the plan, and how it would end."""

    id: str
    due: datetime
    accounts: list[str]
    state: Literal["empty", "drafting", "drafted", "approved", "expired", "skipped"]
    drafted: bool = Field(description="whether something stands or stood in it")
    topic: str = ""
    problem: str = ""


class RehearsalView(BaseModel):
    """A rehearsal, whole. Nothing of it happened."""

    brand: str
    zone: str
    start: datetime
    end: datetime
    approve: str = Field(description="all, none, or which part of the drafts people approve")
    events: list[EventView]
    slots: list[SlotOutcome] = Field(description="those that come due meanwhile")
    counts: dict[str, int] = Field(description="events by kind")
    seconds: float = Field(description="how long it took")
    cut_short: bool = Field(False, description="whether it stopped before its end, for it took too long")

    def days(self) -> list[tuple[date, list[EventView]]]:
        """The events by day on the brand's calendar; days without any are left out."""
        zone = ZoneInfo(self.zone)
        return [(day, list(each)) for day, each in groupby(self.events, lambda e: e.at.astimezone(zone).date())]


def counted(events: list[EventView]) -> dict[str, int]:
    found = Counter(each.kind for each in events)
    return {kind: found[kind] for kind in KINDS if found[kind]}
