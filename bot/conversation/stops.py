"""Stopping a turn while it works: by the person who asked, from whichever process heard them.

The wish is kept with the request. Whoever works on it looks there several times a second, ends the work, and says what
was made until then: that stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from bot.words import told
from storage.drafts import Draft
from storage.ending import ended
from storage.redis import Database, StorageUnavailable
from storage.requests import Request, RequestStore
from storage.stores import DraftStore

LOOKS_EVERY_SECONDS: Final = 0.25
MOST_OPEN: Final = 50  # of a member's latest requests; older ones have long been answered
MOST_DRAFTS: Final = 50
OPEN: Final = frozenset({"queued", "working"})
T = TypeVar("T")


class PersonStopped(Exception):
    """Who asked does not want it any more."""


class Stops:
    def __init__(self, database: Database) -> None:
        self._requests = RequestStore(database)
        self._drafts = DraftStore(database)

    async def stop(self, workspace: str, member: str, conversation: str) -> tuple[str, ...]:
        """End what this member asked in this conversation and is not answered yet: the ids of the requests."""
        recent = await self._requests.recent(workspace, member, limit=MOST_OPEN)
        mine = [each.id for each in recent if each.conversation == conversation and each.status in OPEN]
        return tuple([name for name in mine if await self._requests.stop(workspace, name)])

    async def wished(self, request: Request) -> bool:
        return await self._requests.to_stop(request.workspace, request.id)

    async def unless(self, request: Request, work: Coroutine[Any, Any, T]) -> T:
        """What the work answers. When its person stops it the work is over before this raises PersonStopped."""
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({task}, timeout=LOOKS_EVERY_SECONDS))[0]:
                if await self._certainly(request):
                    raise PersonStopped
            return task.result()
        finally:
            await ended(task)

    async def _certainly(self, request: Request) -> bool:
        """A database that is away for a moment ends no work."""
        try:
            return await self.wished(request)
        except StorageUnavailable:
            return False

    async def kept(self, request: Request, *, since: datetime | None) -> tuple[Draft, ...]:
        """What the request had made or changed before it was stopped, oldest first; `since`: when its turn began.

        What was kept just when the work was ended is not noted with the request yet. A conversation has one turn at a
        time, so what came to be in it since then is of this one.
        """
        made: dict[str, Draft] = {}
        if since is not None:
            page = await self._drafts.page(request.workspace, limit=MOST_DRAFTS, least=since.timestamp())
            made = {each.id: each for each in page.items if each.conversation == request.conversation}
        for name in request.drafts:
            if name not in made and (older := await self._drafts.find(request.workspace, name)) is not None:
                made[name] = older.record
        return tuple(sorted(made.values(), key=lambda each: each.created_at))


def stopped_words(kept: Sequence[Draft]) -> str:
    """For the person who stopped it."""
    if not kept:
        return told("Stopped. Nothing was made.")
    listed = "; ".join(f"“{draft.title}” ({draft.id})" for draft in kept)
    return told("Stopped. Kept: {drafts}", drafts=listed)
