"""The loopback Discord, with the real client beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import discord
import pytest

from bot.clock import MovableClock
from tests.fakes.discord.client import running
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, discord_server
from tests.fakes_discord.bots import INTENTS, Ears


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def server(clock: MovableClock) -> AsyncIterator[DiscordServer]:
    async with discord_server(clock=clock) as found:
        yield found


@pytest.fixture
def pointed(server: DiscordServer) -> Iterator[None]:
    with server.pointed():
        yield


@pytest.fixture
def velo(server: DiscordServer) -> Place:
    return server.guild("velo")


@pytest.fixture
def ana(velo: Place) -> Person:
    return velo.person("ana")


@pytest.fixture
def room(velo: Place) -> Channel:
    return velo.room("campaigns")


@pytest.fixture
async def client(server: DiscordServer, velo: Place, pointed: None) -> AsyncIterator[discord.Client]:
    """Logged in over REST, not on the gateway."""
    async with discord.Client(intents=INTENTS) as found:
        await found.login(server.token)
        yield found


@pytest.fixture
async def bot(server: DiscordServer, velo: Place, room: Channel, ana: Person, pointed: None) -> AsyncIterator[Ears]:
    """On the gateway, and ready."""
    ears = Ears()
    async with running(ears, server.token):
        yield ears
