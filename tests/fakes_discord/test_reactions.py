"""Reactions, by people and by the bot."""

from __future__ import annotations

import discord
import pytest

from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.waiting import until
from tests.fakes_discord.bots import Ears, raw, refused

P = Permission


@pytest.fixture
def seen(bot: Ears) -> list[tuple[str, int, str]]:
    """Kind, user, emoji."""
    found: list[tuple[str, int, str]] = []

    async def on_raw_reaction_add(event: discord.RawReactionActionEvent) -> None:
        found.append(("add", event.user_id, str(event.emoji)))

    async def on_raw_reaction_remove(event: discord.RawReactionActionEvent) -> None:
        found.append(("remove", event.user_id, str(event.emoji)))

    bot.event(on_raw_reaction_add)
    bot.event(on_raw_reaction_remove)
    return found


async def test_reactions_come_raw_with_their_skin_tone(
    bot: Ears, seen: list[tuple[str, int, str]], ana: Person, room: Channel
) -> None:
    message = ana.say(room, "hello")
    for emoji in ("✅", "👍🏽", "party:123"):
        ana.react(message, emoji)
    ana.react(message, "✅")
    ana.unreact(message, "✅")
    await until(lambda: len(seen) == 4, "four events")
    assert seen == [
        ("add", ana.id, "✅"),
        ("add", ana.id, "👍🏽"),
        ("add", ana.id, "<:party:123>"),
        ("remove", ana.id, "✅"),
    ]
    assert [(each.name, each.users) for each in message.reactions] == [("👍🏽", [ana.id]), ("party", [ana.id])]


async def test_the_member_and_the_roles_come_along(bot: Ears, velo: Place, ana: Person, room: Channel) -> None:
    members: list[discord.Member | None] = []

    async def on_raw_reaction_add(event: discord.RawReactionActionEvent) -> None:
        members.append(event.member)

    bot.event(on_raw_reaction_add)
    editors = velo.role("editors")
    velo.give(ana, editors)
    ana.react(ana.say(room, "x"), "✅")
    await until(lambda: len(members) == 1, "one")
    assert members[0] is not None and members[0].roles[-1].id == editors.id


async def test_the_bot_seeds_takes_back_and_lists(
    client: discord.Client, ana: Person, velo: Place, room: Channel
) -> None:
    channel = client.get_partial_messageable(room.id)
    message = await channel.send("draft")
    await message.add_reaction("✅")
    await message.add_reaction("✅")
    own = room.messages[message.id]
    people = [velo.person(f"p{each}") for each in range(130)]
    for each in reversed(people):
        each.react(own, "✅")
    fetched = await channel.fetch_message(message.id)
    assert (fetched.reactions[0].count, fetched.reactions[0].me) == (131, True)
    found = [each.id async for each in fetched.reactions[0].users()]
    assert sorted(found) == sorted([*(each.id for each in people), client.user.id if client.user else 0])
    page = fetched.reactions[0].users(limit=2, after=discord.Object(people[3].id))
    assert sorted([each.id async for each in page]) == [people[4].id, people[5].id]
    assert await raw(client, "GET", f"/channels/{room.id}/messages/{message.id}/reactions/❌") == []
    if client.user:
        await message.remove_reaction("✅", client.user)
    assert own.reactions[0].users[0] == people[-1].id
    assert await refused(message.remove_reaction("✅", discord.Object(people[0].id))) == (403, 50013)
    velo.grant(velo.bot_role, velo.bot_role.permissions | P.MANAGE_MESSAGES)
    await message.remove_reaction("✅", discord.Object(people[0].id))
    await message.clear_reactions()
    assert not own.reactions


async def test_limits_of_reactions(client: discord.Client, ana: Person, velo: Place, room: Channel) -> None:
    message = ana.say(room, "x")
    path = f"/channels/{room.id}/messages/{message.id}/reactions"
    assert await refused(raw(client, "PUT", f"{path}/thumbsup/@me")) == (400, 10014)
    for each in range(20):
        ana.react(message, chr(0x1F600 + each))
    assert await refused(raw(client, "PUT", f"{path}/✅/@me")) == (400, 30010)
    velo.grant(velo.bot_role, P.VIEW_CHANNEL)
    velo.deny(room, None, P.ADD_REACTIONS)
    await raw(client, "PUT", f"{path}/{chr(0x1F600)}/@me")  # joining takes no permission
    assert await refused(raw(client, "DELETE", f"{path}/✅/@me")) == (400, 10014)


async def test_what_happened_while_away_is_lost_and_found_by_reading(
    bot: Ears, server: DiscordServer, seen: list[tuple[str, int, str]], ana: Person, room: Channel
) -> None:
    message = await bot.get_partial_messageable(room.id).send("draft")
    async with server.gateway.away(forget=True):
        ana.react(room.messages[message.id], "✅")
    await until(lambda: len(server.gateway.identified) == 2, "a new session")
    ana.react(room.messages[message.id], "👀")
    await until(lambda: [each[2] for each in seen] == ["👀"], "only the second is told")
    found = await bot.get_partial_messageable(room.id).fetch_message(message.id)
    assert [str(each.emoji) for each in found.reactions] == ["✅", "👀"]
