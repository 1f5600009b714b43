"""AdMind in the loopback Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import MovableClock
from handlers.discord.surface import permissions
from tests.fakes.clocks import TUESDAY
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Permission, discord_server
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.handlers.discord.office import Office, running


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(TUESDAY)


@pytest.fixture
async def server(clock: MovableClock) -> AsyncIterator[DiscordServer]:
    async with discord_server(clock=clock) as found:
        yield found


@pytest.fixture
def velo(server: DiscordServer) -> Place:
    """AdMind came by the invite link: it may exactly what that asks for."""
    return server.guild("velo", permissions=Permission(permissions().value))


@pytest.fixture
def ana(velo: Place) -> Person:
    return velo.person("ana")


@pytest.fixture
def room(velo: Place) -> Channel:
    return velo.room("reviews")


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    """A website of the brand's, for `shop`."""
    async with webhook_server() as server:
        yield server


@pytest.fixture
async def shop(
    server: DiscordServer,
    velo: Place,
    ana: Person,
    room: Channel,
    clock: MovableClock,
    tmp_path: Path,
    site: WebhookServer,
) -> AsyncIterator[Office]:
    """An office that may talk to the site; `connected` makes it an account."""
    more = {"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{site.port}"}
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock, more=more) as office:
        yield office


@pytest.fixture
async def office(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> AsyncIterator[Office]:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        yield office
