"""Sentences of progress in place of the sign of life. Nothing of it holds up the work; what is refused is left out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import discord

from bot.chat import Asked
from bot.errors import AdMindError
from handlers.chat.news import News
from handlers.discord.limits import words
from handlers.discord.places import Asking
from handlers.discord.telling import words_as_views

log = logging.getLogger(__name__)
SHOWN_AFTER_SECONDS: Final = 0.5  # most is answered before: then the first sign of life is enough
EVERY_SECONDS: Final = 1.0
LAPSES_SECONDS: Final = 60.0
LAST_CALL_SECONDS: Final = 2.0
SENTENCE: Final = 200
Put = Callable[[Asked, Asking, discord.ui.LayoutView], Awaitable[None]]


class Showing:
    """`put` shows this in the place of the sign of life."""

    def __init__(self, put: Put) -> None:
        self._put = put

    @asynccontextmanager
    async def show(self, asked: Asked) -> AsyncIterator[Callable[[str], None]]:
        """While this is open, people see in its place how far it is. Gives what takes sentences of progress."""
        asking, news = Asking.load(asked.place), News()
        if asking is None:
            yield news.tell
            return
        task = asyncio.create_task(self._follow(asked, asking, news))
        try:
            yield news.tell
        finally:
            news.close()
            await asyncio.wait({task}, timeout=LAST_CALL_SECONDS)  # the answer comes after it
            task.cancel()

    async def _follow(self, asked: Asked, asking: Asking, news: News) -> None:
        if await news.over_within(SHOWN_AFTER_SECONDS):
            return
        while not news.over:
            if sentence := news.latest():
                await self._shown(asked, asking, sentence)
            if await news.over_within(EVERY_SECONDS):
                return
            await news.came_within(LAPSES_SECONDS)

    async def _shown(self, asked: Asked, asking: Asking, sentence: str) -> None:
        try:
            (view,) = words_as_views(f"{words.cut(sentence, SENTENCE).text}…")
            await self._put(asked, asking, view)
        except AdMindError as error:
            log.info("no progress shown team=%s why=%s", asking.team, error.what)
