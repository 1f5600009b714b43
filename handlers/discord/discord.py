"""Discord, put together: every part that listeners use, opened and closed with AdMind."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bot.bootstrap import AdMind
from bot.chat import Home, Messenger
from bot.errors import AdMindError
from handlers.chat.beside import Beside
from handlers.chat.edits import Edits
from handlers.chat.tied import Tied
from handlers.discord.answering import Answering
from handlers.discord.client import Client
from handlers.discord.health import Health
from handlers.discord.messenger import DiscordMessenger
from handlers.discord.people import People
from handlers.discord.telling import Telling
from handlers.discord.typed import Typed

log = logging.getLogger(__name__)
LEASE_SECONDS = 60.0


class Discord:
    def __init__(self, admind: AdMind) -> None:
        self.admind = admind
        self.client = Client(admind.settings)
        self.telling = Telling(self.client)
        self.people = People(admind, self.client)
        self.edits = Edits()
        self.typed = Typed(admind)
        self.answering = Answering(admind, self.client, self.telling, self.edits)
        self._tied = Tied(admind, "discord")
        self._beside = Beside()
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
        return await self._tied.brand_of(team, channel)

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
        self._beside.after(work)

    async def close(self) -> None:
        await self._beside.close()
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
