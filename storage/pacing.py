"""Turns of an account: when its next post may be sent, so that its channel's limits are kept before they are met.

Turns are given in order and never taken back; who came once finds the same turn again. One script gives them, so that
all workers of all replicas count together. ZSET `pace:<account>:<what>` for each kind of thing that is counted:
`<attempt>` or `<attempt>|<number>` → ms of its turn, gone with the longest window. STRING `pace:<account>:rest`: until
when the channel asked to be left alone. STRING `pace:<account>:unasked`: the same, said to who asked how posts did: it
keeps no post waiting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from storage import keys
from storage.redis import Database, Script

KINDS: Final = ("posts", "parts", "pictures")
LONGEST_REST_MS: Final = 2 * 3_600_000

# KEYS: 1 rest, 2 posts, 3 parts, 4 pictures. ARGV: 1 now, 2 the latest turn that helps, 3 attempt, 4 gap, 5 life of the
# keys, 6-8 how many posts, parts and pictures, then of each window: what it counts as 2-4, most, milliseconds.
TURN: Final = Script(
    "turn",
    """
local had = redis.call('ZSCORE', KEYS[2], ARGV[3])
if had then return had end
local turn = tonumber(ARGV[1])
local rest = tonumber(redis.call('GET', KEYS[1]) or '0')
if rest > turn then turn = rest end
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
if last and tonumber(last) + tonumber(ARGV[4]) > turn then turn = tonumber(last) + tonumber(ARGV[4]) end
for at = 9, #ARGV, 3 do
  local what, most, span = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local wanted = math.min(tonumber(ARGV[what + 4]), most)
  if wanted > 0 then
    local nth = wanted - most - 1
    local full = redis.call('ZRANGE', KEYS[what], nth, nth, 'WITHSCORES')[2]
    if full and tonumber(full) + span > turn then turn = tonumber(full) + span end
  end
end
turn = string.format('%.0f', turn)
if tonumber(turn) > tonumber(ARGV[2]) then return turn end
for what = 2, 4 do
  for number = 1, tonumber(ARGV[what + 4]) do
    redis.call('ZADD', KEYS[what], turn, number == 1 and ARGV[3] or ARGV[3] .. '|' .. number)
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[what], '-inf', '(' .. string.format('%.0f', ARGV[1] - ARGV[5]))
  redis.call('PEXPIRE', KEYS[what], string.format('%.0f', turn - ARGV[1] + ARGV[5]))
end
return turn
""",
)
REST: Final = Script(
    "rest",
    """
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
""",
)


def resting_key(workspace: str, account: str, *, asked: bool = False) -> str:
    """STRING: until when its channel wants to be left alone, ms; `asked`: by questions alone. Both expire."""
    return keys.of(workspace, "pace", account, "unasked" if asked else "rest")


class Turns:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def turn(
        self,
        workspace: str,
        account: str,
        attempt: str,
        *,
        now_ms: int,
        latest_ms: int,
        gap_ms: int,
        amounts: Mapping[str, int],
        windows: Sequence[tuple[str, int, int]],
    ) -> int:
        """When this attempt may be made, in ms; beyond `latest_ms` no turn is kept for it.

        `amounts`: how many of each of `KINDS` it brings. `windows`: of what, how many at most, within how many ms.
        """
        life = max([gap_ms, 1000, *(span for _, _, span in windows)])
        asked = [part for of, most, span in windows for part in (KINDS.index(of) + 2, most, span)]
        found = await self._database.run(
            TURN,
            [self._key(workspace, account, "rest"), *(self._key(workspace, account, kind) for kind in KINDS)],
            [now_ms, latest_ms, attempt, gap_ms, life, *(amounts.get(kind, 0) for kind in KINDS), *asked],
        )
        return round(float(found))

    async def rest(self, workspace: str, account: str, *, now_ms: int, until_ms: int) -> None:
        """The channel asked to be left alone until then: nobody's turn comes before."""
        await self._rest(resting_key(workspace, account), now_ms, until_ms)

    async def unasked(self, workspace: str, account: str, *, now_ms: int, until_ms: int) -> None:
        """The channel wants no more questions until then; posts go out meanwhile."""
        await self._rest(resting_key(workspace, account, asked=True), now_ms, until_ms)

    async def _rest(self, key: str, now_ms: int, until_ms: int) -> None:
        wait = min(max(until_ms - now_ms, 1000), LONGEST_REST_MS)
        await self._database.run(REST, [key], [now_ms + wait, wait])

    @staticmethod
    def _key(workspace: str, account: str, what: str) -> str:
        return keys.of(workspace, "pace", account, what)
