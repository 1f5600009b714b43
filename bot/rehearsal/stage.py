"""Runs a copy of a brand ahead of time: the clock jumps to whatever is due next, and the real tasks do their work.

Nothing waits and nothing is bypassed: what is due is taken from the due set as the clockwork takes it, and done by the
tasks that workers run. People alone are simulated (`approvers`), and channels (`bot.channels.rehearsed`).
"""

from __future__ import annotations

import heapq
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from bot.bootstrap import AdMind
from bot.chat import Card
from bot.clock import MovableClock, from_milliseconds, milliseconds
from bot.engine.outbox import Queue
from bot.errors import AdMindError
from bot.rehearsal.approvers import Approvers
from bot.rehearsal.heard import Heard
from bot.rehearsal.material import Material
from bot.rehearsal.report import EventView, Kind, SlotOutcome, WordingView
from bot.workflow.upkeep import BATCH, BUMP_MS, QUEUE_OF
from storage import keys
from storage.drafts import Draft, DraftStatus
from storage.due import DueSets
from storage.plans import Slot, SlotState, SlotStore
from storage.posts import PostState
from storage.stores import DraftStore, PostStore

log = logging.getLogger(__name__)
DAILY: Final = timedelta(days=1)  # that what a process does all the time is done: audit, weekly digests, expiries
MOST_FAILURES: Final = 6  # of one entry, before it rests as it does in earnest
RESTS: Final = timedelta(minutes=15)
MOST_SLOTS: Final = 20_000
# What a rehearsal has nothing of: pages and feeds to read, numbers of posts.
LEFT_OUT: Final = frozenset({"feed", "entry", "sources", "numbers", "timing", "import", "request", "reply", "revise"})


class Stage:
    def __init__(self, admind: AdMind, material: Material, clock: MovableClock, *, share: float) -> None:
        self._admind = admind
        self._ws = material.workspace.id
        self._brand = material.brand
        self._start = material.at
        self._clock = clock
        self._zone = material.brand.zone or material.workspace.zone
        self._names = {each.id: each.name for each in material.accounts}
        self._members = {each.id: each.name for each in material.members}
        self._dues = DueSets(admind.database)
        self._drafts = DraftStore(admind.database)
        self._posts = PostStore(admind.database)
        self._slots = SlotStore(admind.database)
        self._approvers = Approvers(admind.decisions, clock, zone=self._zone, share=share)
        self._looks: list[tuple[datetime, str]] = []  # when somebody looks at which draft
        self._shown = set[tuple[str, str]]()  # draft and digest that somebody will look at
        self._failures = Counter[str]()
        self._known: dict[str, tuple[str, str]] = {}  # slot → its state and draft, as last told of
        self._told_posts = dict[str, str]()
        self.events: list[EventView] = []
        self.tasks = Counter[str]()
        self.spent = defaultdict[str, float](float)  # seconds by kind
        admind.board.add_home(self._ws, Heard(self._hear))

    async def run(self, until: datetime, *, patience: Callable[[], bool] = lambda: True) -> bool:
        """Everything until then; whether it got there while `patience` lasted."""
        self._admind.publisher.open.set()
        await self._admind.loaded()
        daily = self._clock.now()
        while True:
            if self._clock.now() >= daily:
                await self._each_day()
                daily += DAILY
            next_due = await self._do_what_is_due(until)
            if await self._let_people_look():
                next_due = await self._next_due()  # what was decided has put something there
            if not patience():
                return False
            coming = min([daily, next_due, *([self._looks[0][0]] if self._looks else [])])
            if coming >= until or self._clock.now() >= until:
                return True
            if coming > self._clock.now():
                self._clock.move_to(coming)

    async def outcomes(self, until: datetime) -> list[SlotOutcome]:
        """How each slot ended that came due meanwhile."""
        found = await self._slots.between(self._ws, self._brand.id, self._start, until)
        return [
            SlotOutcome(
                id=each.id,
                due=each.due,
                accounts=self._called(each.purpose.accounts),
                state=each.state.value,
                drafted=bool(each.draft),
                topic=each.chosen.topic if each.chosen else "",
                problem=each.problem,
            )
            for each in found
        ]

    async def _each_day(self) -> None:
        admind = self._admind
        await admind.weekly.arm([self._ws])
        await admind.slots.arm([self._ws])
        await admind.telling_accounts.warn_all([self._ws])
        await admind.audit.seal(self._ws)

    async def _next_due(self) -> datetime:
        client: Any = self._admind.database.client
        first = await client.zrange(keys.due(self._ws), 0, 0, withscores=True)
        return from_milliseconds(int(first[0][1])) if first else datetime.max.replace(tzinfo=UTC)

    async def _do_what_is_due(self, until: datetime) -> datetime:
        """When the next is due."""
        while self._clock.now() < until:
            taken = await self._dues.take(
                self._ws,
                now_ms=milliseconds(self._clock.now()),
                offset_ms=round(self._clock.offset().total_seconds() * 1000),
                limit=BATCH,
                bump_ms=BUMP_MS,
            )
            if not taken.entries:
                return datetime.max.replace(tzinfo=UTC) if taken.next_ms is None else from_milliseconds(taken.next_ms)
            for entry in taken.entries:
                await self._do(entry)
        return until

    async def _do(self, entry: str) -> None:
        kind, _, name = entry.partition(":")
        if kind in LEFT_OUT or kind not in QUEUE_OF:
            await cast(Any, self._admind.database.client).zrem(keys.due(self._ws), entry)
            return
        began = time.perf_counter()
        try:
            await self._admind.engine.task(cast(Queue, QUEUE_OF[kind]), kind)(self._ws, name)
        except Exception as error:  # as the engine does: later again, and people are told in the end
            await self._failed(entry, error)
        else:
            self._failures.pop(entry, None)
        self.tasks[kind] += 1
        self.spent[kind] += time.perf_counter() - began
        await self._see(kind, name)

    async def _failed(self, entry: str, error: Exception) -> None:
        self._failures[entry] += 1
        if not isinstance(error, AdMindError):
            log.error("a task failed in a rehearsal entry=%s", entry, exc_info=error)
        if self._failures[entry] < MOST_FAILURES:
            return
        said = error.sentence() if isinstance(error, AdMindError) else "It failed several times."
        self._add("problem", entry.partition(":")[0], detail=said)
        later = milliseconds(self._clock.now() + RESTS)
        await cast(Any, self._admind.database.client).zadd(keys.due(self._ws), {entry: later}, xx=True)

    async def _see(self, kind: str, name: str) -> None:
        """What came of a task, into the report."""
        look: dict[str, Callable[[str], Awaitable[None]]] = {
            "slot": self._see_slot,
            "post": self._see_post,
            "reconcile": self._see_post,
            "expire": self._see_expired,
        }
        if kind in look:
            await look[kind](name)
        elif kind == "note" and name.startswith("draft:"):
            await self._see_draft(name.removeprefix("draft:"))

    async def _see_slot(self, name: str) -> None:
        kept = await self._slots.find(self._ws, name)
        if kept is None:
            return
        slot = kept.record
        before, now = self._known.get(name), (slot.state.value, slot.draft)
        self._known[name] = now
        if before == now:
            return
        if slot.state is SlotState.drafted and (draft := await self._drafts.find(self._ws, slot.draft)):
            self._add_draft(draft.record, slot)
        elif slot.state is SlotState.empty and slot.problem:
            self._add_slot("gap", slot)
        elif (
            slot.state is SlotState.expired and not slot.draft and before is None
        ):  # else it was told when it was found
            self._add_slot("gap", slot)

    async def _see_draft(self, name: str) -> None:
        """A draft is shown: somebody may look at it."""
        kept = await self._drafts.find(self._ws, name)
        if kept is None or (name, kept.record.digest) in self._shown:
            return
        self._shown.add((name, kept.record.digest))
        at = self._approvers.begins(kept.record)
        if at is not None:
            heapq.heappush(self._looks, (at, name))

    async def _let_people_look(self) -> bool:
        """Whether anybody did."""
        looked = False
        while self._looks and self._looks[0][0] <= self._clock.now():
            _, name = heapq.heappop(self._looks)
            looked = True
            began = time.perf_counter()
            step = await self._approvers.step(self._ws, name)
            self.tasks["look"] += 1
            self.spent["look"] += time.perf_counter() - began
            if step.again is not None:
                heapq.heappush(self._looks, (step.again, name))
            if step.decided is not None:
                draft = step.decided.draft
                self._add(
                    "decision", draft.title, detail=step.decided.sentence, who=step.by, draft=draft.id, slot=draft.slot,
                    due=draft.due, accounts=self._called([each.account for each in draft.versions]),
                )  # fmt: skip
        return looked

    async def _see_expired(self, name: str) -> None:
        kept = await self._drafts.find(self._ws, name)
        if kept is None or kept.record.status is not DraftStatus.late:
            return
        draft = kept.record
        missing = next((each.missing for each in await self._admind.board.standings(draft) if not each.met), "")
        self._add(
            "expired", draft.title, detail=missing, draft=draft.id, slot=draft.slot, due=draft.due,
            accounts=self._called([each.account for each in draft.versions]),
        )  # fmt: skip

    async def _see_post(self, name: str) -> None:
        kept = await self._posts.find(self._ws, name)
        if kept is None or self._told_posts.get(name) == kept.record.state:
            return
        post = kept.record
        if post.state in (PostState.scheduled, PostState.sending):
            return
        self._told_posts[name] = post.state
        approved = ", ".join(self._members.get(each, each) for each in post.approved_by)
        common: dict[str, Any] = {
            "draft": post.draft, "due": post.due, "accounts": self._called([post.account]), "who": approved,
        }  # fmt: skip
        if post.state is PostState.published:
            self._add("post", post.title, **common)
        else:
            self._add("failed", post.title, detail=post.failure.sentence if post.failure else post.state, **common)

    def _hear(self, room: str, key: str, card: Card) -> None:
        if room.startswith("member:"):
            name = self._members.get(room.removeprefix("member:"), "")
            self._add("reminder", card.title, detail=card.status, draft=card.draft, who=name)
        elif not card.draft and not key.startswith("slot-empty:"):  # gaps are told with their slots
            self._add("told", card.title, detail=" · ".join(part for part in (card.status, *card.notes[:3]) if part))

    def _add_draft(self, draft: Draft, slot: Slot) -> None:
        wordings = [
            WordingView(
                account=self._names.get(each.account, each.account),
                text=each.text,
                length=each.length,
                limit=each.limit,
            )
            for each in draft.versions
        ]
        detail = " · ".join(part for part in (draft.brief.pillar, draft.brief.form, draft.brief.audience) if part)
        self._add(
            "drafted", draft.title, detail=detail, due=slot.due, accounts=self._called(slot.purpose.accounts),
            draft=draft.id, slot=slot.id, why=draft.why, wordings=wordings,
        )  # fmt: skip

    def _add_slot(self, kind: Kind, slot: Slot) -> None:
        topic = slot.chosen.topic if slot.chosen else slot.purpose.topic or slot.purpose.form or slot.purpose.pillar
        self._add(
            kind, topic, detail=slot.problem, due=slot.due, accounts=self._called(slot.purpose.accounts), slot=slot.id
        )

    def closed(self, slots: list[SlotOutcome], end: datetime) -> None:
        """Into the report: slots of days that are kept free, each at its own time; and as still open what lacked a
        topic and comes due after the end, until when somebody may add one.
        """
        for event in self.events:
            if event.kind == "gap" and event.due is not None and event.due >= end:
                event.kind = "open"
        for each in slots:
            if each.state == "skipped":
                self.events.append(
                    EventView(
                        at=each.due,
                        kind="free",
                        title=each.topic,
                        detail=each.problem,
                        due=each.due,
                        accounts=each.accounts,
                        slot=each.id,
                    )
                )
        self.events.sort(key=lambda each: each.at)

    def _add(self, kind: Kind, title: str, **more: Any) -> None:
        self.events.append(EventView(at=self._clock.now(), kind=kind, title=title, **more))

    def _called(self, accounts: Any) -> list[str]:
        return [self._names.get(each, each) for each in accounts]
