"""The bot: what Discord sends is understood here and handed on."""

from __future__ import annotations

from discord.ext.commands import Bot

from bot.bootstrap import AdMind
from handlers.discord.discord import Discord
from handlers.discord.listeners import (
    commands,
    errors,
    guilds,
    menus,
    messages,
    permitting,
    pressing,
    reactions,
    submitting,
    syncing,
)


def create_bot(admind: AdMind) -> Bot:
    """AdMind as a Discord bot, not started."""
    return bot_of(Discord(admind))


def bot_of(discord: Discord) -> Bot:
    """The same on parts that are there already."""
    for part in (messages, reactions, guilds, permitting, pressing, submitting, commands, menus, errors, syncing):
        part.register(discord)
    return discord.client
