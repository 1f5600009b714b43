"""Clicks of short links: numbers by link and hour. No address, no agent and no person is in here.

HASH `clicks:<code>`: `brand`, the sums `r` (all), `b` (programs that say so), `v` (valid), and the same by hour since
1970 (`<hour>`, `<hour>b`, `<hour>v`), which go after some time; what is in neither `b` nor `v` is something else that
no person did. STRING `visit:<hash>`: how often somebody came within some minutes, by a hash that nobody can make again
tomorrow: its salt (`clicksalt:<day>`) is shared by all replicas, in no backup, and gone at the end of its day.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from storage import keys
from storage.links import counts_key, key_of
from storage.orders import NOTHING_ORDERED, Ordered, OrderStore
from storage.redis import Database, Script

MOST_VISITS: Final = 5  # of one person to one link within `VISIT`: more is a program, or a finger that trembles
VISIT: Final = timedelta(minutes=10)
AT_ONCE: Final = 500  # links whose hours are read in one go

# What was erased meanwhile does not come back.
# KEYS: 1 clicks, 2 link, then a visit each. ARGV: 1 hour, 2 all, 3 declared, 4 brand, 5 most, 6 ms, then how many a
# visit each.
COUNT: Final = Script(
    "clicks-count",
    """
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local valid, most = 0, tonumber(ARGV[5])
for i = 3, #KEYS do
  local more = tonumber(ARGV[i + 4])
  local now = redis.call('INCRBY', KEYS[i], more)
  if now == more then redis.call('PEXPIRE', KEYS[i], ARGV[6]) end
  valid = valid + math.max(0, math.min(most, now) - math.min(most, now - more))
end
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], 'brand', ARGV[4]) end
redis.call('HINCRBY', KEYS[1], 'r', ARGV[2])
redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] ~= '0' then
  redis.call('HINCRBY', KEYS[1], 'b', ARGV[3])
  redis.call('HINCRBY', KEYS[1], ARGV[1] .. 'b', ARGV[3])
end
if valid > 0 then
  redis.call('HINCRBY', KEYS[1], 'v', valid)
  redis.call('HINCRBY', KEYS[1], ARGV[1] .. 'v', valid)
end
return valid
""",
)

# KEYS: clicks each. ARGV: the first hour that stays. How many hours went.
FORGET: Final = Script(
    "clicks-forget",
    """
local gone = 0
for _, key in ipairs(KEYS) do
  for _, name in ipairs(redis.call('HKEYS', key)) do
    local hour = string.match(name, '^(%d+)[bv]?$')
    if hour and tonumber(hour) < tonumber(ARGV[1]) then
      redis.call('HDEL', key, name)
      if hour == name then gone = gone + 1 end
    end
  end
end
return gone
""",
)


@dataclass(slots=True)
class Heap:
    """What came to one link within one hour; `visits`: hash → how often."""

    workspace: str
    code: str
    brand: str
    hour: int
    all: int = 0
    declared: int = 0
    visits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """Side by side: all looks at a link, programs that say so, and what is taken for clicks of people."""

    all: int = 0
    declared: int = 0
    valid: int = 0
    ordered: Ordered = NOTHING_ORDERED

    @property
    def other(self) -> int:
        return max(0, self.all - self.declared - self.valid)

    def plus(self, more: Counted) -> Counted:
        return Counted(
            self.all + more.all, self.declared + more.declared, self.valid + more.valid, self.ordered.plus(more.ordered)
        )


class ClickStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._client = cast(Any, database.client)
        self._orders = OrderStore(database)

    async def salt(self, now: datetime) -> bytes:
        """The day's own, for all who count: made by whoever needs it first, gone with the day (UTC)."""
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        left = day + timedelta(days=1) - now
        key = keys.click_salt(f"{day:%Y-%m-%d}")
        await self._client.set(key, secrets.token_hex(32), nx=True, px=max(1, round(left.total_seconds() * 1000)))
        return bytes.fromhex(str(await self._client.get(key) or secrets.token_hex(32)))

    async def count(self, heap: Heap) -> int:
        """How many of them are valid."""
        visits = [keys.of(heap.workspace, "visit", name) for name in heap.visits]
        given: list[str | int | float | bytes] = [
            *(heap.hour, heap.all, heap.declared, heap.brand, MOST_VISITS, round(VISIT.total_seconds() * 1000)),
            *heap.visits.values(),
        ]
        names = [counts_key(heap.workspace, heap.code), key_of(heap.workspace, heap.code), *visits]
        return int(await self._database.run(COUNT, names, given))

    async def totals(self, workspace: str, codes: Sequence[str]) -> dict[str, Counted]:
        """By code, with the orders that came by it; a link that nobody followed has counts of zero."""
        pipe = self._client.pipeline(transaction=False)
        for code in codes:
            pipe.hmget(counts_key(workspace, code), "r", "b", "v")
        found = await pipe.execute() if codes else []
        orders = await self._orders.totals(workspace, codes)
        return {
            code: Counted(int(every or 0), int(declared or 0), int(valid or 0), orders[code])
            for code, (every, declared, valid) in zip(codes, found, strict=True)
        }

    async def hours(self, workspace: str, code: str) -> dict[datetime, Counted]:
        """By the beginning of each hour in which somebody came."""
        return (await self.hours_of(workspace, [code]))[code]

    async def hours_of(self, workspace: str, codes: Sequence[str]) -> dict[str, dict[datetime, Counted]]:
        """Like `hours`, by code."""
        found: dict[str, dict[datetime, Counted]] = {}
        for start in range(0, len(codes), AT_ONCE):
            some = codes[start : start + AT_ONCE]
            pipe = self._client.pipeline(transaction=False)
            for code in some:
                pipe.hgetall(counts_key(workspace, code))
            found |= {code: _by_hour(fields) for code, fields in zip(some, await pipe.execute(), strict=True)}
        return found

    async def forget(self, workspace: str, codes: Sequence[str], before: datetime) -> int:
        """Hours of these links that began before that time go, their sums stay; how many went."""
        names = [counts_key(workspace, code) for code in codes]
        first = -(-int(before.timestamp()) // 3600)
        return int(await self._database.run(FORGET, names, [first])) if names else 0


def _by_hour(fields: Mapping[str, str]) -> dict[datetime, Counted]:
    return {
        datetime.fromtimestamp(int(hour) * 3600, UTC): Counted(
            int(count), int(fields.get(f"{hour}b", 0)), int(fields.get(f"{hour}v", 0))
        )
        for hour, count in sorted(fields.items())
        if hour.isdigit()
    }
