"""The end of a look at a post: its new state, the audit and the note that must reach people, in one script.

What is known to be out is recorded with patience; what an earlier attempt may have brought out is never called failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.clock import Clock, milliseconds
from bot.errors import AdMindError
from bot.publishing.run import Run, doubt
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.journal import Journal
from storage.numbers import first_entry
from storage.posts import Attempt, Failure, Post, PostReceipt, PostState
from storage.redis import Database, StorageFull, StorageUnavailable
from storage.sending import Claim, Refusal, Sending
from storage.stores import TeamStore

log = logging.getLogger(__name__)

RECORD_PAUSES_SECONDS = (0.1, 0.3, 1.0, 3.0, 10.0)  # what is known to be out is recorded with patience
WITHOUT = "It stands there without its first comment."
IN_DOUBT = "The post is out; only about its first comment we can't tell."
NOT_YET = "The post is out, but not its first comment."
NOT_ENDS = frozenset({PostState.failed, PostState.missed, PostState.paused, PostState.cancelled})


class Endings:
    """Ends claims. What is written is signed by `worker` in the audit."""

    def __init__(
        self, database: Database, *, sending: Sending, journal: Journal, audit: AuditWriter, clock: Clock, worker: str
    ) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._sending = sending
        self._journal = journal
        self._audit = audit
        self._clock = clock
        self._worker = worker

    async def finish(
        self,
        run: Run,
        state: PostState,
        outcome: str,
        failure: Failure | None,
        *,
        receipt: PostReceipt | None = None,
        claimed: PostReceipt | None = None,
        look_at: datetime | None = None,
        on: dict[str, int] | None = None,
    ) -> None:
        """End this run's attempt with its outcome; what did not stay in doubt leaves the journal too."""
        attempts = run.post.attempts
        if run.attempt is not None:
            attempts = (*attempts, run.attempt.model_copy(update={"outcome": outcome}))
        await self.end(
            run.claim,
            run.post,
            state,
            failure=failure,
            receipt=receipt,
            claimed=claimed,
            attempts=attempts,
            look_at=look_at,
            on=on,
            counted=bool(run.capabilities.metrics),
        )
        if run.attempt is not None and outcome != "unknown":
            with contextlib.suppress(AdMindError):
                await self._journal.append("finished", post=run.post.id, attempt=run.attempt.id)

    async def settle(
        self,
        run: Run,
        state: PostState,
        entry: str,
        *,
        receipt: PostReceipt | None = None,
        claimed: PostReceipt | None = None,
        attempts: tuple[Attempt, ...] | None = None,
        lookups: int = 0,
        failure: Failure | None = None,
        look_at: datetime | None = None,
        on: dict[str, int] | None = None,
    ) -> None:
        """End a look at an unknown post; `entry` leaves the due set unless it is put `on` again."""
        await self.end(
            run.claim,
            run.post,
            state,
            failure=failure or (None if state in (PostState.published, PostState.scheduled) else doubt()),
            receipt=receipt,
            claimed=claimed,
            attempts=attempts,
            on=on,
            off=() if on and entry in on else (entry,),
            lookups=lookups,
            look_at=look_at,
            counted=bool(run.capabilities.metrics),
        )

    async def end(
        self,
        claim: Claim,
        post: Post,
        state: PostState,
        *,
        failure: Failure | None = None,
        receipt: PostReceipt | None = None,
        claimed: PostReceipt | None = None,
        attempts: tuple[Attempt, ...] | None = None,
        on: dict[str, int] | None = None,
        off: tuple[str, ...] | None = None,
        lookups: int = 0,
        look_at: datetime | None = None,
        counted: bool = False,
    ) -> None:
        """One script: the state, the due set, the audit, and the note that must reach people. `counted`: its channel
        tells how posts do, so it is asked once this one is out.

        What an earlier attempt may have brought out did not fail, whatever kept the later one from going out: unknown.
        Raises StorageUnavailable, StorageFull when it could not be recorded for a quarter of a minute.
        """
        if state in NOT_ENDS and post.doubtful:
            failure = doubt(f"An earlier try may have gone out; we can't tell. {failure.sentence if failure else ''}")
            state = PostState.unknown
        if post.receipt is not None and state is PostState.cancelled:
            state, receipt = PostState.published, post.receipt.model_copy(update={"note": WITHOUT})
        if (receipt or post.receipt) is not None:  # the post is out: what follows is about its first comment
            failure = _of_comment(failure, state)
        now = self._clock.now()
        kind = "post out" if receipt is not None and state is not PostState.published else f"post {state.value}"
        on = on if on is not None else {f"note:post:{post.id}": milliseconds(now)}
        if counted and state is PostState.published and receipt is not None and receipt.remote_id:
            on = on | first_entry(post, receipt.at)
        details = {"state": state.value, "why": failure.code if failure else "", "url": receipt.url if receipt else ""}

        async def finish() -> Refusal | None:
            return await self._sending.finish(
                claim,
                state=state,
                attempts=attempts,
                receipt=receipt,
                claimed=claimed,
                failure=failure,
                off=off if off is not None else () if state is PostState.scheduled else (f"post:{post.id}",),
                lookups=lookups,
                look_at=look_at,
                on=on,
                audit=[await self.entry(post, kind, now, details)],
            )

        refusal = await _patiently(finish)
        if refusal is not None and refusal.why == "stopped" and receipt is not None:
            without = receipt.model_copy(update={"note": WITHOUT})
            gone = (f"post:{post.id}", *(off or ()))
            await self.end(claim, post, PostState.published, receipt=without, attempts=attempts, off=gone)
        elif refusal is not None and refusal.why == "stopped":
            await self.end(claim, post, PostState.cancelled, attempts=attempts, off=(f"post:{post.id}", *(off or ())))
        elif refusal is not None:
            log.warning("claim lost before the end was recorded post=%s state=%s", post.id, state.value)
        elif receipt is not None:
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

    async def entry(self, post: Post, kind: str, at: datetime, details: Mapping[str, str]) -> dict[str, str]:
        """An audit entry about this post, for the script that makes the change."""
        return await self._audit.prepare(
            post.workspace,
            kind,
            about=post.id,
            at=at,
            draft=post.draft,
            brand=post.brand,
            details={**details, "digest": post.digest, "account": post.account, "worker": self._worker},
        )


def _of_comment(failure: Failure | None, state: PostState) -> Failure | None:
    """The same about a first comment: whoever reads it must not think that the post is missing."""
    lead = IN_DOUBT if state is PostState.unknown else NOT_YET
    if failure is None or failure.sentence.startswith(lead):
        return failure
    return failure.model_copy(update={"sentence": f"{lead} {failure.sentence}"})


async def _patiently(call: Callable[[], Awaitable[Refusal | None]]) -> Refusal | None:
    """The call's answer, asked again for a while when the database does not answer: finishing twice changes nothing."""
    for pause in RECORD_PAUSES_SECONDS:
        try:
            return await call()
        except (StorageUnavailable, StorageFull):
            await asyncio.sleep(pause)
    return await call()
