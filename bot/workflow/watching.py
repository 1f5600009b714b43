"""Which feeds does a brand have watched? Owners add and remove them; what stands there already is never drafted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.drafting.extracted import Extracted
from bot.drafting.opening import Opening, Unread
from bot.errors import BadInput, NotFound
from bot.workflow.office import Office
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.record import new_id
from storage.redis import Database
from storage.sources import page_of, same_site, site_of
from storage.stores import TeamStore
from storage.team import Member
from storage.watched import WatchedFeed, WatchedStore, names_of

__all__ = ["WatchedFeed", "Watching"]  # handlers know `bot` only
MOST_FEEDS: Final = 20  # of one brand
EVERY: Final = timedelta(minutes=30)
NOTHING: Final = "Nothing is watched that was not before."


class Watching:
    def __init__(
        self, database: Database, *, opening: Opening, office: Office, audit: AuditWriter, clock: Clock
    ) -> None:
        self._database = database
        self._store = WatchedStore(database)
        self._team = TeamStore(database)
        self._opening = opening
        self._office = office
        self._audit = audit
        self._clock = clock

    async def feeds(self, workspace: str, brand: str) -> tuple[WatchedFeed, ...]:
        """The oldest first."""
        return tuple(each for each in await self._store.every(workspace) if each.brand == brand)

    async def feed(self, workspace: str, feed_id: str) -> WatchedFeed:
        """Raises NotFound."""
        return (await self._store.get(workspace, feed_id)).record

    async def add(self, workspace: str, by: str, brand: str, url: str, accounts: Sequence[str] = ()) -> WatchedFeed:
        """Watch a feed from now on: each entry that comes later becomes a draft for these accounts (none: all).

        Raises NotAllowed for whoever is no owner, BadInput when it is no feed or one too many.
        """
        owner = await self._office.owner(workspace, by, brand)
        known = await self.feeds(workspace, brand)
        if any(page_of(each.url) == page_of(url) for each in known):
            raise BadInput("This feed is watched already.", kept=NOTHING)
        if len(known) >= MOST_FEEDS:
            raise BadInput(f"A brand has at most {MOST_FEEDS} watched feeds.", kept=NOTHING)
        chosen = await self._accounts(workspace, brand, accounts)
        page = await self._feed(url)
        now, entries = self._clock.now(), page.entries or ()
        feed = WatchedFeed(
            id=new_id("wf"),
            workspace=workspace,
            brand=brand,
            url=url,
            title=page.title,
            site=_site(url, [each.link for each in entries]),
            accounts=tuple(account.id for account in chosen),
            added_by=by,
            added_at=now,
            read_at=now,
            next_at=now + jittered(EVERY),
        )
        change = self._store.save(Change(workspace), feed, ver=None)
        self._store.see(change, feed, [name for each in entries for name in names_of(each.id, each.link)], now)
        await self._write(change, "feed added", owner, feed)
        return feed

    async def remove(self, workspace: str, by: str, feed_id: str) -> WatchedFeed:
        """Watch it no more; drafts that it became stay. Raises NotFound, NotAllowed."""
        kept = await self._store.get(workspace, feed_id)
        member = (await self._team.members.get(workspace, by)).record
        if not member.roles.get(kept.record.brand):
            raise NotFound("There is no such feed.", do_next="Look at the list of those there are.")
        owner = await self._office.owner(workspace, by, kept.record.brand)
        change = Change(workspace).expect(self._store.key(workspace, feed_id), kept.ver)
        self._store.forget(change, kept.record, await self._store.waiting(kept.record))
        await self._write(change, "feed removed", owner, kept.record)
        return kept.record

    async def _feed(self, url: str) -> Extracted:
        try:
            opened = await self._opening.open(url)
        except Unread as why:
            raise BadInput(f"I could not read this feed. {why}", kept=NOTHING) from None
        if opened is None or opened.page.entries is None:
            raise BadInput(
                "This is no feed (RSS, Atom or JSON Feed).",
                kept=NOTHING,
                do_next="Look for the feed's own address on the website.",
            )
        return opened.page

    async def _accounts(self, workspace: str, brand: str, names: Sequence[str]) -> list[Account]:
        mine = [each for each in await self._team.all(self._team.accounts, workspace) if each.brand == brand]
        mine = [each for each in mine if each.closed_at is None]
        chosen: list[Account] = []
        for name in names:
            wanted = name.strip().casefold().lstrip("@")
            fits = [a for a in mine if wanted in (a.id.casefold(), a.name.casefold(), a.handle.casefold())]
            if not fits:
                there = ", ".join(account.name for account in mine)
                raise BadInput(f"I know no account {name!r} here. Which one: {there}?", kept=NOTHING)
            chosen += [account for account in fits if account not in chosen]
        return chosen

    async def _write(self, change: Change, kind: str, by: Member, feed: WatchedFeed) -> None:
        entry = await self._audit.prepare(
            change.workspace,
            kind,
            subject=by.subject,
            about=feed.id,
            at=self._clock.now(),
            brand=feed.brand,
            details={"url": feed.url, "accounts": " ".join(feed.accounts)},
        )
        await commit(self._database, change.audit(entry))


def jittered(interval: timedelta) -> timedelta:
    """A tenth more or less, so that the feeds of many brands are not asked for in the same second."""
    return interval * random.uniform(0.9, 1.1)


def _site(url: str, links: Sequence[str]) -> str:
    """The site that most entries lead to where that is not the feed's own, as with a service that carries feeds."""
    sites = Counter(site_of(link) for link in links if link)
    most = max(sites, key=lambda site: sites[site], default="")
    return "" if not most or same_site(f"http://{most}", url) else most
