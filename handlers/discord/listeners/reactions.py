"""Emoji on AdMind's messages, and their removal."""

from __future__ import annotations

import logging

import discord

from bot.chat import Identified
from bot.errors import AdMindError
from bot.words import told
from bot.workflow.emoji import sign_of
from bot.workflow.reactions import Metadata, Reacted
from handlers.discord.cards import says
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
    if not _matters(here, payload, added=added):
        return
    user, channel, message, at = payload.user_id, payload.channel_id, payload.message_id, here.admind.clock.now()
    guild, metadata = await _shown(here, payload, added=added)
    if not guild:
        return
    near = str(channel) if payload.guild_id else ""
    who = Identified(platform="discord", team=guild, user=str(user))
    try:
        await here.people.look_again(who, said=facts_of(payload.member, guild))
        answer = await here.admind.reactions.react(
            Reacted(
                platform="discord",
                team=guild,
                channel=str(channel),
                message=str(message),
                name=str(payload.emoji),
                added=added,
                who=who,
                at=at,
                metadata=metadata,
            )
        )
    except AdMindError as error:
        log.warning("reaction not taken team=%s why=%s", guild, error.what)
        await here.telling.soon(who.user, error.sentence(), near=near)
        return
    private = answer.private
    if answer.asks_why:
        private = told("What should be different? Say it in the thread of this card, or press “Ask for changes”.")
    if private:
        here.after(here.telling.soon(who.user, private, near=near))


def _matters(here: Discord, payload: discord.RawReactionActionEvent, *, added: bool) -> bool:
    """Whether it is a person's, means something, and stands on a message of AdMind's as far as Discord says whose."""
    bot = payload.member is not None and payload.member.bot
    ours = not added or payload.message_author_id == here.client.me
    return ours and not bot and payload.user_id != here.client.me and bool(sign_of(str(payload.emoji)))


async def _shown(here: Discord, payload: discord.RawReactionActionEvent, *, added: bool) -> tuple[str, Metadata | None]:
    """The guild whose card it is ("" for any other message), and what the card says where it is not noted yet."""
    user, channel, message = str(payload.user_id), str(payload.channel_id), str(payload.message_id)
    guilds = (str(payload.guild_id),) if payload.guild_id else await here.people.guilds_of(user)
    for guild in guilds:
        if await here.admind.places.find("discord", guild, channel, message) is not None:
            return guild, None
    metadata = await says(here.client, channel, message) if added and payload.guild_id else None
    return (guilds[0] if metadata else "", metadata)
