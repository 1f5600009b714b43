"""What the engine works at: every task by its name, and the clockwork that hands it what is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from bot.bootstrap.crons import Crons
from bot.bootstrap.keeping import going
from bot.bootstrap.parts import Parts
from bot.bootstrap.talking import Talking
from bot.engine.crons import handing_to
from bot.engine.outbox import Engine, Queue
from bot.engine.scheduler import Scheduler, Ticker
from bot.workflow.answers import Answers
from bot.workflow.entry_drafts import EntryDrafts
from bot.workflow.holding_back import HoldingBack
from bot.workflow.polling import Polling
from bot.workflow.promised import Promised
from bot.workflow.recounting import Recounting
from bot.workflow.revising import Revising
from bot.workflow.telling_stops import TellingStops
from bot.workflow.upkeep import BATCH, Clockwork, Upkeep
from storage.cron_markers import CronMarkers


class Working:
    """`queues` are those that this process works on; `not_ready` says what is missing for it to be of use."""

    def __init__(self, parts: Parts, queues: frozenset[Queue], not_ready: Callable[[], Awaitable[list[str]]]) -> None:
        ground = parts.ground
        database, clock = ground.database, ground.clock
        self._board = parts.deciding.board
        self.engine = Engine(
            ground.url,
            worker_name=ground.worker,
            lease=ground.settings.redelivery,
            queues=queues,
            on_dead=self._given_up,
        )
        self.talking = Talking(parts, self.engine)
        parts.models.hand_to(self.talking.desk.use)
        parts.keeping.doctor.also("API versions", self.talking.api_versions.look)
        self.clockwork = Clockwork(database, clock, self._add)
        self._register_drafting(parts)
        self._register_sending(parts)
        self._register_upkeep(parts)
        self.scheduler = Scheduler(handing_to(self.engine), CronMarkers(database), clock)
        Crons(parts, self.talking, self.clockwork, not_ready).register(self.engine, self.scheduler)
        self.ticker = Ticker(self._tick, full_batch=BATCH)

    def _register_drafting(self, parts: Parts) -> None:
        """What people asked for, and what plans and feeds ask for in their place."""
        database, clock = parts.ground.database, parts.ground.clock
        board, requests, desk = parts.deciding.board, parts.drafting.requests, self.talking.desk
        register, before = self.engine.register, parts.models.before
        register("chat", "request", before(desk.answer))
        register("chat", "requests", desk.spread)
        register("chat", "reply", Answers(database, desk, clock).bring)
        register("chat", "revise", before(Revising(database, requests=requests, board=board).revise))
        entries = EntryDrafts(database, requests=requests, board=board, clock=clock)
        register("chat", "entry", before(entries.entry))
        register("upkeep", "feed", Polling(database, opening=parts.office.opening, board=board, clock=clock).feed)
        register("chat", "import", before(parts.planning.calendar_importing.work))
        register("upkeep", "plan", parts.planning.slots.plan)
        register("chat", "slot", before(parts.planning.slots.slot))

    def _register_sending(self, parts: Parts) -> None:
        """What goes out, and what is looked at again before and after."""
        ground, sending, register = parts.ground, parts.sending, self.engine.register
        register("publish", "post", sending.rereading.before(sending.publisher.publish))
        register("upkeep", "sources", sending.rereading.read)
        holding_back = HoldingBack(ground.database, blobs=ground.blobs, audit=ground.audit, clock=ground.clock)
        register("upkeep", "timing", holding_back.look)
        register("publish", "reconcile", sending.reconciler.reconcile)
        promised = Promised(ground.database, posts=parts.deciding.posts, board=parts.deciding.board, clock=ground.clock)
        register("publish", "takedown", promised.take_down)
        register("upkeep", "numbers", parts.insights.numbers.look)

    def _register_upkeep(self, parts: Parts) -> None:
        """Notes, reminders, expiry, digests, and what follows when people or brands change."""
        ground, deciding, register = parts.ground, parts.deciding, self.engine.register
        upkeep = Upkeep(
            ground.database,
            board=deciding.board,
            decisions=deciding.decisions,
            weekly=self.talking.weekly,
            stops=TellingStops(ground.database, deciding.board, ground.clock),
            accounts=self.talking.telling_accounts,
            clock=ground.clock,
            examine=parts.connecting.care.examine,
        )
        for name in ("note", "remind", "expire", "digest"):
            register("upkeep", name, getattr(upkeep, name))
        recounting = Recounting(
            ground.database,
            board=deciding.board,
            decisions=deciding.decisions,
            sign_in=parts.keeping.sign_in,
            tokens=ground.tokens,
            clock=ground.clock,
        )
        register("upkeep", "kin", recounting.kin)
        register("upkeep", "leaving", going(ground, parts.connecting, deciding, parts.office).leave)

    async def _add(self, queue: str, task: str, workspace: str, entry: str, key: str) -> None:
        await self.engine.add(cast(Queue, queue), task, workspace, entry, key=key)

    async def _tick(self) -> int:
        ticked = await self.clockwork.tick()
        return BATCH if ticked.more else ticked.entries

    async def _given_up(self, _queue: str, task: str, workspace: str, entry: str, error: Exception) -> None:
        if task == "requests":  # each of them is on the due set
            return
        if task == "request":
            await self.talking.desk.give_up(workspace, entry)
        await self.clockwork.given_up(workspace, f"{task}:{entry}", self._board)
