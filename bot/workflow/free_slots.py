"""Empty places of a plan: the next one for a draft, a draft put into it, and empty ones filled anew."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock, milliseconds
from bot.errors import BadInput, Conflict
from bot.planning.standing import SlotView, Standing
from bot.words import noted
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
_GOOD: Final = re.compile(
    r"\b(?:next|a|the)\s+(?:good|best)\s+(?:free\s+)?(?:slot|place|time)\b|"
    r"\b(?:nächste[nrs]?\s+)?(?:gute|beste)[nrs]?\s+(?:freie[nrs]?\s+)?(?:platz|slot|termin|zeit)\b",
    re.I,
)
GOOD_WITHIN: Final = timedelta(days=14)  # after the first free slot: nobody wants to wait longer for a better one
Scores = Callable[[str, str, Sequence[str]], Awaitable[Callable[[datetime, str], float] | None]]
Entry = Callable[[str], Awaitable[Mapping[str, str]]]


def asks_for_free_slot(when: str) -> bool:
    """Whether a phrase about time means "in the next free slot"."""
    return bool(_SAID.search(when[:200])) or asks_for_good_slot(when)


def asks_for_good_slot(when: str) -> bool:
    """Whether it means that one of the next free slots in which posts do best, as far as that is known."""
    return bool(_GOOD.search(when[:200]))


class FreeSlots:
    """`score`: what is expected of a post on these accounts at a time; None where nothing foretells it."""

    def __init__(self, database: Database, standing: Standing, clock: Clock, *, score: Scores | None = None) -> None:
        self._score = score
        self._database = database
        self._slots = SlotStore(database)
        self._standing = standing
        self._clock = clock

    async def next(self, workspace: str, brand: str, accounts: Sequence[str]) -> SlotView:
        """The next slot of these accounts in which nothing stands; queues before those that AdMind fills itself.

        Raises BadInput where there is none.
        """
        return (await self._free(workspace, brand, accounts))[0]

    async def asked(self, workspace: str, brand: str, accounts: Sequence[str], when: str) -> tuple[SlotView, str]:
        """The slot that these words ask for, and why that one, in a sentence. Raises BadInput."""
        places = await self._free(workspace, brand, accounts)
        if not asks_for_good_slot(when):
            return places[0], noted("Moved to the next free slot.")
        score = await self._score(workspace, brand, accounts) if self._score is not None else None
        if score is None:
            return places[0], noted("The next free slot: no time is known to be better than another here.")
        near = [each for each in places if each.due <= places[0].due + GOOD_WITHIN]
        best = max(near, key=lambda each: (round(score(each.due, each.form), 3), -each.due.timestamp()))
        more = f"{100 * score(best.due, best.form):+.0f} %"
        return best, noted(f"The best free slot of these days: {more} against the mean, as far as past posts tell.")

    async def _free(self, workspace: str, brand: str, accounts: Sequence[str]) -> list[SlotView]:
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
        return queues or whole

    async def put(self, workspace: str, place: SlotView, draft: str) -> None:
        """Reserve a slot for a draft that is about to get its time. Raises Conflict when somebody was quicker."""
        now, kept = self._clock.now(), await self._slots.find(workspace, place.id)
        slot = kept.record if kept else await self._new(workspace, place)
        if kept is not None and kept.record.state is SlotState.drafting:
            raise Conflict("This slot is being filled just now.", kept="The draft is as it was.", do_next="Try again.")
        slot = slot.changed(state=SlotState.drafted, draft=draft, problem="", updated_at=now)
        change = self._slots.save(Change(workspace), slot, ver=kept.ver if kept else None)
        await commit(self._database, change.due(f"slot:{slot.id}", milliseconds(slot.due)))

    async def _new(self, workspace: str, place: SlotView) -> Slot:
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
