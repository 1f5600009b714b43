"""Empty places of a plan: the next one for a draft, a draft put into it, and empty ones filled anew."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from bot.clock import Clock, milliseconds
from bot.errors import BadInput, Conflict
from bot.planning.standing import PlaceView, Standing
from storage.commit import Change, commit
from storage.plans import Purpose, Slot, SlotState, SlotStore, purpose_of
from storage.redis import Database
from storage.stores import Kept

AHEAD: Final = timedelta(days=60)  # in which a free slot is looked for
SOONEST: Final = timedelta(minutes=30)
_SAID: Final = re.compile(
    r"\b(?:next|first)\s+(?:free|empty|open)\s+(?:slot|place)\b|"
    r"\bnächste[nrs]?\s+freie[nrs]?\s+(?:platz|slot|termin)\b",
    re.I,
)
Entry = Callable[[str], Awaitable[Mapping[str, str]]]


def asks_for_free_slot(when: str) -> bool:
    """Whether a phrase about time means "in the next free slot"."""
    return bool(_SAID.search(when[:200]))


class FreeSlots:
    def __init__(self, database: Database, standing: Standing, clock: Clock) -> None:
        self._database = database
        self._slots = SlotStore(database)
        self._standing = standing
        self._clock = clock

    async def next(self, workspace: str, brand: str, accounts: Sequence[str]) -> PlaceView:
        """The next slot of these accounts in which nothing stands; queues before those that AdMind fills itself.

        Raises BadInput where there is none.
        """
        now, wanted = self._clock.now(), set(accounts)
        places = await self._standing.between(workspace, brand, now + SOONEST, now + AHEAD)
        fits = [each for each in places if each.free and wanted & set(each.accounts)]
        whole = [each for each in fits if wanted <= set(each.accounts)] or fits
        queues = [each for each in whole if each.fill == "queue"]
        if not whole:
            raise BadInput(
                "The plan has no free slot for these accounts.",
                kept="The draft is as it was.",
                do_next="Name a time, or add slots to the plan.",
            )
        return (queues or whole)[0]

    async def put(self, workspace: str, place: PlaceView, draft: str) -> None:
        """Reserve a slot for a draft that is about to get its time. Raises Conflict when somebody was quicker."""
        now, kept = self._clock.now(), await self._slots.find(workspace, place.id)
        slot = kept.record if kept else await self._new(workspace, place)
        if kept is not None and kept.record.state is SlotState.drafting:
            raise Conflict("This slot is being filled just now.", kept="The draft is as it was.", do_next="Try again.")
        slot = slot.changed(state=SlotState.drafted, draft=draft, problem="", updated_at=now)
        change = self._slots.save(Change(workspace), slot, ver=kept.ver if kept else None)
        await commit(self._database, change.due(f"slot:{slot.id}", milliseconds(slot.due)))

    async def _new(self, workspace: str, place: PlaceView) -> Slot:
        """One beyond the horizon."""
        plan, now = await self._standing.plan(workspace, place.brand), self._clock.now()
        source: Purpose | None = plan.recurrence(place.source) or plan.single(place.source)
        if source is None:
            raise Conflict("This slot is not in the plan any more.", kept="The draft is as it was.")
        return Slot(
            id=place.id,
            workspace=workspace,
            brand=place.brand,
            source=place.source,
            day=place.day,
            due=place.due,
            purpose=purpose_of(source),
            draft_at=now,
            created_at=now,
            updated_at=now,
        )

    async def fill(self, workspace: str, brand: str, slots: Sequence[str], entry: Entry) -> int:
        """Have empty slots of the horizon filled anew, now: these, or all. How many. `entry` is the trace of each."""
        now, plan = self._clock.now(), await self._standing.plan(workspace, brand)
        end, filled = now + timedelta(days=plan.horizon_days), 0
        for place in await self._standing.between(workspace, brand, now, end):
            if place.state != "empty" or (slots and place.id not in slots):
                continue
            kept = await self._slots.find(workspace, place.id)
            if kept is not None:
                change = self._slots.save(Change(workspace), self._anew(kept), ver=kept.ver)
                change.due(f"slot:{place.id}", milliseconds(now))
                await commit(self._database, change.audit(await entry(place.id)))
                filled += 1
        return filled

    def _anew(self, kept: Kept[Slot]) -> Slot:
        """Another try; where a rejected draft stood, with another topic. A queue's slot is filled by AdMind then."""
        old, now = kept.record, self._clock.now()
        purpose = old.purpose.model_copy(update={"fill": "ideas"}) if old.purpose.fill == "queue" else old.purpose
        return old.changed(
            state=SlotState.empty,
            draft="",
            fills=old.fills + bool(old.draft),
            tries=0,
            told=False,
            problem="",
            purpose=purpose,
            draft_at=now,
            chosen=None if old.draft else old.chosen,
            updated_at=now,
        )
