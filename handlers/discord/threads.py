"""A thread per draft: it hangs on the card that came first in a room, and what is said of the draft goes there."""

from __future__ import annotations

import logging
from typing import Final

from bot.bootstrap import AdMind
from bot.chat import Home, MessageRef
from handlers.chat.addressing import to_people
from handlers.chat.posting import Posting
from handlers.discord.calling import HAS_THREAD, DiscordRefused, asked
from handlers.discord.client import Client
from handlers.discord.limits import words

log = logging.getLogger(__name__)
NAME: Final = 100
ARCHIVED_AFTER_MINUTES: Final = 10080  # a week without a word


class Threads:
    def __init__(self, admind: AdMind, home: Home, client: Client, posting: Posting) -> None:
        self._admind = admind
        self._home = home
        self._client = client
        self._posting = posting

    async def open(self, ref: MessageRef, title: str) -> str:
        """The thread of this card's draft in its room, made from the card if there is none.

        Raises DiscordRefused, DiscordUnknown.
        """
        found, fresh = await self._posting.once(ref.channel, _key(ref), lambda: self._made(ref, title), _none)
        if fresh:
            await self._admind.places.remember("discord", self._home.team, ref.channel, found, draft=ref.draft)
        return found

    async def of(self, ref: MessageRef, title: str) -> str:
        """Where something is said below a card: its draft's thread, made now if a crash or a refusal kept it from being
        made with the card; or its room where there can be none. Raises DiscordUnknown.
        """
        if not ref.draft or to_people(ref.room):
            return ref.channel
        try:
            return await self.open(ref, title)
        except DiscordRefused as error:
            log.info("no thread home=%s why=%s", self._home.key, error.code)
            return ref.channel

    async def _made(self, ref: MessageRef, title: str) -> str:
        """A thread that was made from a message has that message's id."""
        name = words.cut(" ".join(title.split()) or "AdMind", NAME).text
        try:
            await asked(
                self._client.http.start_thread_with_message(
                    int(ref.channel), int(ref.message), name=name, auto_archive_duration=ARCHIVED_AFTER_MINUTES
                )
            )
        except DiscordRefused as error:
            if error.code != HAS_THREAD:
                raise
        return ref.message


def _key(ref: MessageRef) -> str:
    return f"thread:{ref.channel}:{ref.draft}"


async def _none(since_ms: int) -> str:
    """A second try finds the first one's thread by itself."""
    return ""
