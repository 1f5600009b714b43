"""What is remembered of a conversation: whole turns, a summary of what was before, and whether it is tainted.

`thread:<id>` is a HASH (version, summary, taint), `thread:<id>:turns` a LIST with one document a whole turn, so that
trimming can never part a tool call from its result; `thread:<id>:lock` names the one turn that runs. All live 30 days
after the last turn. A commit is one script that checks the lock's token: a turn that lost it writes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

from storage import keys
from storage.ending import ended
from storage.errors import Conflict
from storage.redis import Database, Script
from storage.retention import LIVES

LIFE_SECONDS: Final = LIVES["conversations"].seconds
MAX_TURNS: Final = 200
LOCK_SECONDS: Final = 30.0

_LOCK: Final = Script("thread-lock", "return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0")
_BEAT: Final = Script(
    "thread-beat",
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end return redis.call('PEXPIRE', KEYS[1], ARGV[2])",
)
_FREE: Final = Script(
    "thread-free", "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end return redis.call('DEL', KEYS[1])"
)
_READ: Final = Script(
    "thread-read",
    "return {redis.call('HMGET', KEYS[1], 'version', 'summary', 'taint'), redis.call('LRANGE', KEYS[2], 0, -1)}",
)
# KEYS: hash, turns, lock. ARGV: token, turn, taint (1 or empty), most turns, life in seconds.
_COMMIT: Final = Script(
    "thread-commit",
    """
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return -1 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], -tonumber(ARGV[4]), -1)
if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'taint', '1') end
local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return version
""",
)
# KEYS: hash, turns. ARGV: expected version, summary, turns that it replaces (the oldest), life in seconds.
_SUMMARISE: Final = Script(
    "thread-summarise",
    """
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[2], tonumber(ARGV[3]), -1)
redis.call('HSET', KEYS[1], 'summary', ARGV[2])
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
""",
)


@dataclass(frozen=True, slots=True)
class Thread:
    """`turns` are documents, oldest first, as they were committed."""

    version: int = 0
    summary: str = ""
    tainted: bool = False
    turns: tuple[dict[str, Any], ...] = ()


class Held:
    """The right to speak in a conversation. `lost` becomes true when somebody else has taken it."""

    def __init__(self, database: Database, names: Sequence[str], token: str) -> None:
        self._database = database
        self._hash, self._turns, self._lock = names
        self.token = token
        self.lost = False

    async def read(self) -> Thread:
        (version, summary, taint), turns = await self._database.run(_READ, [self._hash, self._turns], [])
        return Thread(
            version=int(version or 0),
            summary=str(summary or ""),
            tainted=taint == "1",
            turns=tuple(json.loads(turn) for turn in turns),
        )

    async def commit(self, turn: dict[str, Any], *, tainted: bool = False) -> int:
        """Keep a whole turn; the thread's new version. Taint stays. Raises Conflict when the lock was lost."""
        document = json.dumps(turn, ensure_ascii=False, separators=(",", ":"))
        answer = await self._database.run(
            _COMMIT,
            [self._hash, self._turns, self._lock],
            [self.token, document, "1" if tainted else "", MAX_TURNS, LIFE_SECONDS],
        )
        if int(answer) < 0:
            self.lost = True
            raise Conflict("Another answer in this conversation came first.", kept="Nothing of this one was kept.")
        return int(answer)

    async def _beat(self, seconds: float) -> None:
        while not self.lost:
            await asyncio.sleep(seconds / 3)
            self.lost = not await self._database.run(_BEAT, [self._lock], [self.token, round(seconds * 1000)])


class ThreadBusy(Conflict):
    """Another turn of this conversation runs; come back when it is done."""


class ThreadStore:
    def __init__(self, database: Database, *, lock_seconds: float = LOCK_SECONDS) -> None:
        self._database = database
        self._lock_seconds = lock_seconds

    @asynccontextmanager
    async def hold(self, workspace: str, conversation: str) -> AsyncIterator[Held]:
        """The conversation's lock, kept alive while the block runs. Raises ThreadBusy while another turn holds it."""
        names = _names(workspace, conversation)
        token = secrets.token_hex(16)
        if not await self._database.run(_LOCK, [names[2]], [token, round(self._lock_seconds * 1000)]):
            raise ThreadBusy(
                "I am still answering your last message here.", retry_after_seconds=min(2.0, self._lock_seconds)
            )
        held = Held(self._database, names, token)
        beat = asyncio.create_task(held._beat(self._lock_seconds))
        try:
            yield held
        finally:
            await ended(beat)
            with contextlib.suppress(Exception):
                await self._database.run(_FREE, [names[2]], [token])

    async def fence(self, workspace: str, conversation: str) -> None:
        """Take the lock from a turn whose process is certainly gone."""
        await cast(Any, self._database.client).delete(_names(workspace, conversation)[2])

    async def summarise(self, workspace: str, conversation: str, *, version: int, summary: str, replaces: int) -> bool:
        """Put a summary in the place of the oldest turns; False when the thread has moved on meanwhile."""
        names = _names(workspace, conversation)
        arguments: list[str | int] = [str(version), summary, replaces, LIFE_SECONDS]
        return bool(await self._database.run(_SUMMARISE, names[:2], arguments))


def _names(workspace: str, conversation: str) -> list[str]:
    base = keys.of(workspace, "thread", kept_as(conversation))
    return [base, f"{base}:turns", f"{base}:lock"]


def kept_as(conversation: str) -> str:
    """A platform's names may be long or hold anything: they are kept by their hash."""
    if conversation.isascii() and len(conversation) <= 100 and ":" not in conversation:
        return conversation
    return hashlib.sha256(conversation.encode("utf-8", "replace")).hexdigest()
