"""Feeds that a brand has watched, what of each was seen, and entries that wait to be drafted.

HASH `watched:<id>` (`ver`, `doc`), ZSET `watcheds:all` by when it was added. ZSET `watched:<id>:seen` is a short hash
of each name of an entry → ms when it was first seen: the latest few thousand. HASH `watched:<id>:entries` is a hash of
an entry → its document, until it is drafted. Due entries `feed:<id>` and `entry:<id>/<hash>` work on them. All of it
lives as long as the feed is watched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, cast

from pydantic import Field

from storage import keys
from storage.commit import Change
from storage.record import Record, id_of
from storage.redis import Database
from storage.sources import page_of
from storage.stores import Family

MOST_SEEN: Final = 4000  # names of one feed; an entry has up to two


class WatchedFeed(Record):
    """`site` is where its entries lead besides the feed's own site, as it was when a person added it."""

    id: str
    workspace: str
    brand: str
    url: str = Field(description="as the person wrote it")
    title: str = Field("", description="in the feed's own words")
    site: str = ""
    accounts: tuple[str, ...] = Field((), description="account ids to draft for; none: all of the brand")
    added_by: str = Field(description="member id, in whose name drafts are asked for")
    added_at: datetime
    etag: str = ""
    modified: str = ""
    read_at: datetime | None = Field(None, description="when it was last read, or known to be unchanged")
    next_at: datetime | None = None
    failures: int = Field(0, description="in a row")
    problem: str = Field("", description="why it was not read last, in a sentence")
    told: bool = Field(False, description="whether people know of the problem")
    day: str = Field("", description="ISO date in the brand's zone that `today` counts drafts for")
    today: int = 0
    left_day: str = Field("", description="since which day entries were left out that nobody was told of")
    left_out: tuple[str, ...] = Field((), description="the titles of the first ones")
    left_out_count: int = 0


class WatchedEntry(Record):
    """An entry of a watched feed that is to become a draft; all its words are somebody else's."""

    link: str
    title: str = ""
    text: str = ""
    body_sha256: str = Field("", description="of the feed that named it")
    tries: int = 0


class WatchedStore(Family[WatchedFeed]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "watched", WatchedFeed, "watched feed")

    async def every(self, workspace: str) -> tuple[WatchedFeed, ...]:
        """The oldest first."""
        return (await self.page(workspace, limit=1000, newest_first=False)).items

    def save(self, change: Change, feed: WatchedFeed, *, ver: int | None) -> Change:
        """Into the change: the feed, and when it is read next."""
        self.put(change, feed, feed.id, ver=ver, at=feed.added_at.timestamp())
        if feed.next_at is not None:
            change.due(f"feed:{feed.id}", round(feed.next_at.timestamp() * 1000))
        return change

    def forget(self, change: Change, feed: WatchedFeed, waiting: Iterable[str]) -> Change:
        """Into the change: everything of it; `waiting` are the entries that nobody drafts any more."""
        self.leave(change, feed.id, "all").undue(f"feed:{feed.id}")
        for entry in waiting:
            change.undue(f"entry:{feed.id}/{entry}")
        for key in (self.key(change.workspace, feed.id), _seen(change.workspace, feed.id)):
            change.do("DEL", key)
        return change.do("DEL", _entries(change.workspace, feed.id))

    async def unseen(self, feed: WatchedFeed, entries: Sequence[Sequence[str]]) -> list[bool]:
        """Whether none of its names was seen, for each of these entries."""
        names = [name for entry in entries for name in entry]
        client = cast(Any, self._database.client)
        found = await client.zmscore(_seen(feed.workspace, feed.id), names) if names else []
        known = {name for name, score in zip(names, found, strict=True) if score is not None}
        return [known.isdisjoint(entry) for entry in entries]

    def see(self, change: Change, feed: WatchedFeed, names: Iterable[str], now: datetime) -> Change:
        """Into the change: these names were seen. A name that the feed still holds is the newest again."""
        key, now_ms = _seen(change.workspace, feed.id), str(round(now.timestamp() * 1000))
        scored = [part for name in dict.fromkeys(names) for part in (now_ms, name)]
        if scored:
            change.do("ZADD", key, *scored).do("ZREMRANGEBYRANK", key, "0", str(-MOST_SEEN - 1))
        return change

    def await_draft(self, change: Change, feed: WatchedFeed, entry: WatchedEntry, now: datetime) -> Change:
        """Into the change: this entry is to be drafted now."""
        name = page_of(entry.link)
        change.hset(_entries(change.workspace, feed.id), {name: entry.dump()})
        return change.due(f"entry:{feed.id}/{name}", round(now.timestamp() * 1000))

    async def entry(self, workspace: str, feed: str, name: str) -> WatchedEntry | None:
        kept = await cast(Any, self._database.client).hget(_entries(workspace, feed), name)
        return WatchedEntry.load(kept) if kept else None

    async def waiting(self, feed: WatchedFeed) -> tuple[str, ...]:
        """The names of entries that were not drafted yet."""
        return tuple(await cast(Any, self._database.client).hkeys(_entries(feed.workspace, feed.id)))

    async def keep(self, workspace: str, feed: str, name: str, entry: WatchedEntry) -> None:
        """After a try that failed."""
        await cast(Any, self._database.client).hset(_entries(workspace, feed), name, entry.dump())

    async def drop(self, workspace: str, feed: str, name: str) -> None:
        """It is drafted, or never will be."""
        await cast(Any, self._database.client).hdel(_entries(workspace, feed), name)


def names_of(entry_id: str, link: str) -> tuple[str, ...]:
    """What an entry is known by: its page, and the id that the feed gives it."""
    named = hashlib.sha256(entry_id.encode("utf-8", "replace")).hexdigest()[:24] if entry_id else ""
    return tuple(dict.fromkeys(name for name in (page_of(link) if link else "", named) if name))


def draft_of(brand: str, link: str) -> str:
    """The id of the one draft that a page becomes by being watched: through whichever feed, worker and try."""
    return id_of("d", f"{brand} {page_of(link)}")


def _seen(workspace: str, feed: str) -> str:
    return keys.of(workspace, "watched", feed, "seen")


def _entries(workspace: str, feed: str) -> str:
    return keys.of(workspace, "watched", feed, "entries")
