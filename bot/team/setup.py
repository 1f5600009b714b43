"""The first start: a workspace with one brand, one owner and the feed, so that a newcomer can begin at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.chat import Identified
from bot.team.people import LOCAL, People
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.commit import Change
from storage.record import new_id
from storage.stores import TeamStore
from storage.team import UNNAMED, Brand, Member, Role, Workspace

ALL_ROLES = frozenset({Role.owner})


class Setup:
    def __init__(self, people: People, audit: AuditWriter) -> None:
        self._people = people
        self._store: TeamStore = people.store
        self._audit = audit

    async def ensure(self, *, zone: str, owners: Sequence[str], now: datetime) -> Workspace:
        """The workspace of the machine that AdMind runs on, made on the first start; `owners`: `platform:user id`."""
        found = await self.local()
        if found is not None:
            await self._link_owners(found, owners, now)
            return found
        return await self._first(zone, owners, now)

    async def local(self) -> Workspace | None:
        """The workspace of whoever sits at the machine; those that came with a chat platform are others."""
        hint = await self._store.local_hint()
        if hint and await self._people.identity(hint, LOCAL) is not None:
            return (await self._store.workspaces.get(hint, hint)).record
        found = await self._looked_up()
        if found is not None:
            await self._store.hint_local(found.id)
        return found

    async def _looked_up(self) -> Workspace | None:
        first: Workspace | None = None
        for workspace_id in await self._store.workspace_ids():
            kept = await self._store.workspaces.find(workspace_id, workspace_id)
            if kept is None:
                continue
            if await self._people.identity(workspace_id, LOCAL) is not None:
                return kept.record
            if first is None or kept.record.created_at < first.created_at:
                first = kept.record
        return first

    async def _first(self, zone: str, owners: Sequence[str], now: datetime) -> Workspace:
        identities = [LOCAL, *_identities(owners)]
        return await self.make(new_id("w"), name=UNNAMED, zone=zone, owner="Owner", identities=identities, now=now)

    async def make(
        self, workspace_id: str, *, name: str, zone: str, owner: str, identities: Sequence[Identified], now: datetime
    ) -> Workspace:
        """A workspace with one brand, its feed and one owner. Raises Conflict when there is one of this id."""
        brand_id = new_id("b")
        workspace = Workspace(id=workspace_id, name=name, zone=zone, default_brand=brand_id, created_at=now)
        brand = Brand(id=brand_id, workspace=workspace_id, name=name, created_at=now)
        feed = Account(
            id=new_id("a"), workspace=workspace_id, brand=brand_id, channel="feed", name="Feed", created_at=now
        )
        feed = feed.changed(remote_id=feed.id, posted=True)  # our own feed needs no owner's first look
        await self._store.enter(workspace_id)
        change = Change(workspace_id)
        at = now.timestamp()
        self._store.workspaces.put(change, workspace, workspace_id, ver=None, at=at)
        self._store.brands.put(change, brand, brand_id, ver=None, at=at)
        self._store.accounts.put(change, feed, feed.id, ver=None, at=at)
        member = self._people.add(change, owner, {brand_id: ALL_ROLES}, identities, now)
        change.audit(
            await self._audit.prepare(
                workspace_id, "workspace made", subject=member.subject, about=workspace_id, at=now, details={}
            )
        )
        await self._people.save(change)
        return workspace

    async def _link_owners(self, workspace: Workspace, owners: Sequence[str], now: datetime) -> None:
        """Owners named later in the settings become identities of the first owner."""
        missing = [each for each in _identities(owners) if await self._people.who(workspace.id, each) is None]
        local = await self._people.who(workspace.id, LOCAL)
        if not missing or local is None:
            return
        change = Change(workspace.id)
        for identified in missing:
            self._people.link(change, local, identified, now)
        await self._people.save(change)

    async def welcome(
        self, workspace: str, *, name: str, zone: str, palette: tuple[str, ...], logo: str, now: datetime
    ) -> Workspace:
        """Keep the answers to the three first questions; what is empty was skipped."""
        kept = await self._store.workspaces.get(workspace, workspace)
        brand = await self._store.brands.get(workspace, kept.record.default_brand)
        named = kept.record.changed(welcomed=True, name=name or kept.record.name, zone=zone or kept.record.zone)
        dressed = brand.record.changed(
            name=name or brand.record.name, palette=palette or brand.record.palette, logo=logo or brand.record.logo
        )
        change = Change(workspace)
        at = named.created_at.timestamp()
        self._store.workspaces.put(change, named, named.id, ver=kept.ver, at=at)
        self._store.brands.put(change, dressed, dressed.id, ver=brand.ver, at=at)
        entry = await self._audit.prepare(
            workspace, "welcomed", about=workspace, at=now, details={"name": named.name, "zone": named.zone}
        )
        await self._people.save(change.audit(entry))
        return named

    async def local_owner(self, workspace: str) -> Member | None:
        return await self._people.who(workspace, LOCAL)


def _identities(owners: Sequence[str]) -> list[Identified]:
    found = []
    for owner in owners:
        platform, _, user = owner.partition(":")
        team, _, bare = user.rpartition("/")
        found.append(Identified(platform=platform, team=team, user=bare))
    return found
