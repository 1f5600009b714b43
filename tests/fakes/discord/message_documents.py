"""Messages as they go over the wire, with addresses of this moment."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from bot.clock import from_milliseconds
from tests.fakes.discord.documents import channel_document, stamp, user_document
from tests.fakes.discord.reading import walk
from tests.fakes.discord.records import Attachment, Json, Message, Reaction
from tests.fakes.discord.world import EPOCH, World


def attachment_document(world: World, channel: int, file: Attachment) -> Json:
    address = world.address(channel, file)
    shown: Json = {
        "id": str(file.id),
        "filename": file.name,
        "size": len(file.data),
        "url": address,
        "proxy_url": address,
        "content_type": file.mimetype,
        "ephemeral": file.ephemeral,
    }
    if file.width:
        shown |= {"width": file.width, "height": file.height}
    return shown | ({"description": file.description} if file.description else {})


def emoji_document(reaction: Reaction) -> Json:
    return {"id": None if reaction.id is None else str(reaction.id), "name": reaction.name, "animated": False}


def message_document(world: World, message: Message, *, referenced: bool = True) -> Json:
    channel = world.channel(message.channel)
    shown: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel),
        "type": message.type,
        "author": user_document(message.author),
        "content": message.content,
        "timestamp": stamp(_made(message.id)),
        "edited_timestamp": stamp(message.edited),
        "tts": False,
        "mention_everyone": message.pinged_everyone,
        "mentions": [user_document(world.users[each]) for each in sorted(message.pinged)],
        "mention_roles": [str(each) for each in sorted(message.pinged_roles)],
        "attachments": [attachment_document(world, message.channel, each) for each in listed(message)],
        "embeds": _addressed(world, message, [{"type": "rich"} | each for each in message.embeds]),
        "components": _addressed(world, message, message.components),
        "flags": message.flags,
        "pinned": message.pinned,
    }
    if message.reactions:
        shown["reactions"] = [_reaction(world, each) for each in message.reactions]
    if message.nonce:
        shown["nonce"] = message.nonce
    if message.webhook:
        shown["webhook_id"] = str(message.webhook)
    if message.application:
        shown["application_id"] = str(message.application)
    if message.interaction:
        shown["interaction_metadata"] = message.interaction
    if message.thread and channel is not None:
        guild = world.guild_of(channel)
        if guild is not None and message.thread in guild.channels:
            shown["thread"] = channel_document(world, guild.channels[message.thread])
    if message.reference:
        shown |= _referred(world, message, referenced)
    return shown


def listed(message: Message) -> list[Attachment]:
    """Files under the message: what an embed shows is not told again as an attachment."""
    parts = [embed.get(name) or {} for embed in message.embeds for name in ("image", "thumbnail")]
    embedded = {str(each.get("url")).removeprefix("attachment://") for each in parts}
    return [each for each in message.attachments if each.name not in embedded]


def _referred(world: World, message: Message, referenced: bool) -> Json:
    where = world.channel(message.reference_channel)
    found = None if where is None else where.messages.get(message.reference)
    link: Json = {"type": 0, "message_id": str(message.reference), "channel_id": str(message.reference_channel)}
    if where is not None and where.guild:
        link["guild_id"] = str(where.guild)
    shown: Json = {"message_reference": link}
    if referenced:
        shown["referenced_message"] = None if found is None else message_document(world, found, referenced=False)
    return shown


def _reaction(world: World, reaction: Reaction) -> Json:
    return {
        "emoji": emoji_document(reaction),
        "count": len(reaction.users),
        "count_details": {"normal": len(reaction.users), "burst": 0},
        "me": world.bot.id in reaction.users,
        "me_burst": False,
        "burst_colors": [],
    }


def _addressed(world: World, message: Message, parts: list[Json]) -> list[Json]:
    """attachment://… becomes the file's address of this moment."""
    files = {each.name: each for each in message.attachments}

    def media(found: Any) -> None:
        if isinstance(found, dict) and str(found.get("url", "")).startswith("attachment://"):
            file = files.get(found["url"].removeprefix("attachment://"))
            if file is not None:
                found["url"] = world.address(message.channel, file)
                found |= {"proxy_url": found["url"], "width": file.width, "height": file.height}
                found |= {"content_type": file.mimetype, "attachment_id": str(file.id)}

    shown = deepcopy(parts)
    for embed in shown:
        media(embed.get("image"))
        media(embed.get("thumbnail"))
    for each in walk([part for part in shown if isinstance(part.get("type"), int)]):
        media(each.get("media"))
        media(each.get("file"))
        for item in each.get("items") or []:
            media(item.get("media"))
    return shown


def _made(snowflake: int) -> datetime:
    return from_milliseconds((snowflake >> 22) + EPOCH)
