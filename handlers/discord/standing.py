"""The reactions that stand on a message, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import discord

from bot.chat import Identified
from bot.workflow.emoji import sign_of
from handlers.discord.buttons import PREFIX
from handlers.discord.calling import asked
from handlers.discord.client import Client

SEEDS: Final = ("✅", "❌")  # what AdMind puts on a card to be pressed
MOST_USERS: Final = 500  # of a reaction, that are read again


@dataclass(frozen=True, slots=True)
class Standing:
    """Those of people alone, and only those that mean something. `unseeded` are ours, to be pressed, that are not there
    although the card can be approved.
    """

    of_people: tuple[tuple[Identified, str], ...]
    unseeded: tuple[str, ...]


async def standing(client: Client, team: str, channel: str, message: str) -> Standing:
    """Raises DiscordRefused, DiscordUnknown."""
    found = await asked(client.room(channel).fetch_message(int(message)))
    stands = list[tuple[Identified, str]]()
    for reaction in found.reactions:
        name = str(reaction.emoji)
        if not sign_of(name) or (reaction.me and reaction.count == 1):
            continue
        for user in await asked(_all(reaction)):
            if not user.bot:
                stands.append((Identified(platform="discord", team=team, user=str(user.id)), name))
    seeded = {str(reaction.emoji) for reaction in found.reactions if reaction.me}
    approvable = any(each.startswith(f"{PREFIX}approve:") for each in _presses(found.components))
    return Standing(tuple(stands), tuple(each for each in SEEDS if approvable and each not in seeded))


def _presses(parts: Iterable[object]) -> Iterator[str]:
    for part in parts:
        yield str(getattr(part, "custom_id", None) or "")
        yield from _presses(getattr(part, "children", ()))


async def _all(reaction: discord.Reaction) -> list[discord.Member | discord.User]:
    return [user async for user in reaction.users(limit=MOST_USERS)]
