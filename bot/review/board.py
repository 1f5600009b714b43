"""Cards in every home of a brand: shown, replaced, updated, and re-read after a restart.

One message shows one digest, for ever. A new revision gets a new card, and the old one collapses to "Replaced ↓".
Showing is repeated until it worked: it hangs on an entry of the due set, and every home's messenger posts once per key.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cards import Words, draft_card, post_card, replaced_card
from bot.chat import Card, Messenger
from bot.clock import Clock, milliseconds
from bot.review.approval import Standing, judge
from bot.words import reading
from storage.accounts import Account
from storage.alerts import Alerts
from storage.commit import Change, commit
from storage.drafts import OPEN, Draft, MessageRef
from storage.errors import Conflict, NotFound
from storage.posts import Post, PostState
from storage.redis import Database
from storage.stores import DraftStore, Kept, PostStore, TeamStore
from storage.team import Brand, Member, Workspace

log = logging.getLogger(__name__)

REREAD_WITHIN = timedelta(seconds=60)
ALERTS_A_DAY = 3  # a brand; what comes after them stands in one summary
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class RoundTable:
    """A workspace's brands, accounts and members as they were at one moment: for as many records as are to be shown."""

    home: Workspace
    brands: Mapping[str, Brand]
    accounts: Sequence[Account]
    members: Sequence[Member]

    def words(self, brand: str) -> Words:
        """Raises NotFound."""
        if brand not in self.brands:
            raise NotFound(f"There is no brand {brand[:40]}.")
        found = self.brands[brand]
        return Words(
            brand=found,
            zone=found.zone or self.home.zone,
            accounts={account.id: account for account in self.accounts if account.brand == brand},
            members={member.id: member.name for member in self.members},
            language=self.home.language,
        )

    def standings(self, draft: Draft, now: datetime) -> tuple[Standing, ...]:
        accounts = {account.id: account for account in self.accounts}
        return tuple(
            judge(
                draft,
                version,
                brand=self.brands[draft.brand],
                account=accounts[version.account],
                members=self.members,
                now=now,
            )
            for version in draft.versions
        )


class Board:
    """`messengers` maps a workspace to its homes' messengers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._alerts = Alerts(database)
        self._clock = clock
        self._messengers: dict[str, dict[str, Messenger]] = {}

    def add_home(self, workspace: str, messenger: Messenger) -> None:
        self._messengers.setdefault(workspace, {})[messenger.home] = messenger

    def homes(self, workspace: str) -> Mapping[str, Messenger]:
        return self._messengers.get(workspace, {})

    async def round_table(self, workspace: str) -> RoundTable:
        """Everybody and everything that cards and standings name, read once."""
        return RoundTable(
            (await self._team.workspaces.get(workspace, workspace)).record,
            {brand.id: brand for brand in await self._team.all(self._team.brands, workspace)},
            await self._team.all(self._team.accounts, workspace),
            await self._team.all(self._team.members, workspace),
        )

    async def words(self, workspace: str, brand: str) -> Words:
        return (await self.round_table(workspace)).words(brand)

    async def standings(self, draft: Draft) -> tuple[Standing, ...]:
        """Where each version stands now."""
        return (await self.round_table(draft.workspace)).standings(draft, self._clock.now())

    async def card(self, draft: Draft) -> Card:
        table = await self.round_table(draft.workspace)
        words = table.words(draft.brand)
        with reading(words.language):
            standings = table.standings(draft, self._clock.now())
        missing = next((standing.missing for standing in standings if not standing.met), "")
        posts = await self._posts.many(draft.workspace, [v.post for v in draft.versions if v.post])
        return draft_card(draft, words, missing=missing, posts=posts)

    async def show(self, workspace: str, draft_id: str) -> None:
        """Bring every home up to date with this draft. Raises what a messenger raises: then it is tried again."""
        kept = await self._drafts.find(workspace, draft_id)
        if kept is None:
            return
        draft = kept.record
        card = await self.card(draft)
        refs = []
        for messenger in self.homes(workspace).values():
            mine = [ref for ref in draft.messages if ref.home == messenger.home]
            current = next((ref for ref in mine if ref.digest == draft.digest), None)
            if current is not None:
                await messenger.update(current, card)
                continue
            refs.append(await messenger.post(draft.brand, card, key=f"draft:{draft.id}:{draft.digest}"))
            words = await self.words(workspace, draft.brand)
            for old in mine:
                await messenger.update(old, replaced_card(draft, words))
        if refs:
            await self._remember(kept, refs)

    async def _remember(self, kept: Kept[Draft], refs: Sequence[MessageRef]) -> None:
        """Where the cards stand; on a conflict the next showing finds the same messages by their keys."""
        draft = kept.record.changed(messages=(*kept.record.messages, *refs))
        try:
            await commit(self._database, self._drafts.save(Change(draft.workspace), draft, ver=kept.ver))
        except Conflict:
            log.info("draft changed while its cards were posted draft=%s", draft.id)

    async def tell_post(self, workspace: str, post_id: str) -> None:
        """Receipt, failure or question into every home, and the draft's card brought up to date."""
        kept = await self._posts.find(workspace, post_id)
        if kept is None:
            return
        post: Post = kept.record
        draft = await self._drafts.find(workspace, post.draft)
        siblings = await self._posts.many(workspace, [v.post for v in draft.record.versions if v.post] if draft else [])
        card = post_card(post, await self.words(workspace, post.brand), siblings)
        for messenger in self.homes(workspace).values():
            await messenger.post(post.brand, card, key=_telling(post))
        await self.show(workspace, post.draft)

    async def tell_delay(self, workspace: str, post_id: str) -> None:
        """An alert that a post is late because something does not answer; it is still being tried."""
        kept = await self._posts.find(workspace, post_id)
        if kept is not None and kept.record.state is PostState.scheduled:
            words = await self.words(workspace, kept.record.brand)
            await self.alert(workspace, kept.record.brand, post_card(kept.record, words), key=_telling(kept.record))

    async def alert(self, workspace: str, brand: str, card: Card, *, key: str) -> None:
        """Something that people should know of and that is no failure, doubt or stop: these are told in any number.

        After three a day in the brand's zone the others stand in one summary, which is brought up to date.
        """
        table = await self.round_table(workspace)
        day = self._clock.now().astimezone(ZoneInfo(table.words(brand).zone)).date()
        titles = await self._alerts.add(workspace, brand, day, key, card.title)
        mine = list(titles).index(key)
        for messenger in self.homes(workspace).values():
            if mine < ALERTS_A_DAY:
                await messenger.post(brand, card, key=f"alert:{key}")
                continue
            summary = _summary(table.brands[brand].name, list(titles.values())[ALERTS_A_DAY:])
            ref = await messenger.post(brand, summary, key=f"alerts:{brand}:{day}")
            await messenger.update(ref, summary)

    async def catch_up(self, workspace: str) -> tuple[str, ...]:
        """Re-read what stands on open drafts' messages in every home; the homes that could not be reached in time."""
        page = await self._drafts.page(workspace, index="open", limit=1000)
        refs = [ref for draft in page.items if draft.status in OPEN for ref in draft.messages]
        unreached = []
        for home, messenger in self.homes(workspace).items():
            try:
                async with asyncio.timeout(REREAD_WITHIN.total_seconds()):
                    await messenger.reread([ref for ref in refs if ref.home == home])
            except Exception:
                log.exception("home could not be re-read home=%s", home)
                unreached.append(home)
        return tuple(unreached)


def _summary(brand: str, titles: Sequence[str]) -> Card:
    more = len(titles) - MOST_NAMED
    return Card(
        title=f"{brand}: {len(titles)} more today",
        notes=(*titles[:MOST_NAMED], *((f"… and {more} more",) if more > 0 else ())),
    )


def _telling(post: Post) -> str:
    """What is told once: the state, of this many attempts, for this time; each doubt and each reason anew."""
    why = post.failure.code if post.failure else ""
    return f"post:{post.id}:{post.state.value}:{len(post.attempts)}:{milliseconds(post.due)}:{why}"
