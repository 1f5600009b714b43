"""One WebSocket of the gateway."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable

from aiohttp import web

from tests.fakes.discord.records import Json
from tests.fakes.discord.sessions import Session

MOST_A_MINUTE = 120


class Closed(Exception):
    """Discord ends the connection with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


class Connection:
    """One WebSocket: what is queued goes out in order."""

    def __init__(self, socket: web.WebSocketResponse, pack: Callable[[str], bytes] | None) -> None:
        self.socket, self._pack = socket, pack
        self.session: Session | None = None
        self.goodbye = 0  # the code that the client closed with
        self.heard: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self._queue: asyncio.Queue[Json] = asyncio.Queue()

    def send(self, frame: Json) -> None:
        self._queue.put_nowait(frame)

    async def write(self) -> None:
        while True:
            said = json.dumps({"t": None, "s": None, "d": None, **await self._queue.get()})
            if self._pack is None:
                await self.socket.send_str(said)
            else:
                await self.socket.send_bytes(self._pack(said))

    def pace(self) -> None:
        """Raises Closed when too much was said within a minute."""
        now = asyncio.get_running_loop().time()
        if len(self.heard) == MOST_A_MINUTE and now - self.heard[0] < 60:
            raise Closed(4008, "Rate limited.")
        self.heard.append(now)
