"""How many follow an account, over time: packed like a post's numbers (`storage.series`), one reading a day at most.

HASH `audience:<account>`: `series`, counted from the first instant of 1970; `next`, when it may be asked again, in ms;
`refused`, since when its access may not ask, in ms. It dies with its account or brand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from storage import keys
from storage.redis import Database, Script
from storage.series import Reading, added, since, unpacked

ANCHOR: Final = datetime(1970, 1, 1, tzinfo=UTC)
# KEYS: account, series. ARGV: series as it was read, series as it is. -1: others wrote it; 0: the account is gone.
WRITE: Final = Script(
    "audience-write",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if (redis.call('HGET', KEYS[2], 'series') or '') ~= ARGV[1] then return -1 end
if ARGV[2] == '' then redis.call('HDEL', KEYS[2], 'series') else redis.call('HSET', KEYS[2], 'series', ARGV[2]) end
redis.call('HDEL', KEYS[2], 'refused')
return 1
""",
)
# KEYS: account, series. ARGV: now, when it may be asked again. Whether it falls to this caller to ask.
TAKE: Final = Script(
    "audience-take",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if tonumber(redis.call('HGET', KEYS[2], 'next') or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[2], 'next', ARGV[2])
return 1
""",
)
# KEYS: account, series. ARGV: field, value, "1" where a value that is there stays.
NOTE: Final = Script(
    "audience-note",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call(ARGV[3] == '1' and 'HSETNX' or 'HSET', KEYS[2], ARGV[1], ARGV[2])
return 1
""",
)
DAILY: Final = timedelta(hours=20)


class AudienceStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def readings(self, workspace: str, account: str) -> tuple[Reading, ...]:
        """The oldest first."""
        return unpacked(ANCHOR, await self._series(workspace, account))

    async def take(self, workspace: str, account: str, now: datetime) -> bool:
        """Whether it falls to this caller to ask now: once in twenty hours, whoever else asks and however it ends."""
        given = [_ms(now), _ms(now + DAILY)]
        return bool(int(await self._database.run(TAKE, _names(workspace, account), given)))

    async def later(self, workspace: str, account: str, at: datetime) -> None:
        """It may be asked again at that time already."""
        await self._database.run(NOTE, _names(workspace, account), ["next", _ms(at), "0"])

    async def refused(self, workspace: str, account: str, now: datetime) -> None:
        """Its access may not ask: kept is since when, until a number comes."""
        await self._database.run(NOTE, _names(workspace, account), ["refused", _ms(now), "1"])

    async def refused_since(self, workspace: str, account: str) -> datetime | None:
        found = await cast(Any, self._database.client).hget(keys.of(workspace, "audience", account), "refused")
        return datetime.fromtimestamp(int(found) / 1000, UTC) if found else None

    async def keep(self, workspace: str, account: str, *readings: Reading, before: datetime | None = None) -> bool:
        """With these, and without what was read before that; whether the account is there."""
        while True:
            old = await self._series(workspace, account)
            new = added(ANCHOR, old, readings)
            new = since(ANCHOR, new, before) if before is not None else new
            done = int(await self._database.run(WRITE, _names(workspace, account), [old, new]))
            if done >= 0:
                return done > 0

    async def _series(self, workspace: str, account: str) -> str:
        return str(await cast(Any, self._database.client).hget(keys.of(workspace, "audience", account), "series") or "")


def _names(workspace: str, account: str) -> list[str]:
    return [keys.of(workspace, "account", account), keys.of(workspace, "audience", account)]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
