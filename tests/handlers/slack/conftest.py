"""AdMind in the loopback Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import MovableClock
from tests.fakes.clocks import TUESDAY
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer, slack_server
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.handlers.slack.office import Office, running


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(TUESDAY)


@pytest.fixture
async def slack(clock: MovableClock) -> AsyncIterator[SlackServer]:
    async with slack_server(clock=clock) as server:
        yield server


@pytest.fixture
def ana(slack: SlackServer) -> Person:
    return slack.person("ana")


@pytest.fixture
def room(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("reviews", ana)


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    """A website of the brand's, for `shop`."""
    async with webhook_server() as server:
        yield server


@pytest.fixture
async def shop(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path, site: WebhookServer
) -> AsyncIterator[Office]:
    """An office that may talk to the site; `connected` makes it an account."""
    allowed = f"127.0.0.1:{site.port}"
    folder = tmp_path / "data"
    async with running(folder, slack, ana, room, clock=clock, more={"ADMIND_ALLOW_HOSTS": allowed}) as office:
        yield office


@pytest.fixture
async def office(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> AsyncIterator[Office]:
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        yield office
