"""“Draft a post from this”, on any message."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import app_commands

from bot.words import noted, read_in
from handlers.discord.discord import Discord
from handlers.discord.listeners import opening

Interaction = discord.Interaction[Any]
FROM_THIS: Final = noted("Draft a post from this")


def register(here: Discord) -> None:
    async def used(interaction: Interaction, message: discord.Message) -> None:
        visitor = await opening.visitor_of(here, interaction)
        read_in(visitor.member.language)
        await opening.new_post(here, visitor, interaction, message.clean_content)

    contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
    here.client.tree.add_command(app_commands.ContextMenu(name=FROM_THIS, callback=used, allowed_contexts=contexts))
