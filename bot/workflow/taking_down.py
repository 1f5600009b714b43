"""Posts that shall not stand any more: deleted by the channel, or by a person where the channel does not do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.channels.base import Channel, ChannelRefused, Door, OutcomeUnknown, ProvenNotSent, Receipt
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError, BadInput, Conflict
from bot.post_cards import why_by_hand
from bot.words import reading, told
from bot.workflow.post_work import PostWork
from storage import keys
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.posts import Post, PostReceipt, PostState
from storage.redis import Database
from storage.stores import Kept
from storage.team import Member

OpenDoor = Callable[[Account, Callable[[], Awaitable[None]], timedelta], Door]
Why = Literal["", "closed", "cannot", "refused", "unnamed"]
WITHIN = timedelta(seconds=30)
PATIENCE = timedelta(minutes=2)  # longer than whoever promised it takes, for several accounts too


@dataclass(frozen=True, slots=True)
class PostDone:
    post: Post
    sentence: str


class TakingDown(PostWork):
    def __init__(
        self,
        database: Database,
        *,
        audit: AuditWriter,
        channels: Mapping[str, Channel],
        open_door: OpenDoor,
        clock: Clock,
    ) -> None:
        super().__init__(database, audit=audit, clock=clock)
        self._channels = channels
        self._open_door = open_door

    async def promise(self, workspace: str, post_ids: Sequence[str], member_id: str, surface: str) -> None:
        """Note that this person wants these posts taken down, for a caller who does so once it has answered them.

        All of them or, when it raises, none. Where it does not come to that, the clock does it (`keep_promise`) and
        tells them. Raises NotFound, NotAllowed, BadInput, Conflict.
        """
        change, later = Change(workspace), milliseconds(self._clock.now() + PATIENCE)
        for post_id in post_ids:
            kept, member = await self._mine(workspace, post_id, member_id, deciding=True)
            receipt = _standing(kept.record).model_copy(update={"take_down_asked": member.id})
            self._posts.save(change, kept.record.changed(receipt=receipt), ver=kept.ver)
            change.due(f"takedown:{post_id}", later)
            change.audit(await self._entry(kept.record, "asked to be taken down", member, surface))
        await commit(self._database, change)
        await self._database.confirm(keys.control(workspace))

    async def keep_promise(self, workspace: str, post_id: str, surface: str) -> tuple[str, str] | None:
        """Take down what is still owed; to whom what is to be said, in their language. None when nothing is owed.

        Raises Conflict.
        """
        kept = await self._posts.find(workspace, post_id)
        owed = kept.record.receipt.take_down_asked if kept and kept.record.receipt else ""
        member = await self._team.members.find(workspace, owed) if owed else None
        if member is None:
            return None
        with reading(member.record.language):
            try:
                return owed, (await self.take_down(workspace, post_id, owed, surface)).sentence
            except Conflict:
                raise
            except AdMindError as error:
                return owed, error.sentence()

    async def take_down(self, workspace: str, post_id: str, member_id: str, surface: str) -> PostDone:
        """Delete a published post from its channel.

        Where the channel cannot, or refuses, it stands as to be taken down by hand until somebody says that they did.
        Raises NotFound, NotAllowed, BadInput, Conflict, and AdMindError when the channel did not answer.
        """
        kept, member = await self._mine(workspace, post_id, member_id, deciding=True)
        post, receipt = kept.record, _standing(kept.record)
        account = (await self._team.accounts.get(workspace, post.account)).record
        try:
            why = await self._refusal(account, receipt)
        except AdMindError:
            if receipt.take_down_asked:  # they hear of it now, and nothing is owed
                as_it_was = post.changed(receipt=receipt.model_copy(update={"take_down_asked": ""}))
                await self._write(kept, as_it_was, "not taken down", member, surface)
            raise
        receipt = receipt.model_copy(update={"take_down_asked": ""})
        if why:
            return await self._by_hand(kept, receipt, account, member, why, surface)
        down = receipt.model_copy(update={"taken_down_at": self._clock.now()})
        post = post.changed(state=PostState.published, receipt=down, failure=None)
        await self._write(kept, post, "taken down", member, surface)
        return PostDone(post, told("{account}: taken down.", account=account.name))

    async def taken_down(self, workspace: str, post_id: str, member_id: str, surface: str) -> PostDone:
        """A person's word that they took it down by hand. Raises NotFound, NotAllowed, BadInput, Conflict."""
        kept, member = await self._mine(workspace, post_id, member_id)
        post, receipt = kept.record, kept.record.receipt
        if receipt is None or not post.by_hand:
            gone = receipt is not None and receipt.taken_down_at is not None
            raise BadInput(
                "It was taken down before." if gone else "Nobody asked for this post to be taken down by hand.",
                kept="Nothing changed.",
            )
        account = (await self._team.accounts.get(workspace, post.account)).record
        down = receipt.model_copy(update={"taken_down_at": self._clock.now(), "taken_down_by": member.id})
        await self._write(kept, post.changed(receipt=down), "taken down by hand", member, surface)
        noted = told("{account}: noted, you took it down by hand.", account=account.name)
        return PostDone(post.changed(receipt=down), noted)

    async def _refusal(self, account: Account, receipt: PostReceipt) -> Why:
        """Why a person must do it; "" once it is gone. Raises AdMindError when nobody knows whether it is."""
        channel = self._channels.get(account.channel)
        if account.closed_at is not None or channel is None:
            return "closed"
        if not channel.capabilities_for(account).deletes:
            return "cannot"
        if not receipt.remote_id:  # a person found it there: what it is called is not known
            return "unnamed"

        async def nothing_to_check() -> None:
            return None

        door = self._open_door(account, nothing_to_check, WITHIN)
        try:
            sent = Receipt(receipt.remote_id, receipt.url, receipt.at, comment=receipt.comment)
            await channel.delete(sent, door)
        except ChannelRefused as error:
            if error.retry_after_seconds is None:
                return "refused"
            raise _not_now(account) from error
        except (ProvenNotSent, OutcomeUnknown) as error:
            raise _not_now(account) from error
        return ""

    async def _by_hand(
        self, kept: Kept[Post], receipt: PostReceipt, account: Account, member: Member, why: Why, surface: str
    ) -> PostDone:
        where = receipt.url or account.page or account.server
        sentence = " ".join((why_by_hand(why, account.name, told), told("Take it down there, then press Done."), where))
        if kept.record.by_hand and kept.record.receipt == receipt:
            return PostDone(kept.record, sentence)
        since = receipt.by_hand_since if kept.record.by_hand else self._clock.now()
        asked = receipt.model_copy(update={"by_hand_since": since, "by_hand_why": why})
        post = kept.record.changed(state=PostState.published, receipt=asked, failure=None)
        await self._write(kept, post, "to be taken down by hand", member, surface)
        return PostDone(post, sentence)


def _standing(post: Post) -> PostReceipt:
    """The receipt of a post that stands on its channel, with or without its first comment. Raises BadInput."""
    if post.commenting and post.state is PostState.sending:
        raise BadInput("Its first comment is being written right now.", kept="Nothing changed.", do_next="Try again.")
    if post.receipt is None or post.receipt.taken_down_at or post.state is PostState.cancelled:
        raise BadInput("This post is not out, so there is nothing to take down.", kept="Nothing changed.")
    return post.receipt


def _not_now(account: Account) -> AdMindError:
    return AdMindError(
        told("{account} did not answer, so the post may still stand there.", account=account.name),
        do_next=told("Take it down once more in a minute: doing it twice does no harm."),
    )
