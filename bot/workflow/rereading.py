"""The pages that a post's claims rest on are read again shortly before it goes out.

Where a supporting sentence is gone or says something else, the post is paused and its people are asked, with the old
and the new words side by side. A page that cannot be reached keeps nothing back: people are told, and the post goes out
at its time. Whoever publishes a post whose pages were not read yet waits for them for seconds at most.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bot.checks.ledger import nearest, still_says
from bot.clock import Clock, milliseconds
from bot.drafting.sources import Sources
from bot.errors import AdMindError, Conflict
from bot.post_cards import SOURCE
from bot.workflow.due_entry import DueEntry
from storage import keys
from storage.audit import AuditWriter
from storage.claims import ChangedSource, Claim, Evidence, Reread
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.posts import Failure, Post, PostState
from storage.redis import Database
from storage.sources import Source
from storage.stores import DraftStore, Kept, PostStore

log = logging.getLogger(__name__)

LEAD: Final = timedelta(minutes=10)  # before a post's time: three slow pages fit in, and people have time to answer
AT_SENDING: Final = timedelta(seconds=10)  # what a post waits for pages that were not read in time
SAID: Final = "A page that it rests on says something else now."
MOST_PAGES: Final = 6
TRIES: Final = 3


class Rereading:
    def __init__(
        self,
        database: Database,
        *,
        sources: Sources,
        audit: AuditWriter,
        clock: Clock,
        at_sending: timedelta = AT_SENDING,
    ) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._drafts = DraftStore(database)
        self._sources = sources
        self._audit = audit
        self._clock = clock
        self._at_sending = at_sending

    async def read(self, workspace: str, post_id: str) -> None:
        """The task behind a due entry `sources:<post>`."""
        async with DueEntry(self._database, workspace, f"sources:{post_id}"):
            await self._read(workspace, post_id)

    def before(self, publish: Callable[[str, str], Awaitable[None]]) -> Callable[[str, str], Awaitable[None]]:
        """`publish` with a look at pages that should have been read by then, as when nobody ran at that time."""

        async def publishing(workspace: str, post_id: str) -> None:
            client: Any = self._database.client
            if await client.zscore(keys.due(workspace), f"sources:{post_id}") is not None:
                try:
                    async with asyncio.timeout(self._at_sending.total_seconds()):
                        await self.read(workspace, post_id)
                except TimeoutError:
                    log.warning("sources not read in time post=%s", post_id)
                except AdMindError as error:
                    log.warning("sources not read post=%s why=%s", post_id, type(error).__name__)
            await publish(workspace, post_id)

        return publishing

    async def _read(self, workspace: str, post_id: str) -> None:
        kept = await self._waiting(workspace, post_id)
        reread = await self._look(kept.record) if kept is not None else None
        for _ in range(TRIES):
            if kept is None or reread is None or kept.record.reread == reread:
                return
            try:
                await self._tell(kept, reread)
            except Conflict:  # it was moved, sent or told of meanwhile
                kept = await self._waiting(workspace, post_id)
                if kept is not None and kept.record.reread is not None and kept.record.reread.accepted_by:
                    return  # somebody saw the same and sends it as it is
            else:
                return

    async def _waiting(self, workspace: str, post_id: str) -> Kept[Post] | None:
        """The post, as long as it waits for its time."""
        kept = await self._posts.find(workspace, post_id)
        return kept if kept and kept.record.state is PostState.scheduled and kept.record.receipt is None else None

    async def _look(self, post: Post) -> Reread | None:
        """What its pages say now; None where they say the same."""
        draft = await self._drafts.find(post.workspace, post.draft)
        claims = _resting(draft.record, post) if draft is not None else {}
        changed, unread, pages = list[ChangedSource](), list[str](), list[Source]()
        there = [url for url in claims if url.startswith(("http://", "https://"))]  # a file stays as it was given
        for source, text in await asyncio.gather(*(self._sources.look(url) for url in there[:MOST_PAGES])):
            if source.problem:
                unread.append(source.url)
                continue
            other = tuple(_changes(claims[source.url], source, text))
            changed += other
            pages += [source] if other else []
        if not changed and not unread:
            return None
        return Reread(at=self._clock.now(), changed=tuple(changed), unread=tuple(unread), pages=tuple(pages))

    async def _tell(self, kept: Kept[Post], reread: Reread) -> None:
        """Hold it where something changed; else note that pages could not be read. Raises Conflict."""
        post, now = kept.record.changed(reread=reread), self._clock.now()
        note = f"note:draft:{post.draft}"
        if reread.changed:
            failure = Failure(code=SOURCE, sentence=SAID, fixes=("send", "reword", "drop"))
            post, note = post.changed(state=PostState.paused, failure=failure), f"note:post:{post.id}"
        elif now >= post.due:
            return  # it is about to be sent, and writing to it would take it out of the sender's hands
        change = self._posts.save(Change(post.workspace), post, ver=kept.ver)
        change.due(note, milliseconds(now))
        change.audit(
            await self._audit.prepare(
                post.workspace,
                "held: a source changed" if reread.changed else "sources not read again",
                subject="",
                about=post.id,
                at=now,
                draft=post.draft,
                brand=post.brand,
                details={
                    "digest": post.digest,
                    "changed": " ".join(f"{each.claim}@{each.url}" for each in reread.changed),
                    "unread": " ".join(reread.unread),
                    "now": " ".join(each.body_sha256 for each in reread.pages),
                },
            )
        )
        await commit(self._database, change)
        await self._database.confirm(keys.control(post.workspace))


def read_again(change: Change, post: Post, now: datetime) -> None:
    """Into the change: its pages are read before its time."""
    change.due(f"sources:{post.id}", milliseconds(max(now, post.due - LEAD)))


def newest(sources: Sequence[Source], posts: Iterable[Post]) -> tuple[Source, ...]:
    """The pages of a draft as they were read last, where reading them again found other words: an edit is checked
    against what stands there now.
    """
    again = {page.url: page for post in posts if post.reread for page in post.reread.pages}
    return tuple(
        again[each.url].model_copy(update={"told_at": each.told_at}) if each.url in again else each for each in sources
    )


def holding(evidence: Sequence[Evidence], posts: Iterable[Post]) -> tuple[Evidence, ...]:
    """The evidence whose page still said it when it was read last."""
    gone = {(each.url, each.old) for post in posts if post.reread for each in post.reread.changed}
    return tuple(each for each in evidence if (each.support.url, each.support.sentence) not in gone)


def _resting(draft: Draft, post: Post) -> Mapping[str, list[Claim]]:
    """The claims of this post that rest on pages, by page; without those that somebody sends as they are anyway."""
    accepted = {each.old for each in post.reread.changed} if post.reread and post.reread.accepted_by else set[str]()
    found: dict[str, list[Claim]] = {}
    for claim in draft.claims:
        support = claim.support
        if claim.account == post.account and support and support.url and support.sentence not in accepted:
            found.setdefault(support.url, []).append(claim)
    return found


def _changes(claims: Sequence[Claim], page: Source, text: str) -> Iterable[ChangedSource]:
    """One for each supporting sentence that the page says no more."""
    told = set[str]()
    for claim in claims:
        support = claim.support
        if support is None or support.sentence in told or still_says(text, support.sentence):
            continue
        told.add(support.sentence)
        yield ChangedSource(
            claim=claim.id,
            said=claim.text[:200],
            url=page.url,
            read_at=support.read_at or page.read_at,
            old=support.sentence,
            new=nearest(text, support.sentence),
        )
