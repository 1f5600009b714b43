"""How Slack reaches AdMind: over a WebSocket that AdMind opened, or by signed HTTP on the public edge."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import AdMindError
from handlers.slack import installing
from handlers.slack.calling import asked
from handlers.slack.slack import Slack
from handlers.slack.surface import INSTALL, REQUESTS, RETURN

log = logging.getLogger(__name__)
PING_SECONDS = 5.0
AGAIN_SECONDS = 15.0
LOOKS_EVERY = 0.5
MOST_BYTES = 5_000_000  # of a request; Slack's are some kilobytes
# What bolt reads of a request.
READ = frozenset(
    (b"content-type", b"x-slack-signature", b"x-slack-request-timestamp", b"x-slack-retry-num", b"x-slack-retry-reason")
)


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
    """In every home that is in this Slack: missed reactions, and cards that could not be shown."""
    teams = set(await slack.admind.installations.teams("slack"))
    try:
        own = await slack.teams.own()
    except AdMindError:
        own = None
    for team in teams | ({own.id} if own else set()):
        home = await slack.admind.homes.home("slack", team)
        if home is not None and not await slack.admind.housing.reread(home):
            log.warning("reactions were not read again home=%s", home.key)
        await slack.mended(team)


class _Events:
    """What Slack sends, before everything else that is served: it comes in bursts, and its signature is its way in."""

    def __init__(self, app: AsyncApp, site: ASGIApp) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != REQUESTS or scope["method"] != "POST":
            await self._site(scope, receive, send)
            return
        body, whole = b"", False
        while not whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            whole = not message.get("more_body", False) or len(body) > MOST_BYTES
        headers: dict[str, str | Sequence[str]] = {
            str(name, "latin-1"): str(value, "latin-1") for name, value in scope["headers"] if name in READ
        }
        text = body.decode("utf-8", "replace") if len(body) <= MOST_BYTES else ""  # then no signature is right
        answer = await self._app.async_dispatch(AsyncBoltRequest(body=text, headers=headers))
        said = answer.body.encode()
        given = {**answer.first_headers_without_set_cookie(), "content-length": str(len(said))}
        shown = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": shown})
        await send({"type": "http.response.body", "body": said})


def mount(slack: Slack, app: AsyncApp, edge: Starlette) -> ASGIApp:
    """The public edge with the paths that Slack and who installs call."""
    flow = installing.flow(slack)

    async def install(request: Request) -> Response:
        assert flow is not None  # noqa: S101 - registered only then
        return to_starlette_response(await flow.handle_installation(to_async_bolt_request(request, b"")))

    async def returned(request: Request) -> Response:
        assert flow is not None  # noqa: S101
        return to_starlette_response(await flow.handle_callback(to_async_bolt_request(request, b"")))

    if flow is not None:
        edge.add_route(INSTALL, install, methods=["GET"], include_in_schema=False)
        edge.add_route(RETURN, returned, methods=["GET"], include_in_schema=False)
    return edge if slack.admind.settings.slack_signing_secret is None else _Events(app, edge)
