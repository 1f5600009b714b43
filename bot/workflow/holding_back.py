"""An embargo or a day without posts that is set or changed: what it holds of what is approved is held and told at once.

Sending obeys the rules by itself (`bot.publishing.timing`); this looks ahead, so that people hear of it while there is
time. What a rule held goes on at its own time where the rule was taken back before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.checks.times import TIMES
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError, Conflict
from bot.publishing.run import LATE_WINDOW
from bot.publishing.timing import HeldBack, held_back, spoken
from bot.workflow.due_entry import DueEntry
from bot.workflow.stopping import PAGE, scheduled
from storage import keys
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.commit import Change, commit
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sealed import SealedPayload
from storage.stores import Kept, PostStore, TeamStore
from storage.team import Brand

TRIES = 3


class HoldingBack:
    def __init__(self, database: Database, *, blobs: BlobStore, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._blobs = blobs
        self._audit = audit
        self._clock = clock

    async def look(self, workspace: str, brand_id: str) -> None:
        """The task behind a due entry `timing:<brand>`."""
        async with DueEntry(self._database, workspace, f"timing:{brand_id}"):
            kept = await self._team.brands.find(workspace, brand_id)
            if kept is None:
                return
            coming = [
                post.id
                async for post in scheduled(
                    self._posts, workspace, now=self._clock.now(), index=f"of:{brand_id}", since=timedelta(0)
                )
            ]
            held = [post.id async for post in self._held(workspace, brand_id)]
            for post_id in (*coming, *held):
                await self._judge(workspace, post_id, kept.record)

    async def _held(self, workspace: str, brand: str) -> AsyncIterator[Post]:
        after = ""
        while True:
            page = await self._posts.page(workspace, index="asking", after=after, limit=PAGE, newest_first=False)
            for post in page.items:
                if post.brand == brand and _by_time(post):
                    yield post
            after = page.next
            if not after:
                return

    async def _judge(self, workspace: str, post_id: str, brand: Brand) -> None:
        for _ in range(TRIES):
            kept = await self._posts.find(workspace, post_id)
            changed = await self._changed(kept.record, brand) if kept is not None else None
            if kept is None or changed is None:
                return
            try:
                await self._write(kept, changed)
            except Conflict:  # it was moved, sent or decided on meanwhile
                continue
            return

    async def _changed(self, post: Post, brand: Brand) -> Post | None:
        """The post as the rules want it now; None where nothing changes."""
        now = self._clock.now()
        waits = post.state is PostState.scheduled and post.receipt is None
        if not waits and not (post.state is PostState.paused and _by_time(post)):
            return None
        held = await self._barred(post, brand)
        if held is not None and held.until > post.due + LATE_WINDOW:
            if _by_time(post) and post.failure == held.failure:
                return None
            return post.changed(state=PostState.paused, failure=held.failure)
        if waits or now > post.due + LATE_WINDOW:
            return None  # what fell due meanwhile waits for a word
        return post.changed(state=PostState.scheduled, failure=None)

    async def _barred(self, post: Post, brand: Brand) -> HeldBack | None:
        """By the time at which it would go out. Words that cannot be read now are judged when it is sent."""
        try:
            words = spoken(SealedPayload.read(await self._blobs.get(post.payload)))
        except (AdMindError, ValueError):
            words = post.title
        return held_back(brand, post, words, max(post.due, self._clock.now()))

    async def _write(self, kept: Kept[Post], post: Post) -> None:
        """Raises Conflict."""
        now = self._clock.now()
        change = self._posts.save(Change(post.workspace), post, ver=kept.ver)
        change.due(f"note:post:{post.id}" if post.failure else f"note:draft:{post.draft}", milliseconds(now))
        change.audit(
            await self._audit.prepare(
                post.workspace,
                f"held: {post.failure.code}" if post.failure else "no longer held",
                subject="",
                about=post.id,
                at=now,
                draft=post.draft,
                brand=post.brand,
                details={"digest": post.digest, "why": post.failure.sentence if post.failure else ""},
            )
        )
        await commit(self._database, change)
        await self._database.confirm(keys.control(post.workspace))


def _by_time(post: Post) -> bool:
    return post.state is PostState.paused and post.failure is not None and post.failure.code in TIMES
