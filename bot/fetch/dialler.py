"""How is a public host dialled so that no answer of its DNS can lead inside? Resolve once, judge all, dial that.

A network backend for httpcore2's pool: every connection of a client passes here, whoever wrote the call.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any

import httpcore2

from bot.fetch.addresses import WEB_PORTS, Address, NotSent, is_allowed, refusal_of, refusal_of_host

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
_MOST_TRIED = 4
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system's resolver gives them. Raises OSError when it has none."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


class SafeDialler(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only, and to what the operator allows.

    Raises NotSent when a host has no address or any that is not public: one bad address among good ones is how
    rebinding hides. The address that was judged is the one dialled; its name is never looked up again. `ports`: other
    than those of the web.
    """

    def __init__(
        self,
        allow_hosts: frozenset[str],
        resolver: Resolver = system_resolver,
        ports: Collection[int] | None = None,
    ) -> None:
        self._allow_hosts = allow_hosts
        self._resolver = resolver
        self._ports = ports
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to one of the host's judged addresses, tried in their order within `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                return await self._dial(await self._judged(host, port), port, local_address, socket_options)
        except TimeoutError:
            raise httpcore2.ConnectTimeout("no connection in time") from None

    async def connect_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """The same for a protocol other than HTTP: a connected socket, which is the caller's to close.

        Raises NotSent for everything that keeps it from being there within `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._judged(host, port)
                for address in addresses[:_MOST_TRIED]:
                    connected = await _connected(address, port)
                    if connected is not None:
                        return connected
        except TimeoutError:
            pass
        raise NotSent("The server could not be reached.", do_next="Please try again later.", retry_after_seconds=60)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[_SocketOption] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Never: raises NotSent."""
        raise NotSent("Local sockets can't be opened.")

    async def sleep(self, seconds: float) -> None:
        """Used by the pool between retries."""
        await asyncio.sleep(seconds)

    async def _judged(self, host: str, port: int) -> list[Address]:
        allowed = is_allowed(host, port, self._allow_hosts)
        if not allowed and (port not in (WEB_PORTS if self._ports is None else self._ports) or refusal_of_host(host)):
            raise NotSent("That address can't be opened: it is not on the public internet.")
        try:
            answers = [str(ipaddress.ip_address(host.strip("[]")))]
        except ValueError:
            try:
                answers = list(await self._resolver(host, port))
            except (OSError, UnicodeError):
                raise NotSent("There is no website of that name.", do_next="Please check the spelling.") from None
        try:
            addresses = list(dict.fromkeys(ipaddress.ip_address(answer) for answer in answers))
        except ValueError:
            raise NotSent("That address can't be opened: its name leads nowhere.") from None
        if not addresses:
            raise NotSent("There is no website of that name.", do_next="Please check the spelling.")
        if not allowed and any(refusal_of(address) for address in addresses):
            raise NotSent("That address can't be opened: it leads to a private network.")
        return addresses

    async def _dial(
        self,
        addresses: Sequence[Address],
        port: int,
        local_address: str | None,
        socket_options: Iterable[_SocketOption] | None,
    ) -> httpcore2.AsyncNetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        for address in addresses[:_MOST_TRIED]:
            try:
                return _Stream(
                    await self._backend.connect_tcp(
                        str(address), port, local_address=local_address, socket_options=socket_options
                    )
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


async def _connected(address: Address, port: int) -> socket.socket | None:
    found = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setblocking(False)
        await asyncio.get_running_loop().sock_connect(found, (str(address), port))
    except OSError:
        found.close()
        return None
    except BaseException:
        found.close()
        raise
    return found


class _Stream(httpcore2.AsyncNetworkStream):
    """A connection that is closed when its TLS handshake is cancelled; httpcore2 2.16 leaves it open then."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._inner.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
