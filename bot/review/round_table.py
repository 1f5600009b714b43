"""Everybody and everything that cards and standings name, as they were at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.cards import Words
from bot.errors import NotFound
from bot.review.approval import as_client, judge
from bot.review.quorum import Standing
from bot.team.persons import Persons
from storage.accounts import Account
from storage.drafts import Draft
from storage.team import Brand, Member, Role, Workspace

NOBODY: Final = frozenset[str]()


@dataclass(frozen=True, slots=True)
class RoundTable:
    """A workspace's brands, accounts and members as they were at one moment: for as many records as are to be shown."""

    home: Workspace
    brands: Mapping[str, Brand]
    accounts: Sequence[Account]
    members: Sequence[Member]
    persons: Persons

    def words(self, brand: str, *, for_client: bool = False) -> Words:
        """To clients only clients are named: the team speaks to them as one. Raises NotFound."""
        if brand not in self.brands:
            raise NotFound(f"There is no brand {brand[:40]}.")
        found = self.brands[brand]
        return Words(
            brand=found,
            zone=found.zone or self.home.zone,
            accounts={account.id: account for account in self.accounts if account.brand == brand},
            members={member.id: member.name for member in self.members},
            language=self.home.language,
            unnamed=frozenset(each.id for each in self.members if not as_client(each, brand)) if for_client else NOBODY,
        )

    def standings(self, draft: Draft, now: datetime) -> tuple[Standing, ...]:
        accounts = {account.id: account for account in self.accounts}
        return tuple(
            judge(
                draft,
                version,
                brand=self.brands[draft.brand],
                account=accounts[version.account],
                members=self.members,
                now=now,
                persons=self.persons,
            )
            for version in draft.versions
        )

    def owners(self, brand: str) -> tuple[str, ...]:
        """Member ids."""
        return tuple(
            member.id
            for member in self.members
            if member.erased_at is None and Role.owner in member.roles.get(brand, frozenset())
        )
