"""`/admind link`: one person under two names. Open to strangers too, who may be somebody elsewhere."""

from __future__ import annotations

from typing import Any

import discord

from bot.chat import Identified
from bot.words import read_in
from bot.workflow.kinship import Side
from bot.workflow.names import place_of
from handlers.chat import linking
from handlers.discord.discord import Discord
from handlers.discord.people import facts_of, no_home

Interaction = discord.Interaction[Any]


async def link(here: Discord, interaction: Interaction, given: str) -> str:
    """Begin a link, look at one that somebody began, or say yes to it. Raises BadInput, NotAllowed, Conflict."""
    user = str(interaction.user.id)
    team = str(interaction.guild_id or "") or await here.people.guild_of(user)
    home = await here.admind.homes.home("discord", team) if team else None
    if home is None:
        raise no_home()
    member = await here.admind.homes.member(Identified(platform="discord", team=team, user=user))
    if member is not None:
        read_in(member.language)
    facts = facts_of(interaction.user, team)
    name = member.name if member is not None else facts.name if facts else interaction.user.display_name
    side = Side(
        member=member.id if member is not None else "",
        name=name,
        place=place_of("discord", home.name),
        platform="discord",
        team=team,
        user=user,
    )
    said, joined = await linking.link(here.admind, home, side, given)
    if joined:
        for each in await here.admind.homes.of(home.workspace):
            here.people.forget(each.team)
    return said
