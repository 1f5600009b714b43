"""One person under two names becomes one member, or two again: everything that belongs to a member, in one change.

The member that stays holds the roles of both; the other one keeps none, so that whoever does not know of links gives it
nothing. What a platform's groups gave stays the platform's to take; what an owner gave to either stays an owner's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.errors import BadInput, Conflict, NotFound
from bot.team.people import People
from bot.words import told
from storage.commit import Change
from storage.kin import Side, new_who
from storage.stores import Kept
from storage.team import Away, Identity, Member, Role

Roles = Mapping[str, frozenset[Role]]


class Merging:
    def __init__(self, people: People) -> None:
        self._people = people
        self._store = people.store

    async def person(self, workspace: str, member: str) -> Kept[Member]:
        """Raises NotFound for nobody, for somebody who left, and for a name that is another one's."""
        kept = await self._store.members.find(workspace, member)
        if kept is None or kept.record.erased_at is not None or kept.record.one_with:
            raise NotFound("There is no such member.", do_next="Look at the list of those there are.")
        return kept

    async def names_of(self, workspace: str, member: str) -> tuple[Member, ...]:
        """Members that are one with this one."""
        return tuple(each for each in await self._people.members(workspace) if each.one_with == member)

    async def order(self, workspace: str, one: str, other: str) -> tuple[Kept[Member], Kept[Member]]:
        """Which of two members stays, and which goes: one that bears several names stays, else the older one.

        Raises NotFound, BadInput.
        """
        first, second = await self.person(workspace, one), await self.person(workspace, other)
        if await self.names_of(workspace, second.record.id):
            if await self.names_of(workspace, first.record.id):
                raise BadInput(
                    "Both of these stand for several names already.",
                    kept="Nothing changed.",
                    do_next="Unlink the names of one of them first, then link each.",
                )
            return second, first
        if await self.names_of(workspace, first.record.id) or first.record.created_at <= second.record.created_at:
            return first, second
        return second, first

    async def merge(self, change: Change, stays: Kept[Member], goes: Kept[Member]) -> Member:
        """Into the change: these two are one. The member that stays, as it will be."""
        stay, go, store = stays.record, goes.record, self._store
        identities = await store.all(store.identities, change.workspace)
        given = _given(stay, identities), _given(go, identities)
        by_owners = _union(_without(stay.roles, given[0]), _without(go.roles, given[1]))
        for identity in identities:
            if identity.member in (stay.id, go.id):
                mine = {"member": stay.id, "linked": True, "was": go.id, "confirmed": True}
                updates = mine if identity.member == go.id else {}
                granted = _without(identity.granted, by_owners)
                await self._put_identity(change, identity, identity.changed(granted=granted, **updates))
        for other in await self._people.members(change.workspace):
            if other.away is not None and other.away.delegate == go.id and other.id not in (stay.id, go.id):
                await self._put(change, other, other.changed(away=other.away.model_copy(update={"delegate": stay.id})))
        one = stay.changed(
            roles=_union(stay.roles, go.roles),
            away=_away(stay, go),
            distinct=stay.distinct or go.distinct,
            zone=stay.zone or go.zone,
        )
        gone = go.changed(
            roles={}, away=None, one_with=stay.id, before=go.roles, brought=_without(go.roles, stay.roles)
        )
        for kept, record in ((stays, one), (goes, gone)):
            store.members.put(change, record, record.id, ver=kept.ver, at=record.created_at.timestamp())
        new_who(change)
        return one

    async def split(self, change: Change, stays: Kept[Member], goes: Kept[Member]) -> Member:
        """Into the change: these are two again, of whom nobody knows whether they are. Who went gets back what it had,
        as far as the other one still has it.
        """
        stay, go, store = stays.record, goes.record, self._store
        for identity in await store.all(store.identities, change.workspace):
            if identity.member == stay.id and identity.was == go.id:
                await self._put_identity(change, identity, identity.changed(member=go.id, linked=False, was=""))
        back = {brand: held for brand, roles in go.before.items() if (held := roles & stay.roles.get(brand, NONE))}
        again = go.changed(roles=back, one_with="", before={}, brought={}, distinct=False)
        left = stay.changed(roles=_without(stay.roles, go.brought))
        for kept, record in ((stays, left), (goes, again)):
            store.members.put(change, record, record.id, ver=kept.ver, at=record.created_at.timestamp())
        new_who(change)
        return left

    async def add(self, change: Change, stays: Kept[Member], side: Side, now: datetime) -> Member:
        """Into the change: somebody whom nobody knew there is this member. Raises Conflict when they came meanwhile."""
        name = self._store.identity_id(side.platform, side.team, side.user)
        if await self._store.identities.find(change.workspace, name) is not None:
            raise Conflict("Somebody was met there a moment ago.", do_next="Look again.")
        identity = Identity(
            platform=side.platform,
            team=side.team,
            user=side.user,
            workspace=change.workspace,
            member=stays.record.id,
            confirmed=True,
            linked=True,
        )
        self._store.identities.put(change, identity, name, ver=None, at=now.timestamp())
        return self._touched(change, stays, stays.record)

    async def take_off(self, change: Change, stays: Kept[Member], identity: Identity) -> Member:
        """Into the change: who is known there is nobody here any more, and what they had by it goes."""
        name = self._store.identity_id(identity.platform, identity.team, identity.user)
        kept = await self._store.identities.get(change.workspace, name)
        change.expect(self._store.identities.key(change.workspace, name), kept.ver)
        change.do("DEL", self._store.identities.key(change.workspace, name))
        self._store.identities.leave(change, name, "all")
        left = stays.record.changed(roles=_without(stays.record.roles, kept.record.granted))
        return self._touched(change, stays, left)

    async def vouch(self, change: Change, kept: Kept[Member], *, distinct: bool) -> Member:
        """Into the change: an owner says that this is nobody else's second name, or takes that back."""
        return self._touched(change, kept, kept.record.changed(distinct=distinct))

    def _touched(self, change: Change, kept: Kept[Member], record: Member) -> Member:
        self._store.members.put(change, record, record.id, ver=kept.ver, at=record.created_at.timestamp())
        new_who(change)
        return record

    async def _put(self, change: Change, old: Member, new: Member) -> None:
        """Raises Conflict when the member is no longer what was read."""
        kept = await self._store.members.get(change.workspace, old.id)
        if kept.record != old:
            raise Conflict("This person was changed a moment ago.", do_next="Look again.")
        self._store.members.put(change, new, new.id, ver=kept.ver, at=new.created_at.timestamp())

    async def _put_identity(self, change: Change, old: Identity, new: Identity) -> None:
        """Raises Conflict, as `_put`."""
        name = self._store.identity_id(old.platform, old.team, old.user)
        kept = await self._store.identities.get(change.workspace, name)
        if kept.record != old:
            raise Conflict("This person was changed a moment ago.", do_next="Look again.")
        if new != old:
            at = (await self._store.members.get(change.workspace, old.member)).record.created_at.timestamp()
            self._store.identities.put(change, new, name, ver=kept.ver, at=at)


NONE: frozenset[Role] = frozenset()


def differing(one: Roles, other: Roles) -> frozenset[str]:
    """Brands in which these do not hold the same roles."""
    return frozenset(brand for brand in one.keys() | other.keys() if one.get(brand, NONE) != other.get(brand, NONE))


def refuse_two(name: str) -> BadInput:
    return BadInput(
        told("{place} has an account for each of you, so you are two people there.", place=name),
        kept=told("Nothing changed."),
    )


def _given(member: Member, identities: Sequence[Identity]) -> Roles:
    """What platforms' groups gave to a member."""
    return _union(*(each.granted for each in identities if each.member == member.id))


def _union(*every: Roles) -> dict[str, frozenset[Role]]:
    brands = {brand for roles in every for brand in roles}
    return {brand: frozenset().union(*(roles.get(brand, NONE) for roles in every)) for brand in brands}


def _without(roles: Roles, taken: Roles) -> dict[str, frozenset[Role]]:
    return {brand: left for brand, held in roles.items() if (left := held - taken.get(brand, NONE))}


def _away(stay: Member, go: Member) -> Away | None:
    """Whoever was away first in name stays so; nobody stands in for themselves."""
    away = stay.away or go.away
    if away is not None and away.delegate in (stay.id, go.id):
        return away.model_copy(update={"delegate": ""})
    return away
