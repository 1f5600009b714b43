"""From an entry of a watched feed to one draft, always for approval: no agent, no tools, no words of the feed's choice.

The draft's id comes from the brand and the page, so that the same page becomes no second draft: not by another worker,
not after a crash, not through another feed.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Final

from bot.chat import Card, own_conversation
from bot.clock import Clock
from bot.drafting.extracted import Entry
from bot.drafting.sources import Known
from bot.errors import AdMindError, BadInput, Conflict, NotFound
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.words import reading, retold, told
from bot.workflow.due_entry import DueEntry
from bot.workflow.requests import Asker, Idea, Requests
from storage.drafts import Brief
from storage.redis import Database, StorageFull, StorageUnavailable
from storage.stores import DraftStore, TeamStore
from storage.team import Brand
from storage.watched import WatchedEntry, WatchedFeed, WatchedStore, draft_of

log = logging.getLogger(__name__)
SURFACE: Final = "feed"
TRIES: Final = 6
APART: Final = timedelta(minutes=15)  # doubled with each try: a model may be away for hours


class EntryDrafts:
    def __init__(self, database: Database, *, requests: Requests, board: Board, clock: Clock) -> None:
        self._database = database
        self._store = WatchedStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._requests = requests
        self._board = board
        self._clock = clock

    async def entry(self, workspace: str, name: str) -> None:
        """Draft `<feed>/<entry>`, in the name of whoever had the feed watched. Again: no difference."""
        feed_id, _, entry_name = name.partition("/")
        async with DueEntry(self._database, workspace, f"entry:{name}") as due:
            kept = await self._store.find(workspace, feed_id)
            entry = await self._store.entry(workspace, feed_id, entry_name)
            if kept is None or entry is None:
                return
            feed = kept.record
            home = (await self._team.workspaces.get(workspace, workspace)).record
            brand = await self._team.brands.find(workspace, feed.brand)
            if brand is None:
                return
            with reading(home.language):
                try:
                    await self._draft(feed, brand.record, entry, home.zone)
                except (StorageUnavailable, StorageFull):
                    raise
                except AdMindError as error:
                    final = isinstance(error, BadInput | NotFound) or entry.tries + 1 >= TRIES
                    if not final:
                        await self._store.keep(workspace, feed_id, entry_name, entry.changed(tries=entry.tries + 1))
                        due.again_at = self._clock.now() + APART * 2**entry.tries
                        return
                    await self._tell(feed, entry, error)
            await self._store.drop(workspace, feed_id, entry_name)

    async def _draft(self, feed: WatchedFeed, brand: Brand, entry: WatchedEntry, zone: str) -> None:
        draft_id = draft_of(feed.brand, entry.link)
        if await self._drafts.find(feed.workspace, draft_id) is not None:
            return
        accounts = await self._accounts(feed)
        asker = Asker(
            workspace=feed.workspace,
            brand=feed.brand,
            member=feed.added_by,
            conversation=own_conversation(feed.added_by, feed.brand, draft_id),
            surface=SURFACE,
            language=brand.language,
            zone=brand.zone or zone,
        )
        brief = Brief(
            request=f"Post about the new entry of {feed.url}",
            goal="inform",
            link=entry.link,
            links=(entry.link,),
            language=brand.language,
        )
        known = Known(feed.url, Entry(link=entry.link, title=entry.title, text=entry.text), entry.body_sha256)
        with suppress(Conflict):  # another worker was faster
            await self._requests.draft(asker, [Idea(brief, accounts, draft=draft_id)], known=known)
            log.info("drafted an entry of a feed ws=%s feed=%s draft=%s", feed.workspace, feed.id, draft_id)

    async def _accounts(self, feed: WatchedFeed) -> tuple[str, ...]:
        """Those that are still open. Raises BadInput when none of the chosen ones is."""
        if not feed.accounts:
            return ()
        there = await self._team.all(self._team.accounts, feed.workspace)
        is_open = {each.id for each in there if each.brand == feed.brand and each.closed_at is None}
        chosen = tuple(account for account in feed.accounts if account in is_open)
        if not chosen:
            raise BadInput("None of the accounts that this feed was meant for is connected any more.")
        return chosen

    async def _tell(self, feed: WatchedFeed, entry: WatchedEntry, error: AdMindError) -> None:
        card = Card(
            title=told("A new entry of a feed was not drafted"),
            status=retold(error.sentence()),
            notes=(
                told("The entry: “{title}” ({feed})", title=entry.title[:100] or entry.link[:100], feed=feed.url[:200]),
            ),
        )
        with suppress(Undelivered):  # the inbox has it
            key = f"feed-entry:{feed.id}:{draft_of(feed.brand, entry.link)}"
            await self._board.tell(feed.workspace, feed.brand, card, key=key, or_else=f"owners:{feed.brand}")
