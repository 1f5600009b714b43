"""A loopback HTTP server that misbehaves on demand and keeps a journal of the truth.

What it *committed* (the post is there) is apart from what it *answered*: the gap between the two is what adapters are
tested on. It speaks just enough HTTP/1.1 to break it at any byte.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from tests.fakes.shrinking import shrunk

Breaks = Literal["", "before reading", "before answering", "within answer"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Act:
    """How one request is treated. `commits`: now, late (when the test calls `commit_late`), or never."""

    status: int = 200
    headers: Headers = ()
    body: bytes | None = None  # None: what the server says of what was committed
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
    target: str = ""  # path and query as they were written

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


@dataclass
class FaultyServer:
    """`plan` is used up by requests that publish, one act each; then `GOOD` holds. Subclasses publish and route."""

    plan: deque[Act] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    listener: asyncio.Server | None = None
    small: dict[str, bytes] = field(default_factory=dict)  # path → a picture that it shows there, as it got it
    swapped: bytes = b""  # what it shows in place of every picture
    whole: bool = False  # whether it shows pictures as large as it got them
    hidden: bool = False  # whether it shows none
    _late: list[Seen] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publishes(self, method: str, path: str) -> bool:
        """Whether such a request follows the plan."""
        raise NotImplementedError

    def commit(self, seen: Seen) -> bytes:
        """Make it true; what is said about it."""
        raise NotImplementedError

    def headers(self) -> Headers:
        """What the head of a good answer says of what was committed last."""
        return ()

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        """Why this request would publish nothing, whatever the plan."""
        return None

    def silent(self, seen: Seen) -> bool:
        """Whether such another request is taken and never answered."""
        return False

    def route(self, seen: Seen) -> tuple[int, bytes, Headers]:
        """The answer to every other request."""
        raise NotImplementedError

    def commit_late(self) -> int:
        """What was taken but not yet written is written now; how many."""
        late, self._late = self._late, []
        for seen in late:
            self.commit(seen)
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

    def show(self, data: bytes, path: str = "") -> str:
        """Where everybody can fetch a picture from now on, in small."""
        path = path or f"/small/{hashlib.sha256(data).hexdigest()[:24]}.jpg"
        self.small[path] = data
        return f"{self.origin}{path}"

    def looked_at(self) -> list[Seen]:
        """The requests for pictures that it shows."""
        return [seen for seen in self.seen if seen.method == "GET" and seen.path in self.small]

    def may_see(self, seen: Seen) -> bool:
        """They are for everybody: who brings an access along gives it away."""
        return "authorization" not in seen.headers and "access_token" not in seen.query

    def _shown_small(self, seen: Seen) -> tuple[int, bytes, Headers]:
        if not self.may_see(seen):
            return 400, b"", ()
        if self.hidden:
            return 404, b"", ()
        data = self.swapped or self.small[seen.path]
        return 200, data if self.whole else shrunk(data), (("content-type", "image/jpeg"),)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        parts = urlsplit(target)
        publishes = self.publishes(method, parts.path)
        act = self.plan.popleft() if publishes and self.plan else GOOD
        if act.breaks == "before reading":
            self.seen.append(Seen(method, parts.path, parse_qs(parts.query), headers, b"", target))
            _reset(writer)
            return
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = Seen(method, parts.path, parse_qs(parts.query), headers, body, target)
        self.seen.append(seen)
        if method == "GET" and parts.path in self.small:
            await self._answer(writer, *self._shown_small(seen))
        elif not publishes and self.silent(seen):
            await asyncio.Event().wait()
        elif not publishes:
            await self._answer(writer, *self.route(seen))
        elif (refused := self.refusal(seen)) is not None:
            await self._answer(writer, *refused)
        else:
            await self._act(writer, seen, act)

    async def _act(self, writer: asyncio.StreamWriter, seen: Seen, act: Act) -> None:
        answer = b""
        if act.commits == "now":
            answer = self.commit(seen)
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
        good = act.commits == "now" and 200 <= act.status < 300
        await self._answer(writer, act.status, body, act.headers + (self.headers() if good else ()))

    async def _answer(self, writer: asyncio.StreamWriter, status: int, body: bytes, headers: Headers = ()) -> None:
        lines = [f"HTTP/1.1 {status} x", "connection: close", *(f"{name}: {value}" for name, value in headers)]
        if status != 204:
            lines.append(f"content-length: {len(body)}")
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """An abrupt end, as a crashed server leaves it."""
    writer.transport.abort()


class Listens(Protocol):
    """A server of this machine, for `listening`."""

    port: int
    listener: asyncio.Server | None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...


ListensT = TypeVar("ListensT", bound=Listens)


@asynccontextmanager
async def listening(fake: ListensT) -> AsyncIterator[ListensT]:
    """The server on a free port of this machine, gone at the end with all its connections."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await fake.serve(reader, writer)
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0, limit=2**20)
    fake.listener = server
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def on_a_thread(fake: ListensT) -> Iterator[ListensT]:
    """The same on a thread of its own, for tests that wait where they stand."""
    started: Future[ListensT] = Future()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def run() -> None:
        async with listening(fake):
            started.set_result(fake)
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), name="fake", daemon=True)
    thread.start()
    try:
        yield started.result(20)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)
        loop.close()
