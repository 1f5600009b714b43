"""A wish for changes becomes a revision: the model rewrites by the reason that was given with the decision."""

from __future__ import annotations

from bot.chat import Card
from bot.errors import BadInput
from bot.review.board import Board
from bot.workflow.due_entry import DueEntry
from bot.workflow.requests import Asker, Requests
from storage.drafts import DraftStatus, Verdict
from storage.redis import Database
from storage.stores import DraftStore, TeamStore


class Revising:
    """The task behind a wish for changes: the model rewrites by the reason that was given."""

    def __init__(self, database: Database, *, requests: Requests, board: Board) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._requests = requests
        self._board = board

    async def revise(self, workspace: str, draft_id: str) -> None:
        async with DueEntry(self._database, workspace, f"revise:{draft_id}"):
            kept = await self._drafts.find(workspace, draft_id)
            if kept is None or kept.record.status is not DraftStatus.changes:
                return
            draft = kept.record
            wish = next(d for d in reversed(draft.decisions) if d.verdict is Verdict.changes and not d.withdrawn_at)
            home = (await self._team.workspaces.get(workspace, workspace)).record
            asker = Asker(
                workspace=workspace,
                brand=draft.brand,
                member=wish.member,
                conversation=draft.conversation,
                surface=wish.surface,
                language=home.language,
                zone=draft.zone,
            )
            try:
                await self._requests.revise(asker, draft_id, wish.reason)
            except BadInput as question:
                card = Card(title=f"About {draft.title}", status=question.sentence(), draft=draft.id)
                await self._board.tell(workspace, f"member:{wish.member}", card, key=f"question:{wish.id}")
