"""What may an answer cost? A transport that dials safely, caps size and time, and knows whether bytes were sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cached_property
from typing import Any

import httpcore2
import httpx2

from bot.fetch.addresses import MAIL_PORTS, FetchRefused, NotSent, check_url
from bot.fetch.dialler import Resolver, SafeDialler

_GZIP = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 64 * 1024
MOST_BYTES = 30_000_000  # of any answer, whatever a request asks for
Trace = Callable[[str, dict[str, Any]], Awaitable[None]]


class _Sent:
    """Has any byte of the request been handed to the connection? Told by httpcore2's trace extension."""

    def __init__(self, outer: Trace | None) -> None:
        self.started = False
        self._outer = outer

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.started = True
        if self._outer is not None:
            await self._outer(event, info)


class SafeTransport(httpx2.AsyncBaseTransport):
    """One request, one answer: no redirect, no proxy, no cookie; every connection through `SafeDialler`.

    `timeout_seconds` caps the whole exchange, from the wait for a connection to the last byte of the body. Raises
    NotSent when nothing was sent for certain, FetchRefused when the answer is larger than `max_bytes` (as sent or
    unpacked) or packed by anything but gzip, `httpx2.TransportError` when what happened after sending is unknown.
    A request may take another size for its own answer with the extension `max_bytes`, up to `MOST_BYTES`.
    """

    def __init__(
        self,
        allow_hosts: frozenset[str],
        timeout_seconds: float,
        max_bytes: int,
        resolver: Resolver,
        verify: ssl.SSLContext | bool,
    ) -> None:
        self.allow_hosts = allow_hosts
        self._timeout_seconds = timeout_seconds
        self._max_bytes = max_bytes
        self._mail = SafeDialler(allow_hosts, resolver, MAIL_PORTS)
        self._verify = verify
        context = httpx2.create_ssl_context(verify=verify, trust_env=False)
        self._inner = httpx2.AsyncHTTPTransport(verify=context, trust_env=False, retries=0)
        # The one private name of httpx2 that AdMind relies on; a canary test fails when it goes away.
        self._inner._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=SafeDialler(allow_hosts, resolver),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the body of the answer is read under the same deadline."""
        check_url(request.url, self.allow_hosts)
        deadline = asyncio.get_running_loop().time() + self._timeout_seconds
        sent = _Sent(request.extensions.get("trace"))
        request.extensions = {**request.extensions, "trace": sent}
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._inner.handle_async_request(request)
        except FetchRefused:
            raise
        except (httpx2.TransportError, TimeoutError) as error:
            if not sent.started:
                raise NotSent(
                    "The website could not be reached.", do_next="Please try again later.", retry_after_seconds=60
                ) from None
            if isinstance(error, httpx2.TransportError):
                raise
            raise httpx2.ReadTimeout("the answer took too long", request=request) from None
        try:
            return self._capped(request, response, deadline, self._most(request, response))
        except FetchRefused:
            await response.aclose()
            raise

    @cached_property
    def mail_tls(self) -> ssl.SSLContext:
        """What certificates of mail servers are checked with; its own, as HTTP writes into the other."""
        return httpx2.create_ssl_context(verify=self._verify, trust_env=False)

    async def dial_mail(self, host: str, port: int) -> socket.socket:
        """A connected socket to a mail server at a judged address, on the ports of mail. Raises NotSent."""
        return await self._mail.connect_socket(host, port, self._timeout_seconds)

    def _most(self, request: httpx2.Request, response: httpx2.Response) -> int:
        """As the request asks for by itself (`max_bytes`) or for this media type (`max_bytes_of`), else the usual."""
        asked = request.extensions.get("max_bytes")
        if asked is None:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            asked = (request.extensions.get("max_bytes_of") or {}).get(kind)
        return min(asked, MOST_BYTES) if isinstance(asked, int) else self._max_bytes

    def _capped(
        self, request: httpx2.Request, response: httpx2.Response, deadline: float, most: int
    ) -> httpx2.Response:
        packing = response.headers.get("content-encoding", "").strip().lower()
        if packing not in {"", "identity", "gzip", "x-gzip"}:
            raise FetchRefused("The website answered in a packing that was not asked for.")
        length = response.headers.get("content-length", "")
        if request.method != "HEAD" and length.isdigit() and int(length) > most:
            raise _too_large(most)
        headers = httpx2.Headers(response.headers)
        if packing in {"gzip", "x-gzip"}:
            del headers["content-encoding"]
            headers.pop("content-length", None)
        body = _CappedBody(request, response, deadline, most, unpack=packing in {"gzip", "x-gzip"})
        return httpx2.Response(response.status_code, headers=headers, stream=body, extensions=response.extensions)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


def _too_large(max_bytes: int) -> FetchRefused:
    return FetchRefused(f"The answer is larger than {max_bytes // 1000} kB.", do_next="Please use a smaller page.")


class _CappedBody(httpx2.AsyncByteStream):
    """A body that ends in FetchRefused past its size and in ReadTimeout past its deadline; unpacks gzip piecewise."""

    def __init__(
        self, request: httpx2.Request, response: httpx2.Response, deadline: float, max_bytes: int, *, unpack: bool
    ) -> None:
        self._request = request
        self._response = response
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._unpack = unpack

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left_packed = left = self._max_bytes
        unpacker = zlib.decompressobj(_GZIP) if self._unpack else None
        chunks = aiter(self._raw())
        while True:
            try:
                async with asyncio.timeout_at(self._deadline):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise httpx2.ReadTimeout("the answer took too long", request=self._request) from None
            left_packed -= len(chunk)
            if left_packed < 0:
                raise _too_large(self._max_bytes)
            for piece in [chunk] if unpacker is None else _unpacked(unpacker, chunk):
                left -= len(piece)
                if left < 0:
                    raise _too_large(self._max_bytes)
                yield piece

    async def _raw(self) -> AsyncIterator[bytes]:
        stream = self._response.stream
        if isinstance(stream, httpx2.AsyncByteStream):
            async for chunk in stream:
                yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


def _unpacked(unpacker: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    """The chunk unpacked in pieces of at most 64 kB, so that whoever counts them can stop a bomb."""
    try:
        while chunk and not unpacker.eof:
            yield unpacker.decompress(chunk, _PIECE_BYTES)
            chunk = unpacker.unconsumed_tail
    except zlib.error:
        raise FetchRefused("The website's answer is damaged.", do_next="Please try again later.") from None
