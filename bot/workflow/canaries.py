"""Do all processes of AdMind keep their blobs in the same place? Each keeps a canary there, and the doctor looks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from dataclasses import dataclass
from typing import Literal

from bot.errors import AdMindError
from storage.blobs.base import BlobMissing, BlobStore
from storage.canaries import Canary, CanaryStore
from storage.redis import Database

log = logging.getLogger(__name__)

EVERY_SECONDS = 60
QUIET_SECONDS = 150  # two signs of life were missed
GONE_SECONDS = 15 * 60
LEAVE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Process:
    """Another process: shares this one's store, keeps its blobs elsewhere, or has not found its own for a while."""

    worker: str
    state: Literal["shares", "elsewhere", "quiet"]
    seconds_ago: float


class Canaries:
    def __init__(self, database: Database, blobs: BlobStore, worker: str) -> None:
        self._kept = CanaryStore(database)
        self._blobs = blobs
        self._worker = worker
        self._data = f"admind canary of {worker} {secrets.token_hex(8)}".encode()
        self._mine: Canary | None = None

    async def stay(self) -> None:
        """Until this is cancelled: a sign of life each minute in which the store gave the canary back."""
        while True:
            try:
                await self.sing()
            except AdMindError as error:
                log.warning("no sign of life worker=%s why=%s", self._worker, error.what)
            await asyncio.sleep(EVERY_SECONDS)

    async def sing(self) -> None:
        """One sign of life. Raises what the store and the database raise; then there is none."""
        if self._mine is None:
            await self._bury()
            self._mine = Canary(self._worker, await self._blobs.put(self._data))
        try:
            await self._blobs.get(self._mine.sha256)
        except BlobMissing:
            await self._blobs.put(self._data)
        await self._kept.sing(self._mine)

    async def leave(self) -> None:
        """Take the canary away, if that is quickly done; else others see it go quiet."""
        mine, self._mine = self._mine, None
        if mine is not None:
            with contextlib.suppress(AdMindError, TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._kept.forget(mine)
                    await self._blobs.delete(mine.sha256)

    async def others(self) -> list[Process]:
        """Every other process that was there lately. Raises BlobsUnavailable when this one cannot look."""
        found = []
        for heard in await self._kept.heard():
            canary, ago = heard.canary, heard.seconds_ago
            if canary.worker == self._worker or ago > GONE_SECONDS:
                continue
            try:
                await self._blobs.get(canary.sha256)
            except BlobMissing:
                found.append(Process(canary.worker, "elsewhere", ago))
            else:
                found.append(Process(canary.worker, "quiet" if ago > QUIET_SECONDS else "shares", ago))
        return found

    async def _bury(self) -> None:
        """What this process left behind when it was killed, and what others did long ago."""
        for heard in await self._kept.heard():
            if heard.canary.worker == self._worker or heard.seconds_ago > GONE_SECONDS:
                await self._blobs.delete(heard.canary.sha256)
                await self._kept.forget(heard.canary)
