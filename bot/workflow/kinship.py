"""One person under several names: linked by a code that both sides confirm, or told apart by an owner.

A link begins at one name, is accepted at the other, which sees whose it is, and holds once the first one has seen in
turn who accepted. Where it would give either name rights that it did not have, an owner of those brands has to be one
of the two, or to allow it. Everything is written down, and owners are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock, milliseconds
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.team.merging import Merging, differing, refuse_two
from bot.team.people import People
from bot.team.persons import Persons
from bot.words import told
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.kin import KEPT_FOR, Kin, KinKind, KinStore, Side, id_of, new_code
from storage.record import new_id
from storage.redis import Database
from storage.sessions import Tries
from storage.stores import Kept
from storage.team import Member, Role

__all__ = ["Kin", "Kinship", "Offer", "Side"]  # handlers know `bot` only

CODE_LIFE = timedelta(minutes=10)
WAITS_FOR = timedelta(days=7)
MOST_TRIES = 5
TRIES = 5  # against others who change the same people at the same moment


@dataclass(frozen=True, slots=True)
class Offer:
    """A link as one of its sides sees it: who the other one is, and whether this one's yes would make it hold."""

    other: Side
    last: bool


class Kinship:
    def __init__(self, database: Database, *, people: People, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._people = people
        self._merging = Merging(people)
        self._store = KinStore(database)
        self._tries = Tries(database, CODE_LIFE)
        self._audit = audit
        self._clock = clock

    async def offer(self, workspace: str, side: Side) -> str:
        """A code that this side begins a link with: good for ten minutes, for one other name, once."""
        code, now = new_code(), self._clock.now()
        kin = Kin(id=id_of(code), workspace=workspace, kind="link", state="offered", one=side, made_at=now)
        await self._write(kin, None, "link begun", side, CODE_LIFE)
        return code

    async def look(self, workspace: str, code: str, side: Side) -> Offer:
        """Whom the code would make one with this side. Raises BadInput for a code that is no good, NotAllowed."""
        kin = (await self._found(workspace, code, side)).record
        if side.same(kin.one):
            if kin.other is None:
                raise BadInput(
                    told("Nobody has used this code yet."),
                    kept=told("It stays good."),
                    do_next=told("Say it where you have your other name, then come back here."),
                )
            return Offer(kin.other, last=True)
        await self._refuse_strangers(workspace, kin.one, side)
        return Offer(kin.one, last=False)

    async def agree(self, workspace: str, code: str, side: Side) -> str:
        """This side says yes; what is to be said about it. Raises as `look`, and Conflict."""
        offer = await self.look(workspace, code, side)
        kept = await self._found(workspace, code, side)
        if offer.last:
            return await self._settle(kept, side, kept.record.allowed)
        if kept.record.state == "offered":
            await self._write(
                kept.record.changed(state="taken", other=side), kept.ver, "link accepted", side, CODE_LIFE
            )
        return told(
            "Good. Now go back to {place} within ten minutes and confirm it there too: only then it holds.",
            place=offer.other.place,
        )

    async def waiting(self, workspace: str, owner: Member) -> tuple[Kin, ...]:
        """Links that this owner can allow."""
        every = await self._store.waiting(workspace)
        return tuple(kin for kin in every if any(owner.may(brand, Role.owner) for brand in kin.brands - kin.allowed))

    async def allow(self, workspace: str, by: str, kin_id: str, *, yes: bool) -> str:
        """An owner's word on a link that waits. Raises NotFound, NotAllowed, BadInput, Conflict."""
        owner = (await self._merging.person(workspace, by)).record
        kept = await self._store.find(workspace, kin_id)
        if kept is None or kept.record.state != "waits":
            raise NotFound("There is no such link that waits.", do_next="Look at the list of those there are.")
        owned = frozenset(brand for brand in kept.record.brands if owner.may(brand, Role.owner))
        if not owned:
            raise NotAllowed("Only an owner of these people's brands can say so.", kept="Nothing changed.")
        said = Side(member=owner.id, name=owner.name)
        if not yes:
            await self._write(
                kept.record.changed(state="refused", by=owner.id), kept.ver, "link refused", said, KEPT_FOR
            )
            return told("Refused: they stay two names.")
        return await self._settle(kept, said, kept.record.allowed | owned)

    async def unlink(self, workspace: str, by: str, member: str, name: str) -> str:
        """Take a linked name off a member: `name` is a member id, or an identity as `platform|team|user`.

        They themselves may, and an owner of any of their brands. Raises NotFound, NotAllowed, Conflict.
        """
        actor = (await self._merging.person(workspace, by)).record
        stays = await self._merging.person(workspace, member)
        owns = any(actor.may(brand, Role.owner) for brand in stays.record.roles)
        if by != member and not owns:
            raise NotAllowed("Only they themselves or an owner can do that.", kept="Nothing changed.")
        change = Change(workspace)
        identity = await self._people.store.identities.find(workspace, name)
        goes_id = identity.record.was if identity else name
        goes = await self._people.store.members.find(workspace, goes_id) if goes_id else None
        if goes is not None and goes.record.one_with == member:
            left, other = await self._merging.split(change, stays, goes), _side(goes.record)
        elif identity is not None and identity.record.linked and identity.record.member == member:
            left = await self._merging.take_off(change, stays, identity.record)
            other = Side(
                name=identity.record.user,
                platform=identity.record.platform,
                team=identity.record.team,
                user=identity.record.user,
            )
        else:
            raise NotFound("That is no linked name of theirs.", do_next="Look at the list of those there are.")
        await self._said(change, "unlink", left, actor, other)
        return told("Unlinked. They count as one person until an owner says that they are two.")

    async def vouch(self, workspace: str, by: str, member: str, *, distinct: bool) -> str:
        """An owner of every brand that somebody works for says that this is nobody else's second name, or takes that
        back. Raises NotAllowed, NotFound, Conflict.
        """
        actor = (await self._merging.person(workspace, by)).record
        kept = await self._merging.person(workspace, member)
        if not kept.record.roles or not all(actor.may(brand, Role.owner) for brand in kept.record.roles):
            raise NotAllowed("Only an owner of every brand that they work for can say that.", kept="Nothing changed.")
        if by == member:
            raise NotAllowed(
                "Nobody can say that of themselves.", kept="Nothing changed.", do_next="Ask another owner."
            )
        if kept.record.distinct != distinct:
            change = Change(workspace)
            record = await self._merging.vouch(change, kept, distinct=distinct)
            await self._said(change, "two" if distinct else "unsure", record, actor, None)
        return told("Noted. What waits for approval is counted again.")

    async def _found(self, workspace: str, code: str, side: Side) -> Kept[Kin]:
        """A link that this side can still say yes to. Raises NotAllowed after too many tries, BadInput."""
        place = f"kin|{workspace}|{side.member}|{side.platform}|{side.team}|{side.user}"
        if await self._tries.count(place) >= MOST_TRIES:
            raise NotAllowed(
                told("Too many codes were tried here."),
                kept=told("Nothing changed."),
                do_next=told("Wait ten minutes."),
            )
        kept = await self._store.find(workspace, id_of(code))
        kin = kept.record if kept else None
        others = kin is not None and not side.same(kin.one) and kin.other is not None and not side.same(kin.other)
        old = kin is not None and self._clock.now() - kin.made_at >= CODE_LIFE
        if kept is None or kept.record.state not in ("offered", "taken") or others or old:
            await self._tries.failed(place)
            raise BadInput(
                told("This code is not good: it was used, is older than ten minutes, or has a typing error."),
                kept=told("Nothing changed."),
                do_next=told("Begin again with a new code."),
            )
        return kept

    async def _refuse_strangers(self, workspace: str, one: Side, other: Side) -> None:
        """Raises BadInput where these cannot be one person here."""
        if not one.member and not other.member:
            raise BadInput(
                told("Neither of these names has a role here yet."),
                kept=told("Nothing changed."),
                do_next=told("An owner gives one of them a role first."),
            )
        store = self._people.store
        persons = Persons(
            await self._people.members(workspace), identities := await store.all(store.identities, workspace)
        )
        if one.member and persons.one(one.member) == persons.one(other.member):
            raise BadInput(told("These are one person here already."), kept=told("Nothing changed."))
        there = {(each.platform, each.team or each.bound) for each in identities if each.member == one.member}
        there |= {(one.platform, one.team)} - {("", "")}
        if other.platform and (other.platform, other.team) in there:
            raise refuse_two(other.place)
        if other.member and persons.same_home(one.member, other.member):
            raise refuse_two(told("One of your homes"))

    async def _settle(self, kept: Kept[Kin], by: Side, allowed: frozenset[str]) -> str:
        """Make them one, or let it wait for an owner. Raises Conflict when people were changed meanwhile."""
        for _ in range(TRIES):
            try:
                return await self._settled(kept, by, allowed)
            except Conflict:
                again = await self._store.find(kept.record.workspace, kept.record.id)
                if again is None or again.ver != kept.ver:  # somebody else said so at the same moment
                    raise
        raise Conflict("These people are being changed right now.", do_next="Try again in a moment.")

    async def _settled(self, kept: Kept[Kin], by: Side, allowed: frozenset[str]) -> str:
        kin, workspace = kept.record, kept.record.workspace
        one, other = kin.one, kin.other
        if other is None:
            raise NotFound("There is no such link.", kept="Nothing changed.")
        await self._refuse_strangers(workspace, one, other)
        if not one.member:
            one, other = other, one
        stays = await self._merging.person(workspace, one.member)
        goes = None
        if other.member:
            stays, goes = await self._merging.order(workspace, one.member, other.member)
        people = [stays.record, *([goes.record] if goes else [])]
        concerned = frozenset(brand for each in people for brand in each.roles)
        differ = differing(stays.record.roles, goes.record.roles if goes else {})
        owned = frozenset(brand for each in people for brand in each.roles if each.may(brand, Role.owner))
        if differ - owned - allowed:
            waits = kin.changed(state="waits", allowed=allowed, brands=differ - owned, by=by.member)
            await self._write(waits, kept.ver, "link waits for an owner", by, WAITS_FOR)
            return told(
                "Both sides said yes. It gives one of them rights that it did not have, so an owner must allow it."
            )
        if goes is not None and goes.record.id == one.member:
            one, other = other, one
        change = Change(workspace)
        now = self._clock.now()
        if goes is None:
            await self._merging.add(change, stays, other, now)
        else:
            await self._merging.merge(change, stays, goes)
        done = kin.changed(state="done", one=one, other=other, by=by.member, allowed=allowed, brands=concerned)
        await self._write(done, kept.ver, "names linked", by, KEPT_FOR, change=change)
        return told("Done: {one} and {other} are one person here from now on.", one=one.name, other=other.name)

    async def _said(self, change: Change, kind: KinKind, about: Member, by: Member, other: Side | None) -> None:
        kin = Kin(
            id=new_id("kin"),
            workspace=change.workspace,
            kind=kind,
            state="done",
            one=_side(about),
            other=other,
            by=by.id,
            brands=frozenset(about.roles),
            made_at=self._clock.now(),
        )
        kinds = {"unlink": "names unlinked", "two": "said to be a person of their own", "unsure": "said to be unsure"}
        await self._write(kin, None, kinds[kind], _side(by), KEPT_FOR, change=change)

    async def _write(
        self, kin: Kin, ver: int | None, kind: str, by: Side, life: timedelta, *, change: Change | None = None
    ) -> None:
        """With its trace, and what people are told of it. Raises Conflict when it is no longer what was read."""
        change, now = change or Change(kin.workspace), self._clock.now()
        self._store.put(change, kin, ver=ver, life=life)
        actor = await self._people.store.members.find(kin.workspace, by.member) if by.member else None
        details = {
            "one": kin.one.member or kin.one.name,
            "other": (kin.other.member or kin.other.name) if kin.other else "",
        }
        details["place"] = by.place
        entry = await self._audit.prepare(
            kin.workspace,
            kind,
            subject=actor.record.subject if actor else "",
            about=kin.one.member or (kin.other.member if kin.other else ""),
            at=now,
            details=details,
        )
        if kin.state != "offered":
            change.due(f"kin:{kin.id}", milliseconds(now))
        await commit(self._database, change.audit(entry))


def _side(member: Member) -> Side:
    return Side(member=member.id, name=member.name)
