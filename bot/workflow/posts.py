"""What people do about posts that are not out: cancel one, say what became of one, send it after all."""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bot.accounts.door import always
from bot.channels.answers import web
from bot.channels.base import Account, Addressed, Channel, Live, Receipt
from bot.checks.times import TIMES
from bot.errors import AdMindError, BadInput, NotAllowed
from bot.post_cards import BY_HAND, SOURCE
from bot.publishing.endings import WITHOUT
from bot.publishing.pause import concerns, say_scope
from bot.publishing.timing import held_back, spoken
from bot.review.approval import judge, owns
from bot.team.persons import Persons
from bot.when import say
from bot.words import reader, told, words
from bot.workflow.taking_down import WITHIN, PostDone, TakingDown
from storage import keys, pauses
from storage.claims import rests_on_pages
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.posts import ASKS, DOUBTFUL, Failure, Post, PostReceipt, PostState
from storage.sealed import SealedPayload
from storage.stores import Kept
from storage.team import Member

__all__ = ["PostDone", "Posts"]
log = logging.getLogger(__name__)
UNNAMED = "AdMind does not know which post it is there. Please write its first comment by hand."
DROPPABLE = frozenset({PostState.scheduled, PostState.paused, PostState.failed, PostState.missed, PostState.unknown})


class Posts(TakingDown):
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
        if post.receipt is not None:  # it is out: what can be dropped is its first comment
            without = post.receipt.model_copy(update={"note": WITHOUT})
            post = post.changed(state=PostState.published, receipt=without, failure=None)
            await self._write(kept, post, "first comment dropped", member, surface)
            return PostDone(post, told("The post stays; its first comment is left out."))
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
        *,
        url: str = "",
        at: datetime | None = None,
    ) -> PostDone:
        """A person's word on a post that AdMind cannot tell about, that failed, was missed or paused.

        `live`: it stands there. `send`: it does not, send it now, or `at` a time that is still to come; its approval
        must still stand. Of a post that is out, both are about its first comment. Raises NotFound, NotAllowed,
        BadInput, Conflict.
        """
        kept, member = await self._mine(workspace, post_id, member_id, deciding=True)
        post, now, draft = kept.record, self._clock.now(), None
        due = max(now, at or now)
        changed = post.failure is not None and post.failure.code == SOURCE and post.reread is not None
        timed = post.failure is not None and post.failure.code in TIMES
        if (changed or timed) and at is None:
            due = max(now, post.due)  # its time may still be to come
        if post.state not in ASKS:
            raise BadInput("Nothing about this post is in doubt.", kept="Nothing changed.")
        if verdict == "live" and post.receipt is not None:
            resolved = post.changed(state=PostState.published, failure=None)
            sentence = told("Noted: its first comment stands there.")
        elif verdict == "live":
            # Under the id that the channel answered nothing stood: taking that down would take down nothing.
            known = url or (post.claimed.url if post.claimed else "")
            receipt = PostReceipt(remote_id=await self._post_at(post, url), url=known, at=now, by=member.id)
            live = post.changed(receipt=receipt, claimed=None)
            resolved, sentence = live.changed(state=PostState.published, failure=None), told("Noted: it is live.")
            if await self._comment_owed(post):
                failure = Failure(code=BY_HAND, sentence=UNNAMED, fixes=("live", "drop"))
                resolved = live.changed(state=PostState.failed, failure=failure)
                sentence = told("Noted: it is live. Its first comment is still missing: please write it there by hand.")
        else:
            if post.receipt is not None and not post.receipt.remote_id:
                raise BadInput(UNNAMED, kept="Nothing was sent.", do_next="Then say that it stands there.")
            await self._refuse_too_early(post)
            if due <= now:
                await self._refuse_paused(post)
            draft = await self._still_approved(post)
            post = await self._in_time(post, member, due)
            attempts = tuple(
                a.model_copy(update={"outcome": "absent"}) if a.outcome in DOUBTFUL else a for a in post.attempts
            )
            resolved = post.changed(
                state=PostState.scheduled,
                due=due,
                claimed=None,
                failure=None,
                lookups=0,
                look_at=None,
                attempts=attempts,
            )
            if changed and post.reread is not None:  # what was shown is not asked again
                resolved = resolved.changed(reread=post.reread.model_copy(update={"accepted_by": member.id}))
            when = say(due, draft.record.zone, reader())
            sentence = told("It goes out {when}.", when=when) if due > now else told("It goes out now.")
            if post.receipt is not None:
                sentence = told("The post stays as it is. Of its first comment:") + " " + sentence
        again = draft is not None and due > now and rests_on_pages(draft.record.claims, post.account)
        await self._write(kept, resolved, f"resolved {verdict}", member, surface, draft=draft, again=again)
        return PostDone(resolved, sentence)

    async def _post_at(self, post: Post, address: str) -> str:
        """What the channel calls the post at the address that a person gives; empty where that cannot be told: a thread
        has several, and what is taken down later must be the approved one. Raises BadInput for another site's or
        account's address, and where other words stand.
        """
        if not address:
            return ""
        account = (await self._team.accounts.get(post.workspace, post.account)).record
        channel = self._channels.get(post.channel)
        found = channel.post_at(address, account) if isinstance(channel, Addressed) else ""
        if found is None or not web(address):
            raise BadInput(
                f"That is no address of a post of {account.name}.",
                kept="Nothing changed.",
                do_next="Open the post there and copy its address; or leave it out.",
            )
        if not found or channel is None or account.closed_at is not None:
            return ""
        return found if await self._is_the_approved(post, found, channel, account) else ""

    async def _is_the_approved(self, post: Post, remote_id: str, channel: Channel, account: Account) -> bool:
        """Whether that one may be taken for it. Where nothing can be read the person's word stands; raises BadInput
        where other words can.
        """
        door = self._open_door(account, always, WITHIN)
        try:
            payload = SealedPayload.read(await door.blob(post.payload))
            if len(payload.parts) > 1:
                return False
            if not channel.capabilities_for(account).reads_back:
                return len(payload.parts[0].media) <= 1  # an album may be several things there
            live = await channel.read_back(Receipt(remote_id, "", self._clock.now()), door)
        except Exception:  # it is the person's word that counts: only its id is not known then
            log.warning("what a person named could not be read post=%s", post.id, exc_info=True)
            return False
        if isinstance(live, Live) and live.text != payload.parts[0].text:
            raise BadInput(
                "Other words stand there than those that were approved.",
                kept="Nothing changed.",
                do_next="Copy the address of the right post; or leave it out.",
            )
        return isinstance(live, Live)

    async def send_held(self, workspace: str, posts: Sequence[str], member_id: str, surface: str) -> str:
        """Of what was kept back, send these now, each as if its own button had been pressed; what became of them, in
        words. The others wait for a word of their own.
        """
        said, sent = list[str](), 0
        for post_id in posts:
            try:
                await self.resolve(workspace, post_id, member_id, "send", surface)
                sent += 1
            except AdMindError as error:
                kept = await self._posts.find(workspace, post_id)
                said.append(f"{kept.record.title if kept else post_id}: {error.sentence()}")
        gone = words(reader()).many("{count} post goes out now.", "{count} posts go out now.", sent) if sent else ""
        return "\n".join(line for line in (gone, *said) if line)

    async def _comment_owed(self, post: Post) -> bool:
        """Whether a post that people found there has a first comment that comes after it."""
        account = await self._team.accounts.find(post.workspace, post.account)
        if account is None or self._channels[post.channel].capabilities_for(account.record).comments != "after":
            return False
        kept = await self._drafts.find(post.workspace, post.draft)
        version = kept.record.version(post.account) if kept is not None else None
        return version is not None and version.digest == post.digest and bool(version.first_comment)

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

    async def _in_time(self, post: Post, member: Member, due: datetime) -> Post:
        """The post with what the brand's embargoes and days without posts say against that time, taken on by an owner.

        Raises NotAllowed for everybody else.
        """
        brand = (await self._team.brands.get(post.workspace, post.brand)).record
        words = post.title
        if self._database.files is not None:
            with contextlib.suppress(AdMindError, ValueError):
                words = spoken(SealedPayload.read(await self._database.files.get(post.payload)))
        held = held_back(brand, post, words, due)
        if held is None:
            return post
        members = await self._team.all(self._team.members, post.workspace)
        if not owns(member, post.brand, members, self._clock.now()):
            raise NotAllowed(
                " ".join((held.failure.sentence, "Only an owner can send it all the same.")),
                kept="It was not sent.",
                do_next="Choose another time, or ask an owner.",
            )
        return post.changed(rules=tuple(sorted({*post.rules, *held.rules})))

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
