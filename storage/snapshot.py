"""All that the database holds, as lines of JSON, and back: readable, and independent of the server's version.

A workspace's keys are read in one script, so that its records, indexes, due entries and numbers fit each other. What
only grows (the audit, its heads) is read afterwards up to the number it had then. Left out are hints that upkeep makes
again, who owns the data directory, which must never go back, and whether this very database had replicas.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio.cluster import RedisCluster

from storage import keys
from storage.audit_chain import heads_key
from storage.audit_segments import segments_key
from storage.errors import AdMindError
from storage.packs import moving_keys
from storage.redis import Database, Script

CHUNK = 1000
MOST_KEYS = 200_000
KINDS = ("string", "hash", "set", "zset", "list", "stream")
_KEY = re.compile(r"admind:\{([^{}]+)\}:(.+)", re.DOTALL)
_HINTS = re.compile(r"w\d\d")
_PASSING = re.compile(r"(?:clicksalt|visit):")  # by what people are told apart for a moment: kept nowhere else

READ = Script(
    "snapshot-read",
    """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local found = {}
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key)['ok']
  local value = false
  if kind == 'string' then value = redis.call('GET', key)
  elseif kind == 'hash' then value = redis.call('HGETALL', key)
  elseif kind == 'set' then value = redis.call('SMEMBERS', key)
  elseif kind == 'zset' then value = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  elseif kind == 'list' then value = redis.call('LRANGE', key, 0, -1)
  elseif kind == 'stream' then value = redis.call('XRANGE', key, '-', '+') end
  if value then
    local left = redis.call('PTTL', key)
    found[#found + 1] = {key, kind, left > 0 and string.format('%.0f', now + left) or '', value}
  end
end
return found
""",
)


class SnapshotDamaged(AdMindError):
    """A line is not one that AdMind wrote."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A key, or a part of one: hashes as field, value, …; sorted sets as member, score, …; streams as [id, [field,
    value, …]]. `expires_ms` is Unix time, None for ever."""

    key: str
    kind: str
    expires_ms: int | None
    value: Any

    def line(self) -> bytes:
        parts = [self.key, self.kind, self.expires_ms, self.value]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape") + b"\n"

    @property
    def workspace(self) -> str:
        """The workspace that it belongs to; "" for what is AdMind's own."""
        tag = tag_of(self.key)
        return "" if tag == "sys" else tag


def tag_of(key: str) -> str:
    """The hash tag of a key that belongs into a backup; "" for any other."""
    found = _KEY.fullmatch(key)
    if found is None or key in (keys.OWNER, keys.REPLICATED) or _HINTS.fullmatch(found[1]):
        return ""
    if _PASSING.match(found[2]):
        return ""
    return found[1]


def parse(line: bytes) -> Kept:
    """Raises SnapshotDamaged for anything that AdMind would not have written."""
    try:
        key, kind, expires_ms, value = json.loads(line)
        kept = Kept(key, kind, expires_ms, value)
        sound = isinstance(key, str) and bool(tag_of(key)) and kind in KINDS and _fits(kind, value)
        if sound and (expires_ms is None or (type(expires_ms) is int and 0 < expires_ms < 1 << 53)):
            return kept
    except (ValueError, TypeError, RecursionError):
        pass
    raise SnapshotDamaged("The backup holds something that AdMind did not write.", kept="Nothing was restored.")


async def owners(database: Database) -> dict[str, list[str]]:
    """Every key that belongs into a backup, by its hash tag. Walks through the whole database without blocking it."""
    found: dict[str, list[str]] = {}
    options: dict[str, Any] = {"match": "admind:{*}:*", "count": 1000}
    if isinstance(database.client, RedisCluster):
        options["target_nodes"] = database.client.get_primaries()
    seen: set[str] = set()
    async for key in cast(Any, database.client).scan_iter(**options):
        tag = tag_of(key)
        if tag and key not in seen:
            seen.add(key)
            found.setdefault(tag, []).append(key)
    return found


async def names_of(database: Database, workspace: str, kind: str = "") -> AsyncIterator[str]:
    """Every key of a workspace, or those of one kind (`request:`). Walks through the database without blocking it."""
    escaped = "".join("\\" + letter if letter in "*?[]^\\-" else letter for letter in keys.of(workspace, kind))
    options: dict[str, Any] = {"match": escaped + "*", "count": 1000}
    if isinstance(database.client, RedisCluster):
        options["target_nodes"] = database.client.get_primaries()
    async for name in cast(Any, database.client).scan_iter(**options):
        yield str(name)


async def read(database: Database) -> AsyncIterator[Kept]:
    """Everything, workspace by workspace, in pieces of limited size."""
    for tag, names in sorted((await owners(database)).items()):
        if tag != "sys":
            async for kept in read_workspace(database, tag, names):
                yield kept
        else:
            for name in sorted(names):  # each one is whole by itself
                for kept in pieces(await _read(database, [name])):
                    yield kept


async def read_workspace(database: Database, workspace: str, names: Iterable[str]) -> AsyncIterator[Kept]:
    """One workspace as it was at one moment."""
    stream, heads = keys.audit(workspace), heads_key(workspace)
    # Whether they were there when the keys were listed or not: what moved since is found there.
    late = [segments_key(workspace), *moving_keys(workspace)]
    small = [*sorted(set(names) - {stream, heads, *late}), *late]
    found = [
        kept
        for start in range(0, len(small), MOST_KEYS)
        for kept in (await _read(database, small[start : start + MOST_KEYS]))
    ]
    last = sealed = 0
    for kept in found:
        if kept.key == keys.control(workspace):
            last = int(pairs(kept.value).get("audit_seq", "0"))
        elif kept.key == keys.of(workspace, "chain"):
            sealed = int(pairs(kept.value).get("seq", "0"))
    for kept in pieces(found):
        yield kept
    async for kept in _grown(database, stream, heads, last, sealed):
        yield kept


async def _grown(database: Database, stream: str, heads: str, last: int, sealed: int) -> AsyncIterator[Kept]:
    client = cast(Any, database.client)
    least = "-"
    while last:
        found = await client.xrange(stream, least, f"{last}-0", count=CHUNK)
        if found:
            yield Kept(stream, "stream", None, [[entry, flat(fields)] for entry, fields in found])
        if len(found) < CHUNK:
            break
        least = f"({found[-1][0]}"
    part: list[str] = []
    async for field, head in client.hscan_iter(heads, count=CHUNK):
        if int(field) <= sealed:
            part += [field, head]
        if len(part) >= 2 * CHUNK:
            yield Kept(heads, "hash", None, part)
            part = []
    if part:
        yield Kept(heads, "hash", None, part)


async def _read(database: Database, names: Sequence[str]) -> list[Kept]:
    return [
        Kept(key, kind, int(expires) if expires else None, value)
        for key, kind, expires, value in await database.run(READ, names, [])
    ]


def pieces(found: Iterable[Kept]) -> Iterator[Kept]:
    """Large keys in several parts."""
    for kept in found:
        step = CHUNK * (2 if kept.kind in ("hash", "zset") else 1)
        if kept.kind == "string" or len(kept.value) <= step:
            yield kept
        else:
            for start in range(0, len(kept.value), step):
                yield Kept(kept.key, kept.kind, kept.expires_ms, kept.value[start : start + step])


async def write(database: Database, kept: Sequence[Kept], now_ms: int) -> None:
    """Add these to the database; what has expired meanwhile is left out."""
    pipe = cast(Any, database.client.pipeline(transaction=False))
    commands = 0
    for each in kept:
        if each.expires_ms is not None and each.expires_ms <= now_ms:
            continue
        for command in _commands(each):
            pipe.execute_command(*command)
            commands += 1
        if each.expires_ms is not None:
            pipe.execute_command("PEXPIRE", each.key, each.expires_ms - now_ms)
    if commands:
        await pipe.execute()


async def clear(database: Database) -> None:
    """Take away everything that a backup would hold."""
    for names in (await owners(database)).values():
        for start in range(0, len(names), CHUNK):
            await database.client.unlink(*names[start : start + CHUNK])


def _commands(kept: Kept) -> Iterator[tuple[Any, ...]]:
    value = kept.value
    match kept.kind:
        case "string":
            yield ("SET", kept.key, value)
        case "hash":
            yield ("HSET", kept.key, *value)
        case "set":
            yield ("SADD", kept.key, *value)
        case "zset":
            yield ("ZADD", kept.key, *(part for at in range(0, len(value), 2) for part in (value[at + 1], value[at])))
        case "list":
            yield ("RPUSH", kept.key, *value)
        case _:
            for entry, fields in value:
                yield ("XADD", kept.key, entry, *fields)


def _fits(kind: str, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if not isinstance(value, list) or not value:
        return False
    if kind == "stream":
        return all(
            isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) and _texts(each[1], even=True)
            for each in value
        )
    return _texts(value, even=kind in ("hash", "zset")) and (kind != "zset" or all(map(_score, value[1::2])))


def _texts(value: Any, *, even: bool) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(part, str) for part in value)
        and not (even and len(value) % 2)
    )


def _score(text: str) -> bool:
    try:
        return float(text) == float(text)  # not a number is no place in an order
    except ValueError:
        return False


def pairs(value: Sequence[str]) -> dict[str, str]:
    return dict(zip(value[::2], value[1::2], strict=True))


def flat(fields: dict[str, str]) -> list[str]:
    return [part for pair in fields.items() for part in pair]
