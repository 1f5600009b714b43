"""What people do about posts: cancel, say what became of one, take one down."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.channels.base import Channel, Door, Receipt
from bot.clock import Clock, milliseconds
from bot.errors import BadInput, ChannelRefused, Conflict, NotAllowed, NotFound
from bot.publishing.pause import concerns, say_scope
from bot.review.approval import judge, may_decide
from bot.team.persons import Persons
from bot.words import told
from storage import keys, pauses
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.posts import DOUBTFUL, Post, PostReceipt, PostState
from storage.redis import Database
from storage.stores import DraftStore, Kept, PostStore, TeamStore
from storage.team import Member

OpenDoor = Callable[[Account, Callable[[], Awaitable[None]], timedelta], Door]
DROPPABLE = frozenset({PostState.scheduled, PostState.paused, PostState.failed, PostState.missed, PostState.unknown})


@dataclass(frozen=True, slots=True)
class PostDone:
    post: Post
    sentence: str


class Posts:
    def __init__(
        self,
        database: Database,
        *,
        audit: AuditWriter,
        channels: Mapping[str, Channel],
        open_door: OpenDoor,
        clock: Clock,
    ) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._audit = audit
        self._channels = channels
        self._open_door = open_door
        self._clock = clock

    async def cancel(self, workspace: str, post_id: str, member_id: str, surface: str) -> PostDone:
        """Keep a post from going out, or drop one that did not. Raises NotFound, NotAllowed, BadInput, Conflict."""
        kept, member = await self._mine(workspace, post_id, member_id)
        post = kept.record
        if post.state is PostState.sending:
            await self._stop(kept, member, surface)
            return PostDone(
                post, told("It is being sent right now; it is stopped if nothing has left yet. Look again soon.")
            )
        if post.state not in DROPPABLE:
            out = post.state is PostState.published
            done = told("This post is out already.") if out else told("This post was cancelled before.")
            raise BadInput(done, kept="Nothing changed.", do_next="Look at the list of posts.")
        cancelled = post.changed(state=PostState.cancelled)
        await self._write(kept, cancelled, "cancelled by a person", member, surface)
        if post.doubtful:
            return PostDone(cancelled, told("Dropped: it is not tried again. It may stand there already: please look."))
        return PostDone(cancelled, told("Cancelled. It will not go out."))

    async def resolve(
        self,
        workspace: str,
        post_id: str,
        member_id: str,
        verdict: Literal["live", "send"],
        surface: str,
        url: str = "",
    ) -> PostDone:
        """A person's word on a post that AdMind cannot tell about, that failed, was missed or paused.

        `live`: it stands there. `send`: it does not, send it now; its approval must still stand.
        Raises NotFound, NotAllowed, BadInput, Conflict.
        """
        kept, member = await self._mine(workspace, post_id, member_id, deciding=True)
        post, now, draft = kept.record, self._clock.now(), None
        asks = (PostState.unknown, PostState.missed, PostState.paused, PostState.failed)
        if post.state not in asks:
            raise BadInput("Nothing about this post is in doubt.", kept="Nothing changed.")
        if verdict == "live":
            receipt = PostReceipt(remote_id="", url=url[:2000], at=now, by=member.id)
            resolved = post.changed(state=PostState.published, receipt=receipt, failure=None)
            sentence = told("Noted: it is live.")
        else:
            await self._refuse_too_early(post)
            await self._refuse_paused(post)
            draft = await self._still_approved(post)
            attempts = tuple(
                a.model_copy(update={"outcome": "absent"}) if a.outcome in DOUBTFUL else a for a in post.attempts
            )
            resolved = post.changed(
                state=PostState.scheduled, due=now, failure=None, lookups=0, look_at=None, attempts=attempts
            )
            sentence = told("It goes out now.")
        await self._write(kept, resolved, f"resolved {verdict}", member, surface, draft=draft)
        return PostDone(resolved, sentence)

    async def take_down(self, workspace: str, post_id: str, member_id: str, surface: str) -> PostDone:
        """Delete a published post from its channel. Raises NotFound, NotAllowed, BadInput, ChannelRefused."""
        kept, member = await self._mine(workspace, post_id, member_id, deciding=True)
        post = kept.record
        if post.state is not PostState.published or post.receipt is None or post.receipt.taken_down_at:
            raise BadInput("This post is not out, so there is nothing to take down.", kept="Nothing changed.")
        account = (await self._team.accounts.get(workspace, post.account)).record
        channel = self._channels[post.channel]
        if not channel.capabilities_for(account).deletes:
            raise ChannelRefused(
                f"{account.name} cannot delete posts for you.", code="no_delete", do_next="Delete it there by hand."
            )

        async def nothing_to_check() -> None:
            return None

        door = self._open_door(account, nothing_to_check, timedelta(seconds=30))
        await channel.delete(Receipt(post.receipt.remote_id, post.receipt.url, post.receipt.at), door)
        receipt = post.receipt.model_copy(update={"taken_down_at": self._clock.now()})
        await self._write(kept, post.changed(receipt=receipt), "taken down", member, surface)
        return PostDone(post.changed(receipt=receipt), told("Taken down."))

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

    async def _refuse_paused(self, post: Post) -> None:
        """Sending now would only be stopped again. Raises BadInput."""
        found = await pauses.read(self._database, post.workspace)
        for pause in found.holding():
            hit = concerns(pause, post, post.title)
            if hit is not None and not hit.near:
                raise BadInput(
                    f"This is paused: {say_scope(pause.scope)}.",
                    kept="Nothing was sent.",
                    do_next="Let it go on first, then send.",
                )

    async def _refuse_too_early(self, post: Post) -> None:
        """While an attempt may still arrive, nobody can know that it is not there. Raises BadInput."""
        account = await self._team.accounts.find(post.workspace, post.account)
        if not post.doubtful or account is None:
            return
        settle = self._channels[post.channel].capabilities_for(account.record).settle
        wait = max(a.deadline for a in post.attempts) + settle - self._clock.now()
        seconds = math.ceil(wait.total_seconds())
        if seconds > 0:
            raise BadInput(
                "What was sent may still arrive.",
                kept="Nothing was sent again.",
                do_next=f"Look there again in {seconds} seconds; AdMind looks then too.",
            )

    async def _still_approved(self, post: Post) -> Kept[Draft]:
        """What is sent late must still be what people approve of. Raises BadInput."""
        kept = await self._drafts.open(post.workspace, post.draft)
        draft = kept.record
        version = draft.version(post.account)
        standing = None
        if version is not None and version.digest == post.digest:
            standing = judge(
                draft,
                version,
                brand=(await self._team.brands.get(post.workspace, post.brand)).record,
                account=(await self._team.accounts.get(post.workspace, post.account)).record,
                members=(members := await self._team.all(self._team.members, post.workspace)),
                now=self._clock.now(),
                persons=Persons(members, await self._team.all(self._team.identities, post.workspace)),
            )
        if standing is None or not standing.met:
            raise BadInput(
                "Its approval no longer stands.",
                kept="It was not sent.",
                do_next="Look at the draft and approve it again.",
            )
        return kept

    async def _stop(self, kept: Kept[Post], member: Member, surface: str) -> None:
        """A flag that the next check before an irreversible call obeys."""
        post = kept.record
        change = Change(post.workspace).hset(self._posts.key(post.workspace, post.id), {"stop": "1"})
        change.expect(self._posts.key(post.workspace, post.id), kept.ver)
        change.audit(await self._entry(post, "stop asked", member, surface))
        await commit(self._database, change)
        await self._database.confirm(keys.control(change.workspace))

    async def _write(
        self,
        kept: Kept[Post],
        post: Post,
        kind: str,
        member: Member,
        surface: str,
        *,
        draft: Kept[Draft] | None = None,
    ) -> None:
        """The change, provided that post and draft are still what they were when it was judged. Raises Conflict."""
        change = self._posts.save(Change(post.workspace), post, ver=kept.ver)
        if draft is not None:
            change.expect(self._drafts.key(post.workspace, draft.record.id), draft.ver)
        change.undue(f"reconcile:{post.id}")
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
