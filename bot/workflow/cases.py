"""A draft with everything that a judgement of it needs, and what stands after one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.chat import DecisionRequest
from bot.errors import NotFound
from bot.review.approval import judge
from bot.review.quorum import Bench, Standing
from bot.team.persons import Persons
from storage.accounts import Account
from storage.drafts import Draft, DraftStatus, Verdict, Version
from storage.posts import Post
from storage.stores import Kept
from storage.team import Brand, Member


@dataclass(frozen=True, slots=True)
class Decided:
    """What stands after a decision, and what to say about it."""

    draft: Draft
    posts: tuple[Post, ...]
    sentence: str
    standings: tuple[Standing, ...]

    def privately(self, request: DecisionRequest) -> str:
        """What the cards do not tell who decided: that their approval came too late, or does not count."""
        late = self.draft.status is DraftStatus.late
        counts = any(request.member in standing.approved_by for standing in self.standings)
        return self.sentence if request.verdict is Verdict.approve and (late or not counts) else ""


@dataclass(slots=True)
class Case:
    """Everything that a judgement needs, read once."""

    kept: Kept[Draft]
    brand: Brand
    accounts: dict[str, Account]
    members: tuple[Member, ...]
    persons: Persons
    who: int | None = None  # where who is who stood when it was read
    posts: dict[str, Kept[Post]] = field(default_factory=dict)

    @property
    def draft(self) -> Draft:
        return self.kept.record

    def member(self, member: str) -> Member:
        """Whose word that is now: of one person under two names, the one that holds the rights. Raises NotFound."""
        found = next((each for each in self.members if each.id == self.persons.one(member)), None)
        if found is None or found.erased_at is not None or not found.roles.get(self.brand.id):
            raise NotFound(f"There is no draft {self.draft.id}.", do_next="Look at the list of those there are.")
        return found

    def standings(self, draft: Draft, now: datetime) -> tuple[Standing, ...]:
        return tuple(
            judge(
                draft,
                version,
                brand=self.brand,
                account=self.accounts[version.account],
                members=self.members,
                now=now,
                persons=self.persons,
            )
            for version in draft.versions
        )

    def bench(self, draft: Draft, version: Version, now: datetime) -> Bench:
        return Bench.of(
            draft,
            version,
            brand=self.brand,
            account=self.accounts[version.account],
            members=self.members,
            now=now,
            persons=self.persons,
        )
