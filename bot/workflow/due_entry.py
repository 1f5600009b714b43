"""Holding an entry of a due set while its task works, and taking it off only if nobody renewed it meanwhile."""

from __future__ import annotations

from storage import keys
from storage.redis import Database, Script

DONE = Script(
    "due-done",
    """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and score == ARGV[2] then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
""",
)


class DueEntry:
    """Holds a due entry while its task works; takes it off afterwards unless it was renewed or the task failed."""

    def __init__(self, database: Database, workspace: str, entry: str) -> None:
        self._database = database
        self._key = keys.due(workspace)
        self._entry = entry
        self._score = ""

    async def __aenter__(self) -> None:
        score = await self._database.client.zscore(self._key, self._entry)
        self._score = "" if score is None else f"{score:.17g}"

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            await self._database.run(DONE, [self._key], [self._entry, self._score])
