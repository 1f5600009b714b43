"""What people write: mentions, direct messages, replies to cards, and words in threads that are about a draft."""

from __future__ import annotations

import logging
from typing import Final

import discord

from bot.errors import AdMindError, NotAllowed, unexpected
from bot.words import read_in, told
from handlers.chat.visiting import Visitor
from handlers.discord.cards import said_by
from handlers.discord.discord import Discord
from handlers.discord.places import Asking, Way

log = logging.getLogger(__name__)
SAID: Final = (discord.MessageType.default, discord.MessageType.reply)


def register(here: Discord) -> None:
    async def on_message(message: discord.Message) -> None:
        try:
            await heard(here, message)
        except AdMindError as error:
            await _not_taken(here, message, error)
        except Exception as error:
            await _not_taken(here, message, unexpected(error, "taking in what you wrote"))

    here.client.add_listener(on_message)


async def _not_taken(here: Discord, message: discord.Message, error: AdMindError) -> None:
    log.warning("not taken in: %s", error.sentence())
    await here.telling.below(str(message.channel.id), str(message.id), error.sentence())


async def heard(here: Discord, message: discord.Message) -> None:
    """Take in what was said to AdMind. The same message again makes no second request."""
    if message.author.bot or message.webhook_id is not None or message.type not in SAID:
        return
    direct = message.guild is None
    guild, channel = str(message.guild.id) if message.guild else "", str(message.channel.id)
    about = await _about(here, guild, message)
    if not (direct or _mentions(here, message) or about):
        return
    visitor = await _visitor(here, message, guild, channel)
    if visitor is None:
        return
    read_in(visitor.member.language)
    text = spoken(here, message)
    if not text and not message.attachments and not _mentions(here, message) and not direct:
        await here.telling.below(channel, str(message.id), unheard(here))
        return
    way: Way = "direct" if direct else "room"
    asking = Asking(
        way=way,
        team=visitor.who.team,
        channel=channel,
        user=visitor.who.user,
        message=str(message.id),
        thread=channel if isinstance(message.channel, discord.Thread) else "",
        files=tuple(str(each.id) for each in message.attachments),
    )
    request = await here.answering.take(
        visitor,
        text or ("help" if not message.attachments else ""),
        asking,
        key=f"{channel}:{message.id}",
        about=about,
        brand="" if direct else await _brand(here, guild, message),
    )
    here.after(here.answering.sign(request, asking))


async def _visitor(here: Discord, message: discord.Message, guild: str, channel: str) -> Visitor | None:
    """Who wrote it; None for a stranger, who is told so."""
    try:
        return await here.people.visitor(message.author, guild=guild, channel=channel)
    except NotAllowed as error:
        if message.guild is None:
            await here.telling.below(channel, str(message.id), error.sentence())
        else:
            here.after(here.telling.soon(str(message.author.id), error.sentence(), near=channel))
        return None


def _mentions(here: Discord, message: discord.Message) -> bool:
    """Whether AdMind is named: by its name, its role, or by a reply that calls it."""
    own = here.client.me
    mine = message.guild.self_role if message.guild else None
    return any(each.id == own for each in message.mentions) or (mine is not None and mine in message.role_mentions)


async def _about(here: Discord, guild: str, message: discord.Message) -> str:
    """The draft that it is about: a reply to its card, or said in its thread."""
    channel = message.channel
    if (reference := message.reference) is not None and reference.message_id is not None:
        guilds = (guild,) if guild else await here.people.guilds_of(str(message.author.id))
        for team in guilds:
            if draft := await _draft_of(here, team, str(channel.id), str(reference.message_id)):
                return draft
        if guild and isinstance(reference.resolved, discord.Message):  # a card that is not noted yet
            shown = said_by(here.client, reference.resolved)
            return shown.draft if shown else ""
    if not isinstance(channel, discord.Thread):
        return ""
    for parent in (str(channel.parent_id), str(channel.id)):
        if draft := await _draft_of(here, guild, parent, str(channel.id)):
            return draft
    return ""


async def _draft_of(here: Discord, guild: str, channel: str, thread: str) -> str:
    place = await here.admind.places.find("discord", guild, channel, thread)
    return place.draft if place is not None else ""


async def _brand(here: Discord, guild: str, message: discord.Message) -> str:
    """The brand of the room, or of the room that a thread is in."""
    channel = message.channel
    found = await here.brand_of(guild, str(channel.id))
    if not found and isinstance(channel, discord.Thread):
        found = await here.brand_of(guild, str(channel.parent_id))
    return found


def spoken(here: Discord, message: discord.Message) -> str:
    """The words as they were typed, with names instead of numbers; a mention of AdMind itself is left out."""
    text, own = message.content, here.client.me
    for mark in (f"<@{own}>", f"<@!{own}>"):
        text = text.replace(mark, "")
    for person in message.mentions:
        for mark in (f"<@{person.id}>", f"<@!{person.id}>"):
            text = text.replace(mark, f"@{person.display_name}")
    mine = message.guild.self_role if message.guild else None
    for role in message.role_mentions:
        text = text.replace(role.mention, "" if role == mine else f"@{role.name}")
    for channel in message.channel_mentions:
        text = text.replace(channel.mention, f"#{channel.name}")
    return text.strip()


def unheard(here: Discord) -> str:
    """Somebody wrote where AdMind listens, but Discord keeps the words from it."""
    name = here.client.user.name if here.client.user else "AdMind"
    return told(
        "Discord does not let me read this, as you did not mention me. Begin with @{name}, or let whoever runs me turn "
        "on Message Content Intent in Discord's developer portal.",
        name=name,
    )
