"""A loopback HTTP server that takes posts as webhooks do, misbehaves on demand, and keeps a journal of the truth.

What it *committed* (the post is there) is apart from what it *answered*: the gap between the two is what adapters are
tested on. It speaks just enough HTTP/1.1 to break it at any byte.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlsplit

Breaks = Literal["", "before reading", "before answering", "within answer"]


@dataclass(frozen=True)
class Act:
    """How one request is treated. `commits`: now, late (when the test calls `commit_late`), or never."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None  # None: {"id", "url"} of what was committed
    commits: Literal["now", "late", "never"] = "now"
    breaks: Breaks = ""
    hangs: bool = False  # keeps the connection open and says nothing


GOOD = Act()


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


@dataclass
class Posted:
    """Something that stands on the server."""

    id: str
    key: str
    body: bytes


@dataclass
class WebhookServer:
    """`plan` is used up request by request (POSTs only), then `GOOD` holds. Build it with `webhook_server`."""

    honours_key: bool = False
    plan: deque[Act] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    posts: list[Posted] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    port: int = 0
    lookups_fail: bool = False
    listener: asyncio.Server | None = None
    _late: list[Seen] = field(default_factory=list)
    _count: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/hook"

    @property
    def sent(self) -> list[Seen]:
        """The POSTs that asked to publish, pings left out."""
        return [seen for seen in self.seen if seen.method == "POST" and b'"admind.ping"' not in seen.body]

    def commit_late(self) -> int:
        """What was taken but not yet written is written now; how many."""
        late, self._late = self._late, []
        for seen in late:
            self._commit(seen)
        return len(late)

    async def stop(self) -> None:
        """Nobody listens any more; the port refuses."""
        assert self.listener is not None
        self.listener.close()
        await asyncio.sleep(0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer)
        with suppress(Exception):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        parts = urlsplit(target)
        posting = method == "POST"
        act = self.plan.popleft() if posting and self.plan else GOOD
        if act.breaks == "before reading":
            self.seen.append(Seen(method, parts.path, parse_qs(parts.query), headers, b""))
            _reset(writer)
            return
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = Seen(method, parts.path, parse_qs(parts.query), headers, body)
        self.seen.append(seen)
        if not posting:
            await self._answer(writer, *self._look_or_delete(seen))
            return
        await self._act(writer, seen, act)

    async def _act(self, writer: asyncio.StreamWriter, seen: Seen, act: Act) -> None:
        answer = b""
        if act.commits == "now":
            answer = self._commit(seen)
        elif act.commits == "late":
            self._late.append(seen)
        if act.hangs:
            await asyncio.Event().wait()
        if act.breaks == "before answering":
            _reset(writer)
            return
        body = answer if act.body is None else act.body
        if act.breaks == "within answer":
            writer.write(f"HTTP/1.1 {act.status} x\r\ncontent-length: {len(body) + 99}\r\n\r\n".encode() + body)
            await writer.drain()
            _reset(writer)
            return
        await self._answer(writer, act.status, body, act.headers)

    def _commit(self, seen: Seen) -> bytes:
        if b'"admind.ping"' in seen.body:
            return b""
        known = next((post for post in self.posts if self.honours_key and post.key == seen.key), None)
        if known is None:
            self._count += 1
            known = Posted(f"post-{self._count}", seen.key, seen.body)
            self.posts.append(known)
        return self._said(known)

    def _said(self, post: Posted) -> bytes:
        return json.dumps({"id": post.id, "url": f"{self.origin}/{post.id}"}).encode()

    def _look_or_delete(self, seen: Seen) -> tuple[int, bytes]:
        if seen.method == "DELETE":
            wanted = seen.query.get("id", [""])[0]
            found = next((post for post in self.posts if wanted in (post.id, post.key)), None)
            if found is None:
                return 404, b""
            self.posts.remove(found)
            self.deleted.append(wanted)
            return 204, b""
        if self.lookups_fail:
            return 500, b""
        key = seen.query.get("key", [""])[0]
        kept = next((post for post in self.posts if post.key == key), None)
        return (200, self._said(kept)) if kept else (404, b"{}")

    async def _answer(
        self, writer: asyncio.StreamWriter, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        lines = [f"HTTP/1.1 {status} x", "connection: close", *(f"{name}: {value}" for name, value in headers)]
        if status != 204:
            lines.append(f"content-length: {len(body)}")
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """An abrupt end, as a crashed server leaves it."""
    writer.transport.abort()


@asynccontextmanager
async def webhook_server(*, honours_key: bool = False) -> AsyncIterator[WebhookServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    fake = WebhookServer(honours_key=honours_key)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await fake.serve(reader, writer)
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    fake.listener = server
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
