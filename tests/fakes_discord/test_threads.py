"""Threads and forum posts."""

from __future__ import annotations

import discord
import pytest

from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import Permission
from tests.fakes.waiting import until
from tests.fakes_discord.bots import Ears, raw, refused, refused_for, send

P = Permission


async def test_a_thread_from_a_message_takes_its_id(bot: Ears, ana: Person, velo: Place, room: Channel) -> None:
    message = await bot.get_partial_messageable(room.id, guild_id=velo.id).send("draft")
    thread = await message.create_thread(name="Draft 1", auto_archive_duration=1440)
    assert thread.id == message.id and thread.parent_id == room.id
    inside = velo.guild.channels[thread.id]
    await thread.send("talk here")
    ana.say(inside, "shorter please")
    ana.mention(inside, "please")
    await until(lambda: len(bot.words) == 2, "both")
    assert bot.words == ["", f"<@{bot.user.id if bot.user else 0}> please"]
    assert isinstance(bot.heard[-1].channel, discord.Thread)
    assert await refused(message.create_thread(name="again")) == (400, 160004)
    assert [each.id for each in await bot.guilds[0].active_threads()] == [thread.id]
    fetched = await bot.get_partial_messageable(room.id).fetch_message(message.id)
    assert fetched.flags.has_thread


async def test_names_and_durations_are_checked(client: discord.Client, ana: Person, room: Channel) -> None:
    path = f"/channels/{room.id}/messages/{ana.say(room, 'x').id}/threads"
    await refused_for(raw(client, "POST", path, {"name": "x" * 101}))
    await refused_for(raw(client, "POST", path, {"name": "x", "auto_archive_duration": 7}))
    await raw(client, "POST", path, {"name": "x" * 100})


async def test_peoples_threads_are_told(bot: Ears, ana: Person, room: Channel) -> None:
    made: list[str] = []

    async def on_thread_create(thread: discord.Thread) -> None:
        made.append(thread.name)

    bot.event(on_thread_create)
    thread = ana.thread(ana.say(room, "an idea"), "Idea")
    await until(lambda: made == ["Idea"], "told")
    await bot.get_partial_messageable(thread.id, guild_id=thread.guild).send("I am in")
    assert ana.reads(thread) == "I am in"


async def test_threads_have_a_permission_of_their_own(
    client: discord.Client, velo: Place, ana: Person, room: Channel
) -> None:
    thread = ana.thread(ana.say(room, "x"), "t")
    velo.deny(room, None, P.SEND_MESSAGES)
    await send(client, thread, content="still fine")
    velo.deny(room, None, P.SEND_MESSAGES_IN_THREADS)
    assert await refused(send(client, thread, content="x")) == (403, 50013)
    velo.deny(room, None, P.VIEW_CHANNEL)
    assert await refused(send(client, thread, content="x")) == (403, 50001)


async def test_an_archived_thread_wakes_unless_it_is_locked(
    client: discord.Client, velo: Place, ana: Person, room: Channel
) -> None:
    thread = ana.thread(ana.say(room, "x"), "t")
    made = await send(client, thread, content="one")
    velo.archive(thread)
    path = f"/channels/{thread.id}/messages/{made['id']}"
    assert await refused(raw(client, "PATCH", path, {"content": "two"})) == (400, 50083)
    assert await refused(raw(client, "PUT", f"{path}/reactions/✅/@me")) == (400, 50083)
    await send(client, thread, content="awake")
    assert not thread.archived
    velo.archive(thread, locked=True)
    assert await refused(send(client, thread, content="x")) == (400, 50083)
    velo.grant(velo.bot_role, velo.bot_role.permissions | P.MANAGE_THREADS)
    await send(client, thread, content="I may")


async def test_the_bot_changes_and_leaves_its_thread(bot: Ears, velo: Place, room: Channel) -> None:
    message = await bot.get_partial_messageable(room.id, guild_id=velo.id).send("draft")
    thread = await message.create_thread(name="Draft")
    await thread.edit(name="Draft, approved")
    await thread.edit(archived=True)
    kept = velo.guild.channels[thread.id]
    assert (kept.name, kept.archived) == ("Draft, approved", True)
    await thread.edit(archived=False)
    assert await refused(thread.edit(locked=True)) == (403, 50013)
    assert [each.id for each in await thread.fetch_members()] == [bot.user.id if bot.user else 0]
    await thread.leave()
    assert not kept.members
    assert await refused(thread.delete()) == (403, 50013)


async def test_a_private_thread_is_for_its_members(
    client: discord.Client, velo: Place, ana: Person, room: Channel
) -> None:
    made = await raw(client, "POST", f"/channels/{room.id}/threads", {"name": "private", "type": 12})
    thread = velo.guild.channels[int(made["id"])]
    await send(client, thread, content="among us")
    assert ana.sees(thread) == []
    await raw(client, "PUT", f"/channels/{thread.id}/thread-members/{ana.id}")
    assert ana.reads(thread) == "among us"


async def test_forum_posts_are_threads_with_a_first_message(bot: Ears, velo: Place, ana: Person) -> None:
    forum = velo.forum("ideas")
    thread, first = ana.post(forum, "Spring", f"<@{bot.user.id if bot.user else 0}> a sale?")
    assert thread.id == first.id
    await until(lambda: len(bot.words) == 1, "the post")
    assert bot.heard[0].channel.id == thread.id
    assert await refused(send(bot, forum, content="x")) == (400, 50008)
    body = {"name": "Mine", "message": {"content": "first"}}
    made = await raw(bot, "POST", f"/channels/{forum.id}/threads", body)
    assert made["id"] == made["message"]["id"] and ana.reads(velo.guild.channels[int(made["id"])]) == "first"
    await refused_for(raw(bot, "POST", f"/channels/{forum.id}/threads", {"name": "Empty"}))
    with pytest.raises(AssertionError, match="posts"):
        ana.say(forum, "x")
