"""Whether a version may go out: the policy, judged on decisions that name exactly its bytes. Pure.

A decision counts for a version when it names the version's present digest, was not withdrawn, and its member may still
decide. A reject, a hold or a wish for changes stands in the way until it is withdrawn, or lifted by an owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.words import told
from storage.accounts import Account
from storage.drafts import Decision, Draft, DraftStatus, Finding, Verdict, Version
from storage.team import Brand, Member, Policy, Role

# Findings of these rules mean that the channel would not take it: nobody can approve that away.
IMPOSSIBLE = frozenset({"limits"})
IN_THE_WAY = {
    Verdict.reject: DraftStatus.rejected,
    Verdict.changes: DraftStatus.changes,
    Verdict.hold: DraftStatus.held,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one version stands. `met`: it may go out; else `missing` says in a sentence what it waits for.

    `internal`: the team's part is given, so that clients may see it.
    """

    account: str
    met: bool
    missing: str = ""
    waiting_for: tuple[str, ...] = ()  # names of members who could give the next approval
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


def may_decide(member: Member, brand: str, members: Iterable[Member], now: datetime) -> bool:
    """Whether this member's word counts in the brand: as approver, client, owner, or as somebody's delegate."""
    if member.erased_at is not None:
        return False
    if member.may(brand, Role.approver, Role.owner) or Role.client in member.roles.get(brand, frozenset()):
        return True
    return any(decider.id == member.id for decider in deciders(brand, members, now))


def active(decisions: Iterable[Decision], version: Version) -> tuple[Decision, ...]:
    """Each member's latest decision on exactly this version's bytes, unless withdrawn."""
    latest: dict[str, Decision] = {}
    for decision in decisions:
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
) -> Standing:
    """Where this version of the draft stands under the strictest policy that applies."""
    policy = strictest(brand.policy, account.policy)
    by_id = {member.id: member for member in members}
    counting = [d for d in active(draft.decisions, version) if _counts(d, draft, by_id, brand.id)]
    against = next((d for d in counting if d.verdict in IN_THE_WAY and not _lifted(d, counting, by_id, brand.id)), None)
    if against is not None:
        return Standing(version.account, False, _against(against, by_id), blocked_by=against.verdict)
    findings = [f for f in draft.findings if f.severity == "block" and f.account in ("", version.account)]
    impossible = next((f for f in findings if f.rule.split(".")[0] in IMPOSSIBLE), None)
    if impossible is not None:
        return Standing(
            version.account,
            False,
            " ".join(part for part in (told("It cannot go out as it is."), impossible.reason, impossible.fix) if part),
        )
    return _approvals(draft, version, policy, counting, by_id, brand, account, findings, now)


def needs_another(
    member: Member,
    draft: Draft,
    version: Version,
    *,
    brand: Brand,
    account: Account,
    members: Sequence[Member],
    now: datetime,
) -> bool:
    """Whether this member's approval does not count, because the policy wants somebody else than who made it."""
    team = deciders(brand.id, members, now)
    return _is_own(member, draft, version, strictest(brand.policy, account.policy), team)


def _is_own(member: Member, draft: Draft, version: Version, policy: Policy, team: Sequence[Member]) -> bool:
    authors = draft.authors | {draft.requested_by, version.edited_by}
    selfless = policy.self_approval == "denied" or (policy.self_approval == "auto" and len(team) > 1)
    return selfless and (member.id in authors or not member.distinct)


def _approvals(
    draft: Draft,
    version: Version,
    policy: Policy,
    counting: Sequence[Decision],
    by_id: Mapping[str, Member],
    brand: Brand,
    account: Account,
    blocks: Sequence[Finding],
    now: datetime,
) -> Standing:
    team = deciders(brand.id, by_id.values(), now)

    def able(member: Member) -> bool:
        return not _is_own(member, draft, version, policy, team)

    approvals = [d for d in counting if d.verdict is Verdict.approve]
    internal = _distinct([d for d in approvals if not d.as_client and able(by_id[d.member])], by_id)
    # Somebody who may be the same person twice over never adds to what others have given.
    clients = [d for d in approvals if d.as_client and by_id[d.member].distinct]
    internal = [
        d for d in internal if d.for_member in ("", d.member) or d.for_member not in {o.member for o in internal}
    ]
    given = tuple(d.member for d in internal)
    candidates = [m for m in team if m.id not in given and able(m)]
    owner_needed = (policy.owner_for_first_post and not account.posted) or (policy.owner_for_blocks and bool(blocks))
    owner_ids = {
        m.id for m in by_id.values() if m.erased_at is None and Role.owner in m.roles.get(brand.id, frozenset())
    }
    if owner_needed and not any(d.member in owner_ids or d.for_member in owner_ids for d in internal):
        stand_ins = {m.away.delegate for m in by_id.values() if m.id in owner_ids and m.away and m.away.until > now}
        owners = tuple(m.name for m in candidates if m.id in owner_ids | stand_ins)
        why = (
            told("It has a finding that must be decided: an owner has to approve it.")
            if blocks
            else told("It is the first post to {account}: an owner has to approve it.", account=account.name)
        )
        return Standing(version.account, False, why, owners, given)
    if len(internal) < policy.approvals:
        missing = policy.approvals - len(internal)
        names = tuple(member.name for member in candidates)
        if not names:
            text = told("Nobody else may approve this; an owner can name somebody.")
        elif missing > 1:
            text = told("Waiting for {names} ({missing} more approvals).", names=_either(names), missing=missing)
        else:
            text = told("Waiting for {names}.", names=_either(names))
        return Standing(version.account, False, text, names, given)
    if len(clients) < policy.client_approvals:
        names = tuple(m.name for m in by_id.values() if Role.client in m.roles.get(brand.id, frozenset()))
        waiting = told("Waiting for the client ({names}).", names=_either(names))
        return Standing(version.account, False, waiting, names, given, internal=True)
    return Standing(version.account, True, approved_by=given + tuple(d.member for d in clients), internal=True)


def could_approve(member: Member, standings: Iterable[Standing]) -> bool:
    """Whether a version waits for this member's approval now."""
    return any(not standing.met and member.name in standing.waiting_for for standing in standings)


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


def _counts(decision: Decision, draft: Draft, by_id: Mapping[str, Member], brand: str) -> bool:
    member = by_id.get(decision.member)
    if member is None or member.erased_at is not None:
        return False
    if decision.verdict in IN_THE_WAY and decision.member == draft.requested_by:
        return True  # who asked for it may always take it back
    if decision.as_client:
        return Role.client in member.roles.get(brand, frozenset())
    if decision.for_member:
        absent = by_id.get(decision.for_member)
        return absent is not None and absent.may(brand, Role.approver, Role.owner)
    return member.may(brand, Role.approver, Role.owner)


def _lifted(against: Decision, counting: Sequence[Decision], by_id: Mapping[str, Member], brand: str) -> bool:
    """Whether an owner approved later, with a reason, over what another member had against it."""
    later = counting[counting.index(against) + 1 :]
    return any(
        other.verdict is Verdict.approve
        and bool(other.reason.strip())
        and Role.owner in by_id[other.member].roles.get(brand, frozenset())
        for other in later
    )


def _distinct(decisions: Sequence[Decision], by_id: Mapping[str, Member]) -> list[Decision]:
    """Identities that may belong to one person count once."""
    sure = [d for d in decisions if by_id[d.member].distinct]
    unsure = [d for d in decisions if not by_id[d.member].distinct]
    return sure + unsure[: 0 if sure else 1]


def _against(decision: Decision, by_id: Mapping[str, Member]) -> str:
    name = by_id[decision.member].name
    said = {
        Verdict.reject: told("{name} rejected it", name=name),
        Verdict.changes: told("{name} asked for changes", name=name),
        Verdict.hold: told("{name} put it on hold", name=name),
    }[decision.verdict]
    return said + (f": {decision.reason}" if decision.reason else ".")


def _either(names: Sequence[str]) -> str:
    if len(names) < 4:
        return told(" or ").join(names)
    return told("{one}, {two} or {count} others", one=names[0], two=names[1], count=len(names) - 2)
