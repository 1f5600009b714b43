"""Tells open pages that something changed: one reader a process, however many look on.

What is told is a hint, never content: the page asks again for what it shows, with its own member's rights.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from storage.ending import ended
from storage.live import Hint, hints, latest
from storage.redis import Database

log = logging.getLogger(__name__)

WAIT_MS = 1000
AGAIN_SECONDS = 2.0
MOST_IDS = 50


class Follower:
    """One page that looks on. Hints that come faster than it asks are put together."""

    def __init__(self) -> None:
        self._ids: set[tuple[str, str]] = set()
        self._more = asyncio.Event()

    def tell(self, hint: Hint) -> None:
        for name in {hint.draft, hint.about} - {""}:
            if len(self._ids) < MOST_IDS:
                self._ids.add((hint.brand, name))
        self._more.set()

    async def next(self, within_seconds: float) -> frozenset[tuple[str, str]] | None:
        """Brand and id of what changed since the last call ("" for a brand: the workspace's own); None in time."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._more.wait()
        except TimeoutError:
            return None
        self._more.clear()
        told, self._ids = frozenset(self._ids), set()
        return told


class Live:
    """One reader for each workspace that somebody looks at; no page hears of another's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readings: dict[str, _Reading] = {}

    @contextlib.asynccontextmanager
    async def follow(self, workspace: str) -> AsyncIterator[Follower]:
        """Hints from now on. The reader runs while somebody follows."""
        reading = self._readings.setdefault(workspace, _Reading(self._database, workspace))
        follower = await reading.begin()
        try:
            yield follower
        finally:
            await reading.end(follower)
            if not reading.followed and self._readings.get(workspace) is reading:
                del self._readings[workspace]

    async def stop(self) -> None:
        for reading in tuple(self._readings.values()):
            await reading.stop()


class _Reading:
    def __init__(self, database: Database, workspace: str) -> None:
        self._database = database
        self._workspace = workspace
        self._followers: set[Follower] = set()
        self._reader: asyncio.Task[None] | None = None

    @property
    def followed(self) -> bool:
        return bool(self._followers)

    async def begin(self) -> Follower:
        follower = Follower()
        self._followers.add(follower)
        if self._reader is None:
            place = await latest(self._database, self._workspace)
            if self._reader is None:
                self._reader = asyncio.create_task(self._read(place), name="live-reader")
        return follower

    async def end(self, follower: Follower) -> None:
        self._followers.discard(follower)
        if not self._followers:
            await self.stop()

    async def stop(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            await ended(reader)

    async def _read(self, place: str) -> None:
        while True:
            try:
                for hint in await hints(self._database, self._workspace, place, wait_ms=WAIT_MS):
                    place = hint.place
                    for follower in tuple(self._followers):
                        follower.tell(hint)
            except Exception:
                log.warning("changes cannot be read for the open pages", exc_info=True)
                await asyncio.sleep(AGAIN_SECONDS)
