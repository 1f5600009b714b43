"""What a message of AdMind's says of itself by its buttons, where nobody has noted yet what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord

from bot.errors import AdMindError
from bot.workflow.reactions import Metadata
from handlers.discord.buttons import PREFIX
from handlers.discord.calling import asked
from handlers.discord.client import Client

WHOLE = "approve"  # a card with this button shows all that would go out
OTHERS = frozenset({"read", "edit", "move"})


async def says(client: Client, channel: str, message: str) -> Metadata | None:
    """The draft that a message shows: it was posted a moment ago, or a crash kept us from noting it.

    None for a message that is no card of ours.
    """
    try:
        return said_by(client, await asked(client.room(channel).fetch_message(int(message))))
    except AdMindError:
        return None


def said_by(client: Client, message: discord.Message) -> Metadata | None:
    if message.author.id != client.me:
        return None
    shown: Metadata | None = None
    for verb, draft, digest in _actions(message.components):
        if verb == WHOLE:
            return Metadata(draft=draft, digest=digest, whole=True)
        if verb in OTHERS:
            shown = shown or Metadata(draft=draft, digest=digest)
    return shown


def _actions(parts: list[Any]) -> Iterator[tuple[str, str, str]]:
    """Verb, draft and digest of everything that can be pressed."""
    for part in parts:
        action = str(getattr(part, "custom_id", None) or "").removeprefix(PREFIX).split(":")
        if len(action) == 3 and action[1].startswith("d_"):
            yield action[0], action[1], action[2]
        yield from _actions(getattr(part, "children", None) or getattr(part, "components", None) or [])
