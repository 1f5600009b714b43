"""Opens the links of a draft before it is checked, so that checks need no network: few, briefly, once.

Only addresses that people gave: one that a model or a page brought is named by another check, and never opened.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import httpx2

from bot.checks.addresses import find_addresses
from bot.checks.base import Looked
from bot.checks.tracking import full
from bot.clock import Clock
from bot.errors import AdMindError
from bot.fetch import fetch

MOST_LINKS: Final = 4
SECONDS: Final = 4.0
REMEMBERED: Final = timedelta(hours=1)
_KEPT: Final = 500
_SLOW: Final = "The website took too long."


class LinkOpening:
    """`seconds` for all links of a draft together."""

    def __init__(self, client: httpx2.AsyncClient, clock: Clock, *, seconds: float = SECONDS) -> None:
        self._client = client
        self._clock = clock
        self._seconds = seconds
        self._known: OrderedDict[tuple[str, str], tuple[datetime, Looked]] = OrderedDict()

    async def look(
        self, texts: Sequence[str], *, draft: str, given: Iterable[str], but: Iterable[str]
    ) -> tuple[Looked, ...]:
        """What is behind the links in the texts that also stand in one of `given`; those of `but` were read already.

        Looked at once an hour for each draft. A link that does not answer in time says so: nothing is raised.
        """
        known = {address.key for text in given for address in find_addresses(text)}
        read = {address.key for text in but for address in find_addresses(text)}
        wanted = {
            full(address): None
            for text in texts
            for address in find_addresses(text)
            if address.kind in ("url", "bare") and address.key in known and address.key not in read
            if full(address).casefold().startswith(("http://", "https://"))
        }
        return tuple(await asyncio.gather(*(self._look(draft, url) for url in list(wanted)[:MOST_LINKS])))

    async def _look(self, draft: str, url: str) -> Looked:
        now = self._clock.now()
        at, looked = self._known.get((draft, url), (None, None))
        if at is not None and looked is not None and now - at < REMEMBERED:
            return looked
        looked = await self._opened(url)
        self._known[draft, url] = (now, looked)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return looked

    async def _opened(self, url: str) -> Looked:
        try:
            async with asyncio.timeout(self._seconds):
                found = await fetch(self._client, url)
        except TimeoutError:
            return Looked(url, problem=_SLOW)
        except AdMindError as refused:
            return Looked(url, problem=refused.what)
        return Looked(url, found.status, found.url)
