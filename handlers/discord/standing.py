"""The reactions that stand on a message, and whose they are."""

from __future__ import annotations

from typing import Final

import discord

from bot.chat import Identified
from bot.workflow.emoji import sign_of
from handlers.discord.calling import asked
from handlers.discord.client import Client

MOST_USERS: Final = 500  # of a reaction, that are read again


async def standing(client: Client, team: str, channel: str, message: str) -> list[tuple[Identified, str]]:
    """Of people alone, and only those that mean something. Raises DiscordRefused, DiscordUnknown."""
    found = await asked(client.room(channel).fetch_message(int(message)))
    stands = list[tuple[Identified, str]]()
    for reaction in found.reactions:
        name = str(reaction.emoji)
        if not sign_of(name) or (reaction.me and reaction.count == 1):
            continue
        for user in await asked(_all(reaction)):
            if not user.bot:
                stands.append((Identified(platform="discord", team=team, user=str(user.id)), name))
    return stands


async def _all(reaction: discord.Reaction) -> list[discord.Member | discord.User]:
    return [user async for user in reaction.users(limit=MOST_USERS)]
