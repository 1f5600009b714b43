"""Emoji on AdMind's messages, and their removal."""

from __future__ import annotations

import logging

import discord

from bot.chat import Identified
from bot.errors import AdMindError
from bot.words import told
from bot.workflow.emoji import sign_of
from bot.workflow.reactions import Reacted
from handlers.discord.discord import Discord
from handlers.discord.people import facts_of

log = logging.getLogger(__name__)


def register(here: Discord) -> None:
    async def on_raw_reaction_add(payload: discord.RawReactionActionEvent) -> None:
        await react(here, payload, added=True)

    async def on_raw_reaction_remove(payload: discord.RawReactionActionEvent) -> None:
        await react(here, payload, added=False)

    here.client.add_listener(on_raw_reaction_add)
    here.client.add_listener(on_raw_reaction_remove)


async def react(here: Discord, payload: discord.RawReactionActionEvent, *, added: bool) -> None:
    """Take it as the decision that it is. Discord does not say when it happened: heard is when it counts."""
    user, name = str(payload.user_id), str(payload.emoji)
    if payload.user_id == here.client.me or not sign_of(name) or (payload.member is not None and payload.member.bot):
        return
    channel, message, at = str(payload.channel_id), str(payload.message_id), here.admind.clock.now()
    guild = str(payload.guild_id) if payload.guild_id else await here.people.guild_of(user)
    if not guild:
        return
    near = channel if payload.guild_id else ""
    who = Identified(platform="discord", team=guild, user=user)
    try:
        await here.people.look_again(who, said=facts_of(payload.member, guild))
        answer = await here.admind.reactions.react(
            Reacted(
                platform="discord",
                team=guild,
                channel=channel,
                message=message,
                name=name,
                added=added,
                who=who,
                at=at,
            )
        )
    except AdMindError as error:
        log.warning("reaction not taken team=%s why=%s", guild, error.what)
        await here.telling.soon(user, error.sentence(), near=near)
        return
    private = answer.private
    if answer.asks_why:
        private = told("What should be different? Say it in the thread of this card, or press “Ask for changes”.")
    if private:
        here.after(here.telling.soon(user, private, near=near))
