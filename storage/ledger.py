"""Has this been done already, and may I be the one who does it?

Every engine delivers at least once, and runs a job twice when its event loop was blocked past the lease. The ledger
makes the effect happen once: a claim with a fence, a heartbeat, a check right before each irreversible call, and a
mark that outlives every retry of the sender. For chat events and crons; posts carry their claim in their own record.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

from storage import keys
from storage.ending import ended
from storage.errors import AdMindError
from storage.redis import Database, Script, StorageUnavailable

log = logging.getLogger(__name__)

DONE_FOR_MS: Final = 2 * 86_400_000  # chat platforms repeat an event for hours, never for days
LONGEST_KEY: Final = 160

# HASH st run|done|free, till ms (server's clock), n counter, f fence = counter and 128 random bits: after a failover
# the counter alone could be given twice.
_NOW: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""
CLAIM: Final = Script(
    "once-claim",
    _NOW
    + """
local s = redis.call('HMGET', KEYS[1], 'st', 'till')
if s[1] == 'done' then return {'done', ''} end
if s[1] == 'run' and tonumber(s[2]) > now then return {'busy', tonumber(s[2]) - now} end
local fence = redis.call('HINCRBY', KEYS[1], 'n', 1) .. '-' .. ARGV[2]
redis.call('HSET', KEYS[1], 'st', 'run', 'till', now + ARGV[1], 'f', fence)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'mine', fence}
""",
)
RENEW: Final = Script(
    "once-renew",
    _NOW
    + """
local s = redis.call('HMGET', KEYS[1], 'f', 'st')
if s[1] ~= ARGV[1] or s[2] ~= 'run' then return 0 end
redis.call('HSET', KEYS[1], 'till', now + ARGV[2])
return 1
""",
)
END: Final = Script(
    "once-end",
    """
local s = redis.call('HMGET', KEYS[1], 'f', 'st')
if s[1] ~= ARGV[1] then return 0 end
if s[2] == 'done' then return 1 end
redis.call('HSET', KEYS[1], 'st', ARGV[2], 'till', 0)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
""",
)


class Busy(AdMindError):
    """Somebody else holds a live claim, or took this one over. Come back later; do not call the work done."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(
            "Another part of AdMind is working on this.",
            kept="Nothing was done twice.",
            retry_after_seconds=max(0.05, retry_after_seconds),
        )


class Claim:
    """A live right to do one thing. `fence` is unique for ever."""

    def __init__(self, database: Database, name: str, fence: str, lease_seconds: float) -> None:
        self.fence = fence
        self._database = database
        self._name = name
        self._lease_seconds = lease_seconds
        self._until = time.monotonic() + lease_seconds
        self._lost = False

    async def check(self) -> None:
        """Renew the claim. Call it right before each irreversible call.

        Raises Busy when somebody else has taken over, StorageUnavailable when that cannot be known.
        """
        asked = time.monotonic()
        if self._lost or not await self._database.run(
            RENEW, [self._name], [self.fence, round(self._lease_seconds * 1000)]
        ):
            self._lost = True
            raise Busy(self._lease_seconds / 2)
        self._until = asked + self._lease_seconds

    async def _end(self, state: str) -> bool:
        return bool(await self._database.run(END, [self._name], [self.fence, state, DONE_FOR_MS]))

    async def _beat(self, owner: asyncio.Task[object]) -> None:
        """Renew every quarter lease; cancel the owner as soon as the claim is lost, or must be taken for lost."""
        while not self._lost:
            await asyncio.sleep(self._lease_seconds / 4)
            try:
                await self.check()
            except Busy:
                log.warning("claim lost to another worker key=%s", self._name)
            except Exception:
                log.warning("claim could not be renewed key=%s", self._name, exc_info=True)
                self._lost = time.monotonic() > self._until
        owner.cancel()


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def once(self, ws: str, key: str, *, lease_seconds: float) -> AsyncIterator[Claim | None]:
        """The claim on this key, or None when it was done in the last two days.

        Leaving the block marks it done; leaving it by an exception frees the claim for the next try. When the claim is
        lost meanwhile, the body is cancelled and Busy is raised. Raises Busy too while it is live elsewhere, and
        StorageUnavailable.
        """
        claim = await self._claim(_name(ws, key), lease_seconds)
        if claim is None:
            yield None
            return
        task = cast(asyncio.Task[object], asyncio.current_task())
        cancels_before = task.cancelling()
        beat = asyncio.create_task(claim._beat(task))
        state = "free"
        try:
            yield claim
            state = "done"  # from here on even a cancellation must not set it free: the effect stands
            if not await claim._end(state):
                raise Busy(lease_seconds / 2)
        except asyncio.CancelledError:
            if claim._lost and task.uncancel() <= cancels_before:
                raise Busy(lease_seconds / 2) from None
            await _leave(claim, state)
            raise
        except BaseException:
            await _leave(claim, state)
            raise
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await ended(beat)

    async def done(self, ws: str, key: str) -> bool:
        """Whether this was done in the last two days."""
        return bool(await self._database.run(IS_DONE, [_name(ws, key)], []))

    async def fence(self, ws: str, key: str) -> None:
        """End a claim whose owner is certainly gone, so that the next try need not wait for its lease."""
        await self._database.run(FENCE, [_name(ws, key)], [])

    async def _claim(self, name: str, lease_seconds: float) -> Claim | None:
        answer, detail = await self._database.run(
            CLAIM, [name], [round(lease_seconds * 1000), secrets.token_hex(16), DONE_FOR_MS]
        )
        if answer == "done":
            return None
        if answer == "busy":
            raise Busy(int(detail) / 1000)
        return Claim(self._database, name, str(detail), lease_seconds)


FENCE: Final = Script(
    "once-fence",
    """
if redis.call('HGET', KEYS[1], 'st') ~= 'run' then return 0 end
redis.call('HSET', KEYS[1], 'st', 'free', 'till', 0, 'f', '')
return 1
""",
)
IS_DONE: Final = Script("once-done", "return redis.call('HGET', KEYS[1], 'st') == 'done' and 1 or 0")


def _name(ws: str, key: str) -> str:
    """Event ids come from outside: a very long one is kept by its hash."""
    return keys.of(ws, "once", key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest())


async def _leave(claim: Claim, state: str) -> None:
    """Give an unfinished claim back, so that the next try need not wait for the lease; a finished one stays done."""
    with contextlib.suppress(StorageUnavailable, TimeoutError):
        async with asyncio.timeout(1):
            await claim._end(state)
