"""Whether a version may go out: the policy, judged on decisions that name exactly its bytes. Pure.

A decision counts for a version when it names the version's present digest, was not withdrawn, and its member may still
decide. A reject, a hold or a wish for changes stands in the way until it is withdrawn, or lifted by an owner.

Words are taken in the order in which they were said, whatever order they were written down in: of one person's the last
one counts, and an owner lifts only what had been said before. So whoever decides at once, all ends the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.review.quorum import Bench, Standing, deciders, owners_of, takes_on, weigh
from bot.team.persons import Persons
from bot.words import noted, told
from storage.accounts import Account
from storage.drafts import Decision, Draft, DraftStatus, Verdict, Version
from storage.team import Brand, Member, Role

# Findings of these rules mean that the channel would not take it, or that the publisher will not send it: nobody can
# approve that away.
IMPOSSIBLE = frozenset({"limits", "rights"})
UNPROVEN = noted("Something in it lacks evidence: give it, or an owner takes it on with a reason.")
IN_THE_WAY = {
    Verdict.reject: DraftStatus.rejected,
    Verdict.changes: DraftStatus.changes,
    Verdict.hold: DraftStatus.held,
}


def may_decide(member: Member, brand: str, members: Iterable[Member], now: datetime) -> bool:
    """Whether this member's word counts in the brand: as approver, client, owner, or as somebody's delegate."""
    if member.erased_at is not None:
        return False
    if member.may(brand, Role.approver, Role.owner) or Role.client in member.roles.get(brand, frozenset()):
        return True
    return any(decider.id == member.id for decider in deciders(brand, members, now))


def owns(member: Member, brand: str, members: Iterable[Member], now: datetime) -> bool:
    """Whether this member answers as an owner of the brand, or as the delegate of one who is away."""
    if member.may(brand, Role.owner):
        return True
    return any(
        each.away is not None and each.away.until > now and each.away.delegate == member.id
        for each in members
        if each.may(brand, Role.owner)
    )


def as_client(member: Member, brand: str) -> bool:
    """Whether this member's word is a client's, and not the team's."""
    return Role.client in member.roles.get(brand, frozenset()) and not member.may(brand, Role.approver, Role.owner)


def active(decisions: Iterable[Decision], version: Version) -> tuple[Decision, ...]:
    """Each member's latest decision on exactly this version's bytes, unless withdrawn; in the order they were said."""
    latest: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda each: each.at):
        if decision.versions.get(version.account) == version.digest and decision.verdict is not Verdict.withdraw:
            latest.pop(decision.member, None)  # in the order in which they were made
            latest[decision.member] = decision
    return tuple(decision for decision in latest.values() if decision.withdrawn_at is None)


def judge(
    draft: Draft,
    version: Version,
    *,
    brand: Brand,
    account: Account,
    members: Sequence[Member],
    now: datetime,
    persons: Persons | None = None,
) -> Standing:
    """Where this version of the draft stands under the strictest policy that applies.

    Without `persons`, only who is vouched for counts as another person.
    """
    persons = persons or Persons(members)
    bench = Bench.of(draft, version, brand=brand, account=account, members=members, now=now, persons=persons)
    said = active((_as_one(each, persons) for each in draft.decisions), version)
    counting = [each for each in said if _counts(each, bench)]
    against = next((d for d in counting if d.verdict in IN_THE_WAY and not _lifted(d, counting, bench)), None)
    if against is not None:
        return Standing(version.account, False, _against(against, bench.by_id), blocked_by=against.verdict)
    impossible = next((f for f in bench.blocked if f.rule.split(".")[0] in IMPOSSIBLE), None)
    if impossible is not None:
        return Standing(
            version.account,
            False,
            " ".join(part for part in (told("It cannot go out as it is."), impossible.reason, impossible.fix) if part),
        )
    unproven = [each for each in bench.blocked if each.claim]
    if unproven and not takes_on(bench, counting):
        owners = tuple(sorted(owners_of(bench)))
        return Standing(version.account, False, told(UNPROVEN), owners)
    return weigh(bench, [each for each in counting if each.verdict is Verdict.approve])


def _as_one(decision: Decision, persons: Persons) -> Decision:
    """In the name of whom the member is one with, and of whom the absent one is."""
    one, absent = persons.one(decision.member), persons.one(decision.for_member)
    if (one, absent) == (decision.member, decision.for_member):
        return decision
    return decision.model_copy(update={"member": one, "for_member": absent if absent != one else ""})


def could_approve(member: Member, standings: Iterable[Standing]) -> bool:
    """Whether a version waits for this member's approval now."""
    return any(not standing.met and member.id in standing.waiting_for for standing in standings)


def status_of(draft: Draft, standings: Sequence[Standing], now: datetime) -> DraftStatus:
    """The draft's status by where its versions stand; a replaced draft stays replaced."""
    if draft.status is DraftStatus.replaced:
        return DraftStatus.replaced
    for verdict, status in IN_THE_WAY.items():
        if any(standing.blocked_by is verdict for standing in standings):
            return status
    pending = [v for v in draft.versions if not v.post]
    if not pending or all(standing.met for standing in standings):
        return DraftStatus.late if pending and draft.due is not None and draft.due <= now else DraftStatus.approved
    if draft.due is not None and draft.due <= now:
        return DraftStatus.late
    return DraftStatus.waiting


def _counts(decision: Decision, bench: Bench) -> bool:
    member, brand = bench.by_id.get(decision.member), bench.brand.id
    if member is None or member.erased_at is not None:
        return False
    if decision.verdict in IN_THE_WAY and decision.member == bench.persons.one(bench.draft.requested_by):
        return True  # who asked for it may always take it back
    if decision.as_client:
        return Role.client in member.roles.get(brand, frozenset())
    if decision.for_member:
        absent = bench.by_id.get(decision.for_member)
        return absent is not None and absent.may(brand, Role.approver, Role.owner)
    return member.may(brand, Role.approver, Role.owner)


def _lifted(against: Decision, counting: Sequence[Decision], bench: Bench) -> bool:
    """Whether an owner approved later, with a reason, over what another member had against it."""
    later = counting[counting.index(against) + 1 :]
    return any(
        other.verdict is Verdict.approve
        and bool(other.reason.strip())
        and Role.owner in bench.by_id[other.member].roles.get(bench.brand.id, frozenset())
        for other in later
    )


def _against(decision: Decision, by_id: Mapping[str, Member]) -> str:
    name = by_id[decision.member].name
    said = {
        Verdict.reject: told("{name} rejected it", name=name),
        Verdict.changes: told("{name} asked for changes", name=name),
        Verdict.hold: told("{name} put it on hold", name=name),
    }[decision.verdict]
    return said + (f": {decision.reason}" if decision.reason else ".")
