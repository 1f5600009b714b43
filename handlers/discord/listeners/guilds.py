"""AdMind comes to servers, finds what happened there while it was away, and goes."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

import discord

from bot.chat import Identified
from bot.errors import AdMindError
from bot.words import reading, told
from handlers.discord.calling import NOBODY, DiscordRefused, asked
from handlers.discord.discord import Discord
from handlers.discord.telling import words_as_views

log = logging.getLogger(__name__)
AT_ONCE: Final = 8
NEW: Final = timedelta(days=1)


def register(here: Discord) -> None:
    async def on_guild_join(guild: discord.Guild) -> None:
        await came(here, guild)

    async def on_guild_available(guild: discord.Guild) -> None:
        await came(here, guild)

    async def on_guild_remove(guild: discord.Guild) -> None:
        await removed(here, str(guild.id))

    async def on_shard_ready(shard: int) -> None:
        await caught_up(here, shard)
        if shard == 0:
            await those_gone(here)

    async def on_shard_resumed(shard: int) -> None:
        await caught_up(here, shard)

    for listener in (on_guild_join, on_guild_available, on_guild_remove, on_shard_ready, on_shard_resumed):
        here.client.add_listener(listener)


async def came(here: Discord, guild: discord.Guild) -> None:
    """A server is there, perhaps a new one: Discord tells of both alike."""
    await settle(here, guild)
    joined = guild.me.joined_at if guild.me else None
    if joined is not None and here.admind.clock.now() - joined < NEW:
        await here.once(f"greet:{guild.id}:{round(joined.timestamp())}", lambda: greet(here, guild))


async def settle(here: Discord, guild: discord.Guild) -> None:
    """Where settings name an owner who is in it, a new server is a home from the start."""
    team = str(guild.id)
    try:
        if await here.admind.homes.home("discord", team) is not None:
            return
        for user in here.people.named:
            try:
                member = await asked(guild.fetch_member(int(user)))
            except DiscordRefused as error:
                if error.code not in NOBODY:
                    raise
                continue
            who = Identified(platform="discord", team=team, user=user)
            await here.admind.homes.install("discord", team, guild.name, who, member.display_name, "")
            await here.mended(team)
            return
    except AdMindError as error:
        log.warning("Discord: %s is no home yet: %s", guild.name, error.sentence())


async def greet(here: Discord, guild: discord.Guild) -> None:
    """What to try first, where newcomers are greeted; else to the server's owner."""
    home = await here.admind.homes.home("discord", str(guild.id))
    with reading(str(guild.preferred_locale).partition("-")[0]):
        words = told(
            "I am AdMind. Mention me and say what you want posted, such as “Announce our spring sale, tomorrow at "
            "9am”. Drafts wait in a review room: /admind settings chooses it. Nothing goes out that a person did not "
            "approve."
        )
        if home is None:
            words += " " + told("Whoever manages this server and first says something to me owns me here.")
    room = guild.system_channel
    if room is None or not room.permissions_for(guild.me).send_messages:
        if guild.owner_id:
            await here.telling.soon(str(guild.owner_id), words)
        return
    try:
        (view,) = words_as_views(words)
        await asked(room.send(view=view))
    except AdMindError as error:
        log.info("not greeted team=%s why=%s", guild.id, error.what)


async def removed(here: Discord, team: str) -> None:
    """AdMind was removed from a server: its work stops there."""
    here.people.forget(team)
    await here.admind.homes.remove("discord", team)


async def caught_up(here: Discord, shard: int) -> None:
    """After every connection: reactions that came and went meanwhile, and cards that could not be shown."""
    side_by_side = asyncio.Semaphore(AT_ONCE)

    async def one(guild: discord.Guild) -> None:
        async with side_by_side:
            home = await here.admind.homes.home("discord", str(guild.id))
            if home is not None and not await here.admind.housing.reread(home):
                log.warning("Discord: not read again team=%s", guild.id)
            await here.mended(str(guild.id))

    guilds = [each for each in here.client.guilds if each.shard_id == shard]
    await asyncio.gather(*(one(each) for each in guilds))


async def those_gone(here: Discord) -> None:
    """Servers that AdMind was removed from while it was away: of them a new connection says nothing."""
    known = list[str]()  # before it is asked: a server that comes meanwhile is not taken for one that went
    for workspace in await here.admind.people.store.workspace_ids():
        known += [each.team for each in await here.admind.homes.of(workspace) if each.platform == "discord"]
    try:
        there = {str(each.id) for each in await asked(_all(here))}
    except AdMindError as error:
        log.warning("Discord: not known which servers are left: %s", error.what)
        return
    for team in known:
        if team not in there:
            await removed(here, team)


async def _all(here: Discord) -> list[discord.Guild]:
    return [each async for each in here.client.fetch_guilds(limit=None, with_counts=False)]
