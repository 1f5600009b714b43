"""Sends one approved post: claim, record the attempt, check, send, finish.

The order protects promise 2 and must not be tidied: the attempt is on disk and (with replicas) on a second machine
before the first byte leaves; the check is asked right before it; whatever is not a clear yes or a clear no is unknown,
and unknown is looked up, never sent again on a guess. The rules are drawn in `docs/publishing.md`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot.channels.base import Channel, ChannelRefused, Door, OutcomeUnknown, ProvenNotSent, Receipt
from bot.clock import Clock, from_milliseconds, milliseconds
from bot.errors import AdMindError
from bot.publishing.endings import Endings
from bot.publishing.handover import Handover, NotRecorded, Stopped
from bot.publishing.holds import Busy, Holds
from bot.publishing.pacing import LOOK_AGAIN, Pacing
from bot.publishing.pause import in_the_way, names_topic
from bot.publishing.read_back import compare, receipt_of, with_comment
from bot.publishing.run import (
    LATE_WINDOW,
    Run,
    comment_key,
    doubt,
    not_connected,
    not_usable,
    nowhere,
    sent_receipt,
    step_key,
)
from bot.publishing.timing import held_back, spoken
from storage import keys
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.journal import Journal
from storage.media import MediaStore
from storage.posts import DOUBTFUL, Attempt, Failure, Post, PostReceipt, PostState
from storage.record import new_id
from storage.redis import Database
from storage.sending import Refusal, Sending
from storage.standing import StandingPictures
from storage.stores import PostStore, TeamStore

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
MOST_RENEWED = 3  # attempts that are refused because the access was renewed at that moment
MEDIA_SHOWN_FOR = timedelta(days=7)
BACKOFF_SECONDS = (5, 15, 60, 180, 300)
UNTOLD = timedelta(seconds=60)  # so late by its channel's limits a post may be without a word
LOOK_FIRST = timedelta(seconds=60)  # a doubt is looked into before people are asked


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
        lent: bool = False,
    ) -> None:
        """`lent`: channels that fetch pictures get them from a bucket, so the public edge shows none for them."""
        self._lent = lent
        self._database = database
        self._posts = PostStore(database)
        self._media = MediaStore(database)
        self._standing = StandingPictures(database)
        self._team = TeamStore(database)
        self._channels = channels
        self._open_door = open_door
        self._clock = clock
        self._worker = worker
        self.sending = sending = Sending(database, lease_ms=round(lease.total_seconds() * 1000))
        self.journal = journal
        self.endings = endings = Endings(
            database, sending=sending, journal=journal, audit=audit, clock=clock, worker=worker
        )
        self.holds = Holds(
            database, sending=sending, endings=endings, blobs=blobs, channels=channels, clock=clock, lease=lease
        )
        self.handover = Handover(database, sending=sending, endings=endings, journal=journal, clock=clock)
        self.pacing = Pacing(database, clock)
        self.open = asyncio.Event()  # set while publishing is allowed: homes re-read, no unexplained restart of Redis

    async def publish(self, workspace: str, post_id: str) -> None:
        """Bring a due post to an end, or to its next step. Raises Busy when another worker holds it."""
        await self.open.wait()
        kept = await self._posts.find(workspace, post_id)
        if kept is None:
            await self.sending.drop(workspace, "post", post_id)
            return
        with self.place(kept.record) as free:
            if not free:
                await self.holds.put_off(workspace, f"post:{post_id}", self._clock.now() + LOOK_AGAIN)
                return
            async with self.holds.hold(kept.record) as run:
                if run is None:
                    return
                if run.claim.state is not PostState.scheduled:
                    await self._left_behind(run)
                elif await self._ready(run):
                    await self._attempt(run)

    def place(self, post: Post) -> AbstractContextManager[bool]:
        """Whether this process may work on a post of its account now: one that hangs must not take all places."""
        channel = self._channels.get(post.channel)
        return self.pacing.place(post, own=channel is None or channel.capabilities.own)

    def door(self, run: Run, deadline: timedelta) -> Door:
        """The adapter's door for this run, with the check that it must ask before each irreversible call."""
        return self._open_door(run.account, lambda: self.handover.check(run), deadline)

    async def _ready(self, run: Run) -> bool:
        """Whether it may be tried now; if not, the post is already in its next state.

        What the claim's own script saw counts, even where it was undone before this worker read it.
        """
        if run.claim.barred == "stopped":
            await self.endings.end(run.claim, run.post, PostState.cancelled)
            return False
        barred = run.claim.barred == "paused" or any(names_topic(each, run.text) for each in run.claim.topics)
        if barred or in_the_way(run.pauses, run.post, run.text) is not None:
            sentence = "It fell due while a pause was on."
            await self.endings.end(
                run.claim, run.post, PostState.paused, failure=Failure(code="paused", sentence=sentence)
            )
            return False
        if run.account.health.state == "broken":
            await self.endings.end(run.claim, run.post, PostState.paused, failure=not_usable(run.account))
            return False
        if run.claim.barred == "account":  # and reconnected since: by this claim it is not sent
            await self.sending.release(run.claim)
            raise Busy("Its account was reconnected at this moment.", retry_after_seconds=1.0)
        if self._clock.now() > run.post.due + LATE_WINDOW:
            sentence = "Nobody was there to send it in time."
            await self.endings.end(
                run.claim, run.post, PostState.missed, failure=Failure(code="missed", sentence=sentence)
            )
            return False
        if await self._held(run):
            return False
        return run.post.commenting or await self._has_turn(run)  # a comment takes no post's turn

    async def _held(self, run: Run) -> bool:
        """Whether an embargo or a day without posts that came after the approval keeps it back: for moments, where it
        ends within the late window; else a person decides.
        """
        held = held_back(run.brand, run.post, spoken(run.payload), self._clock.now())
        if held is None:
            return False
        if held.until <= run.post.due + LATE_WINDOW:
            await self.holds.wait(run.post, run.claim, held.failure, held.until)
        else:
            await self.endings.end(run.claim, run.post, PostState.paused, failure=held.failure)
        return True

    async def _has_turn(self, run: Run) -> bool:
        """Whether the channel's limits leave room for it now; if not, it waits for its turn, or has missed its time."""
        turn = await self.pacing.turn(run)
        if turn is None:
            return True
        title = run.capabilities.title
        sentence = f"{title} takes only so many posts at a time, and others of this account came first."
        failure = Failure(code="pace", sentence=sentence, fixes=("send", "reschedule", "drop"))
        if turn > run.post.due + LATE_WINDOW:
            await self.endings.end(run.claim, run.post, PostState.missed, failure=failure)
        elif turn > run.post.due + UNTOLD:
            await self.holds.wait(run.post, run.claim, failure, turn)
        else:
            await self.sending.release(run.claim)
            await self.holds.put_off(run.post.workspace, f"post:{run.post.id}", turn)
        return False

    async def _attempt(self, run: Run) -> None:
        # By the later clock: who looks after the deadline must never look while this one may still send.
        now = max(self._clock.now(), from_milliseconds(run.claim.server_ms))
        deadline = run.capabilities.deadline
        await self._open_media(run)
        attempt = Attempt(
            id=new_id("t"),
            number=len(run.post.attempts) + 1,
            key=step_key(run.post),
            at=now,
            deadline=now + deadline,
            worker=self._worker,
        )
        run.deadline_at = asyncio.get_running_loop().time() + deadline.total_seconds()
        try:
            await self.handover.record(run, attempt)
        except Stopped as stopped:
            await self._stopped(run, stopped.refusal)
            return
        except NotRecorded as missing:
            run.attempt = attempt.model_copy(update={"outcome": "not sent"})
            await self._again(run, missing.why, "not sent")
            return
        run.attempt = attempt
        await self._send(run)

    async def _send(self, run: Run) -> None:
        deadline = run.capabilities.deadline
        door = self.door(run, deadline).sending(run.payload)
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                if run.post.receipt is None:
                    await self._check_rights(run)
                    receipt = await run.channel.send(run.payload, run.key, door)
                else:
                    receipt = await run.comments.comment(run.payload, sent_receipt(run.post), run.key, door)
        except Stopped as stopped:
            if run.may_be_out:
                await self._unknown(run)
            else:
                await self._stopped(run, stopped.refusal)
        except ChannelRefused as refused:
            self.pacing.answered(run.post, well=True)
            await self._refused(run, refused, door)
        except ProvenNotSent as unsent:
            self.pacing.answered(run.post, well=False)
            await self._again(run, unsent, "not sent")
        except (OutcomeUnknown, TimeoutError) as error:
            log.warning("outcome unknown post=%s why=%s", run.post.id, type(error).__name__)
            self.pacing.answered(run.post, well=False)
            await self._unknown(run)
        except Exception:
            log.exception("outcome unknown post=%s", run.post.id)
            await self._unknown(run)
        else:
            self.pacing.answered(run.post, well=True)
            await self._published(run, receipt, door)

    async def _check_rights(self, run: Run) -> None:
        """What was approved may have waited, or rights taken back since. Raises ChannelRefused: never sent."""
        workspace, brand = run.post.workspace, run.post.brand
        for medium in (medium for part in run.payload.parts for medium in part.media):
            item = await self._media.get(workspace, brand, medium.sha256)
            origin = await self._media.get(workspace, brand, item.made_from) if item and item.made_from else None
            ends = min((each.rights_until for each in (item, origin) if each and each.rights_until), default=None)
            if ends is None:
                continue
            kept = await self._team.brands.find(workspace, brand)
            zone = ZoneInfo(kept.record.zone if kept is not None and kept.record.zone else "UTC")
            if self._clock.now().astimezone(zone).date() > ends:
                raise ChannelRefused(
                    f"The rights to its picture ended on {ends.isoformat()}, so it was not sent.",
                    code="rights",
                    kept="Nothing was published.",
                    do_next="Take another picture; if its rights were extended, say so in the library and try again.",
                )

    async def _open_media(self, run: Run) -> None:
        """Channels that fetch pictures find them on the public edge from the first attempt on, for some days.

        Our own show them while the post stands there, and no longer; so do those that name them by our addresses.
        """
        if run.capabilities.lasting:
            for medium in (medium for part in run.payload.parts for medium in part.media):
                await self._standing.show(run.post, medium.sha256, medium.mime)
            return
        if run.capabilities.own or (self._lent and run.capabilities.fetches):
            return
        for medium in (medium for part in run.payload.parts for medium in part.media):
            key = keys.shown(run.post.workspace, medium.sha256)
            await self._database.client.set(key, medium.mime, ex=int(MEDIA_SHOWN_FOR.total_seconds()))
            await cast(Any, self._database.client).sadd(keys.lookup("picture", medium.sha256), run.post.workspace)

    async def _stopped(self, run: Run, refusal: Refusal) -> None:
        """Nothing was sent. Who lost the claim leaves the post to its new holder."""
        log.info("not sent post=%s why=%s", run.post.id, refusal.why)
        if refusal.why == "paused":
            sentence = "A pause came in before it was handed over."
            await self.endings.finish(run, PostState.paused, "not sent", Failure(code="paused", sentence=sentence))
        elif refusal.why == "held":
            held = held_back(run.brand, run.post, spoken(run.payload), self._clock.now())
            sentence = "An embargo or a day without posts came in before it was handed over."
            failure = held.failure if held is not None else Failure(code="embargo", sentence=sentence)
            await self.endings.finish(run, PostState.paused, "not sent", failure)
        elif refusal.why == "stopped":
            await self.endings.finish(run, PostState.cancelled, "not sent", None)
        elif refusal.why == "restarted":
            await self.sending.release(run.claim)
            raise Busy(
                "The database was restarted: first comes the look at what it may have lost.", retry_after_seconds=1.0
            )
        elif refusal.why == "account":
            await self._not_usable(run)
        elif refusal.why in ("deadline", "unreachable"):
            await self._again(run, AdMindError("It could not be handed over in time."), "not sent")

    async def _not_usable(self, run: Run) -> None:
        """The account broke, or was taken away, after the claim and before anything went out."""
        account = await self.holds.account(run.post)
        if account is None:
            await self.endings.finish(run, PostState.failed, "not sent", not_connected())
        elif account.health.state == "broken":
            await self.endings.finish(run, PostState.paused, "not sent", not_usable(account))
        else:
            await self._again(run, AdMindError("Its account was reconnected at this moment."), "not sent", quietly=True)

    async def _refused(self, run: Run, refused: ChannelRefused, door: Door) -> None:
        if refused.retry_after_seconds is not None:
            await self.pacing.rest(run.post, refused.retry_after_seconds)
            await self._again(run, refused, "refused")
            return
        renewed = await self._renewed(run, door) if refused.code == "unauthorized" else None
        if renewed is not None:
            unsent = ProvenNotSent(refused.what, kept=refused.kept, retry_after_seconds=renewed)
            await self._again(run, unsent, "refused", quietly=True)
            return
        fixes = ("send", "drop") if run.post.commenting else ("reword", "reschedule", "drop")
        failure = Failure(code=refused.code, sentence=_said(run, refused), fixes=fixes)
        await self.endings.finish(run, PostState.failed, "refused", failure)

    async def _renewed(self, run: Run, door: Door) -> float | None:
        """In how many seconds to try with the access that another worker gets, where the old one was refused for that.

        Not for ever: a renewal that was cut off looks like one that goes on.
        """
        return await door.renewed() if len(run.tries) < MOST_RENEWED else None

    async def _again(self, run: Run, error: AdMindError, outcome: str, *, quietly: bool = False) -> None:
        """Nothing stands on the channel, provably: try later, or say that it failed. `quietly`: it is a matter of
        moments, and no word to people.
        """
        tries = len(run.tries) + 1
        wait = error.retry_after_seconds or BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS)) - 1]
        next_at = self._clock.now() + timedelta(seconds=max(0.2, wait))
        failure = Failure(code="not_reached", sentence=_said(run, error), fixes=("send", "reschedule", "drop"))
        if tries >= MOST_ATTEMPTS or next_at > run.post.due + LATE_WINDOW:
            await self.endings.finish(run, PostState.failed, outcome, failure)
            return
        on = {f"post:{run.post.id}": milliseconds(next_at)}
        if tries == 1 and not quietly:
            on[f"note:late:{run.post.id}"] = milliseconds(self._clock.now())
        await self.endings.finish(run, PostState.scheduled, outcome, failure, on=on)

    async def _unknown(self, run: Run) -> None:
        """Look, after the deadline and the time that a late commit may take; people are told when looking fails."""
        if run.attempt is None:
            return
        look_at = run.attempt.deadline + run.capabilities.settle
        on = {f"reconcile:{run.post.id}": milliseconds(look_at)}
        on[f"note:post:{run.post.id}"] = milliseconds(look_at + LOOK_FIRST)
        await self.endings.finish(run, PostState.unknown, "unknown", doubt(), on=on)

    async def _left_behind(self, run: Run) -> None:
        """An attempt without an end: its worker died, froze or lost Redis. It may be out."""
        if run.claim.state is PostState.unknown:
            await self.sending.release(run.claim)
            await self.sending.drop(run.post.workspace, "post", run.post.id)
            return
        run.attempt = run.post.attempts[-1]
        run.post = run.post.changed(attempts=run.post.attempts[:-1])
        await self._unknown(run)

    async def _published(self, run: Run, receipt: Receipt, door: Door) -> None:
        if run.post.receipt is not None:
            kept = await with_comment(run, receipt, door)
            await self.endings.finish(run, PostState.published, "published", None, receipt=kept)
            return
        compared = await compare(run, receipt, door)
        kept = receipt_of(receipt, compared)
        if compared.verdict == "absent":
            await self._claimed(run, kept)
            return
        if not run.owes_comment(kept):
            await self.endings.finish(run, PostState.published, "published", None, receipt=kept)
            return
        state, run.post, on = self.comment_next(run.post)
        await self.endings.finish(run, state, "published", None, receipt=kept, on=on)

    async def _claimed(self, run: Run, answered: PostReceipt) -> None:
        """A yes with nothing behind it, or not yet: look again when even a late commit shows, and only then ask."""
        log.warning("said yes, and nothing stands there post=%s", run.post.id)
        look_at = self._clock.now() + run.capabilities.settle
        on = {f"reconcile:{run.post.id}": milliseconds(look_at)}
        on[f"note:post:{run.post.id}"] = milliseconds(look_at + LOOK_FIRST)
        failure = doubt(nowhere(run.account.name))
        await self.endings.finish(run, PostState.unknown, "unknown", failure, claimed=answered, look_at=look_at, on=on)

    def comment_next(self, post: Post) -> tuple[PostState, Post, dict[str, int]]:
        """What follows once a post is out that has a first comment: its state, its attempts so far as they are known
        now, and its entries. A comment that an attempt may have brought out, as a journal knows, is looked for first.
        """
        key = comment_key(post)
        attempts = tuple(
            each.model_copy(update={"outcome": "published"}) if each.outcome in DOUBTFUL and each.key != key else each
            for each in post.attempts
        )
        post, now = post.changed(attempts=attempts), milliseconds(self._clock.now())
        if post.doubtful:
            return PostState.unknown, post, {f"reconcile:{post.id}": now}
        return PostState.scheduled, post, {f"post:{post.id}": now}


def _said(run: Run, error: AdMindError) -> str:
    """Of a comment without what a channel says of posts: that nothing was published."""
    return " ".join(part for part in (error.what, error.do_next) if part) if run.post.commenting else error.sentence()
