"""A person decided: judge it, keep it, and let follow what follows, in one write.

Approval met → a post per version on the due set. Approval gone → its post taken off again, as long as sending has not
begun. The decision, the posts, the trace and the note to every home are one change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.chat import DecisionRequest
from bot.checks.times import taken_on
from bot.clock import Clock, milliseconds
from bot.errors import BadInput, ChangedSince, Conflict, NotAllowed
from bot.review.approval import as_client, may_decide, status_of
from bot.review.quorum import Standing, deciders
from bot.team.persons import Persons
from bot.words import told
from bot.workflow.cases import Case, Decided
from bot.workflow.decided_words import own_word, to_client, what_follows
from bot.workflow.declarations import discloses
from bot.workflow.rereading import read_again
from bot.workflow.verdicts import absent_one, covered_by, newly_approved, refuse_gone, said_already, withdrawn
from storage import keys
from storage.audit import AuditWriter
from storage.claims import ledger_digest, rests_on_pages
from storage.commit import Change, commit
from storage.drafts import Decision, Draft, DraftStatus, Verdict, Version
from storage.kin import KinStore, who_key
from storage.links import approve, leading
from storage.posts import Post, PostState
from storage.record import new_id
from storage.redis import Database
from storage.sources import tell
from storage.stores import DraftStore, Kept, PostStore, TeamStore
from storage.team import Member

__all__ = ["TRIES", "UNDO", "Case", "Decided", "Decisions", "watch"]

UNDO = timedelta(seconds=60)  # between "post now" and sending
# States in which a post is not on its channel, unless an attempt left a doubt.
NOT_OUT = frozenset({PostState.scheduled, PostState.paused, PostState.missed, PostState.failed, PostState.cancelled})
TRIES = 5  # against others who decide at the same moment


class Decisions:
    def __init__(self, database: Database, *, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._kin = KinStore(database)
        self._audit = audit
        self._clock = clock

    async def decide(self, request: DecisionRequest) -> Decided:
        """Record a decision and what follows from it. The same decision again changes nothing.

        Raises NotFound (also for who may not know of the draft), NotAllowed, ChangedSince, BadInput, Conflict.
        """
        for _ in range(TRIES):
            case = await self.case(request.workspace, request.draft)
            draft = self._with_decision(case, request)
            if draft is case.draft:
                return await self._stand(case, "That was decided already; nothing changed.")
            try:
                return await self.settle(case, draft, request)
            except Conflict:
                continue
        raise Conflict("Several people are deciding on this right now.", kept="Your decision was not recorded.")

    async def case(self, workspace: str, draft_id: str) -> Case:
        who = await self._kin.count(workspace)  # before the members: what is said of them meanwhile is noticed
        kept = await self._drafts.open(workspace, draft_id)
        draft = kept.record
        named = list(dict.fromkeys(version.account for version in draft.versions))
        accounts = {each.id: each for each in await self._team.accounts.many(workspace, named)}
        for absent in set(named) - accounts.keys():
            await self._team.accounts.get(workspace, absent)
        posts = {}
        for version in draft.versions:
            post = await self._posts.find(workspace, version.post) if version.post else None
            if post is not None:
                posts[version.post] = await self._posts.open(workspace, version.post) if post.archived else post
        members, identities = await self._team.people(workspace)
        return Case(
            kept=kept,
            brand=(await self._team.brands.get(workspace, draft.brand)).record,
            accounts=accounts,
            members=members,
            persons=Persons(members, identities),
            who=who,
            posts=posts,
        )

    async def settle(
        self,
        case: Case,
        draft: Draft,
        request: DecisionRequest | None,
        *,
        why: str = "",
        by: Member | None = None,
        kind: str = "revised",
        more: Mapping[str, str] | None = None,
    ) -> Decided:
        """Write the draft with everything that follows from where it now stands. `more` goes into the audit entry.

        Raises Conflict, StorageUnavailable; after the latter it may stand, and doing so again changes nothing.
        """
        now = self._clock.now()
        change = Change(draft.workspace).expect(who_key(draft.workspace), case.who)
        draft, posts, told = self._follow(case, draft, change, now)
        self._drafts.save(change, draft, ver=case.kept.ver)
        change.due(f"note:draft:{draft.id}", milliseconds(now))
        watch(change, draft, now)
        if request is not None and request.verdict is Verdict.changes and request.reason:
            change.due(f"revise:{draft.id}", milliseconds(now))
        details = {"digest": draft.digest, "why": why, "claims": ledger_digest(draft.claims), **(more or {})}
        if said := discloses(draft):
            details["discloses"] = said
        if approved := newly_approved(draft, case.draft):
            details["approves"] = approved
        if request is not None:
            kind, by = "decision", case.member(request.member)
            details = {"verdict": request.verdict.value, "digest": request.digest, "surface": request.surface}
            details |= {"reason": request.reason, "covers": ",".join(request.accounts) or "all"}
        change.audit(
            await self._audit.prepare(
                draft.workspace,
                kind,
                subject=by.subject if by else "",
                about=draft.id,
                at=now,
                draft=draft.id,
                brand=draft.brand,
                details=details,
            )
        )
        if draft.replaces and draft.status is DraftStatus.approved:
            await self._retire(draft, change, now)
        await commit(self._database, change)
        await self._database.confirm(keys.control(draft.workspace))
        standings = case.standings(draft, now)
        sentence = told or own_word(draft, request, case, now) + what_follows(
            draft, standings, posts, case, to_client(request, case)
        )
        return Decided(draft, posts, sentence, standings)

    def approved_by_mover(self, case: Case, draft: Draft, member: Member, surface: str) -> Draft:
        """Who may approve and moves what was approved, approves the result under their own name."""
        now = self._clock.now()
        if not may_decide(member, case.brand.id, case.members, now):
            return draft
        decision = Decision(
            id=new_id("c"),
            member=member.id,
            verdict=Verdict.approve,
            digest=draft.digest,
            versions={version.account: version.digest for version in draft.versions},
            surface=surface,
            reason="moved to another time",
            at=now,
            for_member=absent_one(member, case, now),
        )
        return draft.changed(decisions=(*draft.decisions, decision))

    def approved_by_client(self, draft: Draft, client: Member, accounts: Collection[str], surface: str) -> Draft:
        """A client who words it approves these words for the client."""
        covered = {each.account: each.digest for each in draft.versions if each.account in accounts}
        decision = Decision(
            id=new_id("c"),
            member=client.id,
            verdict=Verdict.approve,
            digest=draft.digest,
            versions=covered,
            surface=surface,
            at=self._clock.now(),
            as_client=True,
        )
        return draft.changed(decisions=(*draft.decisions, decision))

    def _with_decision(self, case: Case, request: DecisionRequest) -> Draft:
        """The draft with this decision added, or the same draft when it is there already."""
        draft, member, now = case.draft, case.member(request.member), self._clock.now()
        covered = covered_by(draft, request)
        if request.verdict is Verdict.withdraw:
            return withdrawn(draft, case, member, covered, now, request.of)
        own_word = request.verdict is not Verdict.approve and member.id == case.persons.one(draft.requested_by)
        if not own_word and not may_decide(member, case.brand.id, case.members, now):
            names = [m.name for m in deciders(case.brand.id, case.members, now)]
            raise NotAllowed(
                told("Only people who approve for {brand} can decide this.", brand=case.brand.name),
                kept="Nothing changed.",
                do_next=told("That would be {names}.", names=", ".join(names))
                if names
                else told("An owner can name somebody."),
            )
        if draft.status is DraftStatus.replaced:
            raise ChangedSince(
                "This draft was replaced by a newer one.", do_next=told("Look at {draft}.", draft=draft.replaced_by)
            )
        refuse_gone(case, covered, request.verdict)
        at, reason = min(request.at, now), request.reason[:2000]
        said = said_already(draft, member, request.verdict, covered)
        if said is not None and (at < said.at or (at, reason) == (said.at, said.reason)):
            return draft
        decision = Decision(
            id=said.id if said else new_id("c"),
            member=member.id,
            verdict=request.verdict,
            digest=request.digest,
            versions=covered,
            surface=request.surface,
            reason=reason,
            at=at,
            as_client=as_client(member, case.brand.id) and not absent_one(member, case, now),
            for_member=absent_one(member, case, now),
        )
        others = (each for each in draft.decisions if each is not said)
        return draft.changed(decisions=(*others, decision), updated_at=now)

    def _follow(self, case: Case, draft: Draft, change: Change, now: datetime) -> tuple[Draft, tuple[Post, ...], str]:
        """Into the change: posts for what is approved now, and cancellations for what no longer is."""
        standings = {standing.account: standing for standing in case.standings(draft, now)}
        # What takes another draft's place does so as a whole, or an account would get both.
        whole = draft.status is not DraftStatus.replaced and (
            not draft.replaces or all(standing.met for standing in standings.values())
        )
        versions: list[Version] = []
        posts: list[Post] = []
        told = ""
        for version in draft.versions:
            kept = case.posts.get(version.post)
            standing = standings[version.account]
            if kept is not None:  # it must not start, end or be resolved while this is decided
                change.expect(self._posts.key(draft.workspace, kept.record.id), kept.ver)
            if kept is not None and kept.record.digest == version.digest and standing.met:
                posts.append(kept.record)
            elif kept is not None and _not_out(kept.record):
                if kept.record.state is not PostState.cancelled:
                    self._posts.save(change, kept.record.changed(state=PostState.cancelled), ver=kept.ver)
                version, kept = version.model_copy(update={"post": ""}), None  # noqa: PLW2901
            elif kept is not None:
                told = self._call_back(case, kept, version, change)
                posts.append(kept.record)
            if kept is None and standing.met and whole and (draft.due is None or draft.due > now):
                post = _post(draft, version, standing, now, taken_on(case.brand, draft.findings, version.account))
                self._posts.save(change, post, ver=None)
                if rests_on_pages(draft.claims, post.account):
                    read_again(change, post, now)
                tell(change, draft.brand, draft.sources, now)
                for link in leading(draft, version):
                    approve(change, link, post.id, now)
                posts.append(post)
                version = version.model_copy(update={"post": post.id})  # noqa: PLW2901
            versions.append(version)
        draft = draft.changed(versions=tuple(versions))
        status = status_of(draft, case.standings(draft, now), now)
        return draft.changed(status=status), tuple(posts), told

    def _call_back(self, case: Case, kept: Kept[Post], version: Version, change: Change) -> str:
        """Into the change: no further attempt at a post that is out or may be; the sentence about it.

        Raises BadInput when its bytes were changed: what is out cannot be edited.
        """
        post, name = kept.record, case.accounts[version.account].name
        if post.digest != version.digest:
            raise BadInput(
                told("{account} is already out or on its way, so it cannot be changed.", account=name),
                kept="Nothing changed.",
                do_next="Ask for a new post, or take this one down.",
            )
        if post.state is PostState.published or post.receipt is not None:
            return told("{account} is out already.", account=name)
        if post.state is PostState.cancelled:
            return told("{account} was cancelled.", account=name)
        change.hset(self._posts.key(post.workspace, post.id), {"stop": "1"})
        return told(
            "{account} is already on its way: it is stopped if nothing has left yet, and nothing is sent again.",
            account=name,
        )

    async def _retire(self, draft: Draft, change: Change, now: datetime) -> None:
        """Into the change: the draft that this one replaces leaves, with its posts that have not gone out."""
        kept = await self._drafts.find(draft.workspace, draft.replaces)
        if kept is None or kept.record.replaced_by == draft.id:
            return
        kept = await self._drafts.open(draft.workspace, draft.replaces) if kept.archived else kept
        if kept.record.status is DraftStatus.replaced:
            raise ChangedSince(
                "Another wording took its place already.",
                kept="Nothing was scheduled by this.",
                do_next=told("Look at {draft}, or ask for a new post.", draft=kept.record.replaced_by),
            )
        old = kept.record.changed(status=DraftStatus.replaced, replaced_by=draft.id, updated_at=now)
        self._drafts.save(change, old, ver=kept.ver)
        change.due(f"note:draft:{old.id}", milliseconds(now))
        for version in old.versions:
            post = await self._posts.find(draft.workspace, version.post) if version.post else None
            if post is None or post.record.state is PostState.cancelled:
                continue
            if _not_out(post.record):
                self._posts.save(change, post.record.changed(state=PostState.cancelled), ver=post.ver)
            else:
                raise BadInput(
                    "What this draft would replace is already on its way or out.",
                    kept="Nothing was changed; the new draft is still here.",
                    do_next="Take the old post down first, or ask for a new post.",
                )

    async def _stand(self, case: Case, sentence: str) -> Decided:
        posts = tuple(kept.record for kept in case.posts.values())
        return Decided(case.draft, posts, sentence, case.standings(case.draft, self._clock.now()))


def watch(change: Change, draft: Draft, now: datetime) -> None:
    """Into the change: whoever reminds people looks at the draft anew, and when its time will have passed."""
    waits = draft.status is DraftStatus.waiting and draft.due is not None and draft.decide_by is not None
    if waits or draft.reminders:
        change.due(f"remind:{draft.id}", milliseconds(now))
    else:
        change.undue(f"remind:{draft.id}")
    if waits and draft.due is not None:
        change.due(f"expire:{draft.id}", milliseconds(draft.due))
    else:
        change.undue(f"expire:{draft.id}")


def _not_out(post: Post) -> bool:
    """Whether it is certain that nothing of it stands anywhere."""
    return post.state in NOT_OUT and not post.doubtful and post.receipt is None


def _post(draft: Draft, version: Version, standing: Standing, now: datetime, rules: tuple[str, ...]) -> Post:
    return Post(
        id=new_id("p"),
        workspace=draft.workspace,
        brand=draft.brand,
        account=version.account,
        channel=version.channel,
        draft=draft.id,
        revision=draft.revision,
        digest=version.digest,
        payload=version.payload,
        title=draft.title,
        called=draft.called,
        requested_by=draft.requested_by,
        approved_by=standing.approved_by,
        campaign=draft.brief.campaign,
        pillar=draft.brief.pillar,
        form=draft.brief.form,
        audience=draft.brief.audience,
        created_at=now,
        rules=rules,
        due=draft.due if draft.due is not None else now + UNDO,
    )
