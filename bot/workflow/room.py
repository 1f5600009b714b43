"""Is there room for new drafts? Publishing keeps the rest, so that what is approved goes out while people make room."""

from __future__ import annotations

from bot.errors import BadInput
from storage.media import BlobStore
from storage.redis import Database


class Room:
    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    async def left(self) -> None:
        """Raises BadInput when the disk runs low, or four fifths of the database's memory are used."""
        if (await self._blobs.check_space()).low:
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
