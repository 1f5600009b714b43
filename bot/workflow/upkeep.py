"""What the clock brings: due entries to the queues, notes to the homes, reminders, expiry, and the system's own jobs.

A due entry is `kind:<id>`; each kind has a queue and a task. Whoever finishes an entry takes it off the due set, and
only if nobody renewed it meanwhile; a lost message of the engine therefore heals itself.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.chat import Card
from bot.clock import Clock, milliseconds
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.review.reminding import Reminding
from bot.workflow.decisions import Decisions
from bot.workflow.due_entry import DueEntry
from bot.workflow.mending import Mending
from bot.workflow.telling_accounts import TellingAccounts
from bot.workflow.telling_stops import TellingStops
from bot.workflow.telling_waiting import TellingWaiting
from bot.workflow.weekly import OLD_NEWS, Weekly
from storage import keys
from storage.drafts import DraftStatus
from storage.due import DueSets
from storage.redis import Database
from storage.stores import PostStore

log = logging.getLogger(__name__)

BUMP_MS = 10_000  # how long a taken entry rests before it is taken again
BATCH = 200
ROUNDS = 10  # of a note that is renewed while it is told
RESTS_FOR = timedelta(minutes=15)  # an entry whose task failed again and again
QUEUE_OF = {
    "post": "publish",
    "reconcile": "publish",
    "note": "upkeep",
    "remind": "upkeep",
    "expire": "upkeep",
    "digest": "upkeep",
    "takedown": "publish",
    "kin": "upkeep",
    "leaving": "upkeep",
    "numbers": "upkeep",
    "sources": "upkeep",
    "timing": "upkeep",
    "feed": "upkeep",
    "entry": "chat",
    "import": "chat",
    "plan": "upkeep",
    "slot": "chat",
    "revise": "chat",
    "request": "chat",
    "reply": "chat",
}
Examine = Callable[[str, str], Awaitable[object]]  # workspace, account
Add = Callable[[str, str, str, str, str], Awaitable[None]]  # queue, task, workspace, id, key


@dataclass(frozen=True, slots=True)
class Ticked:
    """`more` is set when a batch was full, so that the ticker asks again at once."""

    entries: int
    more: bool


class Clockwork:
    """Takes what is due in every workspace and hands it to the engine."""

    def __init__(self, database: Database, clock: Clock, add: Add) -> None:
        self._database = database
        self._dues = DueSets(database)
        self._clock = clock
        self._add = add

    async def tick(self) -> Ticked:
        """One look at every wake shard."""
        now_ms, entries, more = milliseconds(self._clock.now()), 0, False
        for shard in keys.shards():
            woken = await self._dues.wake(shard, now_ms=now_ms, limit=BATCH, bump_ms=BUMP_MS)
            more = more or len(woken.workspaces) == BATCH
            for workspace in woken.workspaces:
                took, full = await self._ask(workspace, now_ms, woken.bumped_ms)
                entries, more = entries + took, more or full
        return Ticked(entries, more)

    async def _ask(self, workspace: str, now_ms: int, bumped_ms: float) -> tuple[int, bool]:
        taken = await self._dues.take(
            workspace,
            now_ms=now_ms,
            offset_ms=round(self._clock.offset().total_seconds() * 1000),
            limit=BATCH,
            bump_ms=BUMP_MS,
        )
        for entry in taken.entries:
            kind, _, entry_id = entry.partition(":")
            if kind in QUEUE_OF:
                await self._add(QUEUE_OF[kind], kind, workspace, entry_id, f"{workspace}:{entry}")
            else:
                log.warning("due entry of a kind that this version does not know kind=%s", kind)
        await self._dues.settle(workspace, bumped_ms=bumped_ms, next_ms=taken.next_ms)
        return len(taken.entries), len(taken.entries) == BATCH

    async def given_up(self, workspace: str, entry: str, board: Board) -> None:
        """A task failed again and again: it rests for a while, and people are told. Nothing is dropped."""
        client: Any = self._database.client
        later = milliseconds(self._clock.now() + RESTS_FOR)
        await client.zadd(keys.due(workspace), {entry: later}, xx=True)
        kind = entry.partition(":")[0]
        what = {"post": "A post could not be handled", "reconcile": "A post could not be looked up"}
        card = Card(
            title=what.get(kind, "Something could not be done"),
            status=f"It failed several times; AdMind tries again in {RESTS_FOR.seconds // 60} minutes.",
            notes=("Whoever runs AdMind finds the reason in its log.",),
        )
        with contextlib.suppress(Undelivered):  # the inbox has it
            await board.tell(workspace, "owners", card, key=f"given-up:{entry}:{later // 3_600_000}")

    async def sweep(self) -> None:
        await self._dues.sweep()


class Upkeep:
    """The tasks behind notes, reminders and expiry. `examine` looks whether an account's access still holds."""

    def __init__(
        self,
        database: Database,
        *,
        board: Board,
        decisions: Decisions,
        weekly: Weekly,
        stops: TellingStops,
        accounts: TellingAccounts,
        clock: Clock,
        examine: Examine,
    ) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._examine = examine
        self._board = board
        self._reminding = Reminding(database, board, clock)
        self._decisions = decisions
        self._weekly = weekly
        self._stops = stops
        self._accounts = accounts
        self._waiting = TellingWaiting(database, board)
        self._mending = Mending(database, clock)
        self._clock = clock

    async def note(self, workspace: str, entry_id: str) -> None:
        """Bring people what happened: `draft:<id>` or `post:<id>`, `late:<id>` for a post that is being retried,
        `orphan:<id>` for one that the database forgot, `digest:<brand>@<day>`, `stop:<scope>`, `account:<id>` or
        `waiting:<id>` for one that waits for an owner; `at:<home>/…` brings the same to one home that was missed.
        """
        home, _, what = (
            entry_id.removeprefix("at:").partition("/") if entry_id.startswith("at:") else ("", "", entry_id)
        )
        for _ in range(ROUNDS):
            began = self._clock.now()
            async with DueEntry(self._database, workspace, f"note:{entry_id}") as entry:
                try:
                    await self._tell(workspace, what, home)
                except Undelivered as error:
                    if home:
                        entry.again_at = self._clock.now() + min(each.after for each in error.missed)
                    else:
                        await self._mending.later(workspace, what, error.missed, since=began)
            if not entry.renewed:
                return

    async def _tell(self, workspace: str, what: str, home: str) -> None:
        kind, _, record_id = what.partition(":")
        if kind == "draft":
            await self._board.show(workspace, record_id, home=home)
        elif kind == "orphan":
            await self._forgotten(workspace, record_id, home)
        elif kind == "digest":
            brand, _, day = record_id.partition("@")
            await self._weekly.tell(workspace, brand, date.fromisoformat(day), home=home)
        elif kind == "stop":
            await self._stops.tell(workspace, record_id, home=home)
        elif kind == "account":
            await self._accounts.tell(workspace, record_id, home=home)
        elif kind == "waiting":
            await self._waiting.tell(workspace, record_id, home=home)
        elif kind == "late":
            await self._board.tell_delay(workspace, record_id, home=home)
        else:
            try:
                await self._board.tell_post(workspace, record_id, home=home)
            finally:
                await self._look_at_account(workspace, record_id)

    async def _look_at_account(self, workspace: str, post_id: str) -> None:
        """A channel that did not accept the credentials of one post will not accept the next one's either."""
        kept = await self._posts.find(workspace, post_id)
        if kept is not None and kept.record.failure is not None and kept.record.failure.code == "unauthorized":
            await self._examine(workspace, kept.record.account)

    async def _forgotten(self, workspace: str, post: str, home: str) -> None:
        card = Card(
            title="Sent, but forgotten",
            status=f"The database lost the post {post}, which AdMind had begun to send. It may be out.",
            notes=("Please look on your channels before you approve the same draft again.",),
        )
        await self._board.tell(workspace, "owners", card, key=f"orphan:{post}", home=home)

    async def digest(self, workspace: str, brand: str) -> None:
        """What last week brought, and the next digest on the due set. What comes days too late is left out."""
        async with DueEntry(self._database, workspace, f"digest:{brand}") as entry:
            week = await self._weekly.week(workspace, brand)
            if week is None:
                return
            entry.again_at = week.following
            began = self._clock.now()
            if began - week.due > OLD_NEWS:
                return
            try:
                await self._weekly.tell(workspace, brand, week.monday)
            except Undelivered as error:
                await self._mending.later(workspace, f"digest:{brand}@{week.monday}", error.missed, since=began)

    async def remind(self, workspace: str, draft_id: str) -> None:
        """Remind who could decide, and look again when the next reminder is to come."""
        async with DueEntry(self._database, workspace, f"remind:{draft_id}") as entry:
            entry.again_at = await self._reminding.remind(workspace, draft_id)

    async def expire(self, workspace: str, draft_id: str) -> None:
        """The time has come and nobody approved: the draft is late, and people are told."""
        async with DueEntry(self._database, workspace, f"expire:{draft_id}"):
            case = await self._decisions.case(workspace, draft_id)
            if case.draft.status is DraftStatus.waiting:
                await self._decisions.settle(case, case.draft, None, why="Its time has passed.")
