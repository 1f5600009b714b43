"""The gateway, version 10: HELLO, IDENTIFY, heartbeats, RESUME, and everything that ends a connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.connection import Closed, Connection
from tests.fakes.discord.documents import guild_document, member_document, user_document
from tests.fakes.discord.events import KNOWN, MEMBERS, PRIVILEGED_INTENTS, Events
from tests.fakes.discord.records import Json
from tests.fakes.discord.sessions import COMPRESSIONS, Session
from tests.fakes.discord.world import World
from tests.fakes.waiting import until

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS_WANTED, INVALID, HELLO, ACK = (
    1,
    2,
    3,
    4,
    6,
    7,
    8,
    9,
    10,
    11,
)


@dataclass
class Gateway:
    world: World
    events: Events
    interval: int = 41_250  # milliseconds between heartbeats; who misses two is cut
    acks: bool = True
    shards: int = 1  # as many as GET /gateway/bot recommends
    needs_shards: int = 1  # who identifies with fewer is told 4011
    resumes: bool = True  # False: every RESUME is refused
    url: str = ""
    connections: list[Connection] = field(default_factory=list)
    identified: list[Json] = field(default_factory=list)  # every IDENTIFY that was accepted
    resumed: int = 0
    refused: int = 0  # RESUMEs answered with INVALID_SESSION
    heartbeats: int = 0
    closes: list[int] = field(default_factory=list)  # codes that Discord closed with
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._open.set()

    # The test's hand on it

    async def online(self, shards: int = 1) -> None:
        """Return once so many shards are identified or resumed."""
        await until(lambda: sum(each.session is not None for each in self.connections) >= shards, "the bot is online")

    def ask_reconnect(self) -> None:
        for each in self.connections:
            each.send({"op": RECONNECT})

    def ask_heartbeat(self) -> None:
        for each in self.connections:
            each.send({"op": HEARTBEAT})

    def invalidate(self, *, resumable: bool = False) -> None:
        if not resumable:
            self.forget()
        for each in self.connections:
            each.send({"op": INVALID, "d": resumable})

    def forget(self, shard: int | None = None) -> None:
        """No session (of this shard) can be resumed any more."""
        self.events.sessions = [each for each in self.events.sessions if shard not in (None, each.shard)]

    async def cut(self, code: int = 4000, *, shard: int | None = None) -> None:
        """Close every connection, or that of one shard, with this code."""
        for each in self._of(shard):
            await each.socket.close(code=code)

    def _of(self, shard: int | None) -> list[Connection]:
        return [each for each in self.connections if shard is None or (each.session and each.session.shard == shard)]

    @asynccontextmanager
    async def away(self, *, forget: bool = False, shard: int | None = None) -> AsyncIterator[None]:
        """Nobody, or only one shard, is on meanwhile; who reconnects waits at the door. `forget`: and starts anew
        afterwards.
        """
        self._open.clear()
        await self.cut(shard=shard)
        await until(lambda: not self._of(shard), "these connections are gone")
        try:
            yield
        finally:
            if forget:
                self.forget(shard)
            self._open.set()

    # Serving

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        await self._open.wait()
        socket = web.WebSocketResponse(max_msg_size=4096, compress=False)
        await socket.prepare(request)
        packing = COMPRESSIONS.get(request.query.get("compress", ""))
        connection = Connection(socket, packing() if packing else None)
        self.connections.append(connection)
        writer = asyncio.create_task(connection.write())
        try:
            if request.query.get("v") != "10":
                raise Closed(4012, "Invalid API version.")
            if request.query.get("encoding", "json") != "json":
                raise Closed(4002, "Only JSON is spoken here.")
            connection.send({"op": HELLO, "d": {"heartbeat_interval": self.interval}})
            await self._listen(connection)
        except Closed as closed:
            self.closes.append(closed.code)
            await socket.close(code=closed.code, message=closed.reason.encode())
        finally:
            writer.cancel()
            self.connections.remove(connection)
            self._part(connection)
        return socket

    def _part(self, connection: Connection) -> None:
        """A client that says goodbye with 1000 or 1001 ends its session."""
        session = connection.session
        if session is None or session.send != connection.send:
            return
        session.send = None
        if connection.goodbye in (1000, 1001) and session in self.events.sessions:
            self.events.sessions.remove(session)

    async def _listen(self, connection: Connection) -> None:
        while True:
            try:
                heard = await connection.socket.receive(timeout=self.interval * 2 / 1000)
            except TimeoutError:
                raise Closed(4009, "Session timed out.") from None
            if heard.type is not WSMsgType.TEXT:
                if heard.type is WSMsgType.BINARY:
                    raise Closed(4002, "Error while decoding payload.")
                connection.goodbye = int(heard.data or 0) if heard.type is WSMsgType.CLOSE else 0
                return
            connection.pace()
            try:
                frame = json.loads(heard.data)
                op, data = int(frame["op"]), frame.get("d")
            except (ValueError, KeyError, TypeError):
                raise Closed(4002, "Error while decoding payload.") from None
            self._do(connection, op, data)

    def _do(self, connection: Connection, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            self.heartbeats += 1
            if self.acks:
                connection.send({"op": ACK})
        elif op in (IDENTIFY, RESUME):
            if connection.session is not None:
                raise Closed(4005, "Already authenticated.")
            (self._identify if op == IDENTIFY else self._resume)(connection, data)
        elif connection.session is None:
            raise Closed(4003, "Not authenticated.")
        elif op == MEMBERS_WANTED:
            self._members(connection.session, data)
        elif op not in (PRESENCE, VOICE):
            raise Closed(4001, "Unknown opcode.")

    def _identify(self, connection: Connection, data: Json) -> None:
        if data.get("token") != self.world.token:
            raise Closed(4004, "Authentication failed.")
        shard, shards = data.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            raise Closed(4010, "Invalid shard.")
        if shards < self.needs_shards:
            raise Closed(4011, "Sharding required.")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN:
            raise Closed(4013, "Invalid intent(s).")
        if any(intents & bit and name not in self.world.privileged for name, bit in PRIVILEGED_INTENTS.items()):
            raise Closed(4014, "Disallowed intent(s).")
        self.identified.append(data)
        session = Session(intents, shard, shards, send=connection.send)
        self.events.sessions = [each for each in self.events.sessions if (each.shard, each.shards) != (shard, shards)]
        self.events.sessions.append(session)
        connection.session = session
        self._ready(session)

    def _ready(self, session: Session) -> None:
        mine = [each for each in self.world.guilds.values() if self.world.bot.id in each.members]
        here = [each for each in mine if session.has(each.id)]
        session.push(
            "READY",
            {
                "v": 10,
                "user": user_document(self.world.bot) | {"mfa_enabled": False, "verified": True, "email": None},
                "guilds": [{"id": str(each.id), "unavailable": True} for each in here],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "session_type": "normal",
                "shard": [session.shard, session.shards],
                "application": {"id": str(self.world.application), "flags": self.world.application_flags},
                "private_channels": [],
            },
        )
        if session.intents & 1:
            for each in here:
                members = bool(session.intents & MEMBERS)
                session.push("GUILD_CREATE", guild_document(self.world, each, members=members))

    def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token") != self.world.token:
            raise Closed(4004, "Authentication failed.")
        session = next((each for each in self.events.sessions if each.id == data.get("session_id")), None)
        missed = session.since(int(data.get("seq") or 0)) if session is not None and self.resumes else None
        if session is None or missed is None:
            self.refused += 1
            connection.send({"op": INVALID, "d": False})
            return
        if int(data["seq"]) > session.sequence:
            raise Closed(4007, "Invalid seq.")
        connection.session, session.send = session, connection.send
        for each in missed:
            connection.send(each)
        session.push("RESUMED", {})
        self.resumed += 1

    def _members(self, session: Session, data: Json) -> None:
        """Everybody only with the intent; by name or id without."""
        guild = self.world.guilds.get(int(data["guild_id"]))
        if guild is None:
            return
        wanted = {int(each) for each in data.get("user_ids") or []}
        if not wanted and not data.get("query") and not session.intents & MEMBERS:
            raise Closed(4014, "Disallowed intent(s).")
        query = str(data.get("query") or "").lower()
        found = [
            each
            for each in guild.members.values()
            if (each.user.id in wanted if wanted else each.user.name.lower().startswith(query))
        ]
        chunk: Json = {"guild_id": str(guild.id), "members": [member_document(each) for each in found]}
        more: Json = {"chunk_index": 0, "chunk_count": 1, "not_found": [], "nonce": data.get("nonce")}
        session.push("GUILD_MEMBERS_CHUNK", chunk | more)

    def guild_came(self, guild: int) -> None:
        """The bot was invited: GUILD_CREATE to the shard it belongs to."""
        found = self.world.guilds[guild]
        for each in self.events.sessions:
            if each.has(guild) and each.intents & 1:
                shown = guild_document(self.world, found, members=bool(each.intents & MEMBERS))
                each.push("GUILD_CREATE", shown)
