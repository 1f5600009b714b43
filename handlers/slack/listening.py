"""How Slack reaches AdMind: over a WebSocket that AdMind opened, or by signed HTTP on the public edge."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.errors import AdMindError
from handlers.slack import installing
from handlers.slack.calling import asked
from handlers.slack.slack import Slack
from handlers.slack.surface import INSTALL, REQUESTS, RETURN

log = logging.getLogger(__name__)
PING_SECONDS = 5.0
AGAIN_SECONDS = 15.0
LOOKS_EVERY = 0.5


@asynccontextmanager
async def over_socket(slack: Slack, app: AsyncApp, ping_seconds: float = PING_SECONDS) -> AsyncIterator[None]:
    """Socket Mode, opened beside and again for ever; after each reconnect missed reactions are read.

    A connection that broke is noticed, and another one tried, every `ping_seconds`.
    """
    task = asyncio.create_task(_stay(slack, app, ping_seconds), name="slack-socket")
    try:
        yield
    finally:
        while not task.done():  # a library below may have taken the first word for its own
            task.cancel()
            await asyncio.wait({task}, timeout=1.0)


async def _stay(slack: Slack, app: AsyncApp, ping_seconds: float) -> None:
    token = slack.admind.settings.slack_app_token
    secret = token.get_secret_value() if token else ""
    while True:  # the handler itself would ask for ever and say nothing when the token is not good
        try:
            await asked(slack.teams.web().apps_connections_open(app_token=secret))
            break
        except AdMindError as error:
            log.error("Slack cannot be heard: %s", error.sentence())
            await asyncio.sleep(error.retry_after_seconds or AGAIN_SECONDS)
    handler = AsyncSocketModeHandler(app, secret, web_client=slack.teams.web(), ping_interval=ping_seconds)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await _follow(slack, handler)
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _follow(slack: Slack, handler: AsyncSocketModeHandler) -> None:
    """After each new connection, read what stands on cards: events of the time between are gone."""
    session = handler.client.current_session
    log.info("Slack is heard")
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        current = handler.client.current_session
        if current is not session and current is not None and not current.closed:
            session = current
            await reread(slack)


async def reread(slack: Slack) -> None:
    """Missed reactions in every home that is in this Slack."""
    teams = set(await slack.admind.installations.teams("slack"))
    try:
        own = await slack.teams.own()
    except AdMindError:
        own = None
    for team in teams | ({own.id} if own else set()):
        home = await slack.admind.homes.home("slack", team)
        if home is not None and not await slack.admind.housing.reread(home):
            log.warning("reactions were not read again home=%s", home.key)


class _Events:
    """What Slack sends, without what Starlette wraps around a function: it comes in bursts."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer = await self._app.async_dispatch(to_async_bolt_request(request, await request.body()))
        await to_starlette_response(answer)(scope, receive, send)


def mount(slack: Slack, app: AsyncApp, edge: Starlette) -> None:
    """The paths that Slack and who installs call, onto the public edge."""
    flow = installing.flow(slack)

    async def install(request: Request) -> Response:
        assert flow is not None  # noqa: S101 - registered only then
        return to_starlette_response(await flow.handle_installation(to_async_bolt_request(request, b"")))

    async def returned(request: Request) -> Response:
        assert flow is not None  # noqa: S101
        return to_starlette_response(await flow.handle_callback(to_async_bolt_request(request, b"")))

    if slack.admind.settings.slack_signing_secret is not None:
        edge.router.routes.append(Route(REQUESTS, _Events(app), methods=["POST"], include_in_schema=False))
    if flow is not None:
        edge.add_route(INSTALL, install, methods=["GET"], include_in_schema=False)
        edge.add_route(RETURN, returned, methods=["GET"], include_in_schema=False)
