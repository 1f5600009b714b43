"""AdMind comes to servers and goes."""

from __future__ import annotations

import logging

import discord

from bot.chat import Identified
from bot.errors import AdMindError
from handlers.discord.calling import NOBODY, DiscordRefused, asked
from handlers.discord.discord import Discord

log = logging.getLogger(__name__)


def register(here: Discord) -> None:
    async def on_guild_join(guild: discord.Guild) -> None:
        await settle(here, guild)

    async def on_guild_available(guild: discord.Guild) -> None:
        await settle(here, guild)

    async def on_guild_remove(guild: discord.Guild) -> None:
        here.people.forget(str(guild.id))
        await here.admind.homes.remove("discord", str(guild.id))

    for listener in (on_guild_join, on_guild_available, on_guild_remove):
        here.client.add_listener(listener)


async def settle(here: Discord, guild: discord.Guild) -> None:
    """Where settings name an owner who is in it, a new server is a home from the start."""
    team = str(guild.id)
    try:
        if await here.admind.homes.home("discord", team) is not None:
            return
        for user in named(here):
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


def named(here: Discord) -> list[str]:
    """Discord's ids of the owners whom settings name."""
    owners = [each.removeprefix("discord:") for each in here.admind.settings.owners if each.startswith("discord:")]
    return [user for each in owners if (user := each.rpartition("/")[2]).isdecimal()]
