"""The loopback Slack, with the real client beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer, slack_server
from tests.fakes_slack.bolt import bare_app, connected, served


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def slack(clock: MovableClock) -> AsyncIterator[SlackServer]:
    async with slack_server(clock=clock) as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(slack.token, base_url=slack.api)


@pytest.fixture(params=["http", "sockets"])
async def app(slack: SlackServer, request: pytest.FixtureRequest) -> AsyncIterator[AsyncApp]:
    """The same listeners over either door."""
    app = bare_app(slack)
    async with AsyncExitStack() as stack:
        if request.param == "http":
            await stack.enter_async_context(served(slack, app))
        else:
            await stack.enter_async_context(connected(slack, app))
        yield app


@pytest.fixture
def ana(slack: SlackServer) -> Person:
    return slack.person("ana")


@pytest.fixture
def room(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("campaigns", ana)
