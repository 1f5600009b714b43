"""A brand goes: step by step, each of which can be cut off anywhere and done again, until only the audit's chain stays.

The step that is next stands on the record; what a step needs of what an earlier one removes is kept beside it. What
takes time (a chat or a channel that does not answer) is tried for a day, and then told as something that others hold.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.leaving.parting import Later, Parting
from bot.leaving.telling import Telling
from bot.review.delivering import Undelivered
from bot.workflow.due_entry import DueEntry
from storage import keys
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.leaving import BESIDE, LISTED_FOR, Leaving, Leftover, beside, leaving_store, scope_of
from storage.redis import Database
from storage.stores import Kept, TeamStore

log = logging.getLogger(__name__)

TOLD_FOR: Final = timedelta(days=1)  # how long a chat is tried that does not take the last word
REWRITE_AGAIN: Final = timedelta(minutes=1)
Step = Callable[[Leaving], Awaitable[tuple[Leftover, ...]]]


class Going:
    """The task behind `leaving:<brand>` on the due set, from the asking to the end."""

    def __init__(
        self, database: Database, *, parting: Parting, audit: AuditWriter, telling: Telling, clock: Clock
    ) -> None:
        self._database = database
        self._store = leaving_store(database)
        self._team = TeamStore(database)
        self._audit = audit
        self._telling = telling
        self._clock = clock
        self._steps: dict[str, Step] = {
            "gather": parting.gather,
            "access": parting.access,
            "messages": parting.messages,
            "people": parting.people,
            "links": parting.links,
            "audit": parting.audit,
            "records": parting.records,
            "files": parting.files,
        }

    async def leave(self, workspace: str, brand: str) -> None:
        """Whatever is next: tell of it, wait, do it."""
        async with DueEntry(self._database, workspace, f"leaving:{brand}") as entry:
            entry.again_at = await self._next(workspace, brand)

    async def _next(self, workspace: str, brand: str) -> datetime | None:
        """When to look again; None: it is over."""
        kept, now = await self._store.find(workspace, brand), self._clock.now()
        if kept is None:  # even the list of what others hold was thrown away, or its time is over
            await commit(self._database, self._store.leave(Change(workspace), brand, "all"))
            return await self._rewritten(now)
        leaving = kept.record
        if leaving.state == "kept":
            return await self._told(self._telling.stays, leaving)
        if leaving.state == "cooling" and now < leaving.ends_at:
            again = await self._told(self._telling.asked, leaving)
            return min(again, leaving.ends_at) if again else leaving.ends_at
        if leaving.state == "cooling":
            log.info("brand goes brand=%s", brand)
            kept = await self._at(kept, state="going", step=next(iter(self._steps)))
        if kept.record.state == "going":
            try:
                kept = await self._walk(kept)
            except Later as later:
                return later.at
        rewritten = await self._rewritten(now)
        unlisted = max((kept.record.over_at or now) + LISTED_FOR, now) + REWRITE_AGAIN
        again = await self._told(self._telling.gone, kept.record) or unlisted
        return min(again, rewritten) if rewritten else again

    async def _rewritten(self, now: datetime) -> datetime | None:
        """When to ask once more that what is gone leaves the database's file; None: it does."""
        return None if await self._audit.rewrite_file() else now + REWRITE_AGAIN

    async def _walk(self, kept: Kept[Leaving]) -> Kept[Leaving]:
        """Every step from the one that is next. Raises Later."""
        names = [*self._steps, ""]
        while (step := kept.record.step) in self._steps:
            left = await self._steps[step](kept.record)
            log.info("brand goes brand=%s done=%s", kept.record.brand, step)
            following = names[names.index(step) + 1]
            kept = await self._at(kept, step=following, leftovers=(*kept.record.leftovers, *left))
        return await self._over(kept)

    async def _over(self, kept: Kept[Leaving]) -> Kept[Leaving]:
        """Who asked for it and when stands in the audit for good; what others hold, for who asked, for a while."""
        leaving, now = kept.record, self._clock.now()
        workspace, brand = leaving.workspace, leaving.brand
        member = (await self._team.members.get(workspace, leaving.asked_by)).record
        gone = leaving.changed(state="gone", over_at=now, step_since=None)
        entry = await self._audit.prepare(
            workspace,
            "brand erased",
            subject=member.subject,
            about=brand,
            at=now,
            details={"asked": leaving.asked_at.isoformat(), "held by others": str(len(leaving.leftovers))},
        )
        change = self._store.put(Change(workspace), gone, brand, ver=kept.ver, at=leaving.asked_at.timestamp())
        change.do("PEXPIRE", self._store.key(workspace, brand), str(round(LISTED_FOR.total_seconds() * 1000)))
        for what in BESIDE:
            change.do("DEL", beside(workspace, brand, what))
        change.do("HDEL", keys.control(workspace), f"pause:{scope_of(brand)}")
        await commit(self._database, change.audit(entry))
        return Kept(gone, kept.ver + 1)

    async def _at(self, kept: Kept[Leaving], **changes: object) -> Kept[Leaving]:
        """The record a step further. Raises Conflict when somebody else changed it."""
        leaving = kept.record.changed(step_since=self._clock.now(), **changes)
        change = Change(leaving.workspace).put(self._store.key(leaving.workspace, leaving.brand), leaving, ver=kept.ver)
        await commit(self._database, change)
        return Kept(leaving, kept.ver + 1)

    async def _told(self, tell: Callable[[Leaving], Awaitable[None]], leaving: Leaving) -> datetime | None:
        """When to tell again those that were missed; None: all know, or it is too late for it."""
        now = self._clock.now()
        try:
            await tell(leaving)
        except Undelivered as error:
            if leaving.over_at is None or now - leaving.over_at < TOLD_FOR:
                return now + min(each.after for each in error.missed)
        return None
