"""Records as they go over the wire."""

from __future__ import annotations

from datetime import datetime

from tests.fakes.discord.records import (
    CATEGORY,
    DM,
    FORUM,
    Channel,
    Guild,
    Json,
    Member,
    Role,
    User,
)
from tests.fakes.discord.world import World


def stamp(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="microseconds")


def user_document(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.name.title(),
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
    }


def member_document(member: Member, *, user: bool = True) -> Json:
    shown: Json = {
        "roles": [str(each) for each in member.roles],
        "nick": member.nick or None,
        "avatar": None,
        "joined_at": stamp(member.joined),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return shown | ({"user": user_document(member.user)} if user else {})


def role_document(role: Role) -> Json:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": False,
        "flags": 0,
    }


def channel_document(world: World, channel: Channel) -> Json:
    shown: Json = {"id": str(channel.id), "type": channel.type, "last_message_id": None, "flags": 0}
    if channel.messages:
        shown["last_message_id"] = str(channel.last.id)
    if channel.type == DM:
        people = [world.users[each] for each in channel.recipients if each != world.bot.id]
        return shown | {"recipients": [user_document(each) for each in people]}
    shown |= {
        "guild_id": str(channel.guild),
        "name": channel.name,
        "parent_id": str(channel.parent) if channel.parent else None,
        "rate_limit_per_user": 0,
    }
    if channel.is_thread:
        return shown | _thread(world, channel)
    overwrites = [
        {"id": str(each.id), "type": int(each.of_member), "allow": str(int(each.allow)), "deny": str(int(each.deny))}
        for each in channel.overwrites.values()
    ]
    shown |= {"position": 0, "nsfw": False, "topic": channel.topic or None, "permission_overwrites": overwrites}
    if channel.type == FORUM:
        shown |= {"available_tags": channel.tags, "default_forum_layout": 0, "default_sort_order": None}
        shown |= {"default_reaction_emoji": None}
    return {key: value for key, value in shown.items() if channel.type != CATEGORY or key != "last_message_id"}


def _thread(world: World, thread: Channel) -> Json:
    shown: Json = {
        "owner_id": str(thread.owner),
        "message_count": len(thread.messages),
        "total_message_sent": len(thread.messages),
        "member_count": len(thread.members),
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": thread.archive_minutes,
            "archive_timestamp": stamp(thread.changed),
            "create_timestamp": stamp(thread.changed),
            "locked": thread.locked,
        },
        "applied_tags": [str(each) for each in thread.applied_tags],
    }
    if world.bot.id in thread.members:
        shown["member"] = thread_member(world, thread, world.bot.id)
    return shown


def thread_member(_: World, thread: Channel, user: int) -> Json:
    return {"id": str(thread.id), "user_id": str(user), "join_timestamp": stamp(thread.changed), "flags": 0}


def guild_document(world: World, guild: Guild, *, members: bool) -> Json:
    """Without the members intent only the bot itself is in the list."""
    shown = list(guild.members.values()) if members else [guild.members[world.bot.id]]
    visible = [each for each in guild.channels.values() if world.permissions(each, world.bot.id)]
    return {
        **plain_guild(guild),
        "joined_at": stamp(guild.members[world.bot.id].joined),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_document(each) for each in shown],
        "channels": [channel_document(world, each) for each in guild.channels.values() if not each.is_thread],
        "threads": [channel_document(world, each) for each in visible if each.is_thread and not each.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def plain_guild(guild: Guild) -> Json:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner),
        "icon": None,
        "splash": None,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role_document(each) for each in guild.roles.values()],
        "preferred_locale": guild.locale,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "afk_timeout": 300,
    }
