"""Homes on chat platforms: whose workspace a team's is, which rooms belong to which brand, and who people there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.chat import Identified
from bot.clock import Clock
from bot.errors import NotFound
from bot.team.arriving import Arriving
from bot.team.meeting import Meeting, owned, said
from bot.team.people import People
from bot.team.setup import Setup
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.homes import Group, Home, HomeStore, Room, RoomKind
from storage.redis import Database
from storage.team import Member, Role


class Homes:
    """`seeds` maps a platform to the channel that becomes the first brand's review room."""

    def __init__(
        self,
        database: Database,
        *,
        people: People,
        setup: Setup,
        audit: AuditWriter,
        clock: Clock,
        owners: Sequence[str] = (),
        seeds: Mapping[str, str] | None = None,
    ) -> None:
        self._database = database
        self._people = people
        self._setup = setup
        self._audit = audit
        self._clock = clock
        self._seeds = seeds or {}
        self._store = store = HomeStore(database)
        self._meeting = meeting = Meeting(database, people=people, store=store, audit=audit, clock=clock)
        self._arriving = Arriving(
            database,
            store=store,
            meeting=meeting,
            people=people,
            setup=setup,
            audit=audit,
            clock=clock,
            owners=owners,
            seed=self._seed,
        )

    def when_gone(self, gone: Callable[[Home], Awaitable[None]]) -> None:
        """What is done when a home is removed, before that is written down; it may be done twice."""
        self._arriving.gone = gone

    async def home(self, platform: str, team: str) -> Home | None:
        """The home that a team is; None where AdMind is not installed, or is no more."""
        return await self._arriving.home(platform, team)

    async def of(self, workspace: str) -> tuple[Home, ...]:
        """Homes of a workspace, the first one first."""
        return await self._arriving.of(workspace)

    async def install(
        self, platform: str, team: str, name: str, installer: Identified, installer_name: str, zone: str
    ) -> Home:
        """The team's home. The first one on a fresh AdMind joins the workspace that is there; any other gets a
        workspace of its own with a brand, a feed and the installer as owner. Again: the same home, revived.
        """
        return await self._arriving.install(platform, team, name, installer, installer_name, zone)

    async def remove(self, platform: str, team: str) -> Home | None:
        """Uninstalled, or its tokens revoked: nothing goes there any more, what the install gave is deleted, and owners
        are told. The home as it was; None without one.
        """
        return await self._arriving.remove(platform, team)

    async def join_code(self, workspace: str, by: Member) -> str:
        """A code that makes a team another home of this workspace: ten minutes, once. Raises NotAllowed."""
        return await self._arriving.join_code(workspace, by)

    async def join(self, platform: str, team: str, code: str, by: Identified) -> Home:
        """The team becomes a home of the workspace that the code is from; who says so must own what it was before.

        Raises NotAllowed, BadInput: no such code, too many tries, or there is work here that would be left behind.
        """
        return await self._arriving.join(platform, team, code, by)

    async def room(self, platform: str, team: str, channel: str) -> Room | None:
        """Brand and kind of a room that was tied; None for any other room."""
        home = await self.home(platform, team)
        kept = await self._store.rooms.find(home.workspace, f"{platform}|{team}|{channel}") if home else None
        return kept.record if kept else None

    async def rooms(self, workspace: str, brand: str, platform: str, team: str = "") -> tuple[Room, ...]:
        """A brand's rooms on a platform, of one team or of all of the workspace's that are still homes."""
        teams = {home.team for home in await self.of(workspace) if home.platform == platform}
        every: tuple[Room, ...] = await self._store.all(self._store.rooms, workspace)
        return tuple(
            room
            for room in every
            if (room.brand, room.platform) == (brand, platform) and room.team in ({team} & teams if team else teams)
        )

    async def rooms_of(self, home: Home, kind: RoomKind) -> tuple[Room, ...]:
        """A home's rooms of this kind, of every brand."""
        every: tuple[Room, ...] = await self._store.all(self._store.rooms, home.workspace)
        return tuple(room for room in every if (room.platform, room.team, room.kind) == (*_there(home), kind))

    async def groups_of(self, home: Home) -> tuple[Group, ...]:
        """A home's groups that stand for roles, of every brand."""
        every: tuple[Group, ...] = await self._store.all(self._store.groups, home.workspace)
        return tuple(group for group in every if (group.platform, group.team) == _there(home))

    async def tie(
        self, workspace: str, by: Member, platform: str, team: str, channel: str, name: str, brand: str, kind: RoomKind
    ) -> Room:
        """Make a room a brand's. A review room takes the place of the brand's former one in this home.

        Raises NotAllowed (also while the room belongs to another brand that is not the member's), NotFound.
        """
        owned(by, workspace, brand)
        await self._must_be_here(workspace, platform, team)
        kept = await self._store.rooms.find(workspace, f"{platform}|{team}|{channel}")
        if kept is not None:
            owned(by, workspace, kept.record.brand)
        room = Room(
            platform=platform,
            team=team,
            channel=channel,
            name=" ".join(name.split())[:80],
            workspace=workspace,
            brand=brand,
            kind=kind,
            tied_at=self._clock.now(),
        )
        change = self._store.put_room(Change(workspace), room, ver=kept.ver if kept else None)
        for former in await self.rooms(workspace, brand, platform, team):
            if kind == "review" and former.kind == kind and former.channel != channel:
                self._store.drop_room(change, former)
        await self._write(change, "room tied", by, room.channel, brand, {"kind": kind, "home": f"{platform}:{team}"})
        return room

    async def untie(self, workspace: str, by: Member, platform: str, team: str, channel: str) -> None:
        """The room belongs to no brand any more. Raises NotAllowed; without such a room nothing changes."""
        kept = await self._store.rooms.find(workspace, f"{platform}|{team}|{channel}")
        if kept is None:
            return
        owned(by, workspace, kept.record.brand)
        change = self._store.drop_room(Change(workspace), kept.record)
        await self._write(change, "room untied", by, channel, kept.record.brand, {"home": f"{platform}:{team}"})

    async def member(self, identified: Identified) -> Member | None:
        """Who this is, looked up at the moment of use; None for a stranger and for somebody deactivated there."""
        home = await self.home(identified.platform, identified.team)
        return await self._meeting.member(home, identified) if home is not None else None

    async def meet(
        self,
        identified: Identified,
        name: str,
        *,
        groups: frozenset[str] = frozenset(),
        active: bool = True,
        guest: bool = False,
        rooms: frozenset[str] = frozenset(),
        zone: str = "",
        language: str = "",
    ) -> Member | None:
        """Bring a person up to date with what the platform says: tied groups give and take roles, a guest is a client
        at most (of the brands whose client rooms are among `rooms`, too), somebody deactivated has none.

        None for a stranger, whom nothing gives a role.
        """
        home = await self.home(identified.platform, identified.team)
        if home is None:
            return None
        told = said(name, groups, active=active, guest=guest, rooms=rooms, zone=zone, language=language)
        return await self._meeting.meet(home, identified, told)

    async def identities(self, workspace: str, member: str, platform: str, team: str) -> tuple[str, ...]:
        """What a team calls this member, for a word to them there; empty for who is not in it."""
        return await self._meeting.identities(workspace, member, platform, team)

    async def owners(self, workspace: str, brand: str = "") -> tuple[str, ...]:
        """Member ids of the owners of a brand, or of any brand."""
        return tuple(
            member.id
            for member in await self._people.members(workspace)
            if member.erased_at is None
            and any(Role.owner in roles for each, roles in member.roles.items() if brand in ("", each))
        )

    async def tie_group(
        self, workspace: str, by: Member, platform: str, team: str, group: str, brand: str, roles: Sequence[Role]
    ) -> None:
        """Who is in this group holds these roles in the brand from when they are next met; no roles: unties it.

        Raises NotAllowed, NotFound.
        """
        owned(by, workspace, brand)
        await self._must_be_here(workspace, platform, team)
        tied = Group(
            platform=platform,
            team=team,
            group=group,
            workspace=workspace,
            brand=brand,
            roles=frozenset(roles),
            tied_at=self._clock.now(),
        )
        kept = await self._store.groups.find(workspace, f"{platform}|{team}|{group}|{brand}")
        change = Change(workspace)
        if roles:
            self._store.put_group(change, tied, ver=kept.ver if kept else None)
        elif kept is not None:
            self._store.drop_group(change, tied)
        details = {"home": f"{platform}:{team}", "roles": ",".join(sorted(roles))}
        await self._write(change, "group tied" if roles else "group untied", by, group, brand, details)

    async def groups(self, workspace: str, brand: str, platform: str) -> tuple[Group, ...]:
        every: tuple[Group, ...] = await self._store.all(self._store.groups, workspace)
        return tuple(group for group in every if (group.brand, group.platform) == (brand, platform))

    async def seed_rooms(self, workspace: str) -> None:
        """At a start: the rooms that settings name, where their brand has none yet."""
        for home in await self.of(workspace):
            await self._seed(home)

    async def rebuild(self, workspace: str) -> int:
        """Make the look-ups of a workspace's homes again; how many."""
        return await self._store.rebuild(workspace)

    async def _seed(self, home: Home) -> None:
        channel = self._seeds.get(home.platform, "")
        workspace = (await self._people.store.workspaces.get(home.workspace, home.workspace)).record
        first = await self._setup.local()
        if not channel or home.joined or first is None or first.id != home.workspace:
            return
        brand = workspace.default_brand
        if any(room.kind == "review" for room in await self.rooms(home.workspace, brand, home.platform)):
            return
        room = Room(
            platform=home.platform,
            team=home.team,
            channel=channel,
            name="",
            workspace=home.workspace,
            brand=brand,
            kind="review",
            tied_at=self._clock.now(),
        )
        if await self._store.rooms.find(home.workspace, f"{home.platform}|{home.team}|{channel}") is None:
            change = self._store.put_room(Change(home.workspace), room, ver=None)
            await self._write(change, "room tied", None, channel, brand, {"kind": "review", "home": home.key})

    async def _must_be_here(self, workspace: str, platform: str, team: str) -> None:
        home = await self.home(platform, team)
        if home is None or home.workspace != workspace:
            raise NotFound("AdMind is not installed there.", kept="Nothing changed.")

    async def _write(
        self, change: Change, kind: str, by: Member | None, about: str, brand: str, details: dict[str, str]
    ) -> None:
        entry = await self._audit.prepare(
            change.workspace,
            kind,
            subject=by.subject if by else "",
            about=about,
            at=self._clock.now(),
            brand=brand,
            details=details,
        )
        await commit(self._database, change.audit(entry))


def _there(home: Home) -> tuple[str, str]:
    return home.platform, home.team
