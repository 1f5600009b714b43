"""What answers before AdMind is there: health at once, everything else as soon as the application is ready.

It imports nothing of a web framework: that would take longer than it may.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

EARLY: dict[str, tuple[int, dict[str, Any]]] = {
    "/healthz": (200, {"status": "ok"}),
    "/readyz": (503, {"status": "waiting", "waiting_for": ["the start"]}),
}


class Front:
    """An application that is handed in late, by `use`. Requests that come earlier wait for it."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._there = asyncio.Event()

    def use(self, app: ASGIApp) -> None:
        self._app = app
        self._there.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None and scope["type"] == "http" and scope["path"] in EARLY:
            await _answer(send, *EARLY[scope["path"]])
            return
        await self._there.wait()
        if self._app is not None:
            await self._app(scope, receive, send)


async def _answer(send: Send, status: int, content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
