"""Which servers does a Redis URL name, and how is a client for them made?

    redis://[user:password@]host[:port][/db]          rediss:// with TLS
    unix:///path/to/socket
    redis+sentinel://[user:password@]host[:port][,host2…]/master[/db]?sentinel_password=…    rediss+sentinel://
    redis+cluster://[user:password@]host[:port]       rediss+cluster://

The grammar is docket's, because the task engine is given the same URL.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.connection import ConnectionPool, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import TimeoutError as TimedOut

from storage.errors import AdMindError

CONNECT_TIMEOUT_SECONDS = 5.0
ANSWER_TIMEOUT_SECONDS = 10.0
MOST_CONNECTIONS = 64
SENTINEL_PORT = 26379

SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")


@dataclass(frozen=True, slots=True)
class Sentinels:
    """`data` and `watch` are redis-py's keyword arguments for the data nodes and for the Sentinels themselves."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    data: dict[str, Any]
    watch: dict[str, Any]


def described(url: str) -> str:
    """The address as it may be shown: without user, password and options."""
    scheme, _, rest = url.partition("://")
    if scheme == "unix":
        return f"unix://{rest.partition('?')[0].rpartition('@')[2]}"
    authority = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
    return f"{scheme}://{authority}"


def checked(url: str) -> str:
    """The URL, when its scheme is one we know. Raises AdMindError."""
    if url.partition("://")[0] not in SCHEMES or "://" not in url:
        raise AdMindError(
            "The address of Redis cannot be read.",
            do_next="Write it as redis://host:6379/0, rediss://…, unix:///path, "
            "redis+sentinel://host1,host2/master/0 or redis+cluster://host:6379.",
        )
    return url


def client_for(url: str, client: type[Redis], cluster: type[RedisCluster]) -> Redis | RedisCluster:
    """A client that has not connected yet. It never repeats a command by itself: a write may have happened.

    Raises AdMindError for a URL that cannot be read.
    """
    scheme = checked(url).partition("://")[0]
    common: dict[str, Any] = {
        "decode_responses": True,
        "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "socket_timeout": ANSWER_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    try:
        if scheme.endswith("+cluster"):
            plain = url.replace("+cluster://", "://", 1)
            found = cluster.from_url(plain, **common)
            if not isinstance(found, RedisCluster):
                raise TypeError(type(found).__name__)
            return found
        pool: ConnectionPool
        if scheme.endswith("+sentinel"):
            pool = _sentinel_pool(sentinels(url), common)
        else:
            pool = BlockingConnectionPool.from_url(
                url, max_connections=MOST_CONNECTIONS, timeout=ANSWER_TIMEOUT_SECONDS, **common
            )
            pool.connection_class = _prompt(pool.connection_class)
    except (ValueError, TypeError) as error:
        raise AdMindError(
            f"The address of Redis cannot be read: {described(url)}.",
            do_next="Check the port, the database number and the options behind the question mark.",
        ) from error
    return client.from_pool(pool)


def sentinels(url: str) -> Sentinels:
    """Take a `redis+sentinel://` URL apart. Raises ValueError."""
    scheme, _, rest = url.partition("://")
    authority, _, tail = rest.partition("/")
    user, _, members = authority.rpartition("@")
    path, _, query = tail.partition("?")
    segments = [segment for segment in path.split("/") if segment]
    hosts = tuple(_host(member.strip()) for member in members.split(",") if member.strip())
    if not hosts or not segments:
        raise ValueError("a Sentinel URL names at least one host and the master")
    options = parse_qs(query, keep_blank_values=True)
    watch: dict[str, Any] = {
        name: options.pop(f"sentinel_{name}")[0] for name in ("username", "password") if f"sentinel_{name}" in options
    }
    left = "&".join(f"{name}={value}" for name, values in options.items() for value in values)
    data: dict[str, Any] = {**parse_url(f"redis:///?{left}")} if left else {}
    data["db"] = int(segments[1]) if len(segments) > 1 else 0
    name, _, password = user.partition(":")
    data |= {key: unquote(value) for key, value in (("username", name), ("password", password)) if value}
    if scheme == "rediss+sentinel":
        watch |= {"ssl": True} | {key: value for key, value in data.items() if key.startswith("ssl_")}
        data["ssl"] = True
    return Sentinels(hosts, segments[0], data, watch)


def _host(member: str) -> tuple[str, int]:
    parts = urlsplit(f"//{member}")
    if not parts.hostname:
        raise ValueError(f"no host in {member!r}")
    return parts.hostname, parts.port or SENTINEL_PORT


def _sentinel_pool(found: Sentinels, common: dict[str, Any]) -> ConnectionPool:
    patience = {"socket_connect_timeout": CONNECT_TIMEOUT_SECONDS, "socket_timeout": CONNECT_TIMEOUT_SECONDS}
    manager = Sentinel(list(found.hosts), sentinel_kwargs=patience | found.watch)  # type: ignore[no-untyped-call]
    pool: ConnectionPool = _OwningPool(  # type: ignore[no-untyped-call]
        found.master, manager, **(common | found.data)
    )
    return pool


def _prompt(kind: type[Any]) -> type[Any]:
    """This kind of connection, without the task that Python 3.11 starts to hold the time limit of each write."""

    class Prompt(kind):  # type: ignore[misc]
        socket_timeout: float | None

        async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
            limit = self.socket_timeout
            if limit is None or not self.is_connected:
                await super().send_packed_command(command, check_health)
                return
            self.socket_timeout = None
            try:
                async with asyncio.timeout(limit):
                    await super().send_packed_command(command, check_health)
            except TimeoutError:
                raise TimedOut("Timeout writing to socket") from None
            finally:
                self.socket_timeout = limit

    return Prompt


class _OwningPool(SentinelConnectionPool):
    """Closes its clients of the Sentinels too; redis-py leaves those open."""

    sentinel_manager: Sentinel

    async def aclose(self) -> None:
        await super().aclose()
        for client in self.sentinel_manager.sentinels:
            await client.aclose()
