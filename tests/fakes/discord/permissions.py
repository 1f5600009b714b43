"""Who may do what where: roles, then the channel's overwrites, as Discord computes them."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.records import Channel, Guild


class Permission(IntFlag):
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51


P = Permission
ALL = ~Permission(0)
NOTHING = Permission(0)
USUAL = (  # of @everyone in a new guild
    P.ADD_REACTIONS
    | P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.USE_EXTERNAL_EMOJIS
    | P.USE_APPLICATION_COMMANDS
    | P.CHANGE_NICKNAME
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.SEND_MESSAGES_IN_THREADS
)
IN_DMS = USUAL & ~(P.CREATE_PUBLIC_THREADS | P.CREATE_PRIVATE_THREADS | P.SEND_MESSAGES_IN_THREADS)
NEED_SENDING = P.MENTION_EVERYONE | P.ATTACH_FILES | P.EMBED_LINKS


def in_guild(guild: Guild, user: int) -> Permission:
    """By roles alone; nothing for a stranger."""
    member = guild.members.get(user)
    if member is None:
        return NOTHING
    if guild.owner == user:
        return ALL
    held = guild.everyone.permissions
    for role in member.roles:
        held |= guild.roles[role].permissions
    return ALL if P.ADMINISTRATOR in held else held


def in_channel(guild: Guild | None, channel: Channel, user: int) -> Permission:
    """In a channel, a thread (its parent's, and a private one's members) or a direct message."""
    if guild is None:
        return IN_DMS if user in channel.recipients else NOTHING
    place = guild.channels.get(channel.parent, channel) if channel.is_thread else channel
    held = in_guild(guild, user)
    if P.ADMINISTRATOR in held:
        return held
    held = _overwritten(guild, place, user, held)
    if P.VIEW_CHANNEL not in held:
        return NOTHING
    if channel.is_thread:
        held = _in_thread(channel, user, held)
    return held if P.SEND_MESSAGES in held else held & ~NEED_SENDING


def _overwritten(guild: Guild, place: Channel, user: int, held: Permission) -> Permission:
    """@everyone first, then all roles together, then the member."""
    everyone = place.overwrites.get(guild.id)
    if everyone is not None:
        held = (held & ~everyone.deny) | everyone.allow
    member = guild.members.get(user)
    allow = deny = NOTHING
    for role in member.roles if member else ():
        found = place.overwrites.get(role)
        if found is not None:
            allow, deny = allow | found.allow, deny | found.deny
    held = (held & ~deny) | allow
    own = place.overwrites.get(user)
    return held if own is None else (held & ~own.deny) | own.allow


def _in_thread(thread: Channel, user: int, held: Permission) -> Permission:
    """A thread asks for its own permission to write, and a private one for membership."""
    private = thread.type == 12
    if private and user not in thread.members and P.MANAGE_THREADS not in held:
        return NOTHING
    writes = P.SEND_MESSAGES_IN_THREADS in held
    return held | P.SEND_MESSAGES if writes else held & ~P.SEND_MESSAGES
