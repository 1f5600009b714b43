"""Asking that a brand be erased, and undoing it: from the first word on nothing of it goes out, for seven days nothing
else happens, and any owner brings everything back with one press.

What is scheduled is held and not cancelled: undone, it goes out as before, and what fell due meanwhile asks a person.
"""

from __future__ import annotations

import unicodedata

from bot.clock import Clock, milliseconds
from bot.errors import BadInput, NotAllowed, NotFound
from storage import keys, pauses
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.leaving import COOLING, Leaving, LinksChoice, leaving_store, scope_of
from storage.pauses import Pause
from storage.redis import Database
from storage.stores import Kept, TeamStore
from storage.team import Brand, Member, Role

__all__ = ["Farewells", "Leaving", "LinksChoice"]  # handlers know `bot` only


class Farewells:
    def __init__(self, database: Database, *, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._store = leaving_store(database)
        self._audit = audit
        self._clock = clock

    async def ask(
        self, workspace: str, by: str, brand_id: str, typed: str, *, surface: str, links: LinksChoice = "end"
    ) -> Leaving:
        """Erase this brand in seven days; `typed` is its name, as proof that it is the one that is meant. Then its
        short links `end`, or lead on (`keep`): where each leads is all that is left of it.

        Raises NotFound, NotAllowed, BadInput, Conflict.
        """
        member, brand = await self._owned(workspace, by, brand_id)
        if _plain(typed) != _plain(brand.name):
            raise BadInput(
                "That is not the brand's name.", kept="Nothing changed.", do_next="Type its name as it is written."
            )
        kept, now = await self._store.find(workspace, brand_id), self._clock.now()
        if kept is not None and kept.record.state != "kept":
            raise BadInput("This brand leaves already.", kept="Nothing changed.")
        leaving = Leaving(
            brand=brand_id, workspace=workspace, asked_by=by, asked_at=now, ends_at=now + COOLING, links=links
        )
        change = Change(workspace).do("PERSIST", self._store.key(workspace, brand_id))
        self._store.put(change, leaving, brand_id, ver=kept.ver if kept else None, at=now.timestamp())
        pauses.put(change, Pause(scope=scope_of(brand_id), by=by, reason="", since=now))
        await self._write(change, "brand leaves", member, brand_id, surface)
        return leaving

    async def undo(self, workspace: str, by: str, brand_id: str, *, surface: str) -> Leaving:
        """Everything as before. Raises NotFound, NotAllowed, BadInput when there is nothing to undo, Conflict."""
        member, _ = await self._owned(workspace, by, brand_id)
        kept, now = await self._store.find(workspace, brand_id), self._clock.now()
        if kept is None or kept.record.state == "kept":
            raise BadInput("This brand does not leave.", kept="Nothing changed.")
        if kept.record.state != "cooling":
            raise BadInput("It is being erased already, and cannot be brought back.")
        leaving = kept.record.changed(state="kept", by=by, over_at=now)
        change = self._store.put(Change(workspace), leaving, brand_id, ver=kept.ver, at=leaving.asked_at.timestamp())
        change.do("PEXPIRE", self._store.key(workspace, brand_id), str(round(COOLING.total_seconds() * 1000)))
        pause = Pause(scope=scope_of(brand_id), by=leaving.asked_by, since=leaving.asked_at, until=now)
        await self._write(pauses.put(change, pause), "brand stays", member, brand_id, surface)
        return leaving

    async def of_member(self, workspace: str, member_id: str) -> tuple[Leaving, ...]:
        """Those that the member may know of: of brands that they own, and what they asked for themselves."""
        member = (await self._team.members.get(workspace, member_id)).record
        found = await self._team.all(self._store, workspace)
        return tuple(each for each in found if member.may(each.brand, Role.owner) or each.asked_by == member_id)

    async def of_brand(self, workspace: str, member_id: str, brand_id: str) -> Leaving | None:
        """How far it is, for who may know; None: it does not leave."""
        found = await self.of_member(workspace, member_id)
        return next((each for each in found if each.brand == brand_id and each.state != "kept"), None)

    async def throw_away(self, workspace: str, by: str, brand_id: str) -> None:
        """Who asked has read what others still hold: that list goes too. Raises NotFound."""
        kept = await self._mine(workspace, by, brand_id)
        if kept.record.state != "gone":
            raise BadInput("It is not gone yet.", kept="Nothing changed.")
        change = Change(workspace).do("DEL", self._store.key(workspace, brand_id))
        change.due(f"leaving:{brand_id}", milliseconds(self._clock.now()))  # it leaves the database's file, too
        await commit(self._database, self._store.leave(change, brand_id, "all"))

    async def _mine(self, workspace: str, by: str, brand_id: str) -> Kept[Leaving]:
        kept = await self._store.find(workspace, brand_id)
        if kept is None or kept.record.asked_by != by:
            raise NotFound("There is no such brand.", do_next="Look at the list of those there are.")
        return kept

    async def _owned(self, workspace: str, by: str, brand_id: str) -> tuple[Member, Brand]:
        member = (await self._team.members.get(workspace, by)).record
        brand = await self._team.brands.find(workspace, brand_id)
        if brand is None or not member.roles.get(brand_id):
            raise NotFound("There is no such brand.", do_next="Look at the list of those there are.")
        if not member.may(brand_id, Role.owner):
            raise NotAllowed("Only an owner of this brand can do that.", kept="Nothing changed.")
        return member, brand.record

    async def _write(self, change: Change, kind: str, member: Member, brand: str, surface: str) -> None:
        now, details = self._clock.now(), {"surface": surface}
        entry = await self._audit.prepare(
            change.workspace, kind, subject=member.subject, about=brand, at=now, brand=brand, details=details
        )
        await commit(self._database, change.audit(entry).due(f"leaving:{brand}", milliseconds(now)))
        await self._database.confirm(keys.control(change.workspace))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
