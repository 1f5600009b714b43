"""Which alerts a brand had on a day, in the order in which they came; and what was told, or looked at, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from storage import keys
from storage.redis import Database, Script

KEPT_FOR = timedelta(days=3)
TOLD_FOR = timedelta(days=60)  # so long nothing is told twice

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

    async def told(self, workspace: str, brand: str, key: str) -> bool:
        """Whether this was told in the last sixty days."""
        return bool(await cast(Any, self._database.client).exists(self._key(workspace, brand, "alert", key)))

    async def note(self, workspace: str, brand: str, key: str) -> None:
        """It was told."""
        await self._database.client.set(self._key(workspace, brand, "alert", key), "1", ex=TOLD_FOR)

    async def opens(self, workspace: str, brand: str, what: str) -> bool:
        """Whether it falls to this caller to look at it: once."""
        return bool(
            await self._database.client.set(self._key(workspace, brand, "opened", what), "1", nx=True, ex=KEPT_FOR)
        )

    async def found(self, workspace: str, brand: str, link: str, gone: datetime | None) -> None:
        """Since when a link leads nowhere; None: that is not known any more."""
        key = self._key(workspace, brand, "gone", link)
        if gone is None:
            await self._database.client.delete(key)
        else:
            await self._database.client.set(key, str(round(gone.timestamp() * 1000)), ex=KEPT_FOR)

    async def gone_since(self, workspace: str, brand: str, link: str) -> datetime | None:
        kept = await self._database.client.get(self._key(workspace, brand, "gone", link))
        return datetime.fromtimestamp(int(kept) / 1000, UTC) if kept else None

    @staticmethod
    def _key(workspace: str, brand: str, what: str, name: str) -> str:
        return keys.of(workspace, "told", brand, what, name.replace("\n", " "))
