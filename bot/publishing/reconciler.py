"""What to do about a post of which nobody knows whether it is out: look, and if looking cannot tell, ask.

It is sent again by itself only with the same channel-side key inside that key's life, or after two absent reads a
settle time apart on a channel whose contract tests prove prompt read-back. What its channel said yes to, and does not
show after that time, is never sent again by itself: the channel is not to be believed, and a person looks.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.channels.base import Absent, AttemptKey, CannotTell, Door, Found, Lookup
from bot.clock import Clock, milliseconds
from bot.publishing.pacing import LOOK_AGAIN
from bot.publishing.publisher import LOOK_FIRST, MOST_ATTEMPTS, Publisher
from bot.publishing.read_back import compare, receipt_of, with_comment
from bot.publishing.run import LATE_WINDOW, Run, answer_of, doubt, nowhere, sent_receipt, step_key
from storage.posts import DOUBTFUL, Failure, PostReceipt, PostState
from storage.redis import Database
from storage.stores import PostStore

log = logging.getLogger(__name__)

MOST_LOOKUPS = 5  # failed looks before a person is asked
ABSENT = "absent"  # the failure's code after a look that found nothing
NOT_THERE = "It was not there when we looked; it may still arrive."
KEY_MARGIN = 0.9  # of a key's documented life: the rest is for clocks and delays


class Reconciler:
    """Works on `reconcile:<post>` entries; holds posts as the publisher does."""

    def __init__(self, database: Database, publisher: Publisher, clock: Clock) -> None:
        self._posts = PostStore(database)
        self._publisher = publisher
        self._clock = clock

    async def reconcile(self, workspace: str, post_id: str) -> None:
        """Bring an unknown post to published, to another attempt, or to a person. Raises Busy."""
        await self._publisher.open.wait()
        entry = f"reconcile:{post_id}"
        kept = await self._posts.find(workspace, post_id)
        if kept is None or kept.record.state is not PostState.unknown:
            await self._publisher.sending.drop(workspace, "reconcile", post_id)
            return
        with self._publisher.place(kept.record) as free:
            if not free:
                await self._publisher.holds.put_off(workspace, entry, self._clock.now() + LOOK_AGAIN)
                return
            async with self._publisher.holds.hold(kept.record) as run:
                if run is not None:
                    await self._look(run, entry)

    async def _look(self, run: Run, entry: str) -> None:
        attempts = run.tries
        first, last = (attempts[0].at, attempts[-1].deadline) if attempts else (run.post.due, run.post.due)
        not_before = max(last + run.capabilities.settle, run.post.look_at or last)
        if run.post.claimed is not None:  # it was answered: nothing of it is under way any more
            not_before = run.post.look_at or not_before
        if self._clock.now() < not_before:  # delivered twice, or doubted by a recovery: it may still arrive
            await self._look_later(run, entry, not_before, run.post.lookups, run.post.failure)
            return
        key = AttemptKey(run.post.id, step_key(run.post), first, last)
        door = self._publisher.door(run, run.capabilities.deadline)
        if run.post.claimed is not None and await self._stands(run, entry, run.post.claimed, door):
            return
        try:
            found = await self._look_up(run, key, door)
        except Exception:
            log.exception("look-up failed post=%s", run.post.id)
            found = CannotTell("The channel did not answer.")
        if isinstance(found, Found):
            await self._found(run, entry, found, door)
        elif run.post.claimed is not None:
            await self._ask_about_claimed(run, entry, run.post.claimed)
        elif self._same_key_may_go(run, key):
            await self._send_again(run, entry)
        elif isinstance(found, Absent) and run.capabilities.prompt_read_back:
            absent_before = run.post.failure is not None and run.post.failure.code == ABSENT
            if absent_before:
                await self._send_again(run, entry, absent=True)
            else:
                nothing = doubt(NOT_THERE).model_copy(update={"code": ABSENT})
                later = self._clock.now() + run.capabilities.settle
                await self._look_later(run, entry, later, run.post.lookups, nothing)
        elif isinstance(found, CannotTell) and found.temporary and run.post.lookups + 1 < MOST_LOOKUPS:
            later = self._clock.now() + timedelta(seconds=30 * 2**run.post.lookups)
            await self._look_later(run, entry, later, run.post.lookups + 1, None)
        else:
            await self._ask(run, entry, found)

    async def _stands(self, run: Run, entry: str, claimed: PostReceipt, door: Door) -> bool:
        """Whether what the channel answered can be read by now, or is looked at once more since it cannot tell."""
        compared = await compare(run, answer_of(claimed), door)
        if compared.verdict in ("same", "differs"):
            await self._out(run, entry, receipt_of(answer_of(claimed), compared))
            return True
        if compared.verdict == "" and run.post.lookups + 1 < MOST_LOOKUPS:
            later = self._clock.now() + timedelta(seconds=30 * 2**run.post.lookups)
            await self._look_later(run, entry, later, run.post.lookups + 1, run.post.failure)
            return True
        return False

    async def _ask_about_claimed(self, run: Run, entry: str, claimed: PostReceipt) -> None:
        await self._publisher.endings.settle(
            run,
            PostState.unknown,
            entry,
            failure=doubt(nowhere(run.account.name)),
            claimed=claimed,
            on={_note(run): milliseconds(self._clock.now())},
        )

    async def _look_up(self, run: Run, key: AttemptKey, door: Door) -> Lookup:
        if run.post.receipt is None:
            return await run.channel.look_up(run.payload, key, door)
        return await run.comments.look_up_comment(run.payload, sent_receipt(run.post), key, door)

    async def _found(self, run: Run, entry: str, found: Found, door: Door) -> None:
        if run.post.receipt is None:
            await self._out(run, entry, receipt_of(found.receipt, await compare(run, found.receipt, door)))
            return
        kept = await with_comment(run, found.receipt, door)
        await self._publisher.endings.settle(run, PostState.published, entry, receipt=kept)

    async def _out(self, run: Run, entry: str, kept: PostReceipt) -> None:
        """It is there; its first comment follows, where it has one."""
        endings = self._publisher.endings
        if not run.owes_comment(kept):
            await endings.settle(run, PostState.published, entry, receipt=kept)
            return
        state, post, on = self._publisher.comment_next(run.post)
        await endings.settle(run, state, entry, receipt=kept, attempts=post.attempts, on=on)

    def _same_key_may_go(self, run: Run, key: AttemptKey) -> bool:
        """Within the key's life, a few times, and not so late that a person should be asked about the time."""
        life, now = run.capabilities.key_life, self._clock.now()
        in_life = life is not None and now < key.first_at + life * KEY_MARGIN
        return in_life and len(run.tries) < MOST_ATTEMPTS and now <= run.post.due + LATE_WINDOW

    async def _send_again(self, run: Run, entry: str, *, absent: bool = False) -> None:
        attempts = run.post.attempts
        if absent:  # proven: a later failure of the next attempt is then a plain failure
            attempts = tuple(
                a.model_copy(update={"outcome": "absent"}) if a.outcome in DOUBTFUL else a for a in attempts
            )
        on = {f"post:{run.post.id}": milliseconds(self._clock.now())}
        await self._publisher.endings.settle(run, PostState.scheduled, entry, attempts=attempts, on=on)

    async def _look_later(self, run: Run, entry: str, at: datetime, lookups: int, failure: Failure | None) -> None:
        on = {entry: milliseconds(at), _note(run): milliseconds(at + LOOK_FIRST)}
        await self._publisher.endings.settle(
            run,
            PostState.unknown,
            entry,
            lookups=lookups,
            failure=failure,
            claimed=run.post.claimed,
            look_at=at,
            on=on,
        )

    async def _ask(self, run: Run, entry: str, found: Lookup) -> None:
        """Nothing more happens by itself: the question goes to people, with what the look brought."""
        held = run.post.failure
        before = held.sentence if held is not None and held.code != ABSENT else doubt().sentence
        seen = found.why if isinstance(found, CannotTell) else NOT_THERE
        sentence = before if seen in before else f"{before} {seen}"
        await self._publisher.endings.settle(
            run,
            PostState.unknown,
            entry,
            failure=doubt(sentence),
            on={_note(run): milliseconds(self._clock.now())},
        )


def _note(run: Run) -> str:
    return f"note:post:{run.post.id}"
