"""Bringing people up to date with what their chat platform says of them: groups give and take roles, who was
deactivated has none, a guest is a client at most.

What the platform gave is kept with the identity, so that only that is taken again: roles that an owner gave stay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from bot.chat import Identified
from bot.clock import Clock
from bot.errors import Conflict, NotAllowed
from bot.team.people import LOCAL, People
from bot.words import LANGUAGES
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.homes import Group, Home, HomeStore, Room
from storage.redis import Database
from storage.stores import Kept
from storage.team import Identity, Member, Role

Roles = Mapping[str, frozenset[Role]]
CLIENT = frozenset({Role.client})
# Platforms on which an account goes by the same id in every team: whoever it is in one, it is in the next. Slack's ids
# mean something in their own team alone, and another team could hold the same one.
ONE_ACCOUNT: Final = frozenset({"discord"})
UNNAMED = "Owner"  # somebody whom only a setting names


@dataclass(frozen=True, slots=True)
class Said:
    """What the platform says of a person now. `rooms` are those in which a guest was met."""

    name: str
    groups: frozenset[str] = frozenset()
    active: bool = True
    guest: bool = False
    rooms: frozenset[str] = frozenset()
    zone: str = ""
    language: str = "en"


def said(
    name: str,
    groups: frozenset[str],
    *,
    active: bool,
    guest: bool,
    rooms: frozenset[str],
    zone: str,
    language: str,
) -> Said:
    """As the platform says it, in a form that fits here: an unknown zone or language counts as not said."""
    spoken = language.replace("_", "-").partition("-")[0].lower()
    return Said(
        name=" ".join(name.split())[:80] or "Somebody",
        groups=groups,
        active=active,
        guest=guest,
        rooms=rooms,
        zone=zone if zone in available_timezones() else "",
        language=spoken if spoken in LANGUAGES else "en",
    )


class Meeting:
    def __init__(
        self, database: Database, *, people: People, store: HomeStore, audit: AuditWriter, clock: Clock
    ) -> None:
        self._database = database
        self._people = people
        self._store = store
        self._audit = audit
        self._clock = clock

    async def member(self, home: Home, identified: Identified) -> Member | None:
        """Whose identity this is in the home's workspace; None for a stranger and for somebody deactivated."""
        kept = await self._identity(home, identified)
        if kept is None or kept.record.left:
            return None
        member = await self._people.store.members.find(home.workspace, kept.record.member)
        return member.record if member is not None and member.record.erased_at is None else None

    async def meet(self, home: Home, identified: Identified, told: Said) -> Member | None:
        """Raises Conflict when somebody else changed the person at the same moment: meet them again."""
        kept = await self._identity(home, identified)
        given = await self._given(home, told)
        if kept is None:
            return await self._welcome(home, identified, told, given) if given and told.active else None
        member = await self._people.store.members.find(home.workspace, kept.record.member)
        if member is None or member.record.erased_at is not None:
            return None
        changed = await self._brought_up(home, kept, member, told, given)
        return changed if told.active else None

    async def installer(
        self, change: Change, workspace: str, identified: Identified, name: str, *, fresh: bool
    ) -> Member | None:
        """Into the change: who installs is an owner of a fresh workspace, as its local owner where there is one.

        In one that has owners already, an install makes nobody an owner: then who it is, None for a stranger.
        """
        known = await self._people.who(workspace, identified)
        members = await self._people.members(workspace)
        owners = [m for m in members if m.erased_at is None and any(Role.owner in held for held in m.roles.values())]
        if known is not None or (owners and not fresh):
            return known
        local = await self._people.who(workspace, LOCAL)
        if local is not None:
            self._people.link(change, local, identified, self._clock.now())
            kept = await self._people.store.members.get(workspace, local.id)
            named = local.changed(name=name) if local.name == "Owner" and name else local
            self._people.store.members.put(change, named, named.id, ver=kept.ver, at=named.created_at.timestamp())
            return named
        brands = await self._people.store.all(self._people.store.brands, workspace)
        roles = {brand.id: frozenset({Role.owner}) for brand in brands}
        return self._people.add(change, name, roles, [identified], self._clock.now())

    async def identities(self, workspace: str, member: str, platform: str, team: str) -> tuple[str, ...]:
        """User ids of a member in one team, of those who are active there."""
        every = await self._people.store.all(self._people.store.identities, workspace)
        return tuple(
            each.user
            for each in every
            if each.member == member and (each.platform, each.team or each.bound) == (platform, team) and not each.left
        )

    async def _identity(self, home: Home, identified: Identified) -> Kept[Identity] | None:
        """The identity, or that of an owner whom a setting names without a team: it counts in the first team that it
        is met in, and only in homes that no code brought. Where an account is the same in every team, what it is in
        one home of the workspace it is in all of them.
        """
        kept = await self._people.identity(home.workspace, identified)
        if kept is None and not home.joined:
            kept = await self._named(home, identified)
        if kept is None and home.platform in ONE_ACCOUNT:
            kept = await self._met_elsewhere(home, identified)
        return kept

    async def _named(self, home: Home, identified: Identified) -> Kept[Identity] | None:
        named = await self._people.identity(home.workspace, Identified(platform=home.platform, user=identified.user))
        if named is None or named.record.bound not in ("", home.team):
            return None
        if not named.record.bound:
            identities, record = self._people.store.identities, named.record.changed(bound=home.team)
            change, name = Change(home.workspace), self._people.store.identity_id(home.platform, "", identified.user)
            now = self._clock.now().timestamp()
            await commit(self._database, identities.put(change, record, name, ver=named.ver, at=now))
            named = Kept(record, named.ver + 1)
        return named

    async def _met_elsewhere(self, home: Home, identified: Identified) -> Kept[Identity] | None:
        """This account in another home of the workspace: from now on it is the same member here."""
        store = self._people.store
        every = await store.all(store.identities, home.workspace)
        known = [each for each in every if (each.platform, each.user) == (home.platform, identified.user)]
        kept = await store.members.find(home.workspace, known[0].member) if known else None
        if kept is None or kept.record.erased_at is not None:
            return None
        here = Identity(
            platform=home.platform,
            team=home.team,
            user=identified.user,
            workspace=home.workspace,
            member=kept.record.id,
            confirmed=known[0].confirmed,
        )
        change, name = Change(home.workspace), store.identity_id(home.platform, home.team, identified.user)
        store.identities.put(change, here, name, ver=None, at=self._clock.now().timestamp())
        with contextlib.suppress(Conflict):  # another event of the same moment did it
            await self._write(change, "member met", kept.record, {})
        return await self._people.identity(home.workspace, identified)

    async def _given(self, home: Home, told: Said) -> Roles:
        """Brand → roles by the person's groups, and for a guest by the client rooms; of a guest only the client's."""
        groups: tuple[Group, ...] = await self._store.all(self._store.groups, home.workspace)
        given: dict[str, frozenset[Role]] = {}
        for group in groups:
            if (group.platform, group.team) == (home.platform, home.team) and group.group in told.groups:
                given[group.brand] = given.get(group.brand, frozenset()) | group.roles
        if told.guest:
            given = {brand: roles & CLIENT for brand, roles in given.items() if roles & CLIENT}
            rooms: tuple[Room, ...] = await self._store.all(self._store.rooms, home.workspace)
            for room in rooms:
                here = (room.platform, room.team) == (home.platform, home.team) and room.channel in told.rooms
                if here and room.kind == "client":
                    given[room.brand] = CLIENT
        return given

    async def _welcome(self, home: Home, identified: Identified, told: Said, given: Roles) -> Member:
        """A new member. Somebody who may be here already under another name never adds to what others approved."""
        now, store = self._clock.now(), self._people.store
        change, distinct = Change(home.workspace), await self._all_are_from(home)
        member = self._people.add(
            change, told.name, dict(given), [], now, zone=told.zone, language=told.language, distinct=distinct
        )
        identity = Identity(
            platform=identified.platform,
            team=identified.team,
            user=identified.user,
            workspace=home.workspace,
            member=member.id,
            granted=dict(given),
        )
        name = store.identity_id(identified.platform, identified.team, identified.user)
        store.identities.put(change, identity, name, ver=None, at=now.timestamp())
        await self._write(change, "member met", member, given)
        return member

    async def _all_are_from(self, home: Home) -> bool:
        """Whether the platform vouches that nobody here is the same person twice: all are known in this very team."""
        identities = await self._people.store.all(self._people.store.identities, home.workspace)
        there = {each.member for each in identities if each.platform == home.platform and each.team == home.team}
        there |= {each.member for each in identities if each.platform == home.platform and each.bound == home.team}
        members = await self._people.members(home.workspace)
        return all(member.id in there for member in members if member.erased_at is None and member.roles)

    async def _brought_up(
        self, home: Home, kept: Kept[Identity], person: Kept[Member], told: Said, given: Roles
    ) -> Member:
        identity, member = kept.record, person.record
        given = given if told.active else {}
        own = {brand: roles - identity.granted.get(brand, frozenset()) for brand, roles in member.roles.items()}
        granted = {brand: roles - own.get(brand, frozenset()) for brand, roles in given.items()}
        granted = {brand: roles for brand, roles in granted.items() if roles}
        if not told.active and not await self._elsewhere(home.workspace, identity):
            own = {}
        roles = {
            brand: held
            for brand in own.keys() | granted.keys()
            if (held := own.get(brand, frozenset()) | granted.get(brand, frozenset()))
        }
        zone = member.zone or told.zone
        name = told.name if member.name == UNNAMED else member.name
        changed = member.changed(roles=roles, zone=zone, name=name)
        seen = identity.changed(granted=granted, left=not told.active)
        if (changed, seen) == (member, identity):
            return member
        change, store, at = Change(home.workspace), self._people.store, member.created_at.timestamp()
        store.members.put(change, changed, changed.id, ver=person.ver, at=at)
        name = store.identity_id(identity.platform, identity.team, identity.user)
        store.identities.put(change, seen, name, ver=kept.ver, at=at)
        kind = "roles changed" if told.active else "member deactivated"
        await self._write(change, kind, changed, roles)
        return changed

    async def _elsewhere(self, workspace: str, identity: Identity) -> bool:
        """Whether the member is known, and not deactivated, anywhere else."""
        every = await self._people.store.all(self._people.store.identities, workspace)
        return any(
            each.member == identity.member
            and not each.left
            and (each.platform, each.team, each.user) != (identity.platform, identity.team, identity.user)
            for each in every
        )

    async def _write(self, change: Change, kind: str, member: Member, roles: Roles) -> None:
        details = {brand: ",".join(sorted(held)) for brand, held in roles.items()}
        entry = await self._audit.prepare(
            change.workspace, kind, subject=member.subject, about=member.id, at=self._clock.now(), details=details
        )
        await commit(self._database, change.audit(entry))


def owned(by: Member, workspace: str, brand: str) -> None:
    """Raises NotAllowed unless this is an owner of the workspace's brand."""
    if by.workspace != workspace or Role.owner not in by.roles.get(brand, frozenset()) or by.erased_at is not None:
        raise NotAllowed("Only an owner of this brand can do that.", kept="Nothing changed.")
