"""The real discord.py, pointed at the loopback Discord by addresses alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import discord
import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.waiting import until


@contextmanager
def pointed_at(api: str, gateway: str, cdn: str) -> Iterator[None]:
    """discord.py keeps its three addresses as class attributes, one set for the whole process."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = api, yarl.URL(gateway), cdn
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before


def hurry(bot: discord.Client) -> None:
    """Seconds of courtesy that discord.py waits by the wall clock towards the real Discord: two for guilds that
    might still come after READY, and five before every IDENTIFY but the first.
    """

    async def at_once(shard_id: int | None, *, initial: bool = False) -> None: ...

    state: Any = bot._connection
    state.guild_ready_timeout = 0.05
    bot.before_identify_hook = at_once  # type: ignore[method-assign]


@asynccontextmanager
async def running(bot: discord.Client, token: str) -> AsyncIterator[discord.Client]:
    """Started and ready; closed at the end. What ends it early is raised here."""
    hurry(bot)
    task = asyncio.create_task(bot.start(token))
    ready = asyncio.create_task(until(bot.is_ready, "the bot is ready"))
    try:
        done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
        yield bot
    finally:
        ready.cancel()
        await bot.close()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)
