"""Slack, put together: every part that listeners use, opened and closed with AdMind."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

from bot.bootstrap import AdMind
from bot.chat import Home, Messenger
from bot.errors import AdMindError
from bot.words import reading
from handlers.chat.beside import Beside
from handlers.chat.edits import Edits
from handlers.chat.tied import Tied
from handlers.slack.answering import Answering
from handlers.slack.calling import asked
from handlers.slack.health import Health
from handlers.slack.messenger import Place, SlackMessenger, keyed
from handlers.slack.people import People
from handlers.slack.pictures import Pictures
from handlers.slack.teams import Team, Teams
from handlers.slack.telling import Telling, greeting, words_as_message

log = logging.getLogger(__name__)
LEASE_SECONDS = 60.0
NEW = timedelta(days=1)  # so long a home is new: its owner is greeted once


class Slack:
    def __init__(self, admind: AdMind) -> None:
        self.admind = admind
        self.teams = Teams(admind)
        self.telling = Telling(self.teams)
        self.people = People(admind, self.teams)
        self.pictures = Pictures(admind, self.teams)
        self._edits = Edits()
        self.answering = Answering(admind, self.teams, self.telling, self._edits, self.after, self.pictures)
        self._tied = Tied(admind, "slack")
        self._beside = Beside()
        admind.on_home("slack", self.messenger)
        admind.desk.serve("slack", self.answering, self.answering.showing.show)
        admind.doctor.also("Slack", Health(self.teams).look)

    def messenger(self, home: Home) -> Messenger:
        return SlackMessenger(
            self.admind, home, teams=self.teams, people=self.people, pictures=self.pictures, edits=self._edits
        )

    async def brand_of(self, team: str, channel: str) -> str:
        """The brand that a room is tied to, as it was some seconds ago; "" for any other room."""
        return await self._tied.brand_of(team, channel)

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
                await self._greet(own, await self.teams.settle(own))
        except AdMindError as error:
            log.warning("Slack: %s", error.sentence())

    async def _greet(self, own: Team, home: Home) -> None:
        """The owner of a home that was made just now hears what to try, once, however often AdMind starts.

        Raises SlackRefused, SlackUnknown.
        """
        user = self.teams.first_owner(own)
        if not user or self.admind.clock.now() - home.installed_at > NEW:
            return
        said = (await asked(own.client.users_info(user=user, include_locale=True)))["user"]
        with reading(str(said.get("locale") or "").partition("-")[0]):
            given = words_as_message(greeting())
        messenger, key = cast(SlackMessenger, self.admind.open_home(home)), f"greeting:{user}"
        await messenger.place_once(Place(await messenger.direct(user)), key, given | keyed(key))

    def after(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this once what waits for us has its answer."""
        self._beside.after(work)

    async def close(self) -> None:
        await self._beside.close()
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
