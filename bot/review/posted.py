"""What was posted in a chat under a key: said before it goes out and noted after, so that a crash leaves no second one.

A note that only begins stands for a message that may or may not be there: whoever finds it looks in the chat first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock, milliseconds
from bot.errors import AdMindError
from storage import keys
from storage.redis import Database

LIFE = timedelta(days=100)
LOOK_SECONDS = 1.5
HELD = timedelta(seconds=30)  # how long a beginning is another's, who may still be at it


@dataclass(frozen=True, slots=True)
class Beginning:
    """`message` when it stands already; `doubtful_ms`: since when it may stand, by a try that never ended."""

    message: str = ""
    doubtful_ms: int = 0


class Posted:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._alone_since_ms = 0

    def alone(self) -> None:
        """Whoever had begun to post something before this moment is gone: nobody waits for them."""
        self._alone_since_ms = milliseconds(self._clock.now())

    async def begin(self, workspace: str, home: str, key: str) -> Beginning:
        """Raises AdMindError with `retry_after_seconds` while somebody else posts it."""
        name, now = self._key(workspace, home, key), milliseconds(self._clock.now())
        life = round(LIFE.total_seconds() * 1000)
        found = await self._database.client.set(name, f"?{now}", nx=True, get=True, px=life)
        if not found:
            return Beginning()
        known = str(found)
        if not known.startswith("?"):
            return Beginning(message=known)
        begun = int(known[1:])
        left = HELD.total_seconds() - (now - begun) / 1000
        if left > 0 and begun >= self._alone_since_ms:
            raise AdMindError("This is being posted right now.", retry_after_seconds=min(left, LOOK_SECONDS))
        await self._database.client.set(name, f"?{now}", px=life)
        return Beginning(doubtful_ms=begun)

    async def known(self, workspace: str, home: str, key: str) -> str:
        """What the chat calls the message that certainly stands; "" without one."""
        found = str(await self._database.client.get(self._key(workspace, home, key)) or "")
        return "" if found.startswith("?") else found

    async def done(self, workspace: str, home: str, key: str, message: str) -> None:
        """It stands there as `message`, which is never empty and does not begin with a question mark."""
        life = round(LIFE.total_seconds() * 1000)
        await self._database.client.set(self._key(workspace, home, key), message, px=life)

    async def refused(self, workspace: str, home: str, key: str) -> None:
        """It certainly does not stand there."""
        await self._database.client.delete(self._key(workspace, home, key))

    @staticmethod
    def _key(workspace: str, home: str, key: str) -> str:
        """STRING: `?<ms>` from when it began, then what the chat calls the message; lives 100 days."""
        return keys.of(workspace, "posted", f"{home}|{key}")
