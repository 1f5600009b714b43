"""What an owner sets up: members and their roles, who is away, the brand's voice, looks and policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from pydantic import ValidationError

from bot.clock import Clock, milliseconds
from bot.errors import BadInput, NotAllowed, NotFound
from bot.team.people import People
from bot.words import LANGUAGES
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.kin import KinStore
from storage.record import new_id
from storage.redis import Database
from storage.stores import Kept
from storage.team import Away, Brand, Fact, Labels, Member, Policy, Role

LOOKS = ("name", "voice", "profile", "language", "palette", "font", "zone", "facts", "avoid_words", "logo", "digest")
RULES = ("approvals", "client_approvals", "self_approval")
LABELS = ("ai_pictures", "ai_text", "missing_ad")


class Office:
    def __init__(self, database: Database, people: People, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._people = people
        self._store = people.store
        self._audit = audit
        self._clock = clock

    async def add_member(self, workspace: str, by: str, name: str, brand: str, roles: Sequence[str]) -> Member:
        """A new member with roles in one brand. Raises NotAllowed, BadInput."""
        owner = await self.owner(workspace, by, brand)
        name = " ".join(name.split())[:80]
        if not name:
            raise BadInput("A member needs a name.")
        change = Change(workspace)
        member = self._people.add(change, name, {brand: _roles(roles)}, [], self._clock.now())
        await self._write(change, "member added", owner, member.id, brand, {"name": name, "roles": ",".join(roles)})
        return member

    async def set_roles(self, workspace: str, by: str, member_id: str, brand: str, roles: Sequence[str]) -> Member:
        """Replace a member's roles in one brand; none takes the brand away. The last owner stays one."""
        owner = await self.owner(workspace, by, brand)
        kept = await self._colleague(workspace, owner, member_id)
        wanted = _roles(roles) if roles else frozenset[Role]()
        if Role.owner not in wanted and Role.owner in kept.record.roles.get(brand, frozenset()):
            others = [
                m
                for m in await self._people.members(workspace)
                if m.id != member_id and m.erased_at is None and Role.owner in m.roles.get(brand, frozenset())
            ]
            if not others:
                raise BadInput(
                    "A brand needs an owner.", kept="Nothing changed.", do_next="Make somebody else owner first."
                )
        held = {each: roles_ for each, roles_ in kept.record.roles.items() if each != brand}
        member = kept.record.changed(roles=held | ({brand: wanted} if wanted else {}))
        change = Change(workspace)
        self._store.members.put(change, member, member.id, ver=kept.ver, at=member.created_at.timestamp())
        await self._write(change, "roles changed", owner, member.id, brand, {"roles": ",".join(roles)})
        return member

    async def set_away(self, workspace: str, by: str, member_id: str, until: datetime | None, delegate: str) -> Member:
        """Until when a member is away, and who decides meanwhile; None: back. People do so for themselves."""
        actor = (await self._store.members.get(workspace, by)).record
        kept = await self._colleague(workspace, actor, member_id)
        approves_in = [
            b for b in kept.record.roles if kept.record.may(b, Role.approver, Role.owner)
        ] or kept.record.roles
        if by != member_id and not all(actor.may(brand, Role.owner) for brand in approves_in):
            raise NotAllowed(
                "Only they themselves can do that, or an owner of every brand they approve for.",
                kept="Nothing changed.",
            )
        if delegate:
            stand_in = await self._store.members.find(workspace, delegate)
            shared = stand_in is not None and set(stand_in.record.roles) & set(kept.record.roles)
            if stand_in is None or stand_in.record.erased_at or not shared or delegate == member_id:
                raise BadInput("That delegate is nobody who works here.", kept="Nothing changed.")
        away = Away(until=until, delegate=delegate) if until is not None else None
        member = kept.record.changed(away=away)
        change = Change(workspace)
        self._store.members.put(change, member, member.id, ver=kept.ver, at=member.created_at.timestamp())
        details = {"until": until.isoformat() if until else "", "delegate": delegate}
        await self._write(change, "away", actor, member.id, "", details)
        return member

    async def set_manners(self, workspace: str, member_id: str, *, language: str, zone: str) -> Member:
        """The language and the zone (IANA; empty: the workspace's) that a member reads in. People do so for themselves.

        Raises BadInput.
        """
        if language not in LANGUAGES:
            raise BadInput("There are no texts in this language yet.", do_next=f"Choose one of {', '.join(LANGUAGES)}.")
        if zone and zone not in available_timezones():
            raise BadInput(
                "There is no such time zone.", kept="Nothing changed.", do_next="Write it like Europe/Zurich."
            )
        kept = await self._store.members.get(workspace, member_id)
        changed = kept.record.changed(language=language, zone=zone)
        change = Change(workspace)
        self._store.members.put(change, changed, member_id, ver=kept.ver, at=changed.created_at.timestamp())
        await self._write(change, "manners changed", changed, member_id, "", {"language": language, "zone": zone})
        return changed

    async def erase_member(self, workspace: str, by: str, member_id: str) -> None:
        """Forget who a member was: name, roles and identities go, and the key of their entries in the audit.

        What they decided stays as a fact without a name; the audit's chain still verifies.
        """
        owner = (await self._store.members.get(workspace, by)).record
        kept = await self._colleague(workspace, owner, member_id)
        if by == member_id:
            raise BadInput("You cannot erase yourself.", kept="Nothing changed.", do_next="Another owner can do that.")
        for brand in kept.record.roles:
            await self.owner(workspace, by, brand)
        await self._forget(workspace, kept, owner)

    async def forget_member(self, workspace: str, by: str, member_id: str) -> None:
        """The same for somebody whose only brand goes. Again: no difference."""
        kept = await self._store.members.get(workspace, member_id)
        if kept.record.erased_at is None:
            await self._forget(workspace, kept, (await self._store.members.get(workspace, by)).record)
        else:  # it may have been cut off between the record and the key
            await self._audit.erase(workspace, kept.record.subject)

    async def _forget(self, workspace: str, kept: Kept[Member], owner: Member) -> None:
        member_id = kept.record.id
        gone = kept.record.changed(name="Somebody who left", roles={}, away=None, zone="", erased_at=self._clock.now())
        change = Change(workspace)
        self._store.members.put(change, gone, gone.id, ver=kept.ver, at=gone.created_at.timestamp())
        for identity in await self._store.all(self._store.identities, workspace):
            if identity.member == member_id:
                key = self._store.identity_id(identity.platform, identity.team, identity.user)
                change.do("DEL", self._store.identities.key(workspace, key))
                self._store.identities.leave(change, key, "all")
        names = [m for m in await self._people.members(workspace) if m.one_with == member_id and m.erased_at is None]
        for name in names:
            also = await self._store.members.get(workspace, name.id)
            gone = also.record.changed(name="Somebody who left", before={}, zone="", erased_at=self._clock.now())
            self._store.members.put(change, gone, gone.id, ver=also.ver, at=gone.created_at.timestamp())
        await KinStore(self._database).forget(change, frozenset({member_id, *(name.id for name in names)}))
        await self._write(change, "member erased", owner, member_id, "", {})
        for subject in (kept.record.subject, *(name.subject for name in names)):
            await self._audit.erase(workspace, subject)

    async def change_brand(
        self,
        workspace: str,
        by: str,
        brand_id: str,
        changes: Mapping[str, Any],
        *,
        because: Mapping[str, str] | None = None,
    ) -> Brand:
        """Change a brand's voice, looks, facts or policy; `because` goes into the audit beside what changed.

        Raises NotAllowed, BadInput with what is wrong.
        """
        owner = await self.owner(workspace, by, brand_id)
        kept = await self._store.brands.get(workspace, brand_id)
        looks = {name: value for name, value in changes.items() if name in LOOKS and value is not None}
        rules = {name: value for name, value in changes.items() if name in RULES and value is not None}
        labels = {name: value for name, value in changes.items() if name in LABELS and value is not None}
        try:
            if "facts" in looks:
                looks["facts"] = tuple(
                    Fact(text=f) if isinstance(f, str) else Fact.model_validate(f) for f in looks["facts"]
                )
            said = Labels.model_validate({**kept.record.labels.model_dump(), **labels})
            brand = kept.record.changed(**looks, policy=_policy(kept.record.policy, rules), labels=said)
        except ValidationError as error:
            raise _refused(error) from error
        change = Change(workspace)
        self._store.brands.put(change, brand, brand.id, ver=kept.ver, at=brand.created_at.timestamp())
        if looks.get("name"):
            home = await self._store.workspaces.get(workspace, workspace)
            if home.record.default_brand == brand_id:
                named = home.record.changed(name=brand.name, welcomed=True)
                at = named.created_at.timestamp()
                self._store.workspaces.put(change, named, workspace, ver=home.ver, at=at)
        if (brand.profile.timing, brand.zone) != (kept.record.profile.timing, kept.record.zone):
            change.due(f"timing:{brand_id}", milliseconds(self._clock.now()))  # what it holds back is told at once
        details = {"fields": ",".join(sorted(changes)), **(because or {})}
        await self._write(change, "brand changed", owner, brand_id, brand_id, details)
        return brand

    async def set_account_rules(self, workspace: str, by: str, account_id: str, rules: Mapping[str, Any]) -> Account:
        """Who must say yes to posts of this account, where that is more than the brand asks; no rules: as the brand.

        The stricter of both holds. Raises NotFound, NotAllowed, BadInput.
        """
        owner = await self.owner_of_account(workspace, by, account_id)
        kept = await self._store.accounts.get(workspace, account_id)
        wanted = {name: value for name, value in rules.items() if name in RULES and value is not None}
        account = kept.record.changed(policy=_policy(Policy(), wanted) if wanted else None)
        change = Change(workspace)
        self._store.accounts.put(change, account, account.id, ver=kept.ver, at=account.created_at.timestamp())
        details = {name: str(value) for name, value in wanted.items()} or {"rules": "as the brand"}
        await self._write(change, "account rules changed", owner, account.id, account.brand, details)
        return account

    async def set_account_audience(
        self, workspace: str, by: str, account_id: str, *, language: str, region: str
    ) -> Account:
        """In which language an account speaks (BCP 47; empty: the brief's), and to which country (ISO 3166-1 alpha-2;
        empty: to everybody). Raises NotFound, NotAllowed, BadInput.
        """
        owner = await self.owner_of_account(workspace, by, account_id)
        kept = await self._store.accounts.get(workspace, account_id)
        try:
            account = kept.record.changed(language=language.strip(), region=region.strip().upper())
        except ValidationError as error:
            raise _refused(error) from error
        change = Change(workspace)
        self._store.accounts.put(change, account, account.id, ver=kept.ver, at=account.created_at.timestamp())
        details = {"language": account.language, "region": account.region}
        await self._write(change, "account audience changed", owner, account.id, account.brand, details)
        return account

    async def add_brand(self, workspace: str, by: str, name: str) -> Brand:
        """A further brand with a feed of its own; who makes it is its owner. Raises NotAllowed, BadInput."""
        home = (await self._store.workspaces.get(workspace, workspace)).record
        await self.owner(workspace, by, home.default_brand)
        kept = await self._store.members.get(workspace, by)
        name, now = " ".join(name.split())[:80], self._clock.now()
        if not name or any(each.name == name for each in await self._store.all(self._store.brands, workspace)):
            raise BadInput("A brand needs a name that no other brand has.", kept="Nothing changed.")
        brand = Brand(id=new_id("b"), workspace=workspace, name=name, language=home.language, created_at=now)
        feed = Account(
            id=new_id("a"), workspace=workspace, brand=brand.id, channel="feed", name=f"{name} feed", created_at=now
        )
        owner = kept.record.changed(roles=kept.record.roles | {brand.id: frozenset({Role.owner})})
        change, at = Change(workspace), now.timestamp()
        self._store.brands.put(change, brand, brand.id, ver=None, at=at)
        self._store.accounts.put(change, feed.changed(remote_id=feed.id, posted=True), feed.id, ver=None, at=at)
        self._store.members.put(change, owner, owner.id, ver=kept.ver, at=owner.created_at.timestamp())
        await self._write(change, "brand added", owner, brand.id, brand.id, {"name": name})
        return brand

    async def told_of_token(self, workspace: str, by: str, token: str, scopes: Sequence[str]) -> None:
        """Write down that a token was made; one that may decide is something every owner should be able to see."""
        member = (await self._store.members.get(workspace, by)).record
        change = Change(workspace)
        await self._write(change, "token made", member, token, "", {"scopes": ",".join(scopes)})

    async def _colleague(self, workspace: str, actor: Member, member_id: str) -> Kept[Member]:
        """A member who shares a brand with this one, or has none. Raises NotFound, for people of other brands too."""
        kept = await self._store.members.find(workspace, member_id)
        if (
            kept is None
            or kept.record.erased_at is not None
            or kept.record.one_with
            or (kept.record.roles and member_id != actor.id and not set(kept.record.roles) & set(actor.roles))
        ):
            raise NotFound("There is no such member.", do_next="Look at the list of those there are.")
        return kept

    async def owner_of_account(self, workspace: str, member: str, account: str) -> Member:
        """The member, who must be an owner of the account's brand. Raises NotFound, NotAllowed."""
        kept = await self._store.accounts.get(workspace, account)
        actor = (await self._store.members.get(workspace, member)).record
        if not actor.roles.get(kept.record.brand):
            raise NotFound("There is no such account.", do_next="Look at the list of those there are.")
        return await self.owner(workspace, member, kept.record.brand)

    async def owner(self, workspace: str, member: str, brand: str) -> Member:
        """The member, who must be an owner of this brand. Raises NotAllowed."""
        found = await self._store.members.find(workspace, member)
        if found is None or Role.owner not in found.record.roles.get(brand, frozenset()):
            raise NotAllowed("Only an owner of this brand can do that.", kept="Nothing changed.")
        return found.record

    async def _write(
        self, change: Change, kind: str, by: Member, about: str, brand: str, details: Mapping[str, str]
    ) -> None:
        entry = await self._audit.prepare(
            change.workspace, kind, subject=by.subject, about=about, at=self._clock.now(), brand=brand, details=details
        )
        await commit(self._database, change.audit(entry))


def _policy(policy: Policy, rules: Mapping[str, Any]) -> Policy:
    """Raises BadInput with what is wrong."""
    try:
        return Policy.model_validate({**policy.model_dump(), **rules})
    except ValidationError as error:
        raise _refused(error) from error


def _refused(error: ValidationError) -> BadInput:
    first = error.errors(include_url=False)[0]
    field, problem = first["loc"][0], first["msg"]
    return BadInput(f"This does not fit here: {field} ({problem}).", kept="Nothing changed.")


def _roles(names: Sequence[str]) -> frozenset[Role]:
    try:
        return frozenset(Role(name) for name in names)
    except ValueError as error:
        raise BadInput("Roles are requester, approver, client and owner.", kept="Nothing changed.") from error
