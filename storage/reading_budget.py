"""What reading numbers may cost a brand a month, where each reading costs money: set aside before a channel is asked.

HASH `budget:numbers:<brand>:<month>` (UTC): `spent` in millionths of a US dollar, `paused`, since when nothing is read
any more, in ms. A reading that failed stays counted: the channel may have charged.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, cast

from storage import keys
from storage.redis import Database, Script

LIFE_SECONDS: Final = 62 * 86_400
MILLIONTHS: Final = 1_000_000
# KEYS: the month's. ARGV: millionths, limit (0: none), now ms ('' where a no is no pause), life in seconds. Whether it
# may be read.
SPEND: Final = Script(
    "numbers-spend",
    """
local spent, limit = tonumber(redis.call('HGET', KEYS[1], 'spent') or '0'), tonumber(ARGV[2])
local may = limit == 0 or spent + tonumber(ARGV[1]) <= limit
if may then
  redis.call('HINCRBY', KEYS[1], 'spent', ARGV[1])
  redis.call('HDEL', KEYS[1], 'paused')
elseif ARGV[3] ~= '' then
  redis.call('HSETNX', KEYS[1], 'paused', ARGV[3])
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return may and 1 or 0
""",
)


class ReadingBudget:
    """`limit` in US dollars a brand and month; 0: none."""

    def __init__(self, database: Database, *, limit: Decimal) -> None:
        self._database = database
        self._limit = int(limit * MILLIONTHS)

    async def spend(self, workspace: str, brand: str, price: Decimal, now: datetime, *, pauses: bool = True) -> bool:
        """Whether a reading of this price may be had; then it is counted. `pauses`: whether a no means that posts are
        read no more this month; what costs more than a post's reading may find no room while these still do.
        """
        now_ms = str(round(now.timestamp() * 1000)) if pauses else ""
        given: list[str | int | float | bytes] = [int(price * MILLIONTHS), self._limit, now_ms, LIFE_SECONDS]
        return bool(await self._database.run(SPEND, [_key(workspace, brand, now)], given))

    async def paused_since(self, workspace: str, brand: str, now: datetime) -> datetime | None:
        """Since when this month's money is used up; None while there is some."""
        found = await cast(Any, self._database.client).hmget(_key(workspace, brand, now), ["paused"])
        return datetime.fromtimestamp(int(found[0]) / 1000, UTC) if found[0] is not None else None

    async def spent(self, workspace: str, brand: str, now: datetime) -> Decimal:
        """US dollars this month."""
        found = await cast(Any, self._database.client).hget(_key(workspace, brand, now), "spent")
        return Decimal(int(found or 0)) / MILLIONTHS


def _key(workspace: str, brand: str, now: datetime) -> str:
    return keys.of(workspace, "budget", "numbers", brand, f"{now.astimezone(UTC):%Y-%m}")
