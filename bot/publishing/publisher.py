"""Sends one approved post: claim, record the attempt, check, send, finish.

The order protects promise 2 and must not be tidied: the attempt is on disk and (with replicas) on a second machine
before the first byte leaves; the check is asked right before it; whatever is not a clear yes or a clear no is unknown,
and unknown is looked up, never sent again on a guess. The rules are drawn in `docs/publishing.md`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot.channels.base import Channel, ChannelRefused, Door, OutcomeUnknown, ProvenNotSent, Receipt
from bot.clock import Clock, from_milliseconds, milliseconds
from bot.errors import AdMindError
from bot.publishing.pause import in_the_way
from bot.publishing.run import Run, channel_key, compare, doubt, mismatch
from storage import keys, pauses
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.due import DueSets
from storage.ending import ended
from storage.journal import Journal, JournalUnwritable
from storage.media import BlobStore
from storage.posts import Attempt, Failure, Post, PostReceipt, PostState
from storage.record import new_id
from storage.redis import Database, ServerIdentity, StorageFull, StorageUnavailable
from storage.sealed import NewerPayload, SealedPayload
from storage.sending import Claim, Refusal, Sending
from storage.stores import PostStore, TeamStore

log = logging.getLogger(__name__)

LATE_WINDOW = timedelta(minutes=15)  # how late a post that nobody tried to send may still go out by itself
MOST_ATTEMPTS = 6
MEDIA_SHOWN_FOR = timedelta(days=7)
SKEW_WARNS_MS, SKEW_HOLDS_MS = 2_000, 30_000
BACKOFF_SECONDS = (5, 15, 60, 180, 300)
RECORD_PAUSES_SECONDS = (0.1, 0.3, 1.0, 3.0, 10.0)  # what is known to be out is recorded with patience
LOOK_FIRST = timedelta(seconds=60)  # a doubt is looked into before people are asked
NOT_ENDS = frozenset({PostState.failed, PostState.missed, PostState.paused, PostState.cancelled})


class Stopped(AdMindError):
    """A check said no right before an irreversible call: nothing was sent by this one."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__("Sending was stopped before anything went out.")
        self.refusal = refusal


class Busy(AdMindError):
    """Another worker is on this post; ask again after `retry_after_seconds`."""


class Publisher:
    """Works on posts that are due. `open_door` lends the adapter what it needs for one account and one check."""

    def __init__(
        self,
        database: Database,
        *,
        blobs: BlobStore,
        journal: Journal,
        audit: AuditWriter,
        channels: Mapping[str, Channel],
        open_door: Callable[[Account, Callable[[], Awaitable[None]], timedelta], Door],
        clock: Clock,
        worker: str,
        lease: timedelta,
    ) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._sending = Sending(database, lease_ms=round(lease.total_seconds() * 1000))
        self._lease = lease
        self._blobs = blobs
        self._journal = journal
        self._audit = audit
        self._channels = channels
        self._open_door = open_door
        self._clock = clock
        self._worker = worker
        self._had_replicas = False
        self.open = asyncio.Event()  # set while publishing is allowed: homes re-read, no unexplained restart of Redis

    async def publish(self, workspace: str, post_id: str) -> None:
        """Bring a due post to an end, or to its next step. Raises Busy when another worker holds it."""
        await self.open.wait()
        kept = await self._posts.find(workspace, post_id)
        if kept is None:
            await self.drop(workspace, "post", post_id)
            return
        async with self.hold(kept.record) as run:
            if run is None:
                return
            if run.claim.state is not PostState.scheduled:
                await self._left_behind(run)
            elif await self._ready(run):
                await self._attempt(run)

    def now(self) -> datetime:
        return self._clock.now()

    async def find(self, workspace: str, post_id: str) -> Post | None:
        kept = await self._posts.find(workspace, post_id)
        return kept.record if kept else None

    async def drop(self, workspace: str, kind: str, post: str) -> None:
        """Take `<kind>:<post>` off the due set if it has nothing left to do."""
        await self._sending.drop(workspace, kind, post)

    def door(self, run: Run, deadline: timedelta) -> Door:
        return self._open_door(run.account, lambda: self._check(run), deadline)

    async def settle(
        self,
        run: Run,
        state: PostState,
        entry: str,
        *,
        receipt: PostReceipt | None = None,
        attempts: tuple[Attempt, ...] | None = None,
        lookups: int = 0,
        failure: Failure | None = None,
        look_at: datetime | None = None,
        on: dict[str, int] | None = None,
    ) -> None:
        """End a look at an unknown post; `entry` leaves the due set unless it is put `on` again."""
        await self._end(
            run.claim,
            run.post,
            state,
            failure=failure or (None if state in (PostState.published, PostState.scheduled) else doubt()),
            receipt=receipt,
            attempts=attempts,
            on=on,
            off=() if on and entry in on else (entry,),
            lookups=lookups,
            look_at=look_at,
        )

    @contextlib.asynccontextmanager
    async def hold(self, post: Post) -> AsyncIterator[Run | None]:
        """Claim the post and keep the claim alive; None when there is nothing to do."""
        claim = await self._sending.claim(
            post.workspace,
            post.id,
            post.digest,
            now_ms=milliseconds(self._clock.now()),
            offset_ms=self._offset_ms,
        )
        if isinstance(claim, Refusal):
            await self._not_claimed(post, claim)
            yield None
            return
        over = asyncio.Event()
        beat = asyncio.create_task(self._beat(claim, over))
        try:
            post = (await self._posts.get(post.workspace, post.id)).record
            if self._skewed(claim) and claim.state is PostState.scheduled:
                await self._hold_for_clock(post, claim)
                yield None
            else:
                yield await self._prepare(post, claim)
        finally:
            over.set()
            await ended(beat)

    async def _hold_for_clock(self, post: Post, claim: Claim) -> None:
        """Nothing is sent by a clock that may be wrong; another machine may, and people are told."""
        server_now = from_milliseconds(claim.server_ms)
        sentence = "The clocks of AdMind's machine and of its database differ by more than 30 s, so nothing is sent."
        failure = Failure(code="clock", sentence=sentence, fixes=("send", "reschedule", "drop"))
        if server_now > post.due + LATE_WINDOW:
            await self._end(claim, post, PostState.missed, failure=failure)
            return
        on = {f"post:{post.id}": milliseconds(min(self._clock.now(), server_now) + timedelta(seconds=10))}
        if post.failure is None or post.failure.code != failure.code:
            on[f"note:late:{post.id}"] = milliseconds(min(self._clock.now(), server_now))
        await self._end(claim, post, PostState.scheduled, failure=failure, on=on)

    async def _not_claimed(self, post: Post, refusal: Refusal) -> None:
        if refusal.why == "busy":
            raise Busy("Another worker is on this post.", retry_after_seconds=max(0.2, float(refusal.detail) / 1000))
        if refusal.why in ("over", "gone"):
            await self.drop(post.workspace, "post", post.id)
        elif refusal.why == "early":
            await self._database.client.zadd(
                keys.due(post.workspace), {f"post:{post.id}": float(refusal.detail)}, xx=True
            )
            await DueSets(self._database).nudge(post.workspace, int(float(refusal.detail)))
        else:
            raise AdMindError("What is kept of a post contradicts itself.", kept="It is not sent.")

    async def _prepare(self, post: Post, claim: Claim) -> Run | None:
        """Read and verify what was approved; a difference ends the post with a sentence, before any attempt."""
        run, problem = None, None
        account = await self._team.accounts.find(post.workspace, post.account)
        channel = self._channels.get(post.channel)
        if account is None or account.record.closed_at is not None or channel is None:
            problem = Failure(code="no_account", sentence="The account it was meant for is no longer connected.")
        else:
            try:
                payload = SealedPayload.read(await self._blobs.get(post.payload))
            except NewerPayload as newer:
                problem = await self._left_to_newer(post, claim, newer)
            except (AdMindError, ValueError):
                log.exception("sealed payload unreadable workspace=%s post=%s", post.workspace, post.id)
                problem = Failure(code="payload", sentence="What was approved can no longer be read from the disk.")
            else:
                found = await pauses.read(self._database, post.workspace)
                run = Run(post, claim, account.record, channel, payload, found)
                problem = mismatch(run)
        if problem is None or (run is not None and claim.state is not PostState.scheduled):
            return run  # what may be out already is looked up, whatever else is wrong
        if claim.state is PostState.scheduled:
            await self._end(claim, post, PostState.failed, failure=problem)
        else:
            failure = doubt(f"We can't tell whether it went out, and cannot look. {problem.sentence}")
            off = (f"post:{post.id}", f"reconcile:{post.id}")
            await self._end(claim, post, PostState.unknown, failure=failure, off=off)
        return None

    async def _left_to_newer(self, post: Post, claim: Claim, newer: NewerPayload) -> Failure:
        """Give it back for a newer AdMind to take, for as long as one may come; afterwards people are told.

        Raises NewerPayload meanwhile.
        """
        latest = max([post.due, *(attempt.deadline for attempt in post.attempts)])
        if self._clock.now() <= latest + LATE_WINDOW:
            await self._sending.release(claim)
            raise newer
        return Failure(code="newer", sentence=f"{newer.what} No newer one was running.")

    async def _ready(self, run: Run) -> bool:
        """Whether it may be tried now; if not, the post is already in its next state."""
        pause = in_the_way(run.pauses, run.post, run.text)
        if pause is not None:
            sentence = "It fell due while a pause was on."
            await self._end(run.claim, run.post, PostState.paused, failure=Failure(code="paused", sentence=sentence))
            return False
        if run.account.health.state == "broken":
            await self._end(
                run.claim,
                run.post,
                PostState.failed,
                failure=Failure(code="account", sentence=f"{run.account.name}: {run.account.health.reason}"),
            )
            return False
        if self._clock.now() > run.post.due + LATE_WINDOW:
            sentence = "Nobody was there to send it in time."
            await self._end(run.claim, run.post, PostState.missed, failure=Failure(code="missed", sentence=sentence))
            return False
        return True

    async def _attempt(self, run: Run) -> None:
        # By the later clock: who looks after the deadline must never look while this one may still send.
        now = max(self._clock.now(), from_milliseconds(run.claim.server_ms))
        deadline = run.capabilities.deadline
        await self._open_media(run)
        attempt = Attempt(
            id=new_id("t"),
            number=len(run.post.attempts) + 1,
            key=channel_key(run.post),
            at=now,
            deadline=now + deadline,
            worker=self._worker,
        )
        run.deadline_at = asyncio.get_running_loop().time() + deadline.total_seconds()
        if not await self._record(run, attempt):
            return
        run.attempt = attempt
        door = self.door(run, deadline)
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                receipt = await run.channel.send(run.payload, run.key, door)
        except Stopped as stopped:
            if run.may_be_out:
                await self._unknown(run)
            else:
                await self._stopped(run, stopped.refusal)
        except ChannelRefused as refused:
            await self._refused(run, refused)
        except ProvenNotSent as unsent:
            await self._again(run, unsent, "not sent")
        except (OutcomeUnknown, TimeoutError) as error:
            log.warning("outcome unknown post=%s attempt=%s why=%s", run.post.id, attempt.id, type(error).__name__)
            await self._unknown(run)
        except Exception:
            log.exception("outcome unknown post=%s attempt=%s", run.post.id, attempt.id)
            await self._unknown(run)
        else:
            await self._published(run, receipt, door)

    async def _open_media(self, run: Run) -> None:
        """Channels that fetch pictures find them on the public edge from the first attempt on, for some days.

        Our own show them while the post stands there, and no longer.
        """
        if run.channel.capabilities_for(run.account).own:
            return
        for medium in (medium for part in run.payload.parts for medium in part.media):
            key = keys.shown(run.post.workspace, medium.sha256)
            await self._database.client.set(key, medium.mime, ex=int(MEDIA_SHOWN_FOR.total_seconds()))

    async def _record(self, run: Run, attempt: Attempt) -> bool:
        """The attempt in Redis, on its replicas, and in the local journal; False when any of them fails: no send."""
        unsent = attempt.model_copy(update={"outcome": "not sent"})
        try:
            refusal = await self._record_in_redis(run, attempt)
        except (StorageUnavailable, StorageFull) as error:  # whether it is recorded or not: nothing is sent
            run.attempt = unsent
            await self._again(run, error, "not sent")
            return False
        if refusal is not None and refusal.why != "unreplicated":
            await self._stopped(run, refusal)
            return False
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
                deadline=attempt.deadline.isoformat(),
            )
        except JournalUnwritable as error:
            run.attempt = unsent
            await self._again(run, error, "not sent")
            return False
        if refusal is not None:
            run.attempt = unsent
            alone = AdMindError("No second copy of the database could be reached.", retry_after_seconds=5)
            await self._again(run, alone, "not sent")
            return False
        return True

    async def _record_in_redis(self, run: Run, attempt: Attempt) -> Refusal | None:
        details = {"attempt": attempt.id, "number": str(attempt.number)}
        server = await self._database.identity()
        if not await self._understood(server):
            return Refusal("restarted")
        # A replica that was there and is gone may be about to take over: then too nothing is sent without it.
        self._had_replicas = await self._database.replicated(server)
        while True:
            refusal = await self._sending.attempt(
                run.claim,
                (*run.post.attempts, attempt),
                await self._entry(run.post, "attempt", attempt.at, details),
                offset_ms=self._offset_ms,
                pause_version=run.pauses.version,
                replicas=int(self._had_replicas),
            )
            if refusal is None or refusal.why != "repause":
                return refusal
            run.pauses = await pauses.read(self._database, run.post.workspace)
            if in_the_way(run.pauses, run.post, run.text) is not None:
                return Refusal("paused")

    async def _understood(self, server: ServerIdentity) -> bool:
        """Whether this is the server of the last sign of life; another may have forgotten what was sent."""
        mark = await self._database.client.get(keys.ALIVE)
        known = json.loads(mark) if mark else {"run_id": server.run_id, "replid": server.master_replid}
        return (known["run_id"], known["replid"]) == (server.run_id, server.master_replid)

    async def _check(self, run: Run) -> None:
        """Asked right before each irreversible call. Raises Stopped."""
        while asyncio.get_running_loop().time() < run.deadline_at:
            try:
                refusal = await self._sending.check(
                    run.claim, offset_ms=self._offset_ms, pause_version=run.pauses.version, state=PostState.sending
                )
                if refusal is not None and refusal.why == "repause":
                    run.pauses = await pauses.read(self._database, run.post.workspace)
            except AdMindError as error:
                raise Stopped(Refusal("unreachable")) from error
            if refusal is None and asyncio.get_running_loop().time() < run.deadline_at:
                run.may_be_out = True
                return
            if refusal is not None and refusal.why != "repause":
                raise Stopped(refusal)
            if in_the_way(run.pauses, run.post, run.text) is not None:
                raise Stopped(Refusal("paused"))
        raise Stopped(Refusal("deadline"))

    async def _stopped(self, run: Run, refusal: Refusal) -> None:
        """Nothing was sent. Who lost the claim leaves the post to its new holder."""
        log.info("not sent post=%s why=%s", run.post.id, refusal.why)
        if refusal.why == "paused":
            sentence = "A pause came in before it was handed over."
            await self._finish(run, PostState.paused, "not sent", Failure(code="paused", sentence=sentence))
        elif refusal.why == "stopped":
            await self._finish(run, PostState.cancelled, "not sent", None)
        elif refusal.why == "restarted":
            await self._sending.release(run.claim)
            raise Busy(
                "The database was restarted: first comes the look at what it may have lost.", retry_after_seconds=1.0
            )
        elif refusal.why in ("deadline", "unreachable"):
            await self._again(run, AdMindError("It could not be handed over in time."), "not sent")

    async def _refused(self, run: Run, refused: ChannelRefused) -> None:
        if refused.retry_after_seconds is not None:
            await self._again(run, refused, "refused")
            return
        failure = Failure(code=refused.code, sentence=refused.sentence(), fixes=("reword", "reschedule", "drop"))
        await self._finish(run, PostState.failed, "refused", failure)

    async def _again(self, run: Run, error: AdMindError, outcome: str) -> None:
        """Nothing stands on the channel, provably: try later, or say that it failed."""
        tries = len(run.post.attempts) + 1
        wait = error.retry_after_seconds or BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS)) - 1]
        next_at = self._clock.now() + timedelta(seconds=max(0.2, wait))
        failure = Failure(code="not_reached", sentence=error.sentence(), fixes=("send", "reschedule", "drop"))
        if tries >= MOST_ATTEMPTS or next_at > run.post.due + LATE_WINDOW:
            await self._finish(run, PostState.failed, outcome, failure)
            return
        on = {f"post:{run.post.id}": milliseconds(next_at)}
        if tries == 1:
            on[f"note:late:{run.post.id}"] = milliseconds(self._clock.now())
        await self._finish(run, PostState.scheduled, outcome, failure, on=on)

    async def _unknown(self, run: Run) -> None:
        """Look, after the deadline and the time that a late commit may take; people are told when looking fails."""
        if run.attempt is None:
            return
        look_at = run.attempt.deadline + run.capabilities.settle
        on = {f"reconcile:{run.post.id}": milliseconds(look_at)}
        on[f"note:post:{run.post.id}"] = milliseconds(look_at + LOOK_FIRST)
        await self._finish(run, PostState.unknown, "unknown", doubt(), on=on)

    async def _left_behind(self, run: Run) -> None:
        """An attempt without an end: its worker died, froze or lost Redis. It may be out."""
        if run.claim.state is PostState.unknown:
            await self._sending.release(run.claim)
            await self.drop(run.post.workspace, "post", run.post.id)
            return
        run.attempt = run.post.attempts[-1]
        run.post = run.post.changed(attempts=run.post.attempts[:-1])
        await self._unknown(run)

    async def _published(self, run: Run, receipt: Receipt, door: Door) -> None:
        compared = await compare(run, receipt, door)
        kept = PostReceipt(remote_id=receipt.remote_id, url=receipt.url, at=receipt.at, compared=compared)
        await self._finish(run, PostState.published, "published", None, receipt=kept)

    async def _finish(
        self,
        run: Run,
        state: PostState,
        outcome: str,
        failure: Failure | None,
        *,
        receipt: PostReceipt | None = None,
        on: dict[str, int] | None = None,
    ) -> None:
        attempts = run.post.attempts
        if run.attempt is not None:
            attempts = (*attempts, run.attempt.model_copy(update={"outcome": outcome}))
        await self._end(run.claim, run.post, state, failure=failure, receipt=receipt, attempts=attempts, on=on)
        if run.attempt is not None and outcome != "unknown":
            with contextlib.suppress(AdMindError):
                await self._journal.append("finished", post=run.post.id, attempt=run.attempt.id)

    async def _end(
        self,
        claim: Claim,
        post: Post,
        state: PostState,
        *,
        failure: Failure | None = None,
        receipt: PostReceipt | None = None,
        attempts: tuple[Attempt, ...] | None = None,
        on: dict[str, int] | None = None,
        off: tuple[str, ...] | None = None,
        lookups: int = 0,
        look_at: datetime | None = None,
    ) -> None:
        """One script: the state, the due set, the audit, and the note that must reach people.

        What an earlier attempt may have brought out did not fail, whatever kept the later one from going out: unknown.
        Raises StorageUnavailable, StorageFull when it could not be recorded for a quarter of a minute.
        """
        if state in NOT_ENDS and post.doubtful:
            failure = doubt(f"An earlier try may have gone out; we can't tell. {failure.sentence if failure else ''}")
            state = PostState.unknown
        now = self._clock.now()
        details = {"state": state.value, "why": failure.code if failure else "", "url": receipt.url if receipt else ""}

        async def finish() -> Refusal | None:
            return await self._sending.finish(
                claim,
                state=state,
                attempts=attempts,
                receipt=receipt,
                failure=failure,
                off=off if off is not None else () if state is PostState.scheduled else (f"post:{post.id}",),
                lookups=lookups,
                look_at=look_at,
                on=on if on is not None else {f"note:post:{post.id}": milliseconds(now)},
                audit=[await self._entry(post, f"post {state.value}", now, details)],
            )

        refusal = await _patiently(finish)
        if refusal is not None and refusal.why == "stopped":
            await self._end(claim, post, PostState.cancelled, attempts=attempts, off=(f"post:{post.id}", *(off or ())))
        elif refusal is not None:
            log.warning("claim lost before the end was recorded post=%s state=%s", post.id, state.value)
        elif state is PostState.published:
            await self._first_is_out(post)

    async def _first_is_out(self, post: Post) -> None:
        """The account's next post needs no owner's first look. If this fails, the next one asks once more."""
        kept = await self._team.accounts.find(post.workspace, post.account)
        if kept is None or kept.record.posted:
            return
        change, account = Change(post.workspace), kept.record.changed(posted=True)
        self._team.accounts.put(change, account, account.id, ver=kept.ver, at=account.created_at.timestamp())
        with contextlib.suppress(AdMindError):
            await commit(self._database, change)

    async def _entry(self, post: Post, kind: str, at: datetime, details: Mapping[str, str]) -> dict[str, str]:
        return await self._audit.prepare(
            post.workspace,
            kind,
            about=post.id,
            at=at,
            draft=post.draft,
            brand=post.brand,
            details={**details, "digest": post.digest, "account": post.account, "worker": self._worker},
        )

    async def _beat(self, claim: Claim, over: asyncio.Event) -> None:
        """Keep the claim while the channel takes its time; whether it still holds is for `_check` to say."""
        while not over.is_set():
            await asyncio.sleep(self._lease.total_seconds() / 4)
            with contextlib.suppress(AdMindError):
                await self._sending.renew(claim, offset_ms=self._offset_ms)

    def _skewed(self, claim: Claim) -> bool:
        skew = abs(milliseconds(self._clock.now()) - claim.server_ms)
        if skew > SKEW_WARNS_MS:
            log.warning("clock skew milliseconds=%s", skew)
        return skew > SKEW_HOLDS_MS

    @property
    def _offset_ms(self) -> int:
        return round(self._clock.offset().total_seconds() * 1000)


async def _patiently(call: Callable[[], Awaitable[Refusal | None]]) -> Refusal | None:
    """The call's answer, asked again for a while when the database does not answer: finishing twice changes nothing."""
    for pause in RECORD_PAUSES_SECONDS:
        try:
            return await call()
        except (StorageUnavailable, StorageFull):
            await asyncio.sleep(pause)
    return await call()
