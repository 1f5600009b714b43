"""How does AdMind talk to its database: one server, a Sentinel's master or a cluster, by URL alone?"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, cast

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.exceptions import MovedError, NoPermissionError, NoScriptError, RedisError, ResponseError

from storage import keys as names
from storage.errors import AdMindError
from storage.redis_clients import (
    REFUSED_USER,
    GuardedClient,
    GuardedCluster,
    StorageFull,
    StorageUnavailable,
    ours,
    translated,
)
from storage.redis_urls import client_for, described

__all__ = ["Database", "Files", "Script", "ServerIdentity", "StorageFull", "StorageUnavailable", "connect"]

Argument = str | int | float | bytes
Execute = Callable[..., Awaitable[Any]]


class Files(Protocol):
    """Where documents go that leave the database: `storage.blobs.base.BlobStore`."""

    async def put(self, data: bytes) -> str: ...

    async def get(self, sha256: str) -> bytes: ...


@dataclass(frozen=True)
class Script:
    """A Lua script. All its keys must lie in one slot: they share a hash tag."""

    name: str
    source: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)


INFOS = 3
CONFIRM_MS = 1500  # a chat waits three seconds; a replica that has just come needs one
LOOK_SECONDS = 5.0  # how long it is taken for known whether there are replicas
IDENTIFY = (
    *(("INFO", section) for section in ("server", "replication", "memory")),
    *(("CONFIG GET", setting) for setting in ("appendonly", "appendfsync", "maxmemory-policy")),
)
# Writes nothing that matters, but moves the connection's replication offset past every earlier write.
TOUCH = Script("touch", "return redis.call('SET', KEYS[1], '1', 'PX', 60000)")


@dataclass(frozen=True)
class ServerIdentity:
    """Who answers, and what it may lose. Of a cluster: its primaries taken together.

    `run_id` and `master_replid` change when the server restarted or another one took over. Settings that the server
    does not tell are empty. Memory in bytes; `max_memory` 0 means no limit. `fails_over`: another server may take over
    with less than was acknowledged.
    """

    run_id: str
    master_replid: str
    role: str
    replicas: int
    appendonly: str
    appendfsync: str
    maxmemory_policy: str
    used_memory: int
    max_memory: int
    version: str
    fails_over: bool

    @property
    def durable(self) -> bool:
        """An acknowledged write survives a power cut, and no other server can take over without it."""
        return self.appendonly == "yes" and self.appendfsync == "always" and not self.fails_over

    @property
    def nearly_full(self) -> bool:
        """Four fifths of the memory are used: the rest is for publishing."""
        return self.max_memory > 0 and self.used_memory > 0.8 * self.max_memory


class Database:
    """An open connection pool; answers are text. Build it with `connect`.

    Everything, the commands on `client` and its pipelines included, raises StorageUnavailable and StorageFull in place
    of the driver's own errors. Reads are repeated for a moment when the connection breaks; writes never are.

    `files` hold the archive; whoever opens both puts them here.
    """

    def __init__(self, client: GuardedClient | GuardedCluster, url: str) -> None:
        self.client = client
        self.url = url
        self.files: Files | None = None
        self._seen_replicated = False
        self._copied, self._looked_at = False, float("-inf")

    def refuse_writes(self, why: AdMindError) -> None:
        """From now on this process only looks: whatever would change a workspace raises this instead."""
        self.client.refusal = why.again

    async def run(self, script: Script | str, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """Run the script once. Raises StorageUnavailable, StorageFull; redis.ResponseError is a bug in the script."""
        known = script if isinstance(script, Script) else _script(script)
        execute = cast(Execute, self.client.execute_command)
        if self.client.refusal is not None and ours(("", *keys)):
            return await self._look(known, keys, args)
        try:
            return await execute("EVALSHA", known.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await execute("EVAL", known.source, len(keys), *keys, *args)

    async def _look(self, script: Script, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """Let the server judge whether the script only reads."""
        execute = cast(Execute, self.client.execute_command)
        try:
            return await execute("EVAL_RO", script.source, len(keys), *keys, *args)
        except ResponseError as error:
            if self.client.refusal is not None and "read-only script" in str(error):
                raise self.client.refusal() from error
            raise

    async def run_replicated(
        self, script: Script, keys: Sequence[str], args: Sequence[Argument], *, count: int = 1, timeout_ms: int = 500
    ) -> tuple[Any, int]:
        """Run the script, and WAIT on the same connection: its answer, and how many replicas have it.

        The script has run whatever the number is: fewer than `count` within `timeout_ms` is for the caller to judge.
        """
        if self.client.refusal is not None and ours(("", *keys)):
            raise self.client.refusal()
        commands = (("EVAL", script.source, len(keys), *keys, *args), ("WAIT", count, timeout_ms))
        if isinstance(self.client, RedisCluster):
            answers = await _on_one_node(self.client, keys[0], commands)
        else:
            answers = await self._in_one_go(commands)
        for answer in answers:
            if isinstance(answer, RedisError):
                raise translated(answer) from None
        return answers[0], int(answers[1])

    async def wait_replicas(self, count: int = 1, timeout_ms: int = 500, *, near: str = names.OWNER) -> int:
        """How many replicas hold everything written before this call, by anyone, on the server where `near` lives.

        Replication is ordered: a small write made here is acknowledged only after all earlier ones.
        """
        tag = near[near.index("{") : near.index("}") + 1]
        _, reached = await self.run_replicated(TOUCH, [f"admind:{tag}:touched"], [], count=count, timeout_ms=timeout_ms)
        return reached

    async def replicated(self, server: ServerIdentity) -> bool:
        """Whether this database has a replica, or had one that any process saw: such a one may be about to take over.

        Whoever takes the last replica away for good deletes the key; the doctor says so.
        """
        if server.replicas == 0:
            return bool(await self.client.exists(names.REPLICATED))
        if not self._seen_replicated:
            await self.client.set(names.REPLICATED, "1")
            self._seen_replicated = True
        return True

    async def confirm(self, near: str) -> None:
        """Ask before something is acknowledged: where there are replicas, one holds all that was written near this key.

        Raises StorageUnavailable when none answers in time: what was written may be lost by a failover.
        """
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._copied = await self.replicated(await self.identity())
            self._looked_at = time.monotonic()
        if self._copied and await self.wait_replicas(timeout_ms=CONFIRM_MS, near=near) < 1:
            raise StorageUnavailable("AdMind's database has no second copy right now, so this may not be kept.")

    async def server_time_ms(self) -> int:
        """The server's clock in Unix milliseconds, by which leases count."""
        execute = cast(Execute, self.client.execute_command)
        options = {"target_nodes": RedisCluster.DEFAULT_NODE} if isinstance(self.client, RedisCluster) else {}
        seconds, micro = await execute("TIME", **options)
        return int(seconds) * 1000 + int(micro) // 1000

    async def identity(self) -> ServerIdentity:
        """Ask the server, or every primary of a cluster, who it is. Raises StorageUnavailable."""
        if not isinstance(self.client, RedisCluster):
            watched = "+sentinel" in self.url.partition("://")[0]
            return _identity(await self._in_one_go(IDENTIFY), watched=watched)
        await self.client.initialize()  # a fresh client knows no primaries yet
        found = []
        for node in sorted(self.client.get_primaries(), key=lambda node: str(node.name)):
            answers = [await _asked(self.client, node, command) for command in IDENTIFY]
            found.append(_identity(answers, watched=True))
        return _together(found)

    async def _in_one_go(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """One server's answers to commands sent together; its refusals come back as values."""
        pipe = self.client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return list(await pipe.execute(raise_on_error=False))


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[Database]:
    """A Database on a server that has answered once.

    Raises AdMindError when the address cannot be read or the password is wrong, StorageUnavailable when nobody answers;
    passwords are never named.
    """
    client = cast(GuardedClient | GuardedCluster, client_for(url, GuardedClient, GuardedCluster))
    try:
        try:
            await cast(Awaitable[Any], client.ping())
        except StorageUnavailable as error:
            raise StorageUnavailable(
                f"Redis cannot be reached at {described(url)}.",
                do_next="Check that it runs and that the address is right.",
            ) from error
        except (*REFUSED_USER, NoPermissionError) as error:
            raise AdMindError(
                f"Redis at {described(url)} refuses AdMind's user or password.", do_next="Check them in the address."
            ) from error
        yield Database(client, url)
    finally:
        await client.aclose()


@lru_cache(maxsize=256)
def _script(source: str) -> Script:
    return Script("unnamed", source)


async def _asked(client: RedisCluster, node: ClusterNode, command: tuple[Any, ...]) -> Any:
    """One node's answer; its refusal comes back as a value."""
    try:
        return await client.execute_command(*command, target_nodes=node)
    except ResponseError as error:
        return error


async def _on_one_node(client: RedisCluster, key: str, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Send the commands over one connection to the key's primary; errors of the server come back as values.

    A redirection means that nothing ran: the slots are read anew and the commands are sent once more.
    """
    for last_try in (False, True):
        await client.initialize()
        node = client.get_node_from_key(key)
        if node is None:
            raise StorageUnavailable
        try:
            answers = await _converse(node, commands)
        except (RedisError, OSError) as error:
            raise translated(error) from error
        if not isinstance(answers[0], MovedError) or last_try:
            return answers
        await client.aclose()  # redis-py reads the slots again at the next initialize()
    raise AssertionError("unreachable")


async def _converse(node: ClusterNode, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
    connection = node.acquire_connection()
    answers: list[Any] = []
    try:
        for command in commands:
            await connection.send_packed_command(connection.pack_command(*command))
            try:
                answers.append(await node.parse_response(connection, str(command[0])))
            except ResponseError as error:
                answers.append(error)
    finally:
        node.release(connection)
    return answers


def _identity(answers: Sequence[Any], *, watched: bool) -> ServerIdentity:
    """From the answers to IDENTIFY. Settings are empty where a hosted service forbids asking."""
    for answer in answers:
        if isinstance(answer, RedisError) and not isinstance(answer, ResponseError):
            raise translated(answer) from None
    told = [answer if isinstance(answer, dict) else {} for answer in answers]
    info: dict[str, Any] = {name: value for section in told[:INFOS] for name, value in section.items()}
    settings = {name: str(value) for setting in told[INFOS:] for name, value in setting.items()}
    replicas = int(info.get("connected_slaves", 0))
    return ServerIdentity(
        run_id=str(info.get("run_id", "")),
        master_replid=str(info.get("master_replid", "")),
        role=str(info.get("role", "")),
        replicas=replicas,
        appendonly=settings.get("appendonly", ""),
        appendfsync=settings.get("appendfsync", ""),
        maxmemory_policy=settings.get("maxmemory-policy") or str(info.get("maxmemory_policy", "")),
        used_memory=int(info.get("used_memory", 0)),
        max_memory=int(info.get("maxmemory", 0)),
        version=str(info.get("valkey_version") or info.get("redis_version") or ""),
        fails_over=watched or replicas > 0,
    )


def _together(found: Sequence[ServerIdentity]) -> ServerIdentity:
    """One identity for several primaries: it changes when any changes, and promises what all promise.

    Memory is the fullest one's where there are limits: a workspace lies on one of them.
    """

    def same(values: Sequence[str]) -> str:
        return values[0] if len(set(values)) == 1 else "differs"

    if not found:
        raise StorageUnavailable
    fullest = max(found, key=lambda one: one.used_memory / one.max_memory if one.max_memory else 0.0)
    return ServerIdentity(
        run_id="+".join(one.run_id for one in found),
        master_replid="+".join(one.master_replid for one in found),
        role="cluster",
        replicas=min(one.replicas for one in found),
        appendonly=same([one.appendonly for one in found]),
        appendfsync=same([one.appendfsync for one in found]),
        maxmemory_policy=same([one.maxmemory_policy for one in found]),
        used_memory=fullest.used_memory if fullest.max_memory else sum(one.used_memory for one in found),
        max_memory=fullest.max_memory,
        version=same([one.version for one in found]),
        fails_over=True,
    )
