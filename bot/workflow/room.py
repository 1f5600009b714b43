"""Is there room for new drafts? Publishing keeps the rest, so that what is approved goes out while people make room."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.errors import BadInput
from storage.files import space_of
from storage.redis import Database


class Room:
    """`data_dir` is where the journal is written, and unless configured otherwise the database and pictures too."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database = database
        self._data_dir = data_dir

    async def left(self) -> None:
        """Raises BadInput when the disk runs low, or four fifths of the database's memory are used."""
        if (await asyncio.to_thread(space_of, self._data_dir)).low:
            raise BadInput(
                "The disk is nearly full, so I make no new drafts now.",
                kept="What is scheduled still goes out.",
                do_next="Whoever runs AdMind can make room on the disk; then ask again.",
            )
        if (await self._database.identity()).nearly_full:
            raise BadInput(
                "The database is nearly full, so I make no new drafts now.",
                kept="What is scheduled still goes out.",
                do_next="Whoever runs AdMind can give it more memory.",
            )
