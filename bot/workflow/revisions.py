"""Looking back: an earlier revision of a draft as it was, and what changed between any two."""

from __future__ import annotations

from bot.cards import Words
from bot.errors import NotFound
from bot.review.board import Board
from bot.review.differences import Difference, compare_drafts
from storage.blobs.base import BlobStore
from storage.drafts import Draft


class Revisions:
    def __init__(self, blobs: BlobStore, board: Board) -> None:
        self._blobs = blobs
        self._board = board

    async def at(self, draft: Draft, number: int) -> Draft:
        """The draft as it was at this revision. Raises NotFound."""
        if number == draft.revision:
            return draft
        mark = next((mark for mark in draft.history if mark.number == number), None)
        if mark is None:
            raise NotFound(f"This draft has no revision {number}.", do_next=f"It has those from 1 to {draft.revision}.")
        return Draft.load(await self._blobs.get(mark.snapshot))

    async def between(self, draft: Draft, older: int, newer: int) -> tuple[tuple[Difference, ...], Words]:
        """What changed from the older to the newer revision, and the words to say it with. Raises NotFound."""
        words = await self._board.words(draft.workspace, draft.brand)
        old, new = await self.at(draft, older), await self.at(draft, newer)
        return compare_drafts(old, new, zone=words.zone, language=words.language), words
