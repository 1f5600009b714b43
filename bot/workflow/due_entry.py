"""Holding an entry of a due set while its task works, and taking it off only if nobody renewed it meanwhile."""

from __future__ import annotations

from datetime import datetime

from bot.clock import milliseconds
from storage import keys
from storage.due import DueSets
from storage.redis import Database, Script

# ARGV: 1 entry, 2 its score when the task began, 3 when it is due again in ms, or empty: then it leaves.
DONE = Script(
    "due-done",
    """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score then return 1 end
if score ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
""",
)


class DueEntry:
    """Holds a due entry while its task works; takes it off afterwards unless it was renewed or the task failed.

    `renewed`, afterwards: it stayed, since somebody put it there again meanwhile. Who does it again at once spares
    people the wait until the clock brings it: while a task runs, the engine takes no second one of its key.
    """

    def __init__(self, database: Database, workspace: str, entry: str) -> None:
        self._database = database
        self._workspace = workspace
        self._entry = entry
        self._score = ""
        self.renewed = False
        self.again_at: datetime | None = None  # set it, and the entry stays, due then

    async def __aenter__(self) -> DueEntry:
        score = await self._database.client.zscore(keys.due(self._workspace), self._entry)
        self._score = "" if score is None else f"{score:.17g}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        again = "" if self.again_at is None else str(milliseconds(self.again_at))
        done = await self._database.run(DONE, [keys.due(self._workspace)], [self._entry, self._score, again])
        self.renewed = not int(done)
        if self.again_at is not None:
            await DueSets(self._database).nudge(self._workspace, milliseconds(self.again_at))
