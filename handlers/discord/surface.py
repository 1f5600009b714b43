"""Everything by which Discord and AdMind know each other, in one place.

The invite link asks for exactly these, and docs/discord.md explains each: tests hold them together.
"""

from __future__ import annotations

from typing import Final

import discord

SCOPES: Final = {
    "bot": "be a member of the server that can speak",
    "applications.commands": "offer /admind and “Draft a post from this”",
}

# permission → what it is for
PERMISSIONS: Final = {
    "view_channel": "see the rooms that it works in",
    "send_messages": "post cards and answers",
    "send_messages_in_threads": "answer in threads and forum posts",
    "create_public_threads": "give each draft a thread",
    "attach_files": "show a draft's picture on its card",
    "add_reactions": "put ✅ and ❌ under a card, to be pressed",
    "read_message_history": "find its own cards again, and the reactions that came while it was away",
}

# intent → what it is for; none of these must be asked for in the portal
INTENTS: Final = {
    "guilds": "know servers, rooms and roles",
    "guild_messages": "hear when somebody writes @AdMind",
    "dm_messages": "hear what people write to it directly",
    "guild_reactions": "see ✅ ❌ ✏️ ✋ on cards",
    "dm_reactions": "see them on cards in direct messages",
}
OPTIONAL: Final = {"message_content": "read replies in a draft's thread that do not mention it"}


def permissions() -> discord.Permissions:
    return discord.Permissions(**dict.fromkeys(PERMISSIONS, True))


def invite(application: int) -> str:
    """The link by which somebody who manages a server brings AdMind into it."""
    return discord.utils.oauth_url(application, permissions=permissions(), scopes=tuple(SCOPES))


def spelled(permission: str) -> str:
    """As Discord's own windows call it."""
    return permission.replace("_", " ").title()
