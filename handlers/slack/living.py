"""AdMind in Slack for as long as a process runs: it speaks from before the start, and listens where it should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.bootstrap import AdMind
from handlers.slack.app import app_of
from handlers.slack.listening import PING_SECONDS, mount, over_socket
from handlers.slack.slack import Slack, opened


class Living:
    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.app = app_of(slack)

    def mount(self, edge: Starlette) -> ASGIApp:
        """The edge, taking Slack's requests too; with an app's token they come over a socket instead."""
        return edge if self.slack.admind.settings.slack_app_token else mount(self.slack, self.app, edge)

    @asynccontextmanager
    async def heard(self, ping_seconds: float = PING_SECONDS) -> AsyncIterator[None]:
        """Over a socket, where settings ask for one."""
        if self.slack.admind.settings.slack_app_token is None:
            yield
            return
        async with over_socket(self.slack, self.app, ping_seconds):
            yield


@asynccontextmanager
async def lived(admind: AdMind) -> AsyncIterator[Living]:
    async with opened(admind) as slack:
        yield Living(slack)
