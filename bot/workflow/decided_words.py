"""What whoever decided is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.chat import DecisionRequest
from bot.review.discreet import missing_for_clients, only_client
from bot.review.quorum import Standing, maybe_own
from bot.when import say
from bot.words import reader, told
from bot.workflow.cases import Case
from bot.workflow.verdicts import covered_by
from storage.drafts import Draft, DraftStatus, Verdict
from storage.posts import ASKS, Post, PostState


def own_word(draft: Draft, request: DecisionRequest | None, case: Case, now: datetime) -> str:
    """What to say first to somebody whose approval does not count; else nothing."""
    if request is None or request.verdict is not Verdict.approve:
        return ""
    member, covered = case.member(request.member), covered_by(draft, request)
    if only_client(member, case.brand.id):
        return ""  # clients approve their own words, and the team looks at them
    for version in draft.versions:
        bench = case.bench(draft, version, now)
        own = bench.own(member) if version.account in covered else ""
        if own and bench.wants_owner and bench.alone(member):
            noted = told("Noted as the owner's approval. Somebody else must approve it too, as it is your own.")
            return noted + " "
        if own == member.id:
            return told("Noted, but somebody else must approve what you asked for or changed yourself.") + " "
        if own:
            return told("Noted, but it does not count yet.") + " " + maybe_own(bench, member) + " "
    return ""


def what_follows(draft: Draft, standings: Sequence[Standing], posts: Sequence[Post], case: Case, client: bool) -> str:
    """What stands now, and what it means for the posts; to a client nothing of what the team says among itself."""
    zone = case.brand.zone or draft.zone
    cancelled = [case.accounts[post.account].name for post in posts if post.state is PostState.cancelled]
    if draft.status is DraftStatus.approved and cancelled:
        return told(
            "The approval stands, but {names} was cancelled and stays so. Ask for a new post if it should go out.",
            names=told(" and ").join(cancelled),
        )
    asking = [case.accounts[post.account].name for post in posts if post.state in ASKS]
    if draft.status is DraftStatus.approved and asking:
        return told(
            "Approved. {names} waits for your word on what to do with the post.", names=told(" and ").join(asking)
        )
    if draft.status is DraftStatus.approved and posts:
        when = say(min(post.due for post in posts), zone, reader())
        done = told("Approved. It goes out {when}.", when=when)
        return done if draft.due else " ".join((done, told("Until then it can be withdrawn.")))
    if draft.status is DraftStatus.late:
        return told("Approved too late: the time has passed, so nothing goes out by itself. Choose a new time.")
    met = [case.accounts[s.account].name for s in standings if s.met]
    every = missing_for_clients(standings).values() if client else (s.missing for s in standings if not s.met)
    missing = next(iter(every), "")
    done = told("Approved for {names}.", names=", ".join(met)) if met else ""
    return " ".join(part for part in (done, missing) if part)


def to_client(request: DecisionRequest | None, case: Case) -> bool:
    """Whether a client decided, who hears nothing of what the team says among itself."""
    return request is not None and only_client(case.member(request.member), case.brand.id)
