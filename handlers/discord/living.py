"""AdMind in Discord for as long as a process runs: it speaks from before the start, and listens where it should."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import discord as dpy

from bot.bootstrap import AdMind
from bot.errors import AdMindError
from handlers.discord.bot import bot_of
from handlers.discord.discord import Discord, opened

log = logging.getLogger(__name__)
AGAIN_SECONDS: Final = (1.0, 5.0, 15.0, 60.0)

MORE_SHARDS: Final = 4011  # https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway


class Living:
    def __init__(self, discord: Discord) -> None:
        self.discord = discord
        self.bot = bot_of(discord)

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """Connected to the gateway, again and again; what Discord refuses for ever ends it, and is logged.

        At the end what works still speaks, and what is heard until then is kept for the next start.
        """
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            await self.discord.admind.stop()
            await self.discord.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen(self) -> None:
        tried = 0
        while not self.bot.is_closed():
            try:
                await self.discord.client.speaks()
                await self.bot.connect()
                return
            except dpy.PrivilegedIntentsRequired:
                log.error("Discord: an intent was taken away in the developer portal while AdMind ran; start it again.")
                return
            except dpy.ConnectionClosed as error:
                if error.code == MORE_SHARDS:
                    log.warning("Discord: AdMind is in so many servers now that it needs more connections.")
                    self.discord.client.anew()
                    continue
                log.error("Discord: the gateway ended this for good code=%s", error.code)
                return
            except AdMindError as error:
                if error.retry_after_seconds is None:
                    log.error("Discord: %s", error.sentence())
                    return
                log.warning("Discord: %s", error.what)
            except (dpy.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
                log.warning("Discord: no connection yet: %s", type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS[min(tried, len(AGAIN_SECONDS) - 1)])
            tried += 1


@asynccontextmanager
async def lived(admind: AdMind) -> AsyncIterator[Living]:
    async with opened(admind) as discord:
        yield Living(discord)
