"""Counts who followed a short link, beside the redirect: a link is never slower, nor fails, because it is counted.

What came in is noted in memory and written a moment later, many at once. A process that is killed loses the looks of
that moment; one that cannot keep up drops them and says so. An address never leaves memory: it becomes part of a hash
with the day's salt, which is gone tomorrow.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import ipaddress
import logging
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.errors import AdMindError
from bot.insights.clicked import Hour
from bot.insights.traffic import Looked, judged
from storage.clicks import ClickStore, Counted, Heap
from storage.links import Leads, LinkStore
from storage.redis import Database
from storage.stores import PostStore

__all__ = ["Clicks", "Counted"]  # handlers know `bot` only
log = logging.getLogger(__name__)

MOST_WAITING: Final = 50_000  # looks; some 10 MB
AT_ONCE: Final = 5_000
GATHER_SECONDS: Final = 0.25  # until what came is written, so that a rush is written in few steps
# After a post went out: what comes earlier are the programs with which platforms look at its links.
UNFURLING: Final = timedelta(seconds=10)
REMEMBERED: Final = 10_000  # when posts went out


@dataclass(frozen=True, slots=True)
class Seen:
    leads: Leads
    look: Looked
    address: str
    at: datetime


class Clicks:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._store = ClickStore(database)
        self._links = LinkStore(database)
        self._posts = PostStore(database)
        self._clock = clock
        self._waiting: deque[Seen] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._salt: tuple[str, bytes] = ("", b"")
        self._out_at: OrderedDict[str, datetime] = OrderedDict()
        self.dropped = 0

    def note(self, leads: Leads, look: Looked, address: str) -> None:
        """Somebody looked. Returns at once, and raises nothing; to be called on the loop."""
        if leads.link is None:  # of a brand that is gone: nobody counts for it any more
            return
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(Seen(leads, look, address, self._clock.now()))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="clicks")

    async def settle(self) -> None:
        """What was noted is written, as far as the database takes it."""
        while self._writing is not None and not self._writing.done():
            self._hurry.set()
            await asyncio.shield(self._writing)

    async def of_posts(self, workspace: str, posts: Sequence[str]) -> dict[str, Counted]:
        """By post id; a post without short links is not in there."""
        codes = await self._links.of_posts(workspace, posts)
        totals = await self._store.totals(workspace, [code for each in codes.values() for code in each])
        found: dict[str, Counted] = {}
        for post, mine in codes.items():
            found[post] = Counted()
            for code in mine:
                found[post] = found[post].plus(totals[code])
        return found

    async def of_links(self, workspace: str, codes: Sequence[str]) -> Mapping[str, Counted]:
        return await self._store.totals(workspace, codes)

    async def by_hour(self, workspace: str, code: str) -> Mapping[datetime, Counted]:
        return await self._store.hours(workspace, code)

    async def hours(
        self, workspace: str, brand: str, start: datetime, end: datetime
    ) -> dict[str, tuple[Hour, ...]] | None:
        """As `bot.insights.clicked.ClickCounts`."""
        codes = await self._links.of_brand(workspace, brand)
        if not codes:
            return None
        leads = {each.link.code: each.post for each in await self._links.many(workspace, codes) if each.link}
        found: dict[str, list[Hour]] = {post: [] for post in leads.values() if post}
        for code, hours in (await self._store.hours_of(workspace, list(leads))).items():
            if post := leads[code]:
                found[post] += [
                    Hour(at, each.all, each.declared, each.valid) for at, each in hours.items() if start <= at < end
                ]
        return {post: tuple(hours) for post, hours in found.items()}

    async def _write(self) -> None:
        while self._waiting:
            if len(self._waiting) < AT_ONCE:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GATHER_SECONDS):
                        await self._hurry.wait()
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            if self.dropped:
                log.warning("clicks not counted count=%d", self.dropped)
                self.dropped = 0
            try:
                await self._count(batch)
            except AdMindError:  # the database is away: links lead nowhere either, and nobody else waits for this
                log.warning("clicks not counted count=%d", len(batch))
            except Exception:
                log.exception("clicks not counted count=%d", len(batch))
        self._hurry.clear()

    async def _count(self, batch: Sequence[Seen]) -> None:
        heaps: dict[tuple[str, str, int], Heap] = {}
        out: dict[str, datetime | None] = {}
        for number, seen in enumerate(batch):
            if number % 200 == 199:
                await asyncio.sleep(0)  # others on the loop go on meanwhile
            link = seen.leads.link
            if link is None:
                continue
            hour = int(seen.at.timestamp()) // 3600
            key = (link.workspace, link.code, hour)
            heap = heaps.get(key)
            if heap is None:
                heap = heaps[key] = Heap(link.workspace, link.code, link.brand, hour)
            heap.all += 1
            kind = judged(seen.look)
            if kind == "bot":
                heap.declared += 1
            elif kind == "click":
                post = seen.leads.post
                if post not in out:
                    out[post] = await self._out(link.workspace, post)
                out_at = out[post]
                if out_at is None or seen.at < out_at + UNFURLING:
                    continue  # nobody has seen it: programs that make previews, and the team itself
                who = await self._who(seen, link.code)
                heap.visits[who] = heap.visits.get(who, 0) + 1
        await asyncio.gather(*(self._store.count(heap) for heap in heaps.values()))

    async def _out(self, workspace: str, post: str) -> datetime | None:
        """When the post went out; None: it did not yet."""
        if post not in self._out_at:
            kept = await self._posts.find(workspace, post)
            receipt = kept.record.receipt if kept is not None else None
            if receipt is None:
                return None
            self._out_at[post] = receipt.at
            if len(self._out_at) > REMEMBERED:
                self._out_at.popitem(last=False)
        return self._out_at[post]

    async def _who(self, seen: Seen, code: str) -> str:
        """Who looked at this link today, as a number that says nothing of them, and nothing at all tomorrow."""
        day = f"{seen.at.astimezone(UTC):%Y-%m-%d}"
        if self._salt[0] != day:
            self._salt = (day, await self._store.salt(seen.at))
        told = "\0".join((_network(seen.address), seen.look.agent, code)).encode("utf-8", "replace")
        return hmac.new(self._salt[1], told, hashlib.sha256).hexdigest()[:16]


def _network(address: str) -> str:
    """An address as far as it tells people apart: of IPv6 the half that is the network's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)
