"""A slash command as Discord's client lets people fill it in: typed, and refused before it is sent when it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import command_forms as of
from tests.fakes.discord.composing import new_file
from tests.fakes.discord.documents import channel_document, member_document, role_document, user_document
from tests.fakes.discord.message_documents import attachment_document
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.records import Channel, Json, Role
from tests.fakes.discord.world import World

if TYPE_CHECKING:
    from tests.fakes.discord.talking import Talker

    Options = str | int | float | bool | Talker | Role | Channel | tuple[str, bytes]
else:
    Options = Any


TYPES: dict[int, tuple[type, ...]] = {
    of.STRING: (str,),
    of.INTEGER: (int,),
    of.BOOLEAN: (bool,),
    of.NUMBER: (int, float),
}


def offered(world: World, room: Channel, powers: Permission) -> list[Json]:
    """The commands on offer in this room: a guild's own hide those from everywhere of the same name."""
    here = list(world.commands.get(room.guild, {}).values()) if room.guild else []
    own = {(each["type"], each["name"]) for each in here}
    here += [each for each in world.commands.get(0, {}).values() if (each["type"], each["name"]) not in own]
    return [each for each in here if _suits(each, room, powers)]


def _suits(command: Json, room: Channel, powers: Permission) -> bool:
    contexts = command.get("contexts")
    if contexts is not None and (0 if room.guild else 1) not in contexts:
        return False
    if not room.guild:
        return command.get("dm_permission") is not False
    needed = command.get("default_member_permissions")
    return (
        needed is None or (int(needed) != 0 and Permission(int(needed)) in powers) or Permission.ADMINISTRATOR in powers
    )


def shown_options(world: World, room: Channel, powers: Permission) -> list[str]:
    found: list[str] = []
    for each in offered(world, room, powers):
        name = f"/{each['name']}" if each["type"] == of.SLASH else each["name"]
        found += [" ".join([name, *rest]) for rest in _paths(each.get("options") or [])]
    return found


def _paths(options: list[Json]) -> list[list[str]]:
    nested = [each for each in options if each["type"] in (of.SUB, of.GROUP)]
    return [[each["name"], *rest] for each in nested for rest in _paths(each.get("options") or [])] or [[]]


def chosen_command(
    world: World, room: Channel, powers: Permission, kind: int, name: str, rest: list[str]
) -> tuple[Json, Json]:
    """The command, and where its path ends: {"path", "options"}."""
    known = offered(world, room, powers)
    command = next((each for each in known if (each["type"], each["name"]) == (kind, name)), None)
    assert command is not None, f"no {name} among {[each['name'] for each in known]}"
    options, path = command.get("options") or [], []
    for part in rest:
        inner = next((each for each in options if each["name"] == part and each["type"] in (of.SUB, of.GROUP)), None)
        assert inner is not None, f"no {part} in {name}: {[each['name'] for each in options]}"
        path.append((part, inner["type"]))
        options = inner.get("options") or []
    assert not any(each["type"] in (of.SUB, of.GROUP) for each in options), f"{name}: choose one of its sub-commands"
    return command, {"path": path, "options": options}


def filled(
    world: World, room: Channel, known: list[Json], given: dict[str, Any], *, complete: bool = True
) -> tuple[list[Json], Json]:
    """The options as they are sent, and what they refer to."""
    unknown = set(given) - {each["name"] for each in known}
    assert not unknown, f"no such options: {unknown}"
    missing = [each["name"] for each in known if each.get("required") and each["name"] not in given]
    assert not missing or not complete, f"required: {missing}"
    resolved: Json = {}
    data = [
        {"name": each["name"], "type": each["type"], "value": _value(world, room, each, given[each["name"]], resolved)}
        for each in known
        if each["name"] in given
    ]
    return data, resolved


def _value(world: World, room: Channel, option: Json, given: Any, resolved: Json) -> Any:
    kind, name = option["type"], option["name"]
    if kind in of.WITH_CHOICES and option.get("choices"):
        known = {key: each["value"] for each in option["choices"] for key in (each["name"], each["value"])}
        assert given in known, f"{name} is one of {[each['name'] for each in option['choices']]}"
        return known[given]
    if kind in TYPES:
        assert type(given) in TYPES[kind], f"{name} is not {given!r}"
        what = "length" if kind == of.STRING else "value"
        size: float = len(given) if kind == of.STRING else given
        least, most = option.get(f"min_{what}"), option.get(f"max_{what}")
        assert least is None or size >= least, f"{name} is too little"
        assert most is None or size <= most, f"{name} is too much"
        assert kind != of.STRING or 1 <= size <= 6000, f"{name}: 1 to 6000 characters"
        return given
    if kind == of.OF_CHANNEL and option.get("channel_types"):
        assert given.type in option["channel_types"], f"{name} does not offer #{given.name}"
    return resolve(world, room, given, resolved)


def resolve(world: World, room: Channel, given: Any, resolved: Json) -> str:
    """Note what it is beside the values; its id."""
    guild = world.guild_of(room)
    if isinstance(given, tuple):
        file = world.keep(room.id, new_file(world, *given, ephemeral=True))
        resolved.setdefault("attachments", {})[str(file.id)] = attachment_document(world, room.id, file)
        return str(file.id)
    key = str(given.id)
    if isinstance(given, Role):
        resolved.setdefault("roles", {})[key] = role_document(given)
    elif isinstance(given, Channel):
        shown = channel_document(world, given) | {"permissions": "0"}
        resolved.setdefault("channels", {})[key] = shown
    else:
        resolved.setdefault("users", {})[key] = user_document(given.user)
        if guild is not None and given.id in guild.members:
            member = member_document(guild.members[given.id], user=False) | {"permissions": "0"}
            resolved.setdefault("members", {})[key] = member
    return key
