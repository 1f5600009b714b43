"""Which messengers a workspace has: AdMind's own inbox, and one for each of its homes on a chat platform.

A handler registers how a home of its platform is talked to. Homes are looked up when words are to go out, so that a
process hears of those that another one has installed, or removed, without being told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.chat import Messenger
from bot.clock import Clock
from bot.review.inbox import INBOX, Inbox
from storage.homes import Home, HomeStore, Room, home_key
from storage.redis import Database

Factory = Callable[[Home], Messenger]


class Hosting:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._store = HomeStore(database)
        self._factories: dict[str, Factory] = {}
        self._messengers: dict[tuple[str, str], tuple[Home, Messenger]] = {}
        self._added: dict[str, dict[str, Messenger]] = {}

    def on_home(self, platform: str, factory: Factory) -> None:
        """Talk to the homes of this platform through what the factory makes, one messenger a home."""
        self._factories[platform] = factory
        self._messengers = {key: kept for key, kept in self._messengers.items() if kept[0].platform != platform}

    @property
    def platforms(self) -> frozenset[str]:
        """Those that somebody here can talk to."""
        return frozenset(self._factories)

    def add(self, workspace: str, messenger: Messenger) -> None:
        """A messenger that belongs to no platform's home."""
        self._added.setdefault(workspace, {})[messenger.home] = messenger

    def open(self, home: Home) -> Messenger | None:
        """The home's messenger; None while no handler knows its platform."""
        factory = self._factories.get(home.platform)
        if factory is None:
            return None
        kept = self._messengers.get((home.workspace, home.key))
        if kept is None or kept[0] != home:  # also for one that was installed anew: its tokens are others
            kept = (home, factory(home))
            self._messengers[home.workspace, home.key] = kept
        return kept[1]

    def close(self, home: Home) -> None:
        self._messengers.pop((home.workspace, home.key), None)

    async def client_rooms(self, workspace: str, brand: str) -> Mapping[str, tuple[str, ...]]:
        """The channels of a brand's client rooms by the home that they are in."""
        rooms: tuple[Room, ...] = await self._store.all(self._store.rooms, workspace)
        found: dict[str, tuple[str, ...]] = {}
        for room in rooms:
            if (room.brand, room.kind) == (brand, "client"):
                home = home_key(room.platform, room.team)
                found[home] = (*found.get(home, ()), room.channel)
        return found

    async def of(self, workspace: str) -> Mapping[str, Messenger]:
        """A workspace's messengers by what their messages name the home."""
        found: dict[str, Messenger] = {INBOX: Inbox(self._database, workspace, self._clock)}
        found |= self._added.get(workspace, {})
        if self._factories:
            for home in await self._store.all(self._store.homes, workspace):
                if home.removed_at is None and (messenger := self.open(home)) is not None:
                    found[messenger.home] = messenger
        return found
