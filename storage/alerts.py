"""Which alerts a brand had on a day, in the order in which they came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from storage import keys
from storage.redis import Database, Script

KEPT_FOR = timedelta(days=3)

# HASH `n` → how many, `k:<key>` → nothing, `t:<number>` → key and title.
ADD = Script(
    "alert-add",
    """
if redis.call('HSETNX', KEYS[1], 'k:' .. ARGV[1], '') == 1 then
  local number = redis.call('HINCRBY', KEYS[1], 'n', 1)
  redis.call('HSET', KEYS[1], 't:' .. number, ARGV[1] .. '\\n' .. ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
local found = {}
for number = 1, tonumber(redis.call('HGET', KEYS[1], 'n')) do
  found[number] = redis.call('HGET', KEYS[1], 't:' .. number)
end
return found
""",
)


class Alerts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, workspace: str, brand: str, day: date, key: str, title: str) -> dict[str, str]:
        """Note this alert, once per key; all of the day so far, key → title, first come first."""
        name = keys.of(workspace, "alerts", brand, day.isoformat())
        arguments: list[str | int] = [key.replace("\n", " "), title, round(KEPT_FOR.total_seconds())]
        found = cast(list[Any], await self._database.run(ADD, [name], arguments))
        return dict(entry.split("\n", 1) for entry in found)
