"""Socket Mode: the WebSockets that an app opened, and what is sent over them."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import WSMsgType, web

from tests.fakes.slack.doors import Answer, Kind, Retry
from tests.fakes.slack.records import Json
from tests.fakes.slack.world import World

MOST_CONNECTIONS = 10
Parting = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass
class Connection:
    number: int
    socket: web.WebSocketResponse
    got: list[str] = field(default_factory=list)  # envelope ids that were sent over it


@dataclass
class SocketDoor:
    """`tickets` of apps.connections.open open one connection each."""

    world: World
    tickets: set[str]
    patience: float = 3.0  # seconds
    refuse: int = 0  # how many of the next handshakes are refused
    twice: bool = False  # each envelope over two connections
    connections: list[Connection] = field(default_factory=list)
    opened: int = 0
    unacknowledged: list[Json] = field(default_factory=list)
    acks: list[Json] = field(default_factory=list)
    _waiting: dict[str, list[asyncio.Future[Json]]] = field(default_factory=dict)
    _turn: int = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if self.refuse or ticket not in self.tickets:
            self.refuse = max(0, self.refuse - 1)
            return web.Response(status=408 if ticket in self.tickets else 404)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json(self._parting("too_many_websockets"))
            await socket.close()
            return socket
        self.opened += 1
        connection = Connection(self.opened, socket)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(json.loads(message.data))
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
        return socket

    def _hello(self) -> Json:
        debug = {"host": "applink-loopback", "build_number": 1, "approximate_connection_time": 18060}
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": debug,
            "connection_info": {"app_id": self.world.app},
        }

    def _parting(self, reason: Parting) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-loopback"}}

    def _acknowledge(self, found: Json) -> None:
        self.acks.append(found)
        waiting = self._waiting.get(str(found.get("envelope_id")))
        first = next((each for each in waiting or [] if not each.done()), None)
        if first is not None:
            first.set_result(found)

    async def send(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        """Over one connection in turn; the answer is the payload of the acknowledgement."""
        if not self.connections:
            return Answer("socket_closed")
        self._turn += 1
        chosen = [self.connections[self._turn % len(self.connections)]]
        if self.twice and len(self.connections) > 1:
            chosen.append(self.connections[(self._turn + 1) % len(self.connections)])
        envelope: Json = {
            "envelope_id": self.world.new_id("envelope-"),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.number if retry else 0, "retry_reason": retry.reason if retry else ""}
        return await self._send(envelope, chosen)

    async def _send(self, envelope: Json, chosen: list[Connection]) -> Answer:
        """Acknowledged once every copy is."""
        loop = asyncio.get_running_loop()
        name = envelope["envelope_id"]
        waiting = self._waiting[name] = [loop.create_future() for _ in chosen]
        started = time.perf_counter()
        try:
            for each in chosen:
                each.got.append(name)
                await each.socket.send_json(envelope)
            found = await asyncio.wait_for(asyncio.gather(*waiting), self.patience)
        except TimeoutError:
            self.unacknowledged.append(envelope)
            return Answer("timeout", seconds=time.perf_counter() - started)
        except ConnectionError:
            self.unacknowledged.append(envelope)
            return Answer("socket_closed", seconds=time.perf_counter() - started)
        finally:
            del self._waiting[name]
        said = next((each["payload"] for each in found if each.get("payload")), None)
        return Answer("", said, 200, time.perf_counter() - started)

    async def part(self, reason: Parting = "refresh_requested") -> None:
        """Tell every connection so. After all but a warning nothing more is sent over it; a link that was disabled is
        closed, else the app closes it once it has another."""
        for each in list(self.connections):
            if reason != "warning":
                self.connections.remove(each)
            await each.socket.send_json(self._parting(reason))
            if reason == "link_disabled":
                await each.socket.close()

    async def cut(self) -> None:
        """Every connection breaks without a word."""
        for each in list(self.connections):
            self.connections.remove(each)
            transport = each.socket._req.transport if each.socket._req is not None else None
            if transport is not None:
                transport.abort()
