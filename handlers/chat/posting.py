"""A message once a key in one home: noted before it goes out, and looked for after a crash in between."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from typing import Final

from bot.bootstrap import AdMind
from bot.chat import Home
from bot.errors import AdMindError

AT_ONCE: Final = 32


class Posting:
    """`refused` are errors after which the message certainly does not stand."""

    def __init__(self, admind: AdMind, home: Home, refused: type[AdMindError]) -> None:
        self._posted = admind.posted
        self._home = home
        self._refused = refused
        self._turns = [asyncio.Lock() for _ in range(AT_ONCE)]  # a key goes through one of them

    async def once(
        self,
        channel: str,
        key: str,
        post: Callable[[], Awaitable[str]],
        orphan: Callable[[int], Awaitable[str]],
    ) -> tuple[str, bool]:
        """What the chat calls the message in this channel, and whether it was posted only now.

        `orphan` looks for one that a try left behind which never said so, posted since that moment (milliseconds);
        "" without one. Raises as these, and AdMindError while another process does it.
        """
        workspace, home = self._home.workspace, self._home.key
        async with self._turn_of(key):
            begun = await self._posted.begin(workspace, home, key)
            if begun.message:
                return begun.message.partition("|")[2], False
            try:
                found = await orphan(begun.doubtful_ms) if begun.doubtful_ms else ""
                fresh = not found
                if fresh:
                    found = await post()
            except self._refused:
                await self._posted.refused(workspace, home, key)
                raise
            await self._posted.done(workspace, home, key, f"{channel}|{found}")
            return found, fresh

    async def standing(self, key: str) -> str:
        """What stands under this key, once whoever posts it here is done; "" without one."""
        async with self._turn_of(key):
            known = await self._posted.known(self._home.workspace, self._home.key, key)
            return known.partition("|")[2]

    def _turn_of(self, key: str) -> asyncio.Lock:
        return self._turns[zlib.crc32(key.encode()) % len(self._turns)]
