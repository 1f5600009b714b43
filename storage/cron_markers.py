"""When did each system job last fire? Kept so that what fell into a time when nobody ran can be caught up."""

from __future__ import annotations

from typing import Any, Final, cast

from storage import keys
from storage.redis import Database, Script

# Replicas report in any order: the marker only moves forward.
FORWARD: Final = Script(
    "cron-forward",
    """
local last = redis.call('GET', KEYS[1])
if last and tonumber(last) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
""",
)


class CronMarkers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_ms(self, job: str) -> int | None:
        """The fire time that was last handed over, Unix ms; None when the job never fired here."""
        found = await cast(Any, self._database.client).get(keys.cron(job))
        return None if found is None else int(found)

    async def fired(self, job: str, fire_ms: int) -> None:
        """This fire time was handed over durably."""
        await self._database.run(FORWARD, [keys.cron(job)], [fire_ms])
