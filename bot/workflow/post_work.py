"""A person's word on a post: who may give it, and how the change that it makes is written."""

from __future__ import annotations

from bot.clock import Clock, milliseconds
from bot.errors import Conflict, NotAllowed, NotFound
from bot.review.approval import may_decide
from bot.workflow.rereading import read_again
from storage import keys
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.posts import Post
from storage.redis import Database
from storage.stores import DraftStore, Kept, PostStore, TeamStore
from storage.team import Member


class PostWork:
    """What every word on a post shares."""

    def __init__(self, database: Database, *, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._audit = audit
        self._clock = clock

    async def _mine(
        self, workspace: str, post_id: str, member_id: str, *, deciding: bool = False
    ) -> tuple[Kept[Post], Member]:
        kept = await self._posts.open(workspace, post_id)
        post = kept.record
        members = await self._team.all(self._team.members, workspace)
        member = next((m for m in members if m.id == member_id), None)
        if member is None or not member.roles.get(post.brand):
            raise NotFound(f"There is no post {post_id[:40]}.", do_next="Look at the list of those there are.")
        allowed = may_decide(member, post.brand, members, self._clock.now())
        if not allowed and (deciding or member.id != post.requested_by):
            raise NotAllowed("Only people who approve for this brand can do that.", kept="Nothing changed.")
        return kept, member

    async def _write(
        self,
        kept: Kept[Post],
        post: Post,
        kind: str,
        member: Member,
        surface: str,
        *,
        draft: Kept[Draft] | None = None,
        again: bool = False,
    ) -> None:
        """The change, provided that post and draft are still what they were when it was judged; `again` has its pages
        read before its time. Raises Conflict.
        """
        change = self._posts.save(Change(post.workspace), post, ver=kept.ver)
        if draft is not None:
            change.expect(self._drafts.key(post.workspace, draft.record.id), draft.ver)
        change.undue(f"reconcile:{post.id}")
        if again:
            read_again(change, post, self._clock.now())
        change.due(f"note:post:{post.id}", milliseconds(self._clock.now()))
        change.audit(await self._entry(post, kind, member, surface))
        try:
            await commit(self._database, change)
        except Conflict as conflict:
            raise Conflict(
                "The post changed in this moment.", kept="Nothing was changed by you.", do_next="Look again."
            ) from conflict
        await self._database.confirm(keys.control(change.workspace))

    async def _entry(self, post: Post, kind: str, member: Member, surface: str) -> dict[str, str]:
        return await self._audit.prepare(
            post.workspace,
            kind,
            subject=member.subject,
            about=post.id,
            at=self._clock.now(),
            draft=post.draft,
            brand=post.brand,
            details={"surface": surface, "digest": post.digest, "account": post.account},
        )
