"""Bots and calls of the real discord.py."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord.ext import commands
from discord.http import Route

from tests.fakes.discord.records import Channel

INTENTS = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True, dm_reactions=True)
Given = dict[str, Any]


class Ears(commands.Bot):
    """Notes what it hears."""

    def __init__(self, intents: discord.Intents = INTENTS, **options: Any) -> None:
        super().__init__("!", intents=intents, help_command=None, **options)
        self.heard: list[discord.Message] = []
        self.events: list[str] = []
        self.failures: list[BaseException] = []

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)

    async def on_socket_event_type(self, name: str) -> None:
        self.events.append(name)

    @property
    def words(self) -> list[str]:
        """Of everybody else."""
        assert self.user is not None
        return [each.content for each in self.heard if each.author.id != self.user.id]


async def raw(client: discord.Client, method: str, path: str, body: Any = None) -> Any:
    """Past what discord.py itself would refuse."""
    more = {} if body is None else {"json": body}
    return await client.http.request(Route(method, path), **more)


async def send(client: discord.Client, room: Channel, **body: Any) -> Any:
    return await raw(client, "POST", f"/channels/{room.id}/messages", body)


async def refused(call: Any) -> tuple[int, int]:
    """Status and code."""
    with pytest.raises(discord.HTTPException) as caught:
        await call
    return caught.value.status, caught.value.code


async def refused_for(call: Any) -> str:
    """Of an invalid form: where, and what."""
    with pytest.raises(discord.HTTPException) as caught:
        await call
    assert (caught.value.status, caught.value.code) == (400, 50035)
    return caught.value.text
