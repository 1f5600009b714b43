"""Which picture of the brand's library do people mean, and may it still be used?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.errors import BadInput
from storage.media import MediaItem, MediaStore
from storage.team import Brand

LOOKED_THROUGH = 2000  # pictures, newest first
NAMED = 8  # pictures that a question names


class Shelf:
    def __init__(self, media: MediaStore, clock: Clock) -> None:
        self._media = media
        self._clock = clock

    def today(self, brand: Brand) -> date:
        return self._clock.now().astimezone(ZoneInfo(brand.zone or "UTC")).date()

    async def pick(self, brand: Brand, wanted: str) -> MediaItem:
        """The newest picture of that name, else with that tag; one whose rights have lapsed is not offered.

        Raises BadInput with a question that names what there is.
        """
        word = wanted.strip().strip("#“”\"'").casefold()
        named: list[MediaItem] = []
        lapsed: MediaItem | None = None
        tagged: MediaItem | None = None
        async for item in self._items(brand):
            if not (item.name or item.tags):
                continue
            fits = item.name.casefold() == word or word in item.tags
            if fits and item.lapsed(self.today(brand)):
                lapsed = lapsed or item
                continue
            if item.name.casefold() == word and word:
                return item
            if word in item.tags:
                tagged = tagged or item
            named.append(item)
        if tagged is not None:
            return tagged
        if lapsed is not None and lapsed.rights_until is not None:
            raise BadInput(
                f"The rights to that picture ended on {lapsed.rights_until.isoformat()}.",
                kept="Nothing was drafted.",
                do_next="Choose another one, or correct its rights in the library.",
            )
        there = ", ".join(dict.fromkeys(each.name or f"#{each.tags[0]}" for each in named[:NAMED]))
        if not there:
            raise BadInput(
                "No picture in the library has a name or a tag yet.", do_next="Give it one in the library first."
            )
        raise BadInput(f"There is no picture “{wanted[:60]}” in the library. Which one: {there}?")

    async def usable(self, brand: Brand, sha256: str) -> bool:
        """Whether it is the brand's and its rights hold today."""
        item = await self._media.get(brand.workspace, brand.id, sha256)
        return item is not None and not item.lapsed(self.today(brand))

    async def _items(self, brand: Brand) -> AsyncIterator[MediaItem]:
        before, seen = None, 0
        while seen < LOOKED_THROUGH:
            items = await self._media.list(brand.workspace, brand.id, before=before, limit=200)
            if not items:
                return
            for item in items:
                yield item
            seen, before = seen + len(items), items[-1].created_at
