"""What a server's admins give AdMind back: what could not be said there comes as soon as it may be.

They give it in a room, in a role that AdMind has (everybody's too), or by giving and taking roles. A change of a
category is told of each room below it, and what happens to AdMind's own roles without the members intent.
https://discord.com/developers/docs/resources/channel#modify-channel
https://discord.com/developers/docs/events/gateway#list-of-intents
"""

from __future__ import annotations

import discord

from handlers.discord.discord import Discord

Room = discord.abc.GuildChannel


def register(here: Discord) -> None:
    async def on_guild_channel_update(before: Room, after: Room) -> None:
        guild, me = after.guild, after.guild.me
        if _more(before.permissions_for(me), after.permissions_for(me)) and await here.brand_of(
            str(guild.id), str(after.id)
        ):
            await here.mended(str(guild.id))

    async def on_guild_role_update(before: discord.Role, after: discord.Role) -> None:
        if _more(before.permissions, after.permissions) and after in after.guild.me.roles:
            await here.mended(str(after.guild.id))

    async def on_guild_role_delete(role: discord.Role) -> None:
        await here.mended(str(role.guild.id))  # what it forbade in rooms is forbidden no more

    async def on_member_update(before: discord.Member, after: discord.Member) -> None:
        if after.id == here.client.me and (
            before.roles != after.roles or before.timed_out_until != after.timed_out_until
        ):
            await here.mended(str(after.guild.id))

    for listener in (on_guild_channel_update, on_guild_role_update, on_guild_role_delete, on_member_update):
        here.client.add_listener(listener)


def _more(before: discord.Permissions, after: discord.Permissions) -> bool:
    """Whether anything may be done that could not be done before."""
    return bool(after.value & ~before.value)
