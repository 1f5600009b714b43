"""Who is who: members, their identities on platforms, and the brands they may see."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from bot.chat import Identified
from bot.errors import NotAllowed
from storage.commit import Change, commit
from storage.record import new_id
from storage.redis import Database
from storage.stores import Kept, TeamStore
from storage.team import Brand, Identity, Member, Role

LOCAL = Identified(platform="terminal", user="owner")  # whoever sits at the machine that AdMind runs on


class People:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.store = TeamStore(database)

    async def who(self, workspace: str, identified: Identified) -> Member | None:
        """The member behind an identity, None for a stranger."""
        key = self.store.identity_id(identified.platform, identified.team, identified.user)
        kept = await self.store.identities.find(workspace, key)
        if kept is None:
            return None
        member = await self.store.members.find(workspace, kept.record.member)
        return member.record if member is not None and member.record.erased_at is None else None

    async def identity(self, workspace: str, identified: Identified) -> Kept[Identity] | None:
        key = self.store.identity_id(identified.platform, identified.team, identified.user)
        return await self.store.identities.find(workspace, key)

    async def members(self, workspace: str) -> tuple[Member, ...]:
        return await self.store.all(self.store.members, workspace)

    async def brand(self, workspace: str, brand: str, member: Member, *roles: Role) -> Brand:
        """The brand, for a member who holds one of these roles (any role when none is named).

        Raises NotAllowed, with the same words for a brand that is not there: access is denied unless given.
        """
        kept = await self.store.brands.find(workspace, brand)
        held = member.roles.get(brand, frozenset())
        if kept is None or not held or (roles and not member.may(brand, *roles)):
            raise NotAllowed(
                "You have no access to that here.", do_next="An owner of the brand can give you the role you need."
            )
        return kept.record

    def add(
        self,
        change: Change,
        name: str,
        roles: dict[str, frozenset[Role]],
        identities: Sequence[Identified],
        now: datetime,
        *,
        zone: str = "",
        language: str = "en",
        distinct: bool = True,
    ) -> Member:
        """Into the change: a new member with these identities."""
        member = Member(
            id=new_id("m"),
            workspace=change.workspace,
            name=name,
            subject=secrets.token_hex(16),
            roles=roles,
            distinct=distinct,
            zone=zone,
            language=language,
            created_at=now,
        )
        self.store.members.put(change, member, member.id, ver=None, at=now.timestamp())
        for identified in identities:
            self.link(change, member, identified, now)
        return member

    def link(self, change: Change, member: Member, identified: Identified, now: datetime) -> None:
        """Into the change: an identity of this member, confirmed because an owner said so."""
        identity = Identity(
            platform=identified.platform,
            team=identified.team,
            user=identified.user,
            workspace=change.workspace,
            member=member.id,
            confirmed=True,
        )
        key = self.store.identity_id(identity.platform, identity.team, identity.user)
        self.store.identities.put(change, identity, key, ver=None, at=now.timestamp())

    async def save(self, change: Change) -> None:
        await commit(self._database, change)
