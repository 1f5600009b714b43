"""Real bolt apps, served as they are in production."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until

Given = dict[str, Any]


def bare_app(slack: SlackServer, **options: Any) -> AsyncApp:
    client = AsyncWebClient(slack.token, base_url=slack.api)
    return AsyncApp(client=client, signing_secret=slack.signing_secret, **options)


@asynccontextmanager
async def bolt_server(app: AsyncApp) -> AsyncIterator[int]:
    """The app at bolt's own paths behind uvicorn; its port."""
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    paths = {"/slack/events": "POST", "/slack/install": "GET", "/slack/oauth_redirect": "GET"}
    site = Starlette(routes=[Route(path, endpoint, methods=[method]) for path, method in paths.items()])
    server = uvicorn.Server(
        uvicorn.Config(site, port=0, log_level="warning", access_log=False, lifespan="off", ws="none")
    )
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started, "the app is served")
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def served(slack: SlackServer, app: AsyncApp) -> AsyncIterator[None]:
    """The app behind uvicorn, and Slack pointed at it."""
    async with bolt_server(app) as port:
        slack.over_http(f"http://127.0.0.1:{port}/slack/events")
        yield


@asynccontextmanager
async def connected(slack: SlackServer, app: AsyncApp, sockets: int = 1) -> AsyncIterator[list[AsyncSocketModeHandler]]:
    """The app on so many WebSockets, and Slack sending over them."""
    handlers = [AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.2) for _ in range(sockets)]
    try:
        for each in handlers:
            await each.connect_async()  # type: ignore[no-untyped-call]
        await slack.over_sockets(sockets)
        yield handlers
    finally:
        for each in handlers:
            await each.close_async()  # type: ignore[no-untyped-call]
