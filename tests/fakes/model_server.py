"""What the fake model providers share: an HTTP server on loopback, a script of replies, a journal of requests.

Each provider's file turns a `Reply` into its own wire format; nothing here knows one. Written on asyncio streams,
because a web framework would mend what these servers have to break: bodies that stop half-way, sockets that close
without a word, streams that end too early.

    async with OpenAIServer() as server:
        server.script(Fail(429, retry_after="1"), Say("Hello"))
        model = build_model(ModelChoice.parse("openai:gpt-4o"), server.keys())
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Finish = Literal["stop", "length", "filter"]


@dataclass(frozen=True)
class Call:
    """A tool call; `args` as text is sent as it is, so that it can be malformed."""

    name: str
    args: Mapping[str, Any] | str
    id: str = ""

    def text(self) -> str:
        return self.args if isinstance(self.args, str) else json.dumps(dict(self.args))


@dataclass(frozen=True)
class Say:
    """An answer in words, with tool calls or with both. `refusal` is what providers with a field for it put there."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    finish: Finish = "stop"
    refusal: str = ""
    input_tokens: int = 11
    output_tokens: int = 7


@dataclass(frozen=True)
class Fail:
    """An HTTP error in the provider's own shape; `kind` picks among its known errors (`overflow`, `filter`, `quota`,
    `key`), `retry_after` is the header as it is.
    """

    status: int
    kind: str = ""
    retry_after: str | None = None


@dataclass(frozen=True)
class Hang:
    """Takes the request and never answers; ends when the client hangs up or the server closes."""


@dataclass(frozen=True)
class Drop:
    """Closes the connection without an answer."""


@dataclass(frozen=True)
class Cut:
    """Streams only the first `events` of `reply`. `clean`: the body ends as if it were whole, else the connection
    breaks. `then_error`: an error event of the provider comes last.
    """

    reply: Say
    events: int = 2
    clean: bool = False
    then_error: bool = False


@dataclass(frozen=True)
class Garbage:
    """A body in place of an answer, as a captive portal or a gateway gives it."""

    body: str = "<html>Bad gateway</html>"
    content_type: str = "application/json"


Reply = Say | Fail | Hang | Drop | Cut | Garbage


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    number: int = 0
    """How many came before it: makes the ids of answers unique, as real ones are."""


class ModelServer(ABC):
    """One fake provider. `script` queues replies; `answer`, when set, decides by request once the queue is empty."""

    stream_type = "text/event-stream"

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Reply] | None = None
        self._replies: deque[Reply] = deque()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def url(self) -> str:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def script(self, *replies: Reply) -> None:
        self._replies.extend(replies)

    async def asked(self, count: int = 1) -> None:
        """Returns once this many requests have arrived."""
        async with self._arrived, asyncio.timeout(10):
            await self._arrived.wait_for(lambda: len(self.requests) >= count)

    @property
    def unused(self) -> int:
        """Replies that nobody has asked for."""
        return len(self._replies)

    @abstractmethod
    def keys(self) -> dict[str, str]:
        """The settings that lead a client here."""

    @abstractmethod
    def wants_stream(self, request: Request) -> bool: ...

    @abstractmethod
    def body(self, reply: Say, request: Request) -> dict[str, Any]:
        """The whole answer, for a request that does not stream."""

    @abstractmethod
    def events(self, reply: Say, request: Request) -> Iterator[bytes]:
        """The answer as chunks on the wire, first to last."""

    @abstractmethod
    def error_event(self) -> bytes: ...

    @abstractmethod
    def error_body(self, failure: Fail) -> dict[str, Any]: ...

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while request := await _read(reader, len(self.requests)):
                async with self._arrived:
                    self.requests.append(request)
                    self._arrived.notify_all()
                if not await self._serve(self._next(request), request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _next(self, request: Request) -> Reply:
        if self._replies:
            return self._replies.popleft()
        return self.answer(request) if self.answer else Fail(501, kind="nothing is scripted")

    async def _serve(
        self, reply: Reply, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answers; False when the connection is to be closed."""
        match reply:
            case Drop():
                writer.transport.abort()
                return False
            case Hang():
                await reader.read(1)
                return False
            case Garbage():
                await whole(writer, 200, reply.content_type, reply.body.encode())
            case Fail():
                headers = {} if reply.retry_after is None else {"Retry-After": reply.retry_after}
                payload = json.dumps(self.error_body(reply)).encode()
                await whole(writer, reply.status, "application/json", payload, headers)
            case Cut():
                await self._cut(reply, request, writer)
                return False
            case Say() if self.wants_stream(request):
                await self._stream(writer, list(self.events(reply, request)), end=True)
            case Say():
                await whole(writer, 200, "application/json", json.dumps(self.body(reply, request)).encode())
        return True

    async def _cut(self, reply: Cut, request: Request, writer: asyncio.StreamWriter) -> None:
        if self.wants_stream(request):
            chunks = list(self.events(reply.reply, request))[: reply.events]
            if reply.then_error:
                chunks.append(self.error_event())
            await self._stream(writer, chunks, end=reply.clean)
        else:
            payload = json.dumps(self.body(reply.reply, request)).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
            writer.write(head.encode() + payload[: len(payload) // 2])
            await writer.drain()

    async def _stream(self, writer: asyncio.StreamWriter, chunks: list[bytes], *, end: bool) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {self.stream_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        for chunk in chunks:
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            await writer.drain()
        if end:
            writer.write(b"0\r\n\r\n")
            await writer.drain()


def sse(payload: Mapping[str, Any], event: str = "") -> bytes:
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(payload)}\n\n".encode()


def pieces(text: str, size: int = 6) -> list[str]:
    """A text as the small parts in which it is streamed."""
    return [text[start : start + size] for start in range(0, len(text), size)]


async def _read(reader: asyncio.StreamReader, number: int) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    if headers.get("transfer-encoding") == "chunked":
        raw = b""
        while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
            raw += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    else:
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, json.loads(raw) if raw else {}, number)


async def whole(
    writer: asyncio.StreamWriter,
    status: int,
    content_type: str,
    payload: bytes,
    headers: Mapping[str, str] | None = None,
) -> None:
    """An answer in one piece."""
    lines = [
        f"HTTP/1.1 {status} Scripted",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(payload)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)
    await writer.drain()
