"""Homes on chat platforms: which team belongs to which workspace, its rooms, and its groups that stand for roles.

The records lie in the workspace and are the truth; a look-up leads from a team to its workspace and is made again from
them. Of two installs at once the look-up, written once, decides which workspace it is.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from pydantic import Field

from storage import keys
from storage.commit import Change
from storage.record import Record
from storage.redis import Database, Script
from storage.sessions import CONSUME
from storage.stores import Family
from storage.team import Role

RoomKind = Literal["review", "client", "work"]
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # people read them out; 12 of them are 59 bits
CODE_LENGTH = 12


class Home(Record):
    """A Slack workspace or a Discord guild in which a workspace's people are."""

    platform: str
    team: str = Field(description="its id on the platform")
    name: str
    workspace: str
    installed_by: str = Field("", description="member id")
    joined: bool = Field(False, description="by an owner's code, so that no setting speaks of it")
    installed_at: datetime
    removed_at: datetime | None = None

    @property
    def key(self) -> str:
        """What messages name it by, e.g. `slack:T012ABC`."""
        return home_key(self.platform, self.team)


class Room(Record):
    """A room of a home that belongs to a brand. Of a brand's review rooms a home has one."""

    platform: str
    team: str
    channel: str = Field(description="its id on the platform")
    name: str
    workspace: str
    brand: str
    kind: RoomKind
    tied_at: datetime


class Group(Record):
    """A group of people on a platform whose members hold roles in a brand."""

    platform: str
    team: str
    group: str = Field(description="its id on the platform")
    workspace: str
    brand: str
    roles: frozenset[Role]
    tied_at: datetime


def home_key(platform: str, team: str) -> str:
    return f"{platform}:{team}"


class HomeStore:
    """`homes` and `rooms` are keyed by what the platform calls them, groups by brand besides."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.homes: Family[Home] = Family(database, "home", Home, "home")
        self.rooms: Family[Room] = Family(database, "room", Room, "room")
        self.groups: Family[Group] = Family(database, "group", Group, "group")

    async def all(self, family: Family[Any], workspace: str) -> tuple[Any, ...]:
        return (await family.page(workspace, limit=5000, newest_first=False)).items

    async def workspace_of(self, platform: str, team: str) -> str:
        """Where the team's home is kept, or was, by the look-up; "" for a team that nobody installed."""
        return str(await self._database.client.get(self._lookup(platform, team)) or "")

    async def claim(self, platform: str, team: str, workspace: str) -> str:
        """Make this the team's workspace unless it has one; the one that it has now."""
        await self._database.client.set(self._lookup(platform, team), workspace, nx=True)
        return await self.workspace_of(platform, team)

    async def first(self, platform: str, team: str) -> bool:
        """Whether this team is the first that asks on this platform: of several at once, one is."""
        key = keys.lookup("first-home", platform)
        await self._database.client.set(key, team, nx=True)
        return str(await self._database.client.get(key)) == team

    async def point(self, platform: str, team: str, workspace: str) -> None:
        await self._database.client.set(self._lookup(platform, team), workspace)

    async def rebuild(self, workspace: str) -> int:
        """Make the look-ups of a workspace's homes again; how many."""
        here = [home for home in await self.all(self.homes, workspace) if home.removed_at is None]
        for home in here:
            await self.point(home.platform, home.team, workspace)
        return len(here)

    def put_home(self, change: Change, home: Home, *, ver: int | None) -> Change:
        name = f"{home.platform}|{home.team}"
        return self.homes.put(change, home, name, ver=ver, at=home.installed_at.timestamp())

    def put_room(self, change: Change, room: Room, *, ver: int | None) -> Change:
        return self.rooms.put(change, room, room_id(room), ver=ver, at=room.tied_at.timestamp())

    def drop_room(self, change: Change, room: Room) -> Change:
        change.do("DEL", self.rooms.key(change.workspace, room_id(room)))
        return self.rooms.leave(change, room_id(room), "all")

    def put_group(self, change: Change, group: Group, *, ver: int | None) -> Change:
        return self.groups.put(change, group, group_id(group), ver=ver, at=group.tied_at.timestamp())

    def drop_group(self, change: Change, group: Group) -> Change:
        change.do("DEL", self.groups.key(change.workspace, group_id(group)))
        return self.groups.leave(change, group_id(group), "all")

    @staticmethod
    def _lookup(platform: str, team: str) -> str:
        return keys.lookup("home", f"{platform}|{team}")


def room_id(room: Room) -> str:
    return f"{room.platform}|{room.team}|{room.channel}"


def group_id(group: Group) -> str:
    return f"{group.platform}|{group.team}|{group.group}|{group.brand}"


class JoinCodes:
    """Codes that make a team another home of a workspace: single use, for some minutes, kept hashed only.

    HASH `join:<hash>` in the workspace decides; the look-up from the hash to the workspace only finds it.
    """

    def __init__(self, database: Database, life: timedelta) -> None:
        self._database = database
        self._life_ms = round(life.total_seconds() * 1000)

    async def issue(self, workspace: str, change: Change) -> str:
        """Into the change, which the caller commits: the code is good from then on, and cannot be seen again."""
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        hashed = _hash(code)
        key = keys.of(workspace, "join", hashed)
        change.hset(key, {"hash": hashed, "doc": workspace}).do("PEXPIRE", key, str(self._life_ms))
        await self._database.client.set(keys.lookup("join", hashed), workspace, px=self._life_ms)
        return "-".join(code[place : place + 4] for place in range(0, CODE_LENGTH, 4))

    async def workspace_of(self, code: str) -> str:
        """Whose code this is; it stays good. "" for any other text."""
        hashed = _hash(_plain(code))
        workspace = str(await self._database.client.get(keys.lookup("join", hashed)) or "")
        there = workspace and await cast(Any, self._database.client).exists(keys.of(workspace, "join", hashed))
        return workspace if there else ""

    async def use(self, code: str) -> str:
        """The workspace that it was for; "" once it was used, has ended, or never was."""
        hashed = _hash(_plain(code))
        workspace = str(await self._database.client.get(keys.lookup("join", hashed)) or "")
        if not workspace:
            return ""
        used = await self._database.run(CONSUME, [keys.of(workspace, "join", hashed)], [hashed])
        return workspace if used else ""


class States:
    """What a browser carries to a platform and back while AdMind is being installed: single use, for some minutes."""

    def __init__(self, database: Database, life: timedelta) -> None:
        self._database = database
        self._life_ms = round(life.total_seconds() * 1000)

    async def issue(self, platform: str) -> str:
        state = secrets.token_urlsafe(32)
        await self._database.client.set(self._key(platform, state), "1", px=self._life_ms)
        return state

    async def consume(self, platform: str, state: str) -> bool:
        return bool(await self._database.run(TAKE_AWAY, [self._key(platform, state)], []))

    @staticmethod
    def _key(platform: str, state: str) -> str:
        return keys.lookup("install-state", _hash(f"{platform}|{state}"))


TAKE_AWAY = Script("take-away", "return redis.call('DEL', KEYS[1])")


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())[:64]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]
