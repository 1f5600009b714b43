"""Users, guilds, members, roles and channels over REST."""

from __future__ import annotations

from tests.fakes.discord.call import Call, route
from tests.fakes.discord.documents import channel_document, member_document, plain_guild, role_document, user_document
from tests.fakes.discord.events import Events
from tests.fakes.discord.fields import text
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.records import Channel, Guild, Json, Member, Overwrite, Role
from tests.fakes.discord.refusals import Refused, check, missing_access, missing_permissions, unknown
from tests.fakes.discord.rest_threads import change
from tests.fakes.discord.world import World

P = Permission


@route("GET", "/users/@me")
def me(call: Call) -> Json:
    return user_document(call.world.bot) | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0}


@route("GET", "/users/{user}")
def user(call: Call) -> Json:
    found = call.world.users.get(call.id("user"))
    if found is None:
        raise unknown("User")
    return user_document(found)


def _application(call: Call) -> Json:
    return {
        "id": str(call.world.application),
        "name": "AdMind",
        "icon": None,
        "description": "",
        "rpc_origins": [],
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user_document(call.world.bot),
        "team": None,
        "verify_key": "00",
        "flags": call.world.application_flags,
        "bot": user_document(call.world.bot),
    }


route("GET", "/oauth2/applications/@me")(_application)
route("GET", "/applications/@me")(_application)


@route("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> list[Json]:
    mine = [each for each in call.world.guilds.values() if call.world.bot.id in each.members]
    after = int(call.query.get("after", 0))
    found = [each for each in mine if each.id > after][: call.number("limit", 200, 200)]
    powers = [(each, str(int(call.powers(each)))) for each in found]
    return [
        {"id": str(each.id), "name": each.name, "icon": None, "owner": False, "permissions": held, "features": []}
        for each, held in powers
    ]


@route("DELETE", "/users/@me/guilds/{guild}")
def leave(call: Call) -> None:
    guild = call.guild()
    del guild.members[call.world.bot.id]
    call.events.tell("GUILD_DELETE", {"id": str(guild.id)}, guild=guild)


@route("GET", "/guilds/{guild}")
def guild(call: Call) -> Json:
    found = call.guild()
    return plain_guild(found) | {"approximate_member_count": len(found.members), "approximate_presence_count": 0}


@route("GET", "/guilds/{guild}/channels")
def channels(call: Call) -> list[Json]:
    return [channel_document(call.world, each) for each in call.guild().channels.values() if not each.is_thread]


@route("GET", "/guilds/{guild}/members")
def members(call: Call) -> list[Json]:
    """Only for an app with the members intent."""
    found = call.guild()
    if "members" not in call.world.privileged:
        raise missing_access()
    limit, after = call.number("limit", 1, 1000), int(call.query.get("after", 0))
    known = sorted((each for each in found.members.values() if each.user.id > after), key=lambda each: each.user.id)
    return [member_document(each) for each in known[:limit]]


@route("GET", "/guilds/{guild}/members/search")
def search(call: Call) -> list[Json]:
    query = call.query.get("query", "").lower()
    known = [each for each in call.guild().members.values() if each.user.name.lower().startswith(query)]
    return [member_document(each) for each in known[: call.number("limit", 1, 1000)]]


@route("GET", "/guilds/{guild}/members/{user}")
def member(call: Call) -> Json:
    return member_document(call.member(call.guild()))


@route("PATCH", "/guilds/{guild}/members/{user}")
def rename(call: Call) -> Json:
    found, guild = call.member(call.guild()), call.guild()
    if found.user is not call.world.bot or P.CHANGE_NICKNAME not in call.powers(guild):
        raise missing_permissions()
    found.nick = call.form.get("nick") or ""
    return member_document(found)


@route("GET", "/guilds/{guild}/roles")
def roles(call: Call) -> list[Json]:
    return [role_document(each) for each in call.guild().roles.values()]


@route("GET", "/guilds/{guild}/roles/{role}")
def role(call: Call) -> Json:
    return role_document(_role(call, call.guild()))


def _role(call: Call, guild: Guild) -> Role:
    found = guild.roles.get(call.id("role"))
    if found is None:
        raise unknown("Role")
    return found


@route("PUT", "/guilds/{guild}/members/{user}/roles/{role}")
def give_role(call: Call) -> None:
    _change_role(call, given=True)


@route("DELETE", "/guilds/{guild}/members/{user}/roles/{role}")
def take_role(call: Call) -> None:
    _change_role(call, given=False)


def _change_role(call: Call, *, given: bool) -> None:
    """Only below the bot's own highest role."""
    guild = call.guild()
    found, wanted = call.member(guild), _role(call, guild)
    highest = max((guild.roles[each].position for each in guild.members[call.world.bot.id].roles), default=0)
    if P.MANAGE_ROLES not in call.powers(guild) or wanted.position >= highest:
        raise missing_permissions()
    kept = [each for each in found.roles if each != wanted.id]
    set_roles(call.events, guild, found, [*kept, wanted.id] if given else kept)


def set_roles(events: Events, guild: Guild, member: Member, roles: list[int]) -> None:
    member.roles = roles
    events.tell("GUILD_MEMBER_UPDATE", member_document(member) | {"guild_id": str(guild.id)}, guild=guild)


@route("POST", "/guilds/{guild}/channels")
def create_channel(call: Call) -> Json:
    guild = call.guild()
    if P.MANAGE_CHANNELS not in call.powers(guild):
        raise missing_permissions()
    check(text(call.form.get("name"), "name", 100))
    made = call.world.new_channel(guild, call.form["name"], int(call.form.get("type") or 0))
    made.topic, made.parent = call.form.get("topic") or "", int(call.form.get("parent_id") or 0)
    for each in call.form.get("permission_overwrites") or []:
        allow, deny = P(int(each.get("allow") or 0)), P(int(each.get("deny") or 0))
        made.overwrites[int(each["id"])] = Overwrite(int(each["id"]), int(each["type"]) == 1, allow, deny)
    call.events.tell("CHANNEL_CREATE", channel_document(call.world, made), made)
    return channel_document(call.world, made)


@route("GET", "/channels/{channel}")
def channel(call: Call) -> Json:
    return channel_document(call.world, call.channel())


@route("PATCH", "/channels/{channel}")
def edit_channel(call: Call) -> Json:
    found = call.channel()
    if found.is_thread:
        return change(call, found)
    if found.guild == 0:
        raise Refused(403, 50003, "Cannot execute action on a DM channel")
    if not call.may(found, P.MANAGE_CHANNELS):
        raise missing_permissions()
    if "name" in call.form:
        check(text(call.form["name"], "name", 100))
        found.name = call.form["name"]
    found.topic = call.form.get("topic", found.topic) or ""
    call.events.tell("CHANNEL_UPDATE", channel_document(call.world, found), found)
    return channel_document(call.world, found)


@route("DELETE", "/channels/{channel}")
def delete_channel(call: Call) -> Json:
    found = call.channel()
    if found.guild == 0:
        return channel_document(call.world, found)
    if not call.may(found, P.MANAGE_THREADS if found.is_thread else P.MANAGE_CHANNELS):
        raise missing_permissions()
    return drop_channel(call.world, call.events, found)


def drop_channel(world: World, events: Events, found: Channel) -> Json:
    shown = channel_document(world, found)
    events.tell("THREAD_DELETE" if found.is_thread else "CHANNEL_DELETE", shown, found)
    known = world.guilds[found.guild].channels
    for each in [each.id for each in known.values() if each.parent == found.id and each.is_thread]:
        del known[each]
    del known[found.id]
    return shown
