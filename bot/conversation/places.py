"""Which draft, and which conversation, a thread in a chat belongs to: a reply there goes on with it."""

from __future__ import annotations

from bot.team.homes import Homes
from storage.places import Place, PlaceStore
from storage.redis import Database
from storage.shows import ShownStore


class Places:
    def __init__(self, database: Database, homes: Homes) -> None:
        self._homes = homes
        self._store = PlaceStore(database)
        self._shows = ShownStore(database)

    async def remember(
        self, platform: str, team: str, channel: str, thread: str, *, draft: str = "", conversation: str = ""
    ) -> None:
        """From now on the thread is about this draft, or goes on with this conversation, or both."""
        home = await self._homes.home(platform, team)
        if home is not None and (draft or conversation):
            await self._store.put(home.workspace, home.key, channel, thread, Place(draft, conversation))

    async def find(self, platform: str, team: str, channel: str, thread: str) -> Place | None:
        """What a thread is about; below a draft's card it is that draft without anybody having said so. None for any
        other thread.
        """
        home = await self._homes.home(platform, team)
        if home is None:
            return None
        place = await self._store.find(home.workspace, home.key, channel, thread)
        if not place.draft:
            shown = await self._shows.find(home.workspace, home.key, channel, thread)
            place = Place(shown.draft if shown else "", place.conversation)
        return place if place != Place() else None
