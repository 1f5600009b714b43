"""What a room's name in `bot.chat.Messenger` stands for in one home: a channel, or people."""

from __future__ import annotations

from bot.bootstrap import AdMind
from bot.chat import Card, Home


async def channel_of(admind: AdMind, home: Home, room: str) -> str:
    """The channel of a brand's review room or of one of its client rooms; "" without one."""
    kind, _, name = room.rpartition(":")
    brand, _, channel = name.partition("/")
    rooms = await admind.homes.rooms(home.workspace, brand, home.platform, home.team)
    fits = [each.channel for each in rooms if each.kind == (kind or "review") and channel in ("", each.channel)]
    return fits[0] if fits else ""


async def users_of(admind: AdMind, home: Home, room: str) -> tuple[str, ...]:
    """Who is spoken to in `member:<id>` or `owners`, as this home calls them; None of them twice."""
    kind, _, name = room.partition(":")
    members = (name,) if kind == "member" else await admind.homes.owners(home.workspace, name)
    found = dict[str, None]()
    for member in members:
        found |= dict.fromkeys((await admind.homes.identities(home.workspace, member, home.platform, home.team))[:1])
    return tuple(found)


def to_people(room: str) -> bool:
    return room.startswith(("owners", "member:"))


async def language_of(admind: AdMind, home: Home, room: str) -> str:
    table = await admind.board.round_table(home.workspace)
    kind, _, name = room.partition(":")
    if kind == "member":
        return next((each.language for each in table.members if each.id == name), table.home.language)
    return table.home.language


async def called(admind: AdMind, home: Home, card: Card) -> tuple[str, ...]:
    """Who must be woken, as this home calls them: people of this team alone."""
    found = dict[str, None]()
    for member in card.ping:
        found |= dict.fromkeys(await admind.homes.identities(home.workspace, member, home.platform, home.team))
    return tuple(found)


def shown_on(card: Card) -> dict[str, str]:
    """The pictures of a card: sha256 → MIME type."""
    every = [card.picture, *(picture for section in card.sections for picture in section.pictures)]
    return {each.sha256: each.mime for each in every if each is not None}
