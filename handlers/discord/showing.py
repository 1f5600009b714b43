"""What people see while AdMind works for them: that it types, how far it is, and a way to stop it.

Nothing of it holds up the work; what Discord refuses of it is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from bot.chat import Asked
from bot.errors import AdMindError
from handlers.chat.news import News
from handlers.discord.places import Asking

log = logging.getLogger(__name__)
SHOWN_AFTER_SECONDS: Final = 0.5  # most is answered before: then the first sign of life is enough
STOPPED_AFTER_SECONDS: Final = 1.5  # what is answered sooner needs no button to stop it
EVERY_SECONDS: Final = 1.0
TYPES_SECONDS: Final = 8.0  # Discord shows that somebody types for ten
LAST_CALL_SECONDS: Final = 2.0
Put = Callable[[Asked, Asking, str], Awaitable[None]]
Types = Callable[[Asking], Awaitable[None]]


class Showing:
    """`put` shows a sentence in the place of the sign of life, and below it a button to stop; `types` that it types."""

    def __init__(self, put: Put, types: Types) -> None:
        self._put = put
        self._types = types

    @asynccontextmanager
    async def show(self, asked: Asked) -> AsyncIterator[Callable[[str], None]]:
        """While this is open, people see in its place how far it is. Gives what takes sentences of progress."""
        asking, news = Asking.load(asked.place), News()
        if asking is None:
            yield news.tell
            return
        tasks = {
            asyncio.create_task(self._follow(asked, asking, news)),
            asyncio.create_task(self._typing(asking, news)),
        }
        try:
            yield news.tell
        finally:
            news.close()
            await asyncio.wait(tasks, timeout=LAST_CALL_SECONDS)  # the answer comes after it
            for task in tasks:
                task.cancel()

    async def _follow(self, asked: Asked, asking: Asking, news: News) -> None:
        if await news.over_within(SHOWN_AFTER_SECONDS):
            return
        await news.came_within(STOPPED_AFTER_SECONDS - SHOWN_AFTER_SECONDS)
        shown = None
        while not news.over:
            if (sentence := news.latest()) != shown:
                await self._unless_refused(self._put(asked, asking, sentence))
                shown = sentence
            if await news.over_within(EVERY_SECONDS):
                return
            await news.came()

    async def _typing(self, asking: Asking, news: News) -> None:
        wait = SHOWN_AFTER_SECONDS
        while asking.way != "private" and not await news.over_within(wait):
            await self._unless_refused(self._types(asking))
            wait = TYPES_SECONDS

    async def _unless_refused(self, call: Awaitable[None]) -> None:
        try:
            await call
        except AdMindError as error:
            log.info("no progress shown why=%s", error.what)
