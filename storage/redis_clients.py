"""What do the driver's errors mean for AdMind, and which commands may be repeated?

AdMindError
├── StorageUnavailable   no answer; a write may or may not have happened
└── StorageFull          the server refuses writes because its memory or disk is full; nothing was written by this
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.cluster import ClusterPipeline, RedisCluster
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    ClusterError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    SlotNotCoveredError,
)
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as TimedOut

from storage.errors import AdMindError

RETRY_AFTER_SECONDS = 2.0
READ_PAUSES_SECONDS = (0.05, 0.15, 0.4)
# Asking these again changes nothing on the server. Scripts are never here.
REPEATABLE = frozenset(
    {
        *("PING", "TIME", "INFO", "CONFIG GET", "EXISTS", "TTL", "PTTL", "TYPE"),
        *("GET", "MGET", "STRLEN", "LLEN", "LRANGE", "XLEN", "XRANGE", "XREVRANGE"),
        *("HGET", "HMGET", "HGETALL", "HLEN", "HEXISTS", "HKEYS", "HVALS"),
        *("SMEMBERS", "SISMEMBER", "SMISMEMBER", "SCARD"),
        *("ZSCORE", "ZMSCORE", "ZCARD", "ZCOUNT", "ZRANK"),
        *("ZRANGE", "ZRANGEBYSCORE", "ZREVRANGE", "ZREVRANGEBYSCORE"),
    }
)
UNREACHABLE = (
    Disconnected,
    TimedOut,
    BusyLoadingError,
    ClusterDownError,
    ClusterError,
    MasterDownError,
    ReadOnlyError,
    RedisClusterException,
    SlotNotCoveredError,
    OSError,
)
REFUSED_USER = (AuthenticationError, AuthorizationError)


class StorageUnavailable(AdMindError):
    """Redis gave no answer. Whether a write happened is not known; scripts are made so that asking again is safe."""

    def __init__(self, what: str = "AdMind's database does not answer right now.", *, do_next: str = "") -> None:
        super().__init__(
            what,
            kept="What was confirmed before is kept.",
            do_next=do_next or "AdMind goes on by itself as soon as the database answers; please try again shortly.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


class StorageFull(AdMindError):
    """Redis refuses writes, because its memory limit is reached or its disk is full. Nothing was written by this."""

    def __init__(self) -> None:
        super().__init__(
            "AdMind's database is full, so nothing new can be kept.",
            kept="What was kept before is safe; this change was not made.",
            do_next="Whoever runs AdMind should free disk space or give the database more memory.",
            retry_after_seconds=60.0,
        )


def translated(error: RedisError | OSError) -> Exception:
    """The error of ours that says the same, or the driver's own when it is a bug or a refused user."""
    if isinstance(error, OutOfMemoryError) or (
        isinstance(error, ResponseError) and any(word in str(error) for word in ("OOM command", "MISCONF"))
    ):
        return StorageFull()
    if isinstance(error, REFUSED_USER) or not isinstance(error, UNREACHABLE):
        return error
    return StorageUnavailable()


@contextlib.contextmanager
def our_errors() -> Iterator[None]:
    """Inside it the errors of any Redis driver come out as ours. For libraries that bring their own client."""
    try:
        yield
    except (RedisError, OSError) as error:
        meaning = translated(error)
        if meaning is error:
            raise
        raise meaning from error


async def _guarded(call: Callable[[], Awaitable[Any]], *, repeatable: bool) -> Any:
    """Make the call; when the connection breaks and asking again is harmless, ask again for half a second."""
    for pause in (*READ_PAUSES_SECONDS, None):
        try:
            return await call()
        except (RedisError, OSError) as error:
            meaning = translated(error)
            if isinstance(meaning, StorageUnavailable) and repeatable and pause is not None:
                await asyncio.sleep(pause)
            elif meaning is error:
                raise
            else:
                raise meaning from error
    return None


# Besides REPEATABLE: commands on a workspace's keys that change nothing.
LOOKING = REPEATABLE | {"SCAN", "SSCAN", "HSCAN", "ZSCAN", "XREAD", "EVAL_RO", "EVALSHA_RO"}
Refusal = Callable[[], AdMindError]


def ours(args: Sequence[Any]) -> bool:
    """Whether the command is about a workspace's keys, which are the truth; the rest are look-ups and hints."""
    names = (part for part in args[1:] if isinstance(part, str) and part.startswith("admind:{"))
    return next((not name.startswith("admind:{sys}") for name in names), False)


def _only_looking(refusal: Refusal | None, args: Sequence[Any]) -> None:
    if refusal is not None and str(args[0]).upper() not in LOOKING and ours(args):
        raise refusal()


class GuardedPipeline(Pipeline):
    refusal: Refusal | None = None

    def execute_command(self, *args: Any, **options: Any) -> Any:
        _only_looking(self.refusal, args)
        return super().execute_command(*args, **options)

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        commands = self.command_stack

        async def once() -> list[Any]:
            self.command_stack = commands  # the driver forgets them after each try
            return await super(GuardedPipeline, self).execute(raise_on_error)

        repeatable = all(str(arguments[0]).upper() in REPEATABLE for arguments, _ in commands)
        found: list[Any] = await _guarded(once, repeatable=repeatable)
        return found


class GuardedClient(Redis):
    """A client of one server, raising our errors. With a `refusal` it raises that in place of changing a workspace."""

    refusal: Refusal | None = None

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        _only_looking(self.refusal, args)
        return await _guarded(
            lambda: super(GuardedClient, self).execute_command(*args, **options),  # type: ignore[no-untyped-call]
            repeatable=str(args[0]).upper() in REPEATABLE,
        )

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> GuardedPipeline:
        pipe = GuardedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe.refusal = self.refusal
        return pipe


class GuardedClusterPipeline(ClusterPipeline):
    refusal: Refusal | None = None

    def execute_command(self, *args: Any, **options: Any) -> Any:
        _only_looking(self.refusal, args)
        return super().execute_command(*args, **options)

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:
        found: list[Any] = await _guarded(
            lambda: super(GuardedClusterPipeline, self).execute(raise_on_error, allow_redirections), repeatable=False
        )
        return found


class GuardedCluster(RedisCluster):
    """A client of a cluster, raising our errors. With a `refusal` it raises that in place of changing a workspace."""

    refusal: Refusal | None = None

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        _only_looking(self.refusal, args)
        return await _guarded(
            lambda: super(GuardedCluster, self).execute_command(*args, **kwargs),
            repeatable=str(args[0]).upper() in REPEATABLE,
        )

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> GuardedClusterPipeline:
        # redis-py's cluster pipeline runs node by node; `False` is what it calls no transaction.
        pipe = GuardedClusterPipeline(self, transaction or None)  # type: ignore[abstract]
        pipe.refusal = self.refusal
        return pipe
