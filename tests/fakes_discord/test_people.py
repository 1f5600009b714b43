"""What people can do, cannot do, and see."""

from __future__ import annotations

import discord
import pytest

from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.waiting import until
from tests.fakes_discord.bots import Ears, raw

P = Permission


async def test_the_same_person_in_two_guilds(server: DiscordServer, velo: Place, ana: Person) -> None:
    nord = server.guild("nord")
    assert nord.person("ana").id == ana.id and nord.id != velo.id
    room = nord.room("plans")
    assert nord.person("bo").sees(room) == [] and velo.person("cem").sees(room) == []
    nord.person("ana").say(room, "hello")
    assert nord.person("bo").reads(room) == "hello" and velo.person("cem").sees(room) == []


async def test_files_come_with_messages_and_in_private(bot: Ears, ana: Person, room: Channel) -> None:
    ana.mention(room, "use this", [("my photo.png", b"png")])
    ana.dm(files=[("note.txt", b"abc")])
    await until(lambda: len(bot.heard) == 2, "both")
    assert [each.attachments[0].filename for each in bot.heard] == ["my photo.png", "note.txt"]
    assert await bot.heard[1].attachments[0].read() == b"abc"


async def test_the_client_holds_people_to_its_limits(ana: Person, velo: Place, room: Channel) -> None:
    bo = velo.person("bo")
    with pytest.raises(AssertionError, match="2000"):
        ana.say(room, "x" * 2001)
    with pytest.raises(AssertionError, match="nothing"):
        ana.say(room)
    message = ana.say(room, "x")
    with pytest.raises(AssertionError):
        bo.edit(message, "y")
    with pytest.raises(AssertionError, match="MANAGE_MESSAGES"):
        bo.erase(message)
    velo.give(bo, velo.role("mods", P.MANAGE_MESSAGES))
    bo.erase(message)
    assert not room.messages
    velo.leave(bo)
    with pytest.raises(AssertionError, match="may not"):
        bo.say(room, "still here")


async def test_typing_is_counted(bot: Ears, room: Channel) -> None:
    async with bot.get_partial_messageable(room.id).typing():
        await until(lambda: room.typing == 1, "typing")


async def test_commands_of_the_guild_hide_those_from_everywhere(
    client: discord.Client, server: DiscordServer, velo: Place, ana: Person, room: Channel
) -> None:
    everywhere = f"/applications/{server.world.application}/commands"
    here = f"/applications/{server.world.application}/guilds/{velo.id}/commands"
    admins = {"name": "settings", "description": "d", "default_member_permissions": str(int(P.MANAGE_GUILD))}
    await raw(client, "PUT", everywhere, [{"name": "draft", "description": "d"}, admins])
    await raw(client, "PUT", here, [{"name": "draft", "description": "d", "options": []}, {"name": "own", "type": 3}])
    assert ana.commands(room) == ["/draft", "own"]
    assert velo.owner.commands(room) == ["/draft", "own", "/settings"]
    assert ana.commands(ana.dms) == ["/draft", "/settings"]
    only_guilds = {"name": "draft", "description": "d", "contexts": [0]}
    await raw(client, "PUT", everywhere, [only_guilds])
    assert ana.commands(ana.dms) == []


async def test_without_a_bot_nobody_answers(
    client: discord.Client, server: DiscordServer, ana: Person, room: Channel
) -> None:
    everywhere = f"/applications/{server.world.application}/commands"
    await raw(client, "PUT", everywhere, [{"name": "draft", "description": "d"}])
    answer = await ana.slash(room, "/draft")
    assert answer.failed and not answer.answered
