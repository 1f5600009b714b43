"""What is due, per workspace, and the hints which workspace to ask next.

The due set is the truth. Taking an entry bumps its score instead of removing it: whoever finishes the work removes it,
so a lost message heals itself. The wake shards only tell the ticker where to look; losing them costs a minute.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from storage import keys
from storage.redis import Database, Script

# Both the worker's clock and the server's must be past due; the worker's may be ahead of the server's, or behind.
NOW = """
local t = redis.call('TIME')
local server = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[2])
local now = math.min(tonumber(ARGV[1]), server)
"""
TAKE = Script(
    "take",
    NOW
    + """
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])
for _, entry in ipairs(found) do redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[4]), entry) end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {found, first[2] or ''}
""",
)
WAKE = Script(
    "wake",
    """
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, ws in ipairs(found) do redis.call('ZADD', KEYS[1], 'XX', ARGV[3], ws) end
return found
""",
)
# A concurrent NUDGE lowers the score by one at least, so that this compare fails and the nudge stands.
SETTLE = Script(
    "settle",
    """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
""",
)
NUDGE = Script(
    "nudge",
    """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
local due = tonumber(ARGV[2])
if score and tonumber(score) <= due then due = tonumber(score) - 1 end
redis.call('ZADD', KEYS[1], string.format('%.0f', due), ARGV[1])
return 1
""",
)

# Only ever to an earlier time: what runs at this moment is then due once more, and finds nothing left to do.
HASTEN = Script(
    "hasten",
    """
local moved = 0
for place = 2, #ARGV do
  moved = moved + redis.call('ZADD', KEYS[1], 'XX', 'LT', 'CH', ARGV[1], ARGV[place])
end
return moved
""",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """`entries` are due and now bumped; `next_ms` is the earliest score left, None when the set is empty."""

    entries: tuple[str, ...]
    next_ms: int | None


@dataclass(frozen=True, slots=True)
class Woken:
    """Workspaces to ask, and the score that their hints were bumped to: unlike any other ticker's in this moment."""

    workspaces: tuple[str, ...]
    bumped_ms: float


class DueSets:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def nudge(self, workspace: str, due_ms: int) -> None:
        """Hint that the workspace has something due then; call it before and after the write it speaks of."""
        await self._database.run(NUDGE, [keys.wake(keys.shard_of(workspace))], [workspace, due_ms])

    async def hasten(self, workspace: str, prefix: str, now_ms: int) -> int:
        """Everything whose entry begins so is due now; how many were not."""
        key, entries = keys.due(workspace), list[str]()
        async for entry, _ in self._database.client.zscan_iter(key, match=f"{prefix}*", count=1000):
            entries.append(str(entry))
        moved = int(await self._database.run(HASTEN, [key], [now_ms, *entries])) if entries else 0
        if moved:
            await self.nudge(workspace, now_ms)
        return moved

    async def take(self, workspace: str, *, now_ms: int, offset_ms: int, limit: int, bump_ms: int) -> Taken:
        """Entries past due by the worker's clock and by the server's (moved by `offset_ms`)."""
        found, first = await self._database.run(TAKE, [keys.due(workspace)], [now_ms, offset_ms, limit, bump_ms])
        return Taken(tuple(found), int(float(first)) if first != "" else None)

    async def wake(self, shard: str, *, now_ms: int, limit: int, bump_ms: int) -> Woken:
        """Workspaces that should be asked now; each hint is bumped by `bump_ms` until it is settled."""
        bumped = now_ms + bump_ms + random.randrange(4_096_000) / 4096
        return Woken(tuple(await self._database.run(WAKE, [keys.wake(shard)], [now_ms, limit, repr(bumped)])), bumped)

    async def settle(self, workspace: str, *, bumped_ms: float, next_ms: int | None) -> None:
        """Say when to ask next, unless the hint was changed since it was bumped to exactly `bumped_ms`."""
        await self._database.run(
            SETTLE,
            [keys.wake(keys.shard_of(workspace))],
            [workspace, repr(bumped_ms), "" if next_ms is None else next_ms],
        )

    async def sweep(self) -> int:
        """Rebuild every hint from the due sets; the number of workspaces that have something due some day."""
        woken = 0
        async for workspace in self._database.client.sscan_iter(keys.WORKSPACES):
            first = await self._database.client.zrange(keys.due(workspace), 0, 0, withscores=True)
            if first:
                await self.nudge(workspace, int(first[0][1]))
                woken += 1
        return woken
