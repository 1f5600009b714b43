"""What a person's word on a draft covers, and what it does to their earlier ones."""

from __future__ import annotations

from datetime import datetime

from bot.chat import DecisionRequest
from bot.errors import BadInput, ChangedSince
from bot.review.approval import active
from bot.workflow.cases import Case
from storage.drafts import Decision, Draft, Verdict
from storage.posts import PostState
from storage.record import new_id
from storage.team import Member, Role


def covered_by(draft: Draft, request: DecisionRequest) -> dict[str, str]:
    """Account id → digest that the decision names. Raises ChangedSince when it names what is not current."""
    every = {version.account: version.digest for version in draft.versions}
    if set(request.accounts) - set(every):
        raise BadInput("This draft has no version for one of these accounts.", kept="Your decision was not recorded.")
    chosen = {account: every[account] for account in request.accounts} or every
    if request.digest == draft.digest:
        return chosen
    named = {account: digest for account, digest in every.items() if digest == request.digest}
    if not named:
        raise ChangedSince(
            "This changed since you looked at it.",
            kept="Your decision was not recorded, nothing else changed.",
            do_next="Look at the current version and decide on that.",
        )
    return named


def said_already(draft: Draft, member: Member, verdict: Verdict, covered: dict[str, str]) -> Decision | None:
    """The same word of this member's that stands. Said again it is as good as new: what came between may be lifted by
    it, and what was said between and is heard of later does not undo it.
    """
    for earlier in draft.decisions:
        same = (earlier.member, earlier.verdict, earlier.versions) == (member.id, verdict, covered)
        if same and any(earlier in active(draft.decisions, v) for v in draft.versions if v.account in covered):
            return earlier
    return None


def withdrawn(
    draft: Draft, case: Case, member: Member, covered: dict[str, str], now: datetime, of: Verdict | None
) -> Draft:
    """The member's decisions (of one verdict, or all) no longer cover these versions; on others they stand."""
    decisions: list[Decision] = []
    for decision in draft.decisions:
        taken = dict(decision.versions.items() & covered.items())
        other = case.persons.one(decision.member) != member.id or of not in (None, decision.verdict)
        if other or decision.withdrawn_at is not None or not taken:
            decisions.append(decision)
            continue
        decisions.append(decision.model_copy(update={"versions": taken, "withdrawn_at": now}))
        rest = dict(decision.versions.items() - covered.items())
        if rest:
            decisions.append(decision.model_copy(update={"id": new_id("c"), "versions": rest}))
    same = tuple(decisions) == draft.decisions
    return draft if same else draft.changed(decisions=tuple(decisions), updated_at=now)


def refuse_gone(case: Case, covered: dict[str, str], verdict: Verdict) -> None:
    """Against what is out already no verdict helps."""
    posts = [
        kept.record
        for version in case.draft.versions
        if version.account in covered and (kept := case.posts.get(version.post)) is not None
    ]
    out = (PostState.published, PostState.sending, PostState.unknown)
    if verdict is not Verdict.approve and posts and all(post.state in out or post.receipt for post in posts):
        raise BadInput(
            "This is already out or on its way.", kept="Nothing changed.", do_next="You can take the post down."
        )


def absent_one(member: Member, case: Case, now: datetime) -> str:
    """For whom this member decides as a delegate, an owner first; empty when they decide in their own right."""
    brand = case.brand.id
    if Role.owner in member.roles.get(brand, frozenset()):
        return ""
    own = member.may(brand, Role.approver)
    absent = [m for m in case.members if m.away and m.away.until > now and m.away.delegate == member.id]
    wanted = [m for m in absent if Role.owner in m.roles.get(brand, frozenset())]
    wanted += [] if own else [m for m in absent if m.may(brand, Role.approver)]
    return wanted[0].id if wanted else ""


def newly_approved(draft: Draft, before: Draft) -> str:
    """The accounts that whoever changed the draft approved thereby."""
    known = {each.id for each in before.decisions}
    fresh = (each for each in draft.decisions if each.id not in known and each.verdict is Verdict.approve)
    return ",".join(account for each in fresh for account in each.versions)
