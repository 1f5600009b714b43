"""What people see while AdMind works for them: a status, a way to stop it, and sentences of progress in place.

Nothing of it holds up the work, and what Slack refuses of it is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.chat import Asked
from bot.errors import AdMindError
from bot.words import told
from handlers.chat.edits import Edits
from handlers.chat.news import News
from handlers.slack.calling import asked as answered
from handlers.slack.limits import cut
from handlers.slack.places import Asking
from handlers.slack.teams import Teams
from handlers.slack.telling import words_as_message

log = logging.getLogger(__name__)
SHOWN_AFTER_SECONDS: Final = 0.5  # most is answered before: then the first sign of life is enough
EVERY_SECONDS: Final = 1.0
LAPSES_SECONDS: Final = 60.0  # Slack takes a status away after two minutes
LAST_CALL_SECONDS: Final = 2.0
SENTENCE, TITLE = 100, 200
After = Callable[[Coroutine[Any, Any, None]], None]
SignOf = Callable[[str, str], Awaitable[str]]  # team, request → the ts of its sign of life


class Showing:
    def __init__(self, teams: Teams, edits: Edits, after: After, sign_of: SignOf) -> None:
        self._teams = teams
        self._edits = edits
        self._after = after
        self._sign_of = sign_of

    @asynccontextmanager
    async def show(self, asked: Asked) -> AsyncIterator[Callable[[str], None]]:
        """While this is open, people see in its place that it is worked on. Gives what takes sentences of progress."""
        asking = Asking.load(asked.place)
        news = News()
        if asking is None or asking.way == "private":
            yield news.tell
            return
        task = asyncio.create_task(self._follow(asked, asking, news))
        try:
            yield news.tell
        finally:
            news.close()
            await asyncio.wait({task}, timeout=LAST_CALL_SECONDS)  # the answer comes after it
            task.cancel()
            if news.begun:
                self._after(self.rest(asking))

    async def sign(self, asking: Asking) -> bool:
        """Whether the status that it works stands below what was said."""
        return await self._status(asking, told("is working on it…"))

    async def clear(self, asking: Asking) -> None:
        """Nothing is worked on any more."""
        await self._status(asking, "")

    async def rest(self, asking: Asking, status: str = "active", title: str = "") -> None:
        """The conversation as Slack's agent view has it: `processing` has a button to stop it, `active` none."""
        try:
            client = await self._teams.client(asking.team)
            await answered(
                client.agents_sessions_setStatus(
                    channel_id=asking.channel,
                    thread_ts=asking.thread,
                    status=status,
                    title=cut(title, TITLE).text or None,
                    initiator_user_id=asking.user if title else None,
                )
            )
        except AdMindError as error:
            log.info("no session team=%s why=%s", asking.team, error.what)

    async def _follow(self, asked: Asked, asking: Asking, news: News) -> None:
        if await news.over_within(SHOWN_AFTER_SECONDS):
            return
        news.begun = True
        await self.rest(asking, "processing", asked.text)
        while not news.over:
            await self._shown(asked, asking, news.latest())
            if await news.over_within(EVERY_SECONDS):
                return
            await news.came_within(LAPSES_SECONDS)

    async def _shown(self, asked: Asked, asking: Asking, sentence: str) -> None:
        if asking.way == "direct":
            await self._status(asking, told("is working on it…"), sentence)
        elif sentence:
            await self._edit(asked, asking, f"{sentence}…")

    async def _status(self, asking: Asking, status: str, sentence: str = "") -> bool:
        try:
            client = await self._teams.client(asking.team)
            await answered(
                client.assistant_threads_setStatus(
                    channel_id=asking.channel,
                    thread_ts=asking.thread,
                    status=status,
                    loading_messages=[cut(sentence, SENTENCE).text] if sentence else None,
                )
            )
        except AdMindError as error:
            log.info("no status shown team=%s why=%s", asking.team, error.what)
            return False
        return True

    async def _edit(self, asked: Asked, asking: Asking, sentence: str) -> None:
        """In place of the sign of life."""
        try:
            ts = await self._sign_of(asking.team, asked.id)
            if ts:
                client = await self._teams.client(asking.team)
                given = words_as_message(cut(sentence, SENTENCE).text)
                await self._edits.make(
                    edited(asking, ts),
                    lambda: _made(client.chat_update(channel=asking.channel, ts=ts, **given)),
                )
        except AdMindError as error:
            log.info("no progress shown team=%s why=%s", asking.team, error.what)


def edited(asking: Asking, ts: str) -> str:
    """What `Edits` knows a message of an answer by."""
    return f"{asking.team}|{asking.channel}|{ts}"


async def _made(call: Awaitable[AsyncSlackResponse]) -> None:
    await answered(call)
