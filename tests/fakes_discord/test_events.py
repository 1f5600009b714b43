"""Events come to those who asked for them and may see the room, with as much of them as they may read."""

from __future__ import annotations

import discord
import pytest

from tests.fakes.discord.client import running
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.waiting import until
from tests.fakes_discord.bots import Ears

P = Permission


async def test_content_comes_with_mentions_direct_messages_and_replies_that_ping(
    bot: Ears, server: DiscordServer, ana: Person, room: Channel
) -> None:
    me = f"<@{server.world.bot.id}>"
    ana.mention(room, "please")
    ana.say(room, "among us", [("note.txt", b"x")])
    ana.dm("privately")
    await until(lambda: len(bot.heard) == 3, "all three")
    assert bot.words == [f"{me} please", "", "privately"]
    assert [len(each.attachments) for each in bot.heard] == [0, 0, 0]
    channel = bot.get_channel(room.id)
    assert isinstance(channel, discord.TextChannel)
    own = await channel.send("mine")
    ana.reply(room.messages[own.id], "pings you")
    ana.reply(room.messages[own.id], "does not", ping=False)
    await until(lambda: len(bot.heard) == 6, "the replies")
    assert [each.content for each in bot.heard[3:]] == ["mine", "pings you", ""]


async def test_the_portals_word_opens_all_content(
    server: DiscordServer, velo: Place, ana: Person, room: Channel
) -> None:
    server.world.privileged.add("message_content")
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
    with server.pointed():
        async with running(Ears(intents), server.token) as bot:
            ana.say(room, "among us")
            assert isinstance(bot, Ears)
            await until(lambda: bot.words == ["among us"], "the words")


async def test_over_rest_the_same_words_are_hidden(client: discord.Client, ana: Person, room: Channel) -> None:
    message = ana.say(room, "among us")
    channel = await client.fetch_channel(room.id)
    assert isinstance(channel, discord.TextChannel)
    assert (await channel.fetch_message(message.id)).content == ""
    assert [each.content async for each in channel.history()] == [""]


async def test_only_what_was_asked_for_comes(server: DiscordServer, velo: Place, ana: Person, room: Channel) -> None:
    with server.pointed():
        async with running(Ears(discord.Intents(guilds=True, guild_reactions=True)), server.token) as bot:
            assert isinstance(bot, Ears)
            message = ana.mention(room, "not heard")
            ana.dm("not heard either")
            velo.give(ana, velo.role("editors"))
            ana.react(message, "✅")
            await until(lambda: "MESSAGE_REACTION_ADD" in bot.events, "the reaction")
            assert not {"MESSAGE_CREATE", "GUILD_MEMBER_UPDATE"} & set(bot.events)


async def test_a_room_that_the_bot_cannot_see_is_silent(bot: Ears, velo: Place, ana: Person, room: Channel) -> None:
    hidden = velo.room("board", private=True)
    velo.allow(hidden, ana, P.VIEW_CHANNEL)
    ana.mention(hidden, "not for you")
    ana.mention(room, "for you")
    await until(lambda: len(bot.heard) == 1, "one")
    assert bot.words[0].endswith("> for you")


async def test_edits_and_deletions_come_raw(bot: Ears, velo: Place, ana: Person, room: Channel) -> None:
    edited: list[discord.RawMessageUpdateEvent] = []
    deleted: list[int] = []

    async def on_raw_message_edit(event: discord.RawMessageUpdateEvent) -> None:
        edited.append(event)

    async def on_raw_message_delete(event: discord.RawMessageDeleteEvent) -> None:
        deleted.append(event.message_id)

    bot.event(on_raw_message_edit)
    bot.event(on_raw_message_delete)
    message = ana.mention(room, "first")
    ana.edit(message, f"<@{bot.user.id if bot.user else 0}> second")
    ana.erase(message)
    await until(lambda: deleted == [message.id], "deleted")
    assert edited[0].message.content.endswith("second") and message.versions[0].endswith("first")


async def test_rooms_come_change_and_go(bot: Ears, velo: Place, room: Channel) -> None:
    velo.rename(room, "plans")
    await until(lambda: [each.name for each in bot.guilds[0].text_channels] == ["plans"], "renamed")
    velo.deny(room, None, P.SEND_MESSAGES)
    channel = bot.get_channel(room.id)
    assert isinstance(channel, discord.TextChannel)
    await until(lambda: not channel.permissions_for(channel.guild.me).send_messages, "denied")
    velo.drop(room)
    await until(lambda: not bot.guilds[0].text_channels, "gone")


async def test_members_come_only_with_their_intent(
    server: DiscordServer, velo: Place, ana: Person, room: Channel
) -> None:
    server.world.privileged.add("members")
    editors = velo.role("editors")
    gone: list[int] = []
    with server.pointed():
        bot = Ears(discord.Intents(guilds=True, members=True))

        async def on_raw_member_remove(event: discord.RawMemberRemoveEvent) -> None:
            gone.append(event.user.id)

        bot.event(on_raw_member_remove)
        async with running(bot, server.token):
            member = bot.guilds[0].get_member(ana.id)
            assert member is not None and not member.get_role(editors.id)
            velo.give(ana, editors)
            await until(lambda: member.get_role(editors.id) is not None, "the role")
            bo = velo.person("bo")
            await until(lambda: bot.guilds[0].get_member(bo.id) is not None, "bo")
            velo.kick(ana)
            await until(lambda: gone == [ana.id], "ana is gone")


async def test_removal_an_outage_and_coming_back(bot: Ears, server: DiscordServer, velo: Place, room: Channel) -> None:
    removed: list[int] = []

    async def on_guild_remove(guild: discord.Guild) -> None:
        removed.append(guild.id)

    bot.event(on_guild_remove)
    velo.outage()
    await until(lambda: bot.guilds[0].unavailable, "the outage")
    assert not removed
    velo.recover()
    await until(lambda: not bot.guilds[0].unavailable, "back")
    velo.remove_bot()
    await until(lambda: removed == [velo.id], "removed")
    with pytest.raises(discord.Forbidden) as caught:
        await bot.get_partial_messageable(room.id).send("still here?")
    assert caught.value.code == 50001
    velo.invite(P.VIEW_CHANNEL | P.SEND_MESSAGES)
    await until(lambda: [each.id for each in bot.guilds] == [velo.id], "invited again")
    await bot.get_partial_messageable(room.id).send("back")
    another = server.guild("nord")
    await until(lambda: another.id in {each.id for each in bot.guilds}, "a second guild")
