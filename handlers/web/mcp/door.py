"""`/mcp`: who gets in, how often, and each request on its own.

There are no sessions: every request carries its token and is let in, or not, by that alone; a session id that somebody
names opens nothing. What a request needs lives as long as it does, so a shutdown has nothing else to wait for.
"""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlsplit

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.bootstrap import AdMind
from handlers.web.auth import program_of
from handlers.web.mcp.rates import Rates
from handlers.web.mcp.server import CALLER, build

PATH: Final = "/mcp"
MOST_BODY_BYTES: Final = 1_000_000


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
            manager = StreamableHTTPSessionManager(
                self._server, json_response=True, stateless=True, max_request_body_size=MOST_BODY_BYTES
            )
            async with manager.run():
                await manager.handle_request(scope, receive, send)


def route(admind: AdMind) -> Route:
    return Route(PATH, Door(admind), include_in_schema=False)
