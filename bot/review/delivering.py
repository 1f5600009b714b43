"""Words to every home at once: one that cannot be reached keeps no other from being told, and is told later.

What takes only time is tried again when the home said so. What people must mend (an invitation, an archived room) is
told to the brand's owners in AdMind's own inbox and directly in every chat that takes it, once until it works again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.chat import Card, Messenger
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError
from bot.review.inbox import INBOX
from storage import keys
from storage.redis import Database

log = logging.getLogger(__name__)
T = TypeVar("T")

WITHIN = timedelta(seconds=60)  # a home that takes longer counts as not reached
SOON = timedelta(seconds=30)  # when a home that just does not answer is tried again
MENDED = timedelta(minutes=10)  # when one that waits for people is looked at again
TOLD_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Missed:
    """A home that could not be told. `mend` says what people must do; empty: it only takes time."""

    home: str
    after: timedelta
    mend: str = ""


class Undelivered(AdMindError):
    """Some homes were not told; all others were."""

    def __init__(self, missed: tuple[Missed, ...]) -> None:
        names = ", ".join(sorted(each.home for each in missed))
        wait = min(each.after for each in missed).total_seconds()
        super().__init__(
            "Not every chat could be told.",
            kept=f"It waits for {names}.",
            do_next="It is tried again by itself.",
            retry_after_seconds=wait,
        )
        self.missed = missed


async def to_each(
    homes: Mapping[str, Messenger], work: Callable[[Messenger], Awaitable[T]]
) -> tuple[dict[str, T], tuple[Missed, ...]]:
    """What the work gave for each home, and the homes where it failed. Raises what AdMind's own inbox raises."""
    names = sorted(homes)
    found = await asyncio.gather(*(_within(work(homes[name])) for name in names), return_exceptions=True)
    done: dict[str, T] = {}
    missed: list[Missed] = []
    for name, answer in zip(names, found, strict=True):
        if not isinstance(answer, BaseException):
            done[name] = answer
        elif name == INBOX or not isinstance(answer, Exception):
            raise answer
        else:
            missed.append(_missed(name, answer))
    return done, tuple(missed)


class Delivering:
    """Remembers which homes wait for people, and tells owners of it once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def settled(
        self,
        workspace: str,
        brand: str,
        tried: Iterable[str],
        missed: tuple[Missed, ...],
        homes: Mapping[str, Messenger],
    ) -> None:
        """Tell the brand's owners of what they must mend. Raises Undelivered when any home was missed."""
        for name in set(tried) - {INBOX} - {each.home for each in missed}:
            await self._database.client.delete(self._key(workspace, brand, name))
        for each in missed:
            if each.mend:
                await self._tell(workspace, brand, each, homes)
        if missed:
            raise Undelivered(missed)

    async def _tell(self, workspace: str, brand: str, missed: Missed, homes: Mapping[str, Messenger]) -> None:
        key, now = self._key(workspace, brand, missed.home), milliseconds(self._clock.now())
        await self._database.client.set(key, str(now), nx=True, px=milliseconds_of(TOLD_FOR))
        since = str(await self._database.client.get(key))
        card = Card(
            title="I can't post where your cards should be",
            status=missed.mend,
            notes=("What waits is posted as soon as it can be. Until then everything is here and in the studio.",),
        )
        room, named = f"owners:{brand}" if brand else "owners", f"unreached:{missed.home}:{since}"
        await homes[INBOX].post(room, card, key=named)
        # Where the room is shut, people can still be reached; where that fails too, the inbox has it.
        chats = {name: messenger for name, messenger in homes.items() if name != INBOX}
        await to_each(chats, lambda messenger: messenger.post(room, card, key=named))

    @staticmethod
    def _key(workspace: str, brand: str, home: str) -> str:
        """STRING: since when, in ms, a home waits for people; gone once something was posted there."""
        return keys.of(workspace, "unreached", f"{home}|{brand}")


async def _within(work: Awaitable[T]) -> T:
    async with asyncio.timeout(WITHIN.total_seconds()):
        return await work


def _missed(home: str, error: Exception) -> Missed:
    if isinstance(error, AdMindError):
        log.warning("home not told home=%s why=%s", home, type(error).__name__)
        if error.retry_after_seconds is not None:
            return Missed(home, timedelta(seconds=error.retry_after_seconds))
        return Missed(home, MENDED, error.sentence())
    log.warning("home not told home=%s", home, exc_info=error)
    return Missed(home, SOON)


def milliseconds_of(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
