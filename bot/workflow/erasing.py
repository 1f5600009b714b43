"""Erasing a draft for good: what it said goes, that it was goes on to stand in the audit."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.base import Channel
from bot.clock import Clock
from bot.errors import BadInput, NotAllowed, NotFound
from bot.words import told
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.drafts import OPEN, Draft, DraftStatus
from storage.erasing import forget_draft, posts_of
from storage.posts import OVER, Post
from storage.redis import Database
from storage.stores import DraftStore, TeamStore
from storage.team import Role


class Erasing:
    def __init__(
        self, database: Database, *, audit: AuditWriter, channels: Mapping[str, Channel], clock: Clock
    ) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._audit = audit
        self._channels = channels
        self._clock = clock

    async def draft(self, workspace: str, by: str, draft_id: str) -> str:
        """Forget a draft that is decided, with its posts, its drawn pictures and what the audit quotes of it.

        The sentence for who asked. Raises NotFound, NotAllowed, BadInput, Conflict.
        """
        kept = await self._drafts.get(workspace, draft_id)
        draft = kept.record
        member = (await self._team.members.get(workspace, by)).record
        if not member.roles.get(draft.brand):
            raise NotFound(f"There is no draft {draft_id[:40]}.", do_next="Look at the list of those there are.")
        if not member.may(draft.brand, Role.owner):
            raise NotAllowed("Only an owner of this brand can do that.", kept="Nothing changed.")
        await self._refuse_unfinished(draft)
        entry = await self._audit.prepare(
            workspace, "draft erased", subject=member.subject, about=draft.id, at=self._clock.now(), brand=draft.brand
        )
        await commit(self._database, Change(workspace).audit(entry))
        await self._audit.erase_draft(workspace, draft.id)
        await forget_draft(self._database, workspace, draft.id)
        return told(
            "Erased. That it was there, and who decided, still stands in the audit, without its words. Files that "
            "nothing else uses go within two weeks. Backups made before still hold them; "
            "restoring one erases them again."
        )

    async def _refuse_unfinished(self, draft: Draft) -> None:
        """Raises BadInput for one that waits, or that has a post that is not over or can be taken down."""
        if draft.status in OPEN - {DraftStatus.late}:
            raise BadInput("This draft still waits for people.", kept="Nothing changed.", do_next="Reject it first.")
        for post in await posts_of(self._database, draft):
            if post.state not in OVER:
                raise BadInput(
                    "A post of this draft is still on its way, or waits for a word.",
                    kept="Nothing changed.",
                    do_next=told("Cancel or answer {post} first.", post=post.id),
                )
            if await self._still_out(post):
                raise BadInput(
                    "A post of this draft is still out, and only its record can take it down.",
                    kept="Nothing changed.",
                    do_next=told("Take {post} down first.", post=post.id),
                )

    async def _still_out(self, post: Post) -> bool:
        if post.by_hand:
            return True
        account = await self._team.accounts.find(post.workspace, post.account)
        if post.receipt is None or post.receipt.taken_down_at or account is None or account.record.closed_at:
            return False
        return self._channels[post.channel].capabilities_for(account.record).deletes
