"""Application commands over REST: everywhere, or of one guild."""

from __future__ import annotations

from tests.fakes.discord.call import Call, route
from tests.fakes.discord.command_forms import SLASH, check_command, check_commands
from tests.fakes.discord.records import Json
from tests.fakes.discord.refusals import Refused, check, invalid_form, missing_access, unknown

EVERYWHERE = "/applications/{application}/commands"
IN_GUILD = "/applications/{application}/guilds/{guild}/commands"


def _guild(call: Call) -> int:
    """0: everywhere. Raises Refused."""
    if call.id("application") != call.world.application:
        raise Refused(403, 20012, "You are not authorized to perform this action on this application")
    if "guild" not in call.path:
        return 0
    found = call.world.guilds.get(call.id("guild"))
    if found is None or call.world.bot.id not in found.members:
        raise missing_access()
    return found.id


def _listed(call: Call) -> list[Json]:
    return list(call.world.commands.get(_guild(call), {}).values())


def _overwrite(call: Call) -> list[Json]:
    """All at once: what keeps its name keeps its id, what is not named is gone."""
    guild = _guild(call)
    if not isinstance(call.body, list):
        raise invalid_form([("_errors", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")])
    check(check_commands(call.body))
    before = {(each["type"], each["name"]): each for each in call.world.commands.get(guild, {}).values()}
    made = [_made(call, guild, each, before.get((each.get("type", SLASH), each["name"]))) for each in call.body]
    call.world.commands[guild] = {int(each["id"]): each for each in made}
    return made


def _made(call: Call, guild: int, given: Json, known: Json | None) -> Json:
    kept: Json = {
        "id": known["id"] if known else str(call.world.new_id()),
        "application_id": str(call.world.application),
        "version": str(call.world.new_id()),
        "description": "",
        "default_member_permissions": None,
        "nsfw": False,
        "contexts": None,
        "integration_types": [0],
        "type": SLASH,
    }
    return kept | given | ({"guild_id": str(guild)} if guild else {})


def _create(call: Call) -> Json:
    guild = _guild(call)
    check(check_command(call.form))
    known = call.world.commands.setdefault(guild, {})
    key = (call.form.get("type", SLASH), call.form["name"])
    same = next((each for each in known.values() if (each["type"], each["name"]) == key), None)
    check(check_commands([*(each for each in known.values() if each is not same), call.form]))
    made = _made(call, guild, call.form, same)
    known[int(made["id"])] = made
    return made


def _one(call: Call) -> Json:
    found = call.world.commands.get(_guild(call), {}).get(call.id("command"))
    if found is None:
        raise unknown("application command")
    return found


def _edit(call: Call) -> Json:
    found = _one(call)
    check(check_command(found | call.form))
    found.update(call.form)
    return found


def _delete(call: Call) -> None:
    found = _one(call)
    del call.world.commands[_guild(call)][int(found["id"])]


for _path in (EVERYWHERE, IN_GUILD):
    route("GET", _path)(_listed)
    route("PUT", _path)(_overwrite)
    route("POST", _path)(_create)
    route("GET", _path + "/{command}")(_one)
    route("PATCH", _path + "/{command}")(_edit)
    route("DELETE", _path + "/{command}")(_delete)
