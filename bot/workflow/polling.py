"""Reading watched feeds by the clock: what is new waits to be drafted, what fails is said once and tried less often.

Two workers may read one feed at the same moment: what was seen and what waits is written in one change on the feed's
version, so that only one of them finds anything. Entries are never old news, and at most a few a day become drafts;
the rest is told in the morning.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat import Card
from bot.clock import Clock
from bot.drafting.extracted import Entry
from bot.drafting.opening import Opened, Opening, Unread
from bot.errors import Conflict
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.words import reading, retold, told
from bot.workflow.due_entry import DueEntry
from bot.workflow.watching import EVERY, jittered
from storage.commit import Change, commit
from storage.redis import Database
from storage.sources import same_site
from storage.stores import TeamStore
from storage.watched import WatchedEntry, WatchedFeed, WatchedStore, names_of

log = logging.getLogger(__name__)
MOST_A_DAY: Final = 5  # drafts from one feed
MOST_TITLES: Final = 5
OLD: Final = timedelta(days=3)  # an entry that says it is older was moved or found again, and is no news
SELDOM: Final = timedelta(days=1)
TOLD_AFTER: Final = 3  # failures in a row
MORNING: Final = time(8)


class Polling:
    def __init__(self, database: Database, *, opening: Opening, board: Board, clock: Clock) -> None:
        self._database = database
        self._store = WatchedStore(database)
        self._team = TeamStore(database)
        self._opening = opening
        self._board = board
        self._clock = clock

    async def feed(self, workspace: str, feed_id: str) -> None:
        """Read one feed now, and put its next time on the due set."""
        async with DueEntry(self._database, workspace, f"feed:{feed_id}") as entry:
            kept = await self._store.find(workspace, feed_id)
            if kept is None:
                return
            feed = kept.record
            if feed.next_at is not None and feed.next_at > self._clock.now():
                entry.again_at = feed.next_at  # another worker was there
                return
            language, zone = await self._reads(feed)
            with reading(language):
                feed = await self._summed_up(feed, zone)
            change = Change(workspace)
            try:
                feed = await self._read(change, feed, zone)
            except Unread as why:
                feed = self._failed(feed, str(why))
            try:
                await commit(self._database, self._store.save(change, feed, ver=kept.ver))
            except Conflict:
                log.info("another worker read this feed ws=%s feed=%s", workspace, feed_id)
                entry.again_at = self._clock.now() + jittered(EVERY)
                return
            entry.again_at = feed.next_at
        if feed.problem and not feed.told and feed.failures >= TOLD_AFTER:
            with reading(language):
                await self._tell_problem(feed)

    async def _read(self, change: Change, feed: WatchedFeed, zone: ZoneInfo) -> WatchedFeed:
        """The feed as it is after this look; new entries go into the change. Raises Unread."""
        marks = {"if-none-match": feed.etag, "if-modified-since": feed.modified}
        opened = await self._opening.open(feed.url, headers={name: mark for name, mark in marks.items() if mark})
        now = self._clock.now()
        fine: dict[str, object] = {
            "read_at": now,
            "next_at": now + jittered(EVERY),
            "failures": 0,
            "problem": "",
            "told": False,
        }
        if opened is None:
            return feed.changed(**fine)
        if opened.page.entries is None:
            raise Unread("It is no feed any more.")
        fine |= {"etag": opened.etag, "modified": opened.modified, "title": opened.page.title or feed.title}
        new = await self._new(feed, opened.page.entries)
        names = [name for each in opened.page.entries for name in names_of(each.id, each.link)]
        self._store.see(change, feed, names, now)
        today = now.astimezone(zone).date().isoformat()
        done = feed.today if feed.day == today else 0
        wanted, rest = new[: max(0, MOST_A_DAY - done)], new[max(0, MOST_A_DAY - done) :]
        for each in wanted:
            self._store.await_draft(change, feed, _kept(each, opened), now)
        fine |= {"day": today, "today": done + len(wanted)}
        if rest:
            titles = (*feed.left_out, *(each.title or each.link for each in rest))[:MOST_TITLES]
            fine |= {"left_day": feed.left_day or today, "left_out": titles}
            fine |= {"left_out_count": feed.left_out_count + len(rest)}
        return feed.changed(**fine)

    async def _new(self, feed: WatchedFeed, entries: Sequence[Entry]) -> list[Entry]:
        """Those that were never seen, lead where a person agreed, and are no old news; the newest first."""
        found: dict[str, Entry] = {}
        unseen = await self._store.unseen(feed, [names_of(each.id, each.link) for each in entries])
        for each, new in zip(entries, unseen, strict=True):
            if new and self._is_meant(feed, each):
                found.setdefault(each.link, each)
        return list(found.values())

    def _is_meant(self, feed: WatchedFeed, entry: Entry) -> bool:
        leads = same_site(entry.link, feed.url) or (feed.site and same_site(entry.link, f"http://{feed.site}"))
        old = bool(entry.published) and datetime.fromisoformat(entry.published) < self._clock.now() - OLD
        return bool(entry.link and leads) and not old

    def _failed(self, feed: WatchedFeed, why: str) -> WatchedFeed:
        failures = feed.failures + 1
        pause = min(SELDOM, EVERY * 2 ** min(failures, 10))
        return feed.changed(failures=failures, problem=why, next_at=self._clock.now() + jittered(pause))

    async def _reads(self, feed: WatchedFeed) -> tuple[str, ZoneInfo]:
        """The language of the people, and the brand's zone."""
        home = await self._team.workspaces.get(feed.workspace, feed.workspace)
        brand = await self._team.brands.find(feed.workspace, feed.brand)
        return home.record.language, ZoneInfo((brand.record.zone if brand else "") or home.record.zone)

    async def _summed_up(self, feed: WatchedFeed, zone: ZoneInfo) -> WatchedFeed:
        """In the morning, what was left out the day before. Told again by a worker that died: the key is the same."""
        local = self._clock.now().astimezone(zone)
        if not feed.left_out_count or feed.left_day == local.date().isoformat() or local.time() < MORNING:
            return feed
        titles = [f"“{title[:100]}”" for title in feed.left_out]
        more = feed.left_out_count - len(titles)
        card = Card(
            title=told("More in a feed than I draft in a day"),
            status=told(
                "{feed} had more entries than {most} on {day}. Not drafted: {count}.",
                feed=feed.url[:200],
                most=MOST_A_DAY,
                day=feed.left_day,
                count=feed.left_out_count,
            ),
            notes=(*titles, *([told("and {count} more", count=more)] if more > 0 else [])),
        )
        await self._tell(feed, card, f"feed-rest:{feed.id}:{feed.left_day}")
        return feed.changed(left_day="", left_out=(), left_out_count=0)

    async def _tell_problem(self, feed: WatchedFeed) -> None:
        """Once, until it works again."""
        card = Card(
            title=told("A watched feed cannot be read"),
            status=told("{feed} could not be read {count} times in a row.", feed=feed.url[:200], count=feed.failures),
            notes=(
                retold(feed.problem),
                told("I try again, less and less often. If it is gone for good, stop watching it in the settings."),
            ),
        )
        await self._tell(feed, card, f"feed-failed:{feed.id}:{feed.read_at or feed.added_at}")
        kept = await self._store.find(feed.workspace, feed.id)
        if kept is not None:
            change = Change(feed.workspace)
            change.put(self._store.key(feed.workspace, feed.id), kept.record.changed(told=True), ver=kept.ver)
            with suppress(Conflict):  # told under the same key again: no difference
                await commit(self._database, change)

    async def _tell(self, feed: WatchedFeed, card: Card, key: str) -> None:
        with suppress(Undelivered):  # the inbox has it
            await self._board.tell(feed.workspace, feed.brand, card, key=key, or_else=f"owners:{feed.brand}")


def _kept(entry: Entry, opened: Opened) -> WatchedEntry:
    sha256 = hashlib.sha256(opened.body).hexdigest()
    return WatchedEntry(link=entry.link, title=entry.title, text=entry.text, body_sha256=sha256)
