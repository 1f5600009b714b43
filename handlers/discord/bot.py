"""The bot: what Discord sends is understood here and handed on."""

from __future__ import annotations

from discord.ext import commands

from bot.bootstrap import AdMind
from handlers.discord.discord import Discord
from handlers.discord.listeners import (
    commands as slash,
)
from handlers.discord.listeners import (
    errors,
    guilds,
    menus,
    messages,
    pressing,
    reactions,
    submitting,
    syncing,
)


def create_bot(admind: AdMind) -> commands.Bot:
    """AdMind as a Discord bot, not started."""
    return bot_of(Discord(admind))


def bot_of(discord: Discord) -> commands.Bot:
    """The same on parts that are there already."""
    for part in (messages, reactions, guilds, pressing, submitting, slash, menus, errors, syncing):
        part.register(discord)
    return discord.client
