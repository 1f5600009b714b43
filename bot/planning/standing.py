"""How does each slot of a plan stand between two instants? The plan, the slots written down, their drafts, at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.clock import Clock
from bot.errors import NotFound
from bot.planning.horizon import Coming, coming
from storage.drafts import OPEN, Draft, DraftStatus
from storage.plans import Plan, PlanStore, Slot, SlotState, SlotStore
from storage.redis import Database
from storage.stores import DraftStore, TeamStore
from storage.team import Brand

SlotStateName = Literal["planned", "empty", "drafting", "drafted", "approved", "expired", "skipped"]
GONE: Final = frozenset({DraftStatus.rejected, DraftStatus.replaced})


class SlotView(BaseModel):
    """One slot. What is `planned` lies beyond the horizon; `empty` ones are to be filled, by AdMind or by people."""

    id: str
    brand: str
    source: str = Field(description="The recurrence that it comes of, or its own id.")
    day: date = Field(description="The day by the recurrence's rule.")
    due: datetime
    accounts: list[str]
    pillar: str
    form: str
    audience: str
    fill: Literal["ideas", "queue", "evergreen"]
    campaign: str
    topic: str = Field(description="What was chosen for it.")
    why: str = Field(description="Why that was chosen.")
    state: SlotStateName
    problem: str = Field(description="Why it stays empty.")
    draft: str = Field(description="Id of the draft that stands in it.")
    title: str = Field(description="What the draft is called.")
    recurring: bool

    @property
    def free(self) -> bool:
        """Whether somebody's draft may be put there."""
        return not self.draft and self.state in ("planned", "empty")


class Standing:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._plans = PlanStore(database)
        self._slots = SlotStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._clock = clock

    async def plan(self, workspace: str, brand: str) -> Plan:
        """The brand's plan; an empty one where there is none yet."""
        kept = await self._plans.find(workspace, brand)
        return kept.record if kept else Plan(workspace=workspace, brand=brand, updated_at=self._clock.now())

    async def zone(self, workspace: str, brand: str) -> ZoneInfo:
        """The brand's. Raises NotFound."""
        home = (await self._team.workspaces.get(workspace, workspace)).record
        return ZoneInfo((await self._brand(workspace, brand)).zone or home.zone)

    async def between(self, workspace: str, brand: str, start: datetime, end: datetime) -> list[SlotView]:
        """By time; what is kept in words is in English (`Phrasebook.said`). Raises NotFound."""
        plan, found = await self.plan(workspace, brand), await self._brand(workspace, brand)
        zone, now = await self.zone(workspace, brand), self._clock.now()
        slots = {slot.id: slot for slot in await self._slots.between(workspace, brand, start, end)}
        drafts = {
            each.id: each for each in await self._drafts.many(workspace, [s.draft for s in slots.values() if s.draft])
        }
        views = [_kept(slot, drafts.get(slot.draft), now) for slot in slots.values()]
        if end > now:
            ahead = coming(plan, found, zone, max(start, now), end)
            written = {
                each.id for each in await self._slots.many(workspace, [c.id for c in ahead if c.id not in slots])
            }
            views += [_ahead(each, brand) for each in ahead if each.id not in slots and each.id not in written]
        return sorted(views, key=lambda each: (each.due, each.id))

    async def _brand(self, workspace: str, brand: str) -> Brand:
        kept = await self._team.brands.find(workspace, brand)
        if kept is None:
            raise NotFound(f"There is no brand {brand[:40]}.")
        return kept.record


def _kept(slot: Slot, draft: Draft | None, now: datetime) -> SlotView:
    chosen, standing = slot.chosen, draft
    if draft is not None and (draft.slot != slot.id or draft.status in GONE):
        standing = None
    state: SlotStateName = slot.state.value
    if standing is not None and slot.state is SlotState.drafted:
        state = (
            "drafted" if standing.status in OPEN else "approved" if standing.status is DraftStatus.approved else "empty"
        )
    elif slot.draft and standing is None and slot.open:
        state = "empty"
    elif slot.state is SlotState.empty and now < slot.draft_at:
        state = "planned"
    if slot.open and state in ("empty", "planned", "drafting") and now >= slot.due:
        state = "expired"
    return SlotView(
        id=slot.id,
        brand=slot.brand,
        source=slot.source,
        day=slot.day,
        due=slot.due,
        accounts=list(slot.purpose.accounts),
        pillar=chosen.pillar if chosen else slot.purpose.pillar,
        form=slot.purpose.form,
        audience=chosen.audience if chosen else slot.purpose.audience,
        fill=slot.purpose.fill,
        campaign=slot.purpose.campaign,
        topic=chosen.topic if chosen else slot.purpose.topic,
        why=chosen.why if chosen else "",
        state=state,
        problem=slot.problem,
        draft=standing.id if standing else "",
        title=standing.title if standing else "",
        recurring=slot.source != slot.id,
    )


def _ahead(each: Coming, brand: str) -> SlotView:
    purpose = each.purpose
    return SlotView(
        id=each.id,
        brand=brand,
        source=each.source,
        day=each.day,
        due=each.at,
        accounts=list(purpose.accounts),
        pillar=purpose.pillar,
        form=purpose.form,
        audience=purpose.audience,
        fill=purpose.fill,
        campaign=purpose.campaign,
        topic=purpose.topic,
        why="",
        state="skipped" if each.free else "planned",
        problem=each.free,
        draft="",
        title="",
        recurring=each.source != each.id,
    )
