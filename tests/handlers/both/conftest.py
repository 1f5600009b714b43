"""AdMind in the loopback Slack and the loopback Discord at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import MovableClock
from tests.fakes.clocks import TUESDAY
from tests.fakes.discord_server import DiscordServer, discord_server
from tests.fakes.slack_server import SlackServer, slack_server
from tests.handlers.both.office import Both, running, tied


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(TUESDAY)


@pytest.fixture
async def slack(clock: MovableClock) -> AsyncIterator[SlackServer]:
    async with slack_server(clock=clock) as found:
        yield found


@pytest.fixture
async def server(clock: MovableClock) -> AsyncIterator[DiscordServer]:
    async with discord_server(clock=clock) as found:
        yield found


@pytest.fixture
async def strangers(
    slack: SlackServer, server: DiscordServer, clock: MovableClock, tmp_path: Path
) -> AsyncIterator[Both]:
    """Both chats, which know nothing of each other yet."""
    async with running(tmp_path / "data", slack, server, clock=clock) as found:
        yield found


@pytest.fixture
async def both(strangers: Both) -> Both:
    """Joined, with a review room of the brand in each."""
    await tied(strangers)
    return strangers
