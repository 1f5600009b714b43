"""A person decided: judge it, keep it, and let follow what follows, in one write.

Approval met → a post per version on the due set. Approval gone → its post taken off again, as long as sending has not
begun. The decision, the posts, the trace and the note to every home are one change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.chat import DecisionRequest
from bot.checks.times import taken_on
from bot.clock import Clock, milliseconds
from bot.errors import BadInput, ChangedSince, Conflict, NotAllowed, NotFound
from bot.review.approval import active, as_client, judge, may_decide, status_of
from bot.review.discreet import missing_for_clients, only_client
from bot.review.quorum import Bench, Standing, deciders, maybe_own
from bot.team.persons import Persons
from bot.when import say
from bot.words import reader, told
from bot.workflow.declarations import discloses
from bot.workflow.rereading import read_again
from storage import keys
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.claims import ledger_digest, rests_on_pages
from storage.commit import Change, commit
from storage.drafts import Decision, Draft, DraftStatus, Verdict, Version
from storage.kin import KinStore, who_key
from storage.links import approve, leading
from storage.posts import ASKS, Post, PostState
from storage.record import new_id
from storage.redis import Database
from storage.sources import tell
from storage.stores import DraftStore, Kept, PostStore, TeamStore
from storage.team import Brand, Member, Role

UNDO = timedelta(seconds=60)  # between "post now" and sending
# States in which a post is not on its channel, unless an attempt left a doubt.
NOT_OUT = frozenset({PostState.scheduled, PostState.paused, PostState.missed, PostState.failed, PostState.cancelled})
TRIES = 5  # against others who decide at the same moment


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
        if approved := _approved(draft, case.draft):
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
        sentence = told or self._own_word(draft, request, case, now) + self._say(
            draft, standings, posts, case, _to_client(request, case)
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
            for_member=_absent_one(member, case, now),
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
        covered = _covered(draft, request)
        if request.verdict is Verdict.withdraw:
            return _withdrawn(draft, case, member, covered, now, request.of)
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
        _refuse_gone(case, covered, request.verdict)
        at, reason = min(request.at, now), request.reason[:2000]
        said = _said_already(draft, member, request.verdict, covered)
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
            as_client=as_client(member, case.brand.id) and not _absent_one(member, case, now),
            for_member=_absent_one(member, case, now),
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

    def _own_word(self, draft: Draft, request: DecisionRequest | None, case: Case, now: datetime) -> str:
        """What to say first to somebody whose approval does not count; else nothing."""
        if request is None or request.verdict is not Verdict.approve:
            return ""
        member, covered = case.member(request.member), _covered(draft, request)
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

    def _say(
        self, draft: Draft, standings: Sequence[Standing], posts: Sequence[Post], case: Case, to_client: bool
    ) -> str:
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
        every = missing_for_clients(standings).values() if to_client else (s.missing for s in standings if not s.met)
        missing = next(iter(every), "")
        done = told("Approved for {names}.", names=", ".join(met)) if met else ""
        return " ".join(part for part in (done, missing) if part)


def _to_client(request: DecisionRequest | None, case: Case) -> bool:
    """Whether a client decided, who hears nothing of what the team says among itself."""
    return request is not None and only_client(case.member(request.member), case.brand.id)


def _approved(draft: Draft, before: Draft) -> str:
    """The accounts that whoever changed the draft approved thereby."""
    known = {each.id for each in before.decisions}
    fresh = (each for each in draft.decisions if each.id not in known and each.verdict is Verdict.approve)
    return ",".join(account for each in fresh for account in each.versions)


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


def _covered(draft: Draft, request: DecisionRequest) -> dict[str, str]:
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


def _said_already(draft: Draft, member: Member, verdict: Verdict, covered: dict[str, str]) -> Decision | None:
    """The same word of this member's that stands. Said again it is as good as new: what came between may be lifted by
    it, and what was said between and is heard of later does not undo it.
    """
    for earlier in draft.decisions:
        same = (earlier.member, earlier.verdict, earlier.versions) == (member.id, verdict, covered)
        if same and any(earlier in active(draft.decisions, v) for v in draft.versions if v.account in covered):
            return earlier
    return None


def _withdrawn(
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


def _not_out(post: Post) -> bool:
    """Whether it is certain that nothing of it stands anywhere."""
    return post.state in NOT_OUT and not post.doubtful and post.receipt is None


def _refuse_gone(case: Case, covered: dict[str, str], verdict: Verdict) -> None:
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


def _absent_one(member: Member, case: Case, now: datetime) -> str:
    """For whom this member decides as a delegate, an owner first; empty when they decide in their own right."""
    brand = case.brand.id
    if Role.owner in member.roles.get(brand, frozenset()):
        return ""
    own = member.may(brand, Role.approver)
    absent = [m for m in case.members if m.away and m.away.until > now and m.away.delegate == member.id]
    wanted = [m for m in absent if Role.owner in m.roles.get(brand, frozenset())]
    wanted += [] if own else [m for m in absent if m.may(brand, Role.approver)]
    return wanted[0].id if wanted else ""


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
        created_at=now,
        rules=rules,
        due=draft.due if draft.due is not None else now + UNDO,
    )
