"""Who may do what where."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.fakes.discord.permissions import in_channel
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel, Overwrite
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.waiting import until
from tests.fakes_discord.bots import Ears, raw, refused, send

P = Permission


@pytest.mark.parametrize(
    ("denied", "method", "path", "body", "code"),
    [
        (P.VIEW_CHANNEL, "POST", "/messages", {"content": "x"}, 50001),
        (P.VIEW_CHANNEL, "GET", "/messages", None, 50001),
        (P.VIEW_CHANNEL, "GET", "", None, 50001),
        (P.SEND_MESSAGES, "POST", "/messages", {"content": "x"}, 50013),
        (P.SEND_MESSAGES, "POST", "/typing", {}, 50013),
        (P.EMBED_LINKS, "POST", "/messages", {"embeds": [{"title": "x"}]}, 50013),
        (P.READ_MESSAGE_HISTORY, "GET", "/messages/{m}", None, 50001),
        (P.READ_MESSAGE_HISTORY, "PUT", "/messages/{m}/reactions/✅/@me", None, 50013),
        (
            P.READ_MESSAGE_HISTORY,
            "POST",
            "/messages",
            {"content": "x", "message_reference": {"message_id": "1"}},
            160002,
        ),
        (P.ADD_REACTIONS, "PUT", "/messages/{m}/reactions/✅/@me", None, 50013),
        (P.CREATE_PUBLIC_THREADS, "POST", "/messages/{m}/threads", {"name": "t"}, 50013),
        (P.CREATE_PRIVATE_THREADS, "POST", "/threads", {"name": "t", "type": 12}, 50013),
    ],
)
async def test_what_is_denied_is_refused(
    client: discord.Client,
    velo: Place,
    ana: Person,
    room: Channel,
    denied: Permission,
    method: str,
    path: str,
    body: Any,
    code: int,
) -> None:
    velo.grant(velo.bot_role, P.VIEW_CHANNEL)
    full = f"/channels/{room.id}" + path.replace("{m}", str(ana.say(room, "hello").id))
    velo.deny(room, None, denied)
    assert (await refused(raw(client, method, full, body)))[1] == code
    velo.allow(room, None, denied)
    if code != 160002:
        await raw(client, method, full, body)


async def test_files_take_a_permission(client: discord.Client, velo: Place, room: Channel, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("a")
    velo.deny(room, None, P.ATTACH_FILES)
    where = client.get_partial_messageable(room.id)
    assert await refused(where.send(file=discord.File(tmp_path / "a.txt"))) == (403, 50013)
    velo.allow(room, None, P.ATTACH_FILES)
    await where.send(file=discord.File(tmp_path / "a.txt"))
    assert room.last.attachments[0].data == b"a"


async def test_history_without_its_permission_is_empty(
    client: discord.Client, velo: Place, ana: Person, room: Channel
) -> None:
    ana.say(room, "hello")
    velo.deny(room, None, P.READ_MESSAGE_HISTORY)
    assert await raw(client, "GET", f"/channels/{room.id}/messages") == []


async def test_overwrites_go_everyone_then_roles_then_the_member(
    server: DiscordServer, velo: Place, ana: Person
) -> None:
    room, one, two = velo.room("r"), velo.role("one"), velo.role("two")

    def sends() -> bool:
        return P.SEND_MESSAGES in in_channel(velo.guild, room, ana.id)

    assert sends()
    velo.give(ana, one, two)
    room.overwrites[velo.id] = Overwrite(velo.id, False, deny=P.SEND_MESSAGES)
    assert not sends()
    velo.allow(room, one, P.SEND_MESSAGES)
    velo.deny(room, two, P.SEND_MESSAGES)
    assert sends(), "one role that allows outweighs another that denies"
    velo.deny(room, ana, P.SEND_MESSAGES)
    assert not sends()
    velo.grant(one, P.ADMINISTRATOR)
    assert sends() and P.SEND_MESSAGES in in_channel(velo.guild, room, velo.owner.id)
    velo.kick(ana)
    assert not in_channel(velo.guild, room, ana.id)


async def test_the_client_computes_the_same(bot: Ears, velo: Place, room: Channel) -> None:
    """Our arithmetic against discord.py's own."""
    channel = bot.get_channel(room.id)
    assert isinstance(channel, discord.TextChannel)
    role = velo.bot_role
    steps: list[Any] = [
        lambda: velo.deny(room, role, P.ADD_REACTIONS, P.EMBED_LINKS),
        lambda: velo.allow(room, None, P.EMBED_LINKS, P.MANAGE_MESSAGES),
        lambda: velo.deny(room, None, P.SEND_MESSAGES),
        lambda: velo.grant(role, P.VIEW_CHANNEL | P.ADMINISTRATOR),
    ]
    for step in steps:
        step()
        wanted = int(in_channel(velo.guild, room, bot.user.id if bot.user else 0))
        await until(
            lambda wanted=wanted: all(
                bool(channel.permissions_for(channel.guild.me).value & int(each)) == bool(wanted & int(each))
                for each in P
            ),
            f"the same as {wanted:b}",
        )


async def test_roles_below_the_bots_own_can_be_given(client: discord.Client, velo: Place, ana: Person) -> None:
    above = velo.role("above")
    guild = await client.fetch_guild(velo.id)
    member = await guild.fetch_member(ana.id)
    assert await refused(member.add_roles(above)) == (403, 50013)
    velo.grant(velo.bot_role, velo.bot_role.permissions | P.MANAGE_ROLES)
    assert await refused(member.add_roles(discord.Object(above.id))) == (403, 50013), "it stands higher"
    velo.bot_role.position = 99
    await member.add_roles(discord.Object(above.id))
    assert velo.guild.members[ana.id].roles == [above.id]
    assert above.id in {each.id for each in (await guild.fetch_member(ana.id)).roles}
    await member.remove_roles(discord.Object(above.id))
    assert not velo.guild.members[ana.id].roles
    assert await refused(member.add_roles(discord.Object(1))) == (404, 10011)
    assert await refused(guild.fetch_member(1)) == (404, 10013)


async def test_all_members_are_told_only_with_the_intent(
    client: discord.Client, server: DiscordServer, velo: Place, ana: Person
) -> None:
    path = f"/guilds/{velo.id}/members?limit=1000"
    assert await refused(raw(client, "GET", path)) == (403, 50001)
    server.world.privileged.add("members")
    assert {each["user"]["username"] for each in await raw(client, "GET", path)} >= {"ana", "admind"}


async def test_strange_guilds_are_out_of_reach(client: discord.Client, server: DiscordServer) -> None:
    other = server.guild("nord", bot=False)
    room = other.room("secret")
    assert await refused(client.fetch_guild(other.id)) == (403, 50001)
    assert await refused(client.fetch_guild(1)) == (404, 10004)
    assert await refused(send(client, room, content="x")) == (403, 50001)


async def test_people_are_held_to_it_too(velo: Place, ana: Person, room: Channel) -> None:
    velo.deny(room, ana, P.SEND_MESSAGES)
    with pytest.raises(AssertionError, match="may not"):
        ana.say(room, "x")
    hidden = velo.room("board", private=True)
    assert ana.sees(hidden) == []
