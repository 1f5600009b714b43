"""Messages over REST."""

from __future__ import annotations

import io
from datetime import timedelta

import aiohttp
import discord
import pytest
from PIL import Image

from bot.clock import MovableClock
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes_discord.bots import Ears, raw, refused, refused_for, send

P = Permission
NONE = discord.AllowedMentions.none()


def text(bot: discord.Client, room: Channel) -> discord.PartialMessageable:
    return bot.get_partial_messageable(room.id, guild_id=room.guild or None)


async def test_a_message_is_written_read_edited_and_deleted(client: discord.Client, room: Channel) -> None:
    message = await text(client, room).send("one")
    assert (await text(client, room).fetch_message(message.id)).content == "one"
    await message.edit(content="two", embed=discord.Embed(title="Sale"))
    kept = room.messages[message.id]
    assert kept.words == "two\nSale" and kept.versions == ["one"] and kept.edited
    await message.delete()
    assert not room.messages
    assert await refused(message.edit(content="three")) == (404, 10008)
    assert await refused(text(client, room).fetch_message(message.id)) == (404, 10008)


async def test_history_is_newest_first_and_paged(client: discord.Client, room: Channel, ana: Person) -> None:
    ids = [ana.say(room, str(each)).id for each in range(120)]
    assert [each.id async for each in text(client, room).history(limit=None)] == ids[::-1]
    after = text(client, room).history(after=discord.Object(ids[100]), limit=5)
    assert [each.id async for each in after] == ids[101:106]
    before = text(client, room).history(before=discord.Object(ids[3]))
    assert [each.id async for each in before] == ids[2::-1]
    assert "limit" in await refused_for(raw(client, "GET", f"/channels/{room.id}/messages?limit=101"))


async def test_an_enforced_nonce_makes_one_message(client: discord.Client, room: Channel, clock: MovableClock) -> None:
    first = await send(client, room, content="a", nonce="n1", enforce_nonce=True)
    again = await send(client, room, content="b", nonce="n1", enforce_nonce=True)
    assert first["id"] == again["id"] and [each.content for each in room.messages.values()] == ["a"]
    await send(client, room, content="c", nonce="n1")
    clock.move(timedelta(minutes=6))
    await send(client, room, content="d", nonce="n1", enforce_nonce=True)
    assert [each.content for each in room.messages.values()] == ["a", "c", "d"]
    assert "nonce" in await refused_for(send(client, room, content="x", nonce="n" * 26))


async def test_nothing_is_refused_as_nothing(client: discord.Client, room: Channel) -> None:
    assert await refused(send(client, room)) == (400, 50006)
    assert await refused(send(client, room, content=" \n ")) == (400, 50006)
    message = await text(client, room).send("one")
    assert await refused(message.edit(content="")) == (400, 50006)


async def test_mentions_notify_only_who_was_allowed(
    client: discord.Client, server: DiscordServer, velo: Place, ana: Person, room: Channel
) -> None:
    bo, editors = velo.person("bo"), velo.role("editors")
    velo.give(bo, editors)
    said = f"{ana.at} {bo.at} <@&{editors.id}> @everyone"
    quiet = room.messages[(await text(client, room).send(said, allowed_mentions=NONE)).id]
    assert (quiet.pinged, quiet.pinged_roles, quiet.pinged_everyone) == (set(), set(), False)
    assert quiet.allowed_mentions == {"parse": []}
    some = discord.AllowedMentions(users=[discord.Object(ana.id)], roles=False, everyone=False)
    await text(client, room).send(said, allowed_mentions=some)
    assert room.last.pinged == {ana.id} and [each.id for each in ana.pinged(room)] == [room.last.id]
    await text(client, room).send(said)
    assert room.last.pinged == {ana.id, bo.id} and room.last.pinged_roles == {editors.id}
    assert [each.pinged_everyone for each in room.messages.values()] == [False] * 3, "that takes a permission"
    velo.grant(velo.bot_role, velo.bot_role.permissions | P.MENTION_EVERYONE)
    await text(client, room).send("@here")
    assert room.last.pinged_everyone
    both = {"parse": ["users"], "users": [str(ana.id)]}
    assert "mutually exclusive" in await refused_for(send(client, room, content="x", allowed_mentions=both))


async def test_replies_point_and_ping(client: discord.Client, room: Channel, ana: Person) -> None:
    asked = ana.mention(room, "how?")
    message = await text(client, room).fetch_message(asked.id)
    answer = await message.reply("so", mention_author=False)
    assert room.last.reference == asked.id and not room.last.pinged
    assert answer.reference is not None and isinstance(answer.reference.resolved, discord.Message)
    assert answer.reference.resolved.content.endswith("how?")
    await message.reply("so", mention_author=True)
    assert room.last.pinged == {ana.id}
    ana.erase(asked)
    assert "Unknown message" in await refused_for(message.reply("too late"))
    await text(client, room).send("anyway", reference=message.to_reference(fail_if_not_exists=False))
    assert room.last.reference == 0


async def test_pictures_are_kept_and_come_from_the_cdn_for_a_day(
    client: discord.Client, server: DiscordServer, room: Channel, clock: MovableClock
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(drawn, "PNG")
    data = drawn.getvalue()
    file = discord.File(io.BytesIO(data), "card.png", description="A red bicycle")
    message = await text(client, room).send("look", file=file)
    shown = message.attachments[0]
    assert (shown.filename, shown.description, shown.content_type) == ("card.png", "A red bicycle", "image/png")
    assert (
        (shown.width, shown.height) == (40, 30) and shown.url.startswith(server.cdn_url) and await shown.read() == data
    )
    clock.move(timedelta(hours=25))
    assert await refused(shown.read()) == (404, 0)
    again = await text(client, room).fetch_message(message.id)
    assert await again.attachments[0].read() == data
    forged = again.attachments[0].url.replace("&hm=", "&hm=0")
    async with aiohttp.ClientSession() as session, session.get(forged) as answer:
        assert answer.status == 404, "not without Discord's signature"
    await message.edit(content="gone", attachments=[])
    assert not room.last.attachments
    missing = {"embeds": [{"image": {"url": "attachment://other.png"}}], "content": "x"}
    assert "not found" in await refused_for(send(client, room, **missing))
    big = discord.File(io.BytesIO(b"x" * (10 * 2**20 + 1)), "big.bin")
    assert await refused(text(client, room).send(file=big)) == (413, 40005)


async def test_what_an_embed_shows_is_not_told_again_as_an_attachment(client: discord.Client, room: Channel) -> None:
    embed = discord.Embed(title="Sale").set_image(url="attachment://card.png")
    file = discord.File(io.BytesIO(b"png"), "card.png")
    message = await text(client, room).send("look", file=file, embed=embed)
    assert not message.attachments and len(room.last.attachments) == 1
    address = message.embeds[0].image.url
    assert address is not None and await client.http.get_from_cdn(address) == b"png"
    await message.edit(content="look again")
    assert room.last.attachments[0].data == b"png"


async def test_anothers_message_is_not_the_bots_to_change(bot: Ears, velo: Place, ana: Person, room: Channel) -> None:
    theirs = bot.get_partial_messageable(room.id).get_partial_message(ana.say(room, "mine").id)
    assert await refused(theirs.edit(content="yours")) == (403, 50005)
    assert await refused(theirs.delete()) == (403, 50013)
    velo.grant(velo.bot_role, velo.bot_role.permissions | P.MANAGE_MESSAGES)
    await theirs.delete()
    assert not room.messages


async def test_direct_messages_reach_who_takes_them(
    client: discord.Client, server: DiscordServer, velo: Place, ana: Person
) -> None:
    user = await client.fetch_user(ana.id)
    await user.send("hello")
    assert [each.words for each in ana.heard()] == ["hello"]
    ana.close_dms()
    assert await refused(user.send("again")) == (403, 50007)
    stranger = server.guild("nord", bot=False).person("eva")
    assert await refused((await client.fetch_user(stranger.id)).send("hi")) == (403, 50007)
    assert await refused(client.fetch_user(1)) == (404, 10013)


async def test_a_webhook_speaks_under_its_own_name(client: discord.Client, velo: Place, room: Channel) -> None:
    channel = await client.fetch_channel(room.id)
    assert isinstance(channel, discord.TextChannel)
    assert await refused(channel.create_webhook(name="News")) == (403, 50013)
    velo.grant(velo.bot_role, velo.bot_role.permissions | P.MANAGE_WEBHOOKS)
    hook = await channel.create_webhook(name="News")
    said = await hook.send("posted", username="Velo", wait=True)
    assert (room.last.author.name, room.last.words) == ("Velo", "posted")
    await said.edit(content="posted twice")
    assert room.last.words == "posted twice"
    await said.delete()
    assert not room.messages
    await hook.delete()
    assert await refused(hook.send("late")) == (404, 10015)


@pytest.mark.parametrize("path", ["/channels/1/messages", "/channels/1"])
async def test_an_unknown_room_is_unknown(client: discord.Client, path: str) -> None:
    assert await refused(raw(client, "GET", path)) == (404, 10003)
    assert await refused(raw(client, "GET", "/nowhere")) == (404, 0)
    assert "snowflake" in await refused_for(raw(client, "GET", "/channels/general"))
