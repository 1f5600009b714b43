"""Discord, put together: every part that listeners use, opened and closed with AdMind."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bot.bootstrap import AdMind
from bot.chat import Home, Messenger
from bot.errors import AdMindError
from handlers.chat.edits import Edits
from handlers.discord.answering import Answering
from handlers.discord.client import Client
from handlers.discord.health import Health
from handlers.discord.messenger import DiscordMessenger
from handlers.discord.people import People
from handlers.discord.telling import Telling
from handlers.discord.typed import Typed

log = logging.getLogger(__name__)
CLOSE_SECONDS = 5.0
LEASE_SECONDS = 60.0
TIED_SECONDS = 5.0
MOST_TIED = 1000


class Discord:
    def __init__(self, admind: AdMind) -> None:
        self.admind = admind
        self.client = Client(admind.settings)
        self.telling = Telling(self.client)
        self.people = People(admind, self.client)
        self.edits = Edits()
        self.typed = Typed()
        self.answering = Answering(admind, self.client, self.telling, self.edits)
        self._brands: dict[tuple[str, str], tuple[float, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        admind.on_home("discord", self.messenger)
        admind.doctor.also("Discord", Health(admind, self.client).look)
        admind.desk.serve("discord", self.answering, self.answering.showing.show)

    def messenger(self, home: Home) -> Messenger:
        return DiscordMessenger(
            self.admind,
            home,
            client=self.client,
            people=self.people,
            telling=self.telling,
            edits=self.edits,
            after=self.after,
        )

    async def brand_of(self, team: str, channel: str) -> str:
        """The brand that a room is tied to, as it was some seconds ago; "" for any other room."""
        kept = self._brands.get((team, channel))
        if kept is None or time.monotonic() - kept[0] > TIED_SECONDS:
            room = await self.admind.homes.room("discord", team, channel)
            kept = self._brands[team, channel] = (time.monotonic(), room.brand if room else "")
            while len(self._brands) > MOST_TIED:
                self._brands.pop(next(iter(self._brands)))
        return kept[1]

    def forget(self, team: str) -> None:
        """What rooms of this server are tied to is looked up anew."""
        self._brands = {name: kept for name, kept in self._brands.items() if name[0] != team}

    async def mended(self, team: str) -> None:
        """A room is good again: what could not be posted in this server comes now."""
        home = await self.admind.homes.home("discord", team)
        if home is not None and (count := await self.admind.housing.mended(home)):
            log.info("Discord: tried again team=%s count=%s", team, count)

    async def once(self, event: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do this once an event, in whichever process and however often Discord tells of it."""
        try:
            async with self.admind.ledger.once("sys", f"discord:{event}", lease_seconds=LEASE_SECONDS) as claim:
                if claim is not None:
                    await work()
        except AdMindError as error:
            log.info("not done twice event=%s why=%s", event, error.what)

    def after(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside what is done now."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, AdMindError):
            log.warning("not done in Discord: %s", error.sentence())
        else:
            log.error("beside an answer to Discord", exc_info=error)

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=CLOSE_SECONDS)
        for task in set(self._tasks):
            task.cancel()
        await self.client.close()


@asynccontextmanager
async def opened(admind: AdMind) -> AsyncIterator[Discord]:
    """Before AdMind starts: it speaks to Discord from then on. Listening is another matter."""
    discord = Discord(admind)
    try:
        yield discord
    finally:
        await admind.stop()  # what works still speaks
        await discord.close()
