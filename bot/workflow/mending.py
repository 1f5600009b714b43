"""What could not be said in a home waits for its next try, and comes at once when people did what they were asked for.

They may do it while a try still runs, which will fail and rest for minutes: that it was done is noted first and what
waits is hastened then, while who failed writes down what waits first and looks at the note then. One sees the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock, milliseconds
from bot.review.delivering import Missed
from storage import keys
from storage.commit import Change, commit
from storage.due import DueSets
from storage.redis import Database

KEPT_FOR: Final = timedelta(minutes=10)  # no try takes so long
APART: Final = timedelta(seconds=5)  # so far the clocks of two machines may be; a try too many does no harm


class Mending:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._dues = DueSets(database)
        self._clock = clock

    async def mended(self, workspace: str, home: str) -> int:
        """What waits for this home is due now; how much that is. A try that runs now is made again if it fails."""
        life, now = round(KEPT_FOR.total_seconds() * 1000), milliseconds(self._clock.now())
        await self._database.client.set(_key(workspace, home), now, px=life)
        return await self._hasten(workspace, home)

    async def later(self, workspace: str, what: str, missed: Iterable[Missed], *, since: datetime) -> None:
        """Each home that was missed by a try begun at `since` is told for itself, when it asked to be: nobody else
        hears of it twice. At once where it was mended since.
        """
        change, now, every = Change(workspace), self._clock.now(), tuple(missed)
        for each in every:
            change.due(f"note:at:{each.home}/{what}", milliseconds(now + each.after))
        await commit(self._database, change)
        for each in every:
            at = await self._database.client.get(_key(workspace, each.home))
            if at is not None and int(at) >= milliseconds(since - APART):
                await self._hasten(workspace, each.home)

    async def _hasten(self, workspace: str, home: str) -> int:
        return await self._dues.hasten(workspace, f"note:at:{home}/", milliseconds(self._clock.now()))


def _key(workspace: str, home: str) -> str:
    """STRING: when people last mended something in a home, in ms; lives ten minutes."""
    return keys.of(workspace, "mended", home)
