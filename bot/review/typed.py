"""What windows go by and do not hold themselves: what people typed into those that could not be taken as they were, and
what the message said that one was made from.

STRING `typed:<name>` of the workspace; it lives a day.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from storage import keys
from storage.redis import Database

LIFE: Final = timedelta(days=1)


class Typed:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, workspace: str, words: str) -> str:
        """What they are found by for a day, with the workspace. Raises StorageUnavailable, StorageFull."""
        name = secrets.token_hex(8)
        await self._database.client.set(keys.of(workspace, "typed", name), words, px=round(LIFE.total_seconds() * 1000))
        return name

    async def find(self, workspace: str, name: str) -> str:
        """ "" once a day is over, or for a name that never was."""
        return str(await self._database.client.get(keys.of(workspace, "typed", name)) or "")
