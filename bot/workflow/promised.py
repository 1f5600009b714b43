"""What AdMind promised somebody and did not come to: done when the clock brings it, and told to them."""

from __future__ import annotations

import contextlib

from bot.chat import Card
from bot.clock import Clock, milliseconds
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.workflow.due_entry import DueEntry
from bot.workflow.posts import Posts
from storage.redis import Database

SURFACE = "clock"


class Promised:
    def __init__(self, database: Database, *, posts: Posts, board: Board, clock: Clock) -> None:
        self._database = database
        self._posts = posts
        self._board = board
        self._clock = clock

    async def take_down(self, workspace: str, post_id: str) -> None:
        """Raises Conflict: then it is done again, which does no harm."""
        async with DueEntry(self._database, workspace, f"takedown:{post_id}"):
            kept = await self._posts.keep_promise(workspace, post_id, SURFACE)
            if kept is None:
                return
            member, sentence = kept
            key = f"takedown:{post_id}:{milliseconds(self._clock.now())}"
            with contextlib.suppress(Undelivered):  # the post's own card says it, too
                await self._board.tell(workspace, f"member:{member}", Card(title=sentence), key=key)
