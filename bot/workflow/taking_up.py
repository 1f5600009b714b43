"""What a process that was killed had begun for people is taken up at once by the next one, not when its leases end.

Only for the one owner of an embedded database: there, whatever was claimed before the start is nobody's any more.
"""

from __future__ import annotations

from typing import Any, Final

from bot.clock import Clock, milliseconds
from bot.review.posted import Posted
from storage import keys
from storage.due import DueSets
from storage.errors import NotFound
from storage.ledger import Ledger
from storage.redis import Database
from storage.requests import RequestStore
from storage.stores import TeamStore
from storage.threads import ThreadStore

SOON_MS: Final = 60_000  # longer than any entry of a request or an answer rests
KINDS: Final = frozenset({"request", "reply"})


class TakingUp:
    def __init__(self, database: Database, *, ledger: Ledger, posted: Posted, clock: Clock) -> None:
        self._database = database
        self._requests = RequestStore(database)
        self._threads = ThreadStore(database)
        self._team = TeamStore(database)
        self._ledger = ledger
        self._posted = posted
        self._clock = clock

    async def take_up(self) -> int:
        """End what earlier processes had claimed of requests and answers, and have them due now; how many there are."""
        self._posted.alone()
        found = 0
        for workspace in await self._team.workspace_ids():
            found += await self._of(workspace)
        return found

    async def _of(self, workspace: str) -> int:
        client: Any = self._database.client
        due, now_ms = keys.due(workspace), milliseconds(self._clock.now())
        entries: list[str] = await client.zrange(due, "-inf", now_ms + SOON_MS, byscore=True)
        mine = [entry for entry in entries if entry.partition(":")[0] in KINDS]
        for entry in mine:
            kind, _, request_id = entry.partition(":")
            if kind == "request":
                await self._fence(workspace, request_id)
            await client.zadd(due, {entry: now_ms}, xx=True, lt=True)
        if mine:
            await DueSets(self._database).nudge(workspace, now_ms)
        return len(mine)

    async def _fence(self, workspace: str, request_id: str) -> None:
        await self._ledger.fence(workspace, f"request:{request_id}")
        try:
            request = await self._requests.get(workspace, request_id)
        except NotFound:
            return
        await self._threads.fence(workspace, request.conversation)
