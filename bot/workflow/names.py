"""Under which names people are known: where, which of them are linked, and whom they may be besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.team.people import People
from bot.team.persons import Persons
from bot.words import told
from storage.homes import Home, HomeStore
from storage.redis import Database
from storage.team import Identity, Member

PLATFORMS = {"slack": "Slack", "discord": "Discord"}


@dataclass(frozen=True, slots=True)
class Name:
    """`id` is what a linked one is unlinked by."""

    id: str
    words: str
    linked: bool


@dataclass(frozen=True, slots=True)
class Known:
    """`maybe` are the names of other members of whom nobody has said that they are other people."""

    names: tuple[Name, ...]
    distinct: bool
    maybe: tuple[str, ...]


class Names:
    def __init__(self, database: Database, people: People) -> None:
        self._people = people
        self._homes = HomeStore(database)

    async def known(self, workspace: str, viewer: Member) -> Mapping[str, Known]:
        """Every member who shares a brand with who looks, by id."""
        members = [each for each in await self._people.members(workspace) if each.erased_at is None]
        identities = await self._people.store.all(self._people.store.identities, workspace)
        homes: tuple[Home, ...] = await self._homes.all(self._homes.homes, workspace)
        called = {(home.platform, home.team): home.name for home in homes}
        persons = Persons(members, identities)
        here = [member for member in members if not member.one_with and set(member.roles) & set(viewer.roles)]
        found = {}
        for member in here:
            names = [_name(each, called) for each in identities if each.member == member.id]
            also = [each for each in members if each.one_with == member.id]
            bodiless = [each for each in also if not any(identity.was == each.id for identity in identities)]
            names += [Name(each.id, each.name, linked=True) for each in bodiless]
            maybe = () if member.distinct else tuple(e.name for e in here if _perhaps(persons, member.id, e.id))
            found[member.id] = Known(tuple(name for name in names if name.words), member.distinct, maybe)
        return found


def place_of(platform: str, name: str) -> str:
    """A home in words, e.g. `Slack, Velo`."""
    return f"{PLATFORMS.get(platform, platform)}, {name}" if name else PLATFORMS.get(platform, platform)


def _perhaps(persons: Persons, one: str, other: str) -> bool:
    return one != other and not persons.two(one, other)


def _name(identity: Identity, homes: Mapping[tuple[str, str], str]) -> Name:
    if identity.platform == "terminal":
        return Name("", told("the terminal"), linked=False)
    words = place_of(identity.platform, homes.get((identity.platform, identity.team or identity.bound), ""))
    key = f"{identity.platform}|{identity.team}|{identity.user}"
    return Name(key, words, identity.linked)
