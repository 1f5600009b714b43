"""How many follow an account, over time: packed like a post's numbers (`storage.series`), one reading a day at most.

HASH `audience:<account>`: `series`, counted from the first instant of 1970; it dies with its account or brand.
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
if ARGV[2] == '' then redis.call('DEL', KEYS[2]) else redis.call('HSET', KEYS[2], 'series', ARGV[2]) end
return 1
""",
)


class AudienceStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def readings(self, workspace: str, account: str) -> tuple[Reading, ...]:
        """The oldest first."""
        return unpacked(ANCHOR, await self._series(workspace, account))

    async def keep(self, workspace: str, account: str, *readings: Reading, before: datetime | None = None) -> bool:
        """With these, and without what was read before that; whether the account is there."""
        while True:
            old = await self._series(workspace, account)
            new = added(ANCHOR, old, readings)
            new = since(ANCHOR, new, before) if before is not None else new
            named = [keys.of(workspace, "account", account), keys.of(workspace, "audience", account)]
            done = int(await self._database.run(WRITE, named, [old, new]))
            if done >= 0:
                return done > 0

    async def _series(self, workspace: str, account: str) -> str:
        return str(await cast(Any, self._database.client).hget(keys.of(workspace, "audience", account), "series") or "")


def read_today(readings: tuple[Reading, ...], now: datetime) -> bool:
    """Whether one was had in the last twenty hours."""
    return bool(readings) and now - readings[-1].at < timedelta(hours=20)
