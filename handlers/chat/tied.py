"""The brands that rooms of a chat are tied to, as they were some seconds ago."""

from __future__ import annotations

import time
from typing import Final

from bot.bootstrap import AdMind

TIED_SECONDS: Final = 5.0
MOST_TIED: Final = 1000


class Tied:
    def __init__(self, admind: AdMind, platform: str) -> None:
        self._admind = admind
        self._platform = platform
        self._brands: dict[tuple[str, str], tuple[float, str]] = {}

    async def brand_of(self, team: str, channel: str) -> str:
        """The brand that a room is tied to; "" for any other room."""
        kept = self._brands.get((team, channel))
        if kept is None or time.monotonic() - kept[0] > TIED_SECONDS:
            room = await self._admind.homes.room(self._platform, team, channel)
            kept = self._brands[team, channel] = (time.monotonic(), room.brand if room else "")
            while len(self._brands) > MOST_TIED:
                self._brands.pop(next(iter(self._brands)))
        return kept[1]
