"""Campaigns: what a brand wants to reach in a time, with whom, saying what, where, and what that may cost.

HASH `campaign:<id>` (`ver`, `doc`), ZSETs `campaigns:all` and `campaigns:of:<brand>` by the first day. They live as
long as their brand. The posts of a campaign's arc are slots of the brand's plan that name it (`storage.plans`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from storage.commit import Change
from storage.plans import LocalMoment
from storage.record import Frozen, Migration, Record
from storage.redis import Database
from storage.stores import Family
from storage.usage import NOTHING, Usage

MOST_POSTS = 120  # of an arc
LAUNCH = "launch"  # the milestone that the arc turns around
Stage = Literal["teaser", "reveal", "proof", "launch", "followup"]
STAGES: tuple[Stage, ...] = ("teaser", "reveal", "proof", "launch", "followup")
Name = Annotated[str, Field(min_length=1, max_length=100)]


class CampaignStatus(StrEnum):
    proposed = "proposed"  # nothing of it is drafted yet: people look at its arc
    running = "running"
    paused = "paused"
    ended = "ended"
    dropped = "dropped"


class KeyMessage(Frozen):
    """What the campaign says, in the team's own words, and what proves it."""

    text: str = Field(min_length=1, max_length=400)
    evidence: str = Field("", max_length=2000, description="words or an address")


class Milestone(Frozen):
    """A day that the arc is built around, such as the launch or a webinar."""

    name: Name
    day: date
    at: time | None = Field(None, description="on the brand's clock")


class ArcPost(Frozen):
    """One post of the arc, from the proposal on; a running campaign has a slot of the same id in its brand's plan."""

    id: str
    stage: Stage
    at: LocalMoment
    accounts: tuple[str, ...] = Field(min_length=1, max_length=60, description="account ids")
    form: str = Field("", max_length=60)
    topic: str = Field(min_length=1, max_length=300)
    message: str = Field("", max_length=400, description="the key message that it carries, word for word")
    why: str = Field("", max_length=300, description="why it stands there, in a sentence, in English")
    fixed: bool = Field(False, description="a person put it there: nothing moves it but the launch and people")


class Campaign(Record):
    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # 2 knows what proposed its arc

    id: str
    workspace: str
    brand: str
    name: Name
    goal: str = Field("", max_length=400, description="what it is to reach, e.g. pre-orders")
    first: date = Field(description="on the brand's calendar; both days included")
    last: date
    audiences: tuple[Name, ...] = Field((), max_length=12, description="as the brand's profile names them")
    pillars: tuple[Name, ...] = Field((), max_length=12, description="as the brand's plan names them")
    messages: tuple[KeyMessage, ...] = Field((), max_length=20)
    milestones: tuple[Milestone, ...] = Field((), max_length=20)
    accounts: tuple[str, ...] = Field((), max_length=60, description="account ids; none: all of the brand")
    link: str = Field("", max_length=2000, description="where its posts lead")
    utm: str = Field("", max_length=100, description="utm_campaign of its links; empty: its name")
    budget: str = Field("", max_length=20, description="US dollars that language and image models may take; empty: any")
    arc: tuple[ArcPost, ...] = Field((), max_length=MOST_POSTS, description="by time")
    free_of: str = Field("", pattern=r"^([A-Z]{2})?$", description="country whose public holidays it leaves free")
    off_days: tuple[int, ...] = Field((), max_length=6, description="weekdays that it leaves free, Monday 0")
    paid_partnership: bool = Field(False, description="declared by a person of each of its posts")
    partner: str = Field("", max_length=80)
    ai_picture: bool = Field(False, description="a person says that an image model made the pictures sent for it")
    planning: Usage = Field(NOTHING, description="what models took to propose its arc")
    planned_with: str = Field("", description="stamp of the prompt with which a model proposed its arc; empty: by rule")
    status: CampaignStatus = CampaignStatus.proposed
    added_by: str = Field(description="member id")
    created_at: datetime
    updated_at: datetime

    @property
    def launch(self) -> Milestone:
        """The day that it turns around; its last one where none is named."""
        named = (each for each in self.milestones if each.name == LAUNCH)
        return next(named, Milestone(name=LAUNCH, day=self.last))

    @property
    def files_under(self) -> str:
        """What its posts are filed and counted under: `campaign` of briefs and posts, utm_campaign of links."""
        return self.utm or self.name

    def evidence_of(self, message: str) -> str:
        return next((each.evidence for each in self.messages if each.text == message), "")


class CampaignStore(Family[Campaign]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "campaign", Campaign, "campaign")

    def save(self, change: Change, campaign: Campaign, *, ver: int | None) -> Change:
        """Into the change: the campaign, by its first day."""
        at = datetime.combine(campaign.first, time(), UTC).timestamp()
        return self.put(change, campaign, campaign.id, ver=ver, at=at, **{f"of:{campaign.brand}": at})

    async def of(self, workspace: str, brand: str) -> tuple[Campaign, ...]:
        """All of a brand, the earliest first."""
        return (await self.page(workspace, index=f"of:{brand}", limit=1000, newest_first=False)).items
