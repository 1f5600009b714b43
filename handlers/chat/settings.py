"""Settings of a brand in a chat: the rooms, and which groups work for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.bootstrap import AdMind
from bot.chat import Role
from bot.errors import BadInput, NotAllowed
from bot.views import BrandView
from bot.words import told
from handlers.chat.visiting import Visitor

ROLES: Final = ("requester", "approver", "client", "owner")


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """`groups` maps a role to the ids of the groups that hold it."""

    review: str = ""
    clients: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    digest: bool = True


@dataclass(frozen=True, slots=True)
class Tied:
    """What was submitted; what is None was not offered, and then nothing changes about it."""

    review: str
    clients: tuple[str, ...]
    digest: bool | None
    groups: Mapping[str, tuple[str, ...]] | None


def group_labels() -> dict[str, str]:
    """What each of ROLES is called where groups are chosen for it."""
    return {
        "requester": told("Groups that may ask for posts"),
        "approver": told("Groups that approve"),
        "client": told("Groups of clients"),
        "owner": told("Groups that own the brand"),
    }


async def brand_of(admind: AdMind, visitor: Visitor, room: str) -> str:
    """The brand that a room belongs to, or the person's own."""
    tied = await admind.homes.room(visitor.surface, visitor.who.team, room) if room else None
    if tied is not None and visitor.member.roles.get(tied.brand):
        return tied.brand
    return await admind.looking.home_brand(visitor.workspace, visitor.member.id) or ""


async def brand_named(admind: AdMind, visitor: Visitor, said: str) -> str:
    """The id of the person's brand of this name. Raises BadInput."""
    wanted = " ".join(said.split()).casefold()
    mine = (await admind.looking.brands(visitor.workspace, visitor.member.id)).items
    found = [each.id for each in mine if each.name.casefold() == wanted]
    if len(found) != 1:
        names = ", ".join(each.name for each in mine[:20])
        raise BadInput(
            told("I know no brand of that name. There are: {names}.", names=names), kept=told("Nothing changed.")
        )
    return found[0]


async def settings_of(admind: AdMind, visitor: Visitor, brand: str) -> tuple[str, RoomSettings]:
    """The brand's name, and its settings here. Raises NotAllowed for who does not own the brand."""
    if not visitor.member.may(brand, Role.owner):
        raise NotAllowed(told("Only an owner of this brand can change its rooms."), kept=told("Nothing changed."))
    platform, team = visitor.surface, visitor.who.team
    shown = await _view(admind, visitor, brand)
    rooms = await admind.homes.rooms(visitor.workspace, brand, platform, team)
    tied = await admind.homes.groups(visitor.workspace, brand, platform)
    held = {role: tuple(each.group for each in tied if each.team == team and role in each.roles) for role in ROLES}
    return shown.name, RoomSettings(
        review=next((each.channel for each in rooms if each.kind == "review"), ""),
        clients=tuple(each.channel for each in rooms if each.kind == "client"),
        groups=held,
        digest=shown.digest,
    )


async def _view(admind: AdMind, visitor: Visitor, brand: str) -> BrandView:
    every = (await admind.looking.brands(visitor.workspace, visitor.member.id)).items
    return next(each for each in every if each.id == brand)


async def save(admind: AdMind, visitor: Visitor, brand: str, tied: Tied, names: Mapping[str, str]) -> str:
    """What to say once it is so. `names` maps the rooms' ids to their names. Raises NotAllowed, Conflict."""
    homes, by, platform, team = admind.homes, visitor.member, visitor.surface, visitor.who.team
    await homes.tie(by.workspace, by, platform, team, tied.review, names[tied.review], brand, "review")
    for room in tied.clients:
        await homes.tie(by.workspace, by, platform, team, room, names[room], brand, "client")
    for former in await homes.rooms(by.workspace, brand, platform, team):
        if former.kind == "client" and former.channel not in tied.clients:
            await homes.untie(by.workspace, by, platform, team, former.channel)
    if tied.groups is not None:
        await tie_groups(admind, visitor, brand, tied.groups)
    if tied.digest not in (None, (await _view(admind, visitor, brand)).digest):
        await admind.office.change_brand(by.workspace, by.id, brand, {"digest": tied.digest})
    return told("Saved. Drafts of this brand wait in #{room} from now on.", room=names[tied.review])


async def tie_groups(admind: AdMind, visitor: Visitor, brand: str, groups: Mapping[str, tuple[str, ...]]) -> None:
    """From now on these groups, and no others, work for the brand here; `groups` are ids by role. Raises NotAllowed."""
    homes, by, platform, team = admind.homes, visitor.member, visitor.surface, visitor.who.team
    roles: dict[str, list[Role]] = {}
    for role, chosen in groups.items():
        for group in chosen:
            roles.setdefault(group, []).append(Role(role))
    held = {each.group for each in await homes.groups(by.workspace, brand, platform) if each.team == team}
    for group in held | roles.keys():
        await homes.tie_group(by.workspace, by, platform, team, group, brand, roles.get(group, ()))
