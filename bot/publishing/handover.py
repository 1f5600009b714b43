"""The last steps before bytes leave: the attempt recorded wherever it must be, and the check before the call."""

from __future__ import annotations

import asyncio
import json

from bot.clock import Clock
from bot.errors import AdMindError
from bot.publishing.endings import Endings
from bot.publishing.pause import in_the_way
from bot.publishing.run import Run, offset_ms
from bot.publishing.timing import held_back, spoken
from storage import keys, pauses
from storage.journal import Journal, JournalUnwritable
from storage.posts import Attempt, PostState
from storage.redis import Database, ServerIdentity, StorageFull, StorageUnavailable
from storage.sending import Refusal, Sending
from storage.stores import TeamStore


class Stopped(AdMindError):
    """A check said no right before an irreversible call: nothing was sent by this one."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__("Sending was stopped before anything went out.")
        self.refusal = refusal


class NotRecorded(Exception):
    """The attempt could not be recorded where it must be: nothing may be sent by it. `why` is for people."""

    def __init__(self, why: AdMindError) -> None:
        super().__init__(why.what)
        self.why = why


class Handover:
    """Guards the way from a worker to a channel."""

    def __init__(
        self, database: Database, *, sending: Sending, endings: Endings, journal: Journal, clock: Clock
    ) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._sending = sending
        self._endings = endings
        self._journal = journal
        self._clock = clock

    async def record(self, run: Run, attempt: Attempt) -> None:
        """The attempt in Redis, on its replicas, and in the local journal.

        Raises Stopped when the post may not be tried, NotRecorded when a record is missing: either way, no send.
        """
        try:
            refusal = await self._in_redis(run, attempt)
        except (StorageUnavailable, StorageFull) as error:
            raise NotRecorded(error) from error
        if refusal is not None and refusal.why != "unreplicated":
            raise Stopped(refusal)
        try:
            await self._journal.append(
                "attempt",
                attempt=attempt.id,
                workspace=run.post.workspace,
                post=run.post.id,
                draft=run.post.draft,
                account=run.post.account,
                digest=run.post.digest,
                key=attempt.key,
                at=attempt.at.isoformat(),
                deadline=attempt.deadline.isoformat(),
            )
        except JournalUnwritable as error:
            raise NotRecorded(error) from error
        if refusal is not None:
            raise NotRecorded(AdMindError("No second copy of the database could be reached.", retry_after_seconds=5))

    async def _in_redis(self, run: Run, attempt: Attempt) -> Refusal | None:
        details = {"attempt": attempt.id, "number": str(attempt.number)}
        server = await self._database.identity()
        if not await self._understood(server):
            return Refusal("restarted")
        # A replica that was there and is gone may be about to take over: then too nothing is sent without it.
        replicas = int(await self._database.replicated(server))
        while True:
            refusal = await self._sending.attempt(
                run.claim,
                (*run.post.attempts, attempt),
                await self._endings.entry(run.post, "attempt", attempt.at, details),
                offset_ms=offset_ms(self._clock),
                pause_version=run.pauses.version,
                replicas=replicas,
            )
            if refusal is None or refusal.why != "repause":
                return refusal
            await self._read_again(run)
            barred = self._barred(run)
            if barred:
                return Refusal(barred)

    async def _read_again(self, run: Run) -> None:
        """Pauses, and the brand's embargoes and days without posts: a change of either has a new pause version."""
        run.pauses = await pauses.read(self._database, run.post.workspace)
        brand = await self._team.brands.find(run.post.workspace, run.post.brand)
        run.brand = brand.record if brand is not None else None

    def _barred(self, run: Run) -> str:
        """Why it may not go out now: paused, held; "" when it may."""
        if in_the_way(run.pauses, run.post, run.text) is not None:
            return "paused"
        return "held" if held_back(run.brand, run.post, spoken(run.payload), self._clock.now()) is not None else ""

    async def _understood(self, server: ServerIdentity) -> bool:
        """Whether this is the server of the last sign of life; another may have forgotten what was sent."""
        mark = await self._database.client.get(keys.ALIVE)
        known = json.loads(mark) if mark else {"run_id": server.run_id, "replid": server.master_replid}
        return (known["run_id"], known["replid"]) == (server.run_id, server.master_replid)

    async def check(self, run: Run) -> None:
        """Asked right before each irreversible call. Raises Stopped."""
        while asyncio.get_running_loop().time() < run.deadline_at:
            try:
                refusal = await self._sending.check(
                    run.claim,
                    offset_ms=offset_ms(self._clock),
                    pause_version=run.pauses.version,
                    state=PostState.sending,
                )
                if refusal is not None and refusal.why == "repause":
                    await self._read_again(run)
            except AdMindError as error:
                raise Stopped(Refusal("unreachable")) from error
            if refusal is None and asyncio.get_running_loop().time() < run.deadline_at:
                run.may_be_out = True
                return
            if refusal is not None and refusal.why != "repause":
                raise Stopped(refusal)
            barred = self._barred(run)
            if barred:
                raise Stopped(Refusal(barred))
        raise Stopped(Refusal("deadline"))
