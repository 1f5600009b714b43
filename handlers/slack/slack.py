"""Slack, put together: every part that listeners use, opened and closed with AdMind."""

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
from handlers.slack.answering import Answering
from handlers.slack.health import Health
from handlers.slack.messenger import SlackMessenger
from handlers.slack.people import People
from handlers.slack.pictures import Pictures
from handlers.slack.teams import Teams
from handlers.slack.telling import Telling

log = logging.getLogger(__name__)
CLOSE_SECONDS = 5.0
LEASE_SECONDS = 60.0
TIED_SECONDS = 5.0
MOST_TIED = 1000


class Slack:
    def __init__(self, admind: AdMind) -> None:
        self.admind = admind
        self.teams = Teams(admind)
        self.telling = Telling(self.teams)
        self.people = People(admind, self.teams)
        self.pictures = Pictures(admind, self.teams)
        self._edits = Edits()
        self.answering = Answering(admind, self.teams, self.telling, self._edits, self.after)
        self._brands: dict[tuple[str, str], tuple[float, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        admind.on_home("slack", self.messenger)
        admind.desk.serve("slack", self.answering, self.answering.showing.show)
        admind.doctor.also("Slack", Health(self.teams).look)

    def messenger(self, home: Home) -> Messenger:
        return SlackMessenger(
            self.admind, home, teams=self.teams, people=self.people, pictures=self.pictures, edits=self._edits
        )

    async def brand_of(self, team: str, channel: str) -> str:
        """The brand that a room is tied to, as it was some seconds ago; "" for any other room."""
        kept = self._brands.get((team, channel))
        if kept is None or time.monotonic() - kept[0] > TIED_SECONDS:
            room = await self.admind.homes.room("slack", team, channel)
            kept = self._brands[team, channel] = (time.monotonic(), room.brand if room else "")
            while len(self._brands) > MOST_TIED:
                self._brands.pop(next(iter(self._brands)))
        return kept[1]

    async def mended(self, team: str) -> None:
        """A room or a token is good again: what could not be posted in this team comes now."""
        home = await self.admind.homes.home("slack", team)
        if home is not None and (count := await self.admind.housing.mended(home)):
            log.info("Slack: tried again team=%s count=%s", team, count)

    async def once(self, event: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do this once an event, whichever way and however often Slack tells of it."""
        try:
            async with self.admind.ledger.once("sys", f"slack:{event}", lease_seconds=LEASE_SECONDS) as claim:
                if claim is not None:
                    await work()
        except AdMindError as error:
            log.info("not done twice event=%s why=%s", event, error.what)

    async def settle(self) -> None:
        """The home of the token in the settings is there. Without an answer of Slack's it is made when it is needed."""
        try:
            own = await self.teams.own()
            if own is not None:
                await self.teams.settle(own)
        except AdMindError as error:
            log.warning("Slack: %s", error.sentence())

    def after(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this once what waits for us has its answer."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("after an answer to Slack", exc_info=error)

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=CLOSE_SECONDS)
        for task in set(self._tasks):
            task.cancel()
        await self.teams.close()


@asynccontextmanager
async def opened(admind: AdMind) -> AsyncIterator[Slack]:
    """Before AdMind starts: it speaks to Slack from then on. Listening is another matter."""
    slack = Slack(admind)
    try:
        await slack.settle()
        yield slack
    finally:
        await admind.stop()  # what works still speaks
        await slack.close()
