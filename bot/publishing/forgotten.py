"""What to do about a post that a journal saw leave and that the database does not know at all any more."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from bot.clock import Clock, milliseconds
from storage import keys
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.errors import Conflict
from storage.posts import Failure, Post, PostState
from storage.redis import Database
from storage.stores import DraftStore, PostStore, TeamStore, hgetall


class Forgotten:
    """Acts once on each forgotten attempt; `fields` are those of its entry in the journal."""

    def __init__(self, database: Database, *, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._audit = audit
        self._clock = clock

    async def tell(self, attempt: str, fields: Mapping[str, str]) -> None:
        """Hold what would say the same again; then into the audit, and to the owners."""
        workspace = fields["workspace"]
        if workspace not in await self._team.workspace_ids():
            return
        told = keys.forgotten(workspace)
        if attempt in await hgetall(self._database, told):
            return
        await self._hold_twin(fields)
        now = self._clock.now()
        details = {"attempt": attempt, "digest": fields["digest"]}
        entry = await self._audit.prepare(workspace, "post forgotten", about=fields["post"], at=now, details=details)
        change = Change(workspace).audit(entry).hset(told, {attempt: fields["post"]})
        await commit(self._database, change.due(f"note:orphan:{fields['post']}", milliseconds(now)))

    async def _hold_twin(self, fields: Mapping[str, str]) -> None:
        """The draft may have another post for the same account: of before it was moved or reworded.

        Its words may stand there already, so it waits for a person. Entries of older versions name no draft.
        """
        workspace = fields["workspace"]
        draft = await self._drafts.find(workspace, fields.get("draft", ""))
        version = draft.record.version(fields.get("account", "")) if draft else None
        while version is not None and version.post:
            kept = await self._posts.find(workspace, version.post)
            if kept is None or kept.record.state is not PostState.scheduled:
                return
            with contextlib.suppress(Conflict):
                await self._put_off(kept.record)

    async def _put_off(self, post: Post) -> None:
        """Paused; or unknown, when an earlier try of its own may be out too. Raises Conflict."""
        now = self._clock.now()
        failure = Failure(
            code="forgotten",
            sentence="The database forgot that this draft was already sent at another time; it may be out.",
            fixes=("live", "send"),
        )
        state = PostState.unknown if post.doubtful else PostState.paused
        change = self._posts.save(Change(post.workspace), post.changed(state=state, failure=failure), ver=post.ver)
        change.undue(f"post:{post.id}").due(f"note:post:{post.id}", milliseconds(now))
        entry = await self._audit.prepare(
            post.workspace,
            f"post {state.value}",
            about=post.id,
            at=now,
            draft=post.draft,
            brand=post.brand,
            details={"why": "recovery"},
        )
        await commit(self._database, change.audit(entry))
