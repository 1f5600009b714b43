"""How many people approved a version, and who is still waited for. Pure.

Names that may be one person's count once: what counts is the largest group of approvers of whom any two are known to
be two people, and nobody approves what may be their own under another name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from bot.team.persons import Persons
from bot.words import told
from storage.accounts import Account
from storage.drafts import Decision, Draft, Finding, Verdict, Version
from storage.team import Brand, Member, Policy, Role

MOST_WEIGHED = 14  # approvals of a version by the team; more are not looked at for who may be whose second name


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one version stands. `met`: it may go out; else `missing` says in a sentence what it waits for.

    `internal`: the team's part is given, so that clients may see it.
    """

    account: str
    met: bool
    missing: str = ""
    waiting_for: tuple[str, ...] = ()  # ids of members who could give the next approval
    approved_by: tuple[str, ...] = ()  # member ids whose approvals count
    internal: bool = False
    blocked_by: Verdict | None = None


def strictest(brand: Policy, account: Policy | None) -> Policy:
    """The policy that asks for more in every respect."""
    if account is None:
        return brand
    order = ("allowed", "auto", "denied")
    return Policy(
        approvals=max(brand.approvals, account.approvals),
        client_approvals=max(brand.client_approvals, account.client_approvals),
        self_approval=max(brand.self_approval, account.self_approval, key=order.index),
        owner_for_first_post=brand.owner_for_first_post or account.owner_for_first_post,
        owner_for_blocks=brand.owner_for_blocks or account.owner_for_blocks,
    )


def deciders(brand: str, members: Iterable[Member], now: datetime) -> tuple[Member, ...]:
    """Members who may approve for the team in this brand now; who is away is replaced by the delegate."""
    by_id = {member.id: member for member in members}
    found: dict[str, Member] = {}
    for member in by_id.values():
        if not member.may(brand, Role.approver, Role.owner):
            continue
        away = member.away is not None and member.away.until > now
        stand_in = by_id.get(member.away.delegate) if away and member.away else None
        known = stand_in is not None and stand_in.erased_at is None and bool(stand_in.roles.get(brand))
        present = stand_in if stand_in is not None and known else member
        found[present.id] = present
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Bench:
    """One version before those who judge it."""

    draft: Draft
    version: Version
    policy: Policy
    brand: Brand
    account: Account
    by_id: Mapping[str, Member]
    team: tuple[Member, ...]
    persons: Persons
    now: datetime

    @classmethod
    def of(
        cls,
        draft: Draft,
        version: Version,
        *,
        brand: Brand,
        account: Account,
        members: Sequence[Member],
        now: datetime,
        persons: Persons,
    ) -> Bench:
        by_id = {member.id: member for member in members}
        policy, team = strictest(brand.policy, account.policy), deciders(brand.id, members, now)
        return cls(draft, version, policy, brand, account, by_id, team, persons, now)

    def own(self, member: Member) -> str:
        """Whose word on it does not count as theirs alone: the member id of the author that this one is, or may be;
        "" where that is nobody, or where people may approve their own.
        """
        policy = self.policy
        if policy.self_approval == "allowed" or (policy.self_approval == "auto" and len(self.team) < 2):
            return ""
        named = {self.persons.one(each) for each in self.draft.authors | {self.draft.requested_by}}
        named |= {self.persons.one(self.version.edited_by)} if self.version.edited_by else set()
        if member.id in named:
            return member.id
        return next((each for each in sorted(named) if not self.persons.two(member.id, each)), "")

    def alone(self, member: Member) -> bool:
        """Whether this owner, whose own it is, gives the owner's part all the same: nobody else could. How many must
        approve it is not changed by that.
        """
        owners = [self.by_id[each] for each in owners_of(self) if each in self.by_id]
        return _is_owner(member, self.brand.id) and all(self.own(each) for each in owners)

    @property
    def wants_owner(self) -> bool:
        """Whether an owner has to approve it: the account's first post, or a finding that must be decided."""
        first = self.policy.owner_for_first_post and not self.account.posted
        return first or (self.policy.owner_for_blocks and bool(self.blocked))

    @property
    def blocked(self) -> tuple[Finding, ...]:
        """The findings that must be decided."""
        mine = ("", self.version.account)
        return tuple(each for each in self.draft.findings if each.severity == "block" and each.account in mine)

    def name(self, member: str) -> str:
        found = self.by_id.get(member)
        return found.name if found else told("somebody else")


def weigh(bench: Bench, approvals: Sequence[Decision]) -> Standing:
    """Where a version stands that nothing but missing approvals keeps back."""
    version, policy, brand = bench.version, bench.policy, bench.brand.id
    every = [each for each in approvals if not each.as_client and not bench.own(bench.by_id[each.member])]
    voters = {each.member for each in every}
    every = [each for each in every if each.for_member in ("", each.member) or each.for_member not in voters]
    given = [each.member for each in every]
    sure = bench.persons.sure(given)
    candidates = [m for m in bench.team if m.id not in given and not bench.own(m)]
    alone = [each for each in approvals if not each.as_client and bench.alone(bench.by_id[each.member])]
    if bench.wants_owner and not _owner_gave(bench, [*every, *alone]):
        owners = tuple(m.id for m in candidates if m.id in owners_of(bench))
        owners = owners or tuple(m.id for m in bench.team if bench.alone(m))
        why = (
            told("Something in it stands in the way: an owner has to approve it.")
            if bench.blocked
            else told("It is the first post to {account}: an owner has to approve it.", account=bench.account.name)
        )
        return Standing(version.account, False, _and_doubts(why, bench, approvals, given, sure), owners, sure)
    if len(sure) < policy.approvals:
        asked = tuple(m for m in candidates if len(bench.persons.sure([*given, m.id])) > len(sure))
        text, ids = _waiting(_names(asked), policy.approvals - len(sure)), tuple(m.id for m in asked)
        return Standing(version.account, False, _and_doubts(text, bench, approvals, given, sure), ids, sure)
    clients = [each.member for each in approvals if each.as_client]
    sure_clients = _clients(bench, given, clients)
    if len(sure_clients) < policy.client_approvals:
        held = [m for m in bench.by_id.values() if Role.client in m.roles.get(brand, frozenset())]
        asked = tuple(m for m in held if m.id not in clients) or tuple(held)
        text = told("Waiting for the client ({names}).", names=either(_names(asked)))
        doubt = next((_client_doubt(bench, each, sure_clients) for each in clients if each not in sure_clients), "")
        ids, why = tuple(m.id for m in asked), " ".join(filter(None, (text, doubt)))
        return Standing(version.account, False, why, ids, sure, internal=True)
    return Standing(version.account, True, approved_by=sure + sure_clients, internal=True)


def _clients(bench: Bench, given: Sequence[str], clients: Sequence[str]) -> tuple[str, ...]:
    """Clients who approved and are surely other people than those of the team who suffice without them."""
    best: tuple[str, ...] = ()
    for team in combinations(given[:MOST_WEIGHED], bench.policy.approvals):
        if len(bench.persons.sure(team)) == len(team):
            others = [each for each in clients if all(bench.persons.two(each, one) for one in team)]
            best = max(best, bench.persons.sure(others), key=len)
            if len(best) >= bench.policy.client_approvals:
                break
    return best


def _owner_gave(bench: Bench, approvals: Iterable[Decision]) -> bool:
    owners = {m.id for m in bench.by_id.values() if _is_owner(m, bench.brand.id)}
    return any(each.member in owners or each.for_member in owners for each in approvals)


def takes_on(bench: Bench, decisions: Iterable[Decision]) -> bool:
    """Whether an owner approved with a reason, and so answers for what has no evidence."""
    return _owner_gave(bench, [each for each in decisions if each.verdict is Verdict.approve and each.reason.strip()])


def owners_of(bench: Bench) -> set[str]:
    """Owners, and who stands in for one who is away."""
    owners = [m for m in bench.by_id.values() if _is_owner(m, bench.brand.id)]
    stand_ins = {m.away.delegate for m in owners if m.away and m.away.until > bench.now}
    return {m.id for m in owners} | stand_ins


def _is_owner(member: Member, brand: str) -> bool:
    return member.erased_at is None and Role.owner in member.roles.get(brand, frozenset())


def _names(members: Sequence[Member]) -> tuple[str, ...]:
    """As they are said: of two people with one name that once."""
    return tuple(dict.fromkeys(member.name for member in members))


def _waiting(names: Sequence[str], missing: int) -> str:
    if not names:
        return told("Nobody else may approve this; an owner can name somebody.")
    if missing > 1:
        return told("Waiting for {names} ({missing} more approvals).", names=either(names), missing=missing)
    return told("Waiting for {names}.", names=either(names))


def _and_doubts(
    text: str, bench: Bench, approvals: Sequence[Decision], given: Sequence[str], sure: Sequence[str]
) -> str:
    """With why an approval that was given does not count, if that is only a doubt about who is who."""
    doubt = next((_doubt(bench, each, sure) for each in given if each not in sure), "")
    if not doubt:
        team = [bench.by_id[each.member] for each in approvals if not each.as_client and each.member not in given]
        doubt = next((maybe_own(bench, member) for member in team if bench.own(member) not in ("", member.id)), "")
    return " ".join(filter(None, (text, doubt)))


def _doubt(bench: Bench, member: str, others: Sequence[str]) -> str:
    other = next((each for each in others if not bench.persons.two(member, each)), "")
    if not other:
        return ""
    return told(
        "{one} and {other} may be one person under two names, so they count once, until they link both names "
        "(/admind link) or an owner says in the studio, under Members, that they are two people.",
        one=bench.name(other),
        other=bench.name(member),
    )


def _client_doubt(bench: Bench, client: str, others: Sequence[str]) -> str:
    """Clients read it too, so it names nobody of the team."""
    return _doubt(bench, client, others) or told(
        "{name} may be somebody of the team under another name. Their approval counts once an owner says in the "
        "studio, under Members, that they are two people.",
        name=bench.name(client),
    )


def maybe_own(bench: Bench, member: Member) -> str:
    """Why the approval of somebody who may be the author under another name does not count yet."""
    return told(
        "{one} may be {author} under another name, who asked for this or changed it. Their approval counts once an "
        "owner says in the studio, under Members, that they are two people.",
        one=member.name,
        author=bench.name(bench.own(member)),
    )


def either(names: Sequence[str]) -> str:
    if len(names) < 4:
        return told(" or ").join(names)
    return told("{one}, {two} or {count} others", one=names[0], two=names[1], count=len(names) - 2)
