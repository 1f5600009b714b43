"""`/mcp`: who gets in, how often, and each request on its own.

There are no sessions: every request carries its token and is let in, or not, by that alone; a session id that somebody
names opens nothing. What a request needs lives as long as it does, and no longer than somebody waits for its answer.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final
from urllib.parse import urlsplit

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from bot.bootstrap import AdMind
from handlers.web.auth import program_of
from handlers.web.guard import TooLarge
from handlers.web.mcp.rates import Rates
from handlers.web.mcp.server import CALLER, build
from handlers.web.problems import problem

PATH: Final = "/mcp"
MOST_BODY_BYTES: Final = 1_000_000
RETRY_SECONDS: Final = 5
STOPPING: Final = "AdMind is being stopped. What was asked is kept; call again when it runs."


class Door:
    """An ASGI application for one address."""

    def __init__(self, admind: AdMind) -> None:
        settings = admind.settings
        shared = settings.public_port is None  # the internet's side and this one have one listener
        self._public = (urlsplit(settings.public_url).hostname or "") if shared else ""
        self._server = build(admind)
        self._rates = Rates(admind.clock.now)
        logging.getLogger("mcp").setLevel(logging.ERROR)  # the SDK tells of each request, and quotes what it can't read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self._public and (request.url.hostname or "").rstrip(".").lower() == self._public:
            raise HTTPException(404)  # the public address leads to no program's door
        caller = await program_of(request)
        if "decide" in caller.scopes:
            raise HTTPException(
                403,
                "This token may decide, and nothing is ever decided over MCP. Make one that only reads and proposes: "
                "`admind tokens create --scope read,propose`.",
            )
        if request.method != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        scope[CALLER] = caller
        with self._rates.counted(caller.token):
            body = await _whole(receive)
            await self._while_there(scope, body, receive, send)

    async def _while_there(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Answer for as long as somebody waits for it; a program that hangs up takes no more of its share."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        work = asyncio.create_task(self._answer(scope, _again(body), sending))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await work
        except asyncio.CancelledError:  # the server ends what takes long when it is stopped
            if begun:
                raise
            await _ended(work)
            await problem(503, STOPPING, retry_after_seconds=RETRY_SECONDS)(scope, receive, send)
        finally:
            await _ended(work, gone)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, max_request_body_size=MOST_BODY_BYTES
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)


async def _whole(receive: Receive) -> bytes:
    """The body. Raises 413 as soon as it is larger than it may be, and 400 for one that breaks off."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise HTTPException(400, "This request broke off.")
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            raise TooLarge(MOST_BODY_BYTES)
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes) -> Receive:
    """Gives the body that was read already, and then nothing more."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            await asyncio.Event().wait()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def route(admind: AdMind) -> Route:
    return Route(PATH, Door(admind), include_in_schema=False)
