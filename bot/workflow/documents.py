"""Files of text that people send to be written from: kept as they came, read only when a draft is made of them.

Whoever uploads a file need not have written it: it is read in quarantine like a page.
"""

from __future__ import annotations

from typing import Final

from bot.drafting.extracted import PDF
from bot.drafting.extraction import MOST_BYTES, MOST_BYTES_OF
from bot.errors import BadInput, NotFound
from bot.workflow.room import Room
from storage.blobs.base import BlobStore
from storage.documents import DocumentStore
from storage.drafts import Document
from storage.redis import Database

__all__ = ["MOST_DOCUMENTS", "Document", "Documents", "is_document"]  # handlers know `bot` only
MOST_DOCUMENTS: Final = 3  # of one request
_BY_SUFFIX: Final = {"txt": "text/plain", "text": "text/plain", "md": "text/markdown", "pdf": PDF}
_READ: Final = frozenset(_BY_SUFFIX.values())


class Documents:
    def __init__(self, database: Database, *, blobs: BlobStore, room: Room) -> None:
        self._store = DocumentStore(database)
        self._blobs = blobs
        self._room = room

    async def keep(self, workspace: str, brand: str, data: bytes, *, name: str, mime: str = "") -> Document:
        """Keep a file for a week. Raises BadInput when it is none that can be read, or there is no room."""
        kind = _kind(name, mime)
        if kind is None:
            raise BadInput("I read text files and PDFs.", kept="This file was not kept.")
        most = MOST_BYTES_OF.get(kind, MOST_BYTES)
        if len(data) > most:
            size = most // 1_000_000
            raise BadInput(f"This file is larger than {size} MB.", kept="It was not kept.")
        if kind == PDF and not data.lstrip()[:5] == b"%PDF-":
            raise BadInput("This is no PDF.", kept="It was not kept.")
        await self._room.left()
        cleaned = " ".join(name.split())[:120]
        document = Document(sha256=await self._blobs.put(data), name=cleaned, mime=kind)
        await self._store.put(workspace, brand, document)
        return document

    async def mine(self, workspace: str, brand: str, sha256: str) -> Document:
        """Such a file of the brand's. Raises NotFound."""
        found = await self._store.find(workspace, brand, sha256)
        if found is None:
            raise NotFound("That file is not here.", do_next="Upload it first, then name its sha256.")
        return found


def is_document(name: str, mime: str) -> bool:
    """Whether it is a file of text that can be read."""
    return _kind(name, mime) is not None


def _kind(name: str, mime: str) -> str | None:
    said = mime.partition(";")[0].strip().lower()
    if said in _READ:
        return said
    by_name = _BY_SUFFIX.get(name.rpartition(".")[2].lower())
    return by_name if said in ("", "application/octet-stream", "binary/octet-stream") else None
