"""What goes wrong is told to who did it, in words and alone."""

from __future__ import annotations

import logging
from typing import Any

import discord
from discord import app_commands

from bot.errors import AdMindError, unexpected
from handlers.discord.discord import Discord

log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


def register(here: Discord) -> None:
    async def failed(interaction: Interaction, error: app_commands.AppCommandError) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await tell(here, interaction, cause, "obeying a command")

    here.client.tree.error(failed)


async def tell(here: Discord, interaction: Interaction, error: Exception, doing: str) -> None:
    """Where they are; directly when Discord takes no answer there any more. `doing` is for the log."""
    known = error if isinstance(error, AdMindError) else unexpected(error, doing)
    try:
        await here.telling.answer(interaction, known.sentence())
    except (AdMindError, discord.InteractionResponded) as failed:
        log.info("not told where it happened why=%s", failed)
        near = str(interaction.channel_id or "") if interaction.guild_id else ""
        here.after(here.telling.soon(str(interaction.user.id), known.sentence(), near=near))
