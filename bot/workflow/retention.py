"""What has rested for long leaves the database, as `storage.retention` declares: a system job, in small steps."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

from bot.clock import Clock
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.links import LinkStore
from storage.redis import Database
from storage.retiring import Retiring
from storage.stores import TeamStore
from storage.unnamed import sweep

log = logging.getLogger(__name__)

BUSY_SECONDS = 60.0  # of one firing; what is left waits for the next


class Retention:
    def __init__(self, database: Database, *, blobs: BlobStore, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._audit = audit
        self._clock = clock
        self._team = TeamStore(database)
        self._retiring = Retiring(database)
        self._links = LinkStore(database)

    async def retire(self, *, busy_seconds: float = BUSY_SECONDS) -> Counter[str]:
        """Step by step through every family of every workspace, for so long at most; how many of each moved or went."""
        loop, done = asyncio.get_running_loop(), Counter[str]()
        until = loop.time() + busy_seconds
        for workspace in await self._team.workspace_ids():
            for family, step in self._steps(workspace).items():
                while loop.time() < until and (moved := await step()):
                    done[family] += moved
        if done:
            log.info("retired %s", " ".join(f"{family}={count}" for family, count in sorted(done.items())))
        return done

    async def sweep(self) -> int:
        """Remove files that nothing has named for the grace time, and what a crash left half-written; how many."""
        return await sweep(self._database, self._blobs, self._clock.now()) + await self._blobs.tidy()

    async def rehint(self) -> int:
        """Short links are found again whose hint was lost; how many."""
        return sum([await self._links.rehint(workspace) for workspace in await self._team.workspace_ids()])

    def _steps(self, workspace: str) -> dict[str, Callable[[], Awaitable[int]]]:
        now, do = self._clock.now(), self._retiring
        return {
            "posts": partial(do.posts, workspace, now),
            "drafts": partial(do.drafts, workspace, now),
            "lists": partial(do.lists, workspace, now),
            "pictures": partial(do.pictures, workspace, now),
            "feed": partial(do.feed, workspace, now),
            "inbox": partial(do.inbox, workspace, now),
            "slots": partial(do.slots, workspace, now),
            "sessions": partial(do.sessions, workspace),
            "audit": partial(self._audit.archive, workspace, now),
        }
