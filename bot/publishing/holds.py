"""One worker's hold on one post: claim it, keep the claim alive, and verify what was approved before any attempt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

from bot.channels.base import Channel
from bot.clock import Clock, from_milliseconds, milliseconds
from bot.errors import AdMindError
from bot.publishing.endings import Endings
from bot.publishing.run import LATE_WINDOW, Run, doubt, mismatch, not_connected, offset_ms
from storage import keys, pauses
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.due import DueSets
from storage.ending import ended
from storage.posts import Failure, Post, PostState
from storage.redis import Database
from storage.sealed import NewerPayload, SealedPayload
from storage.sending import Claim, Refusal, Sending
from storage.stores import PostStore, TeamStore

log = logging.getLogger(__name__)

SKEW_WARNS_MS, SKEW_HOLDS_MS = 2_000, 30_000


class Busy(AdMindError):
    """Another worker is on this post; ask again after `retry_after_seconds`."""


class Holds:
    """Takes posts for a worker, one at a time each."""

    def __init__(
        self,
        database: Database,
        *,
        sending: Sending,
        endings: Endings,
        blobs: BlobStore,
        channels: Mapping[str, Channel],
        clock: Clock,
        lease: timedelta,
    ) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._sending = sending
        self._endings = endings
        self._blobs = blobs
        self._channels = channels
        self._clock = clock
        self._lease = lease

    @contextlib.asynccontextmanager
    async def hold(self, post: Post) -> AsyncIterator[Run | None]:
        """Claim the post and keep the claim alive; None when there is nothing to do."""
        claim = await self._sending.claim(
            post, now_ms=milliseconds(self._clock.now()), offset_ms=offset_ms(self._clock)
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
            await self._endings.end(claim, post, PostState.missed, failure=failure)
            return
        await self.wait(post, claim, failure, min(self._clock.now(), server_now) + timedelta(seconds=10))

    async def wait(self, post: Post, claim: Claim, failure: Failure, until: datetime) -> None:
        """Nothing was tried; the due set brings the post back. People are told of each reason once."""
        on = {f"post:{post.id}": milliseconds(until)}
        if post.failure is None or post.failure.code != failure.code:
            on[f"note:late:{post.id}"] = milliseconds(min(self._clock.now(), until))
        await self._endings.end(claim, post, PostState.scheduled, failure=failure, on=on)

    async def put_off(self, workspace: str, entry: str, until: datetime) -> None:
        """The due set brings an entry back then, unless it is gone; nothing about the post changes."""
        await self._database.client.zadd(keys.due(workspace), {entry: float(milliseconds(until))}, xx=True)
        await DueSets(self._database).nudge(workspace, milliseconds(until))

    async def account(self, post: Post) -> Account | None:
        """The account as it stands now; None when it is no longer connected."""
        found = await self._team.accounts.find(post.workspace, post.account)
        return found.record if found is not None and found.record.closed_at is None else None

    async def _not_claimed(self, post: Post, refusal: Refusal) -> None:
        if refusal.why == "busy":
            raise Busy("Another worker is on this post.", retry_after_seconds=max(0.2, float(refusal.detail) / 1000))
        if refusal.why in ("over", "gone"):
            await self._sending.drop(post.workspace, "post", post.id)
        elif refusal.why == "early":
            await self.put_off(post.workspace, f"post:{post.id}", from_milliseconds(round(float(refusal.detail))))
        else:
            raise AdMindError("What is kept of a post contradicts itself.", kept="It is not sent.")

    async def _prepare(self, post: Post, claim: Claim) -> Run | None:
        """Read and verify what was approved; a difference ends the post with a sentence, before any attempt."""
        run, problem = None, None
        account = await self.account(post)
        channel = self._channels.get(post.channel)
        if account is None or channel is None:
            problem = not_connected()
        else:
            try:
                payload = SealedPayload.read(await self._blobs.get(post.payload))
            except NewerPayload as newer:
                problem = await self._left_to_newer(post, claim, newer)
            except (AdMindError, ValueError) as error:
                if isinstance(error, AdMindError) and await self._read_later(post, claim, error):
                    return None
                log.exception("sealed payload unreadable workspace=%s post=%s", post.workspace, post.id)
                problem = Failure(code="payload", sentence="What was approved can no longer be read.")
            else:
                found = await pauses.read(self._database, post.workspace)  # first: its version guards the brand, too
                brand = await self._team.brands.find(post.workspace, post.brand)
                run = Run(post, claim, account, channel, payload, found, brand.record if brand is not None else None)
                problem = mismatch(run)
        if problem is None or (run is not None and claim.state is not PostState.scheduled):
            return run  # what may be out already is looked up, whatever else is wrong
        if claim.state is PostState.scheduled:
            await self._endings.end(claim, post, PostState.failed, failure=problem)
        else:
            failure = doubt("We can't tell whether it went out, and cannot look. " + problem.sentence)
            off = (f"post:{post.id}", f"reconcile:{post.id}")
            await self._endings.end(claim, post, PostState.unknown, failure=failure, off=off)
        return None

    async def _read_later(self, post: Post, claim: Claim, error: AdMindError) -> bool:
        """Whether what was approved is only out of reach for now: then the due set brings the post back.

        People are told at once that it waits. It ends as what cannot be read when the late window is over; only a
        doubt, of which people know, is looked into as long as it takes.
        """
        now = self._clock.now()
        if error.retry_after_seconds is None or (claim.state is not PostState.unknown and now > post.due + LATE_WINDOW):
            return False
        log.warning("sealed payload out of reach workspace=%s post=%s", post.workspace, post.id)
        if claim.state is not PostState.scheduled:
            await self._sending.release(claim)
            return True
        failure = Failure(code="out_of_reach", sentence=error.sentence(), fixes=("send", "reschedule", "drop"))
        pause = max(timedelta(seconds=error.retry_after_seconds), (now - post.due) / 8)
        await self.wait(post, claim, failure, now + pause)
        return True

    async def _left_to_newer(self, post: Post, claim: Claim, newer: NewerPayload) -> Failure:
        """Give it back for a newer AdMind to take, for as long as one may come; afterwards people are told.

        Raises NewerPayload meanwhile.
        """
        latest = max([post.due, *(attempt.deadline for attempt in post.attempts)])
        if self._clock.now() <= latest + LATE_WINDOW:
            await self._sending.release(claim)
            raise newer
        return Failure(code="newer", sentence=" ".join((newer.what, "No newer one was running.")))

    async def _beat(self, claim: Claim, over: asyncio.Event) -> None:
        """Keep the claim while the channel takes its time; whether it still holds is for `_check` to say."""
        while not over.is_set():
            await asyncio.sleep(self._lease.total_seconds() / 4)
            with contextlib.suppress(AdMindError):
                await self._sending.renew(claim, offset_ms=offset_ms(self._clock))

    def _skewed(self, claim: Claim) -> bool:
        skew = abs(milliseconds(self._clock.now()) - claim.server_ms)
        if skew > SKEW_WARNS_MS:
            log.warning("clock skew milliseconds=%s", skew)
        return skew > SKEW_HOLDS_MS
