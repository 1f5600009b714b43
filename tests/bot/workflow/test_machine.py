"""Whatever people, channels, clocks and crashes do, in any order: the promises about drafts and posts hold.

A state machine over a real database and a real webhook server. After each history everything is run to its end and
looked at: what was sent had been approved in exactly these bytes, each post stands on the server once, and what did
not go out is a question that somebody was told.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bot.errors import AdMindError
from bot.publishing.holds import Busy
from storage.accounts import Account
from storage.drafts import Draft, Verdict
from storage.posts import Post, PostState
from storage.redis import connect
from storage.sending import Sending
from storage.team import Member, Role
from tests.fakes.valkey import throwaway_valkey
from tests.fakes.webhook_server import Act, WebhookServer, webhook_server
from tests.world import World, world_on

T = TypeVar("T")
LEASE = timedelta(seconds=0.5)
DEADLINE = timedelta(seconds=0.25)  # of the tests' webhook: how long a server that hangs is waited for
STEPS = ("claim", "attempt", "check", "finish")
ACTS = {
    "good": Act(),
    "refuses": Act(status=400, commits="never", body=b"{}"),
    "later": Act(status=429, commits="never", body=b"{}", headers=(("retry-after", "7"),)),
    "fails": Act(status=500, commits="never", body=b"{}"),
    "lies": Act(status=500, commits="now", body=b"{}"),
    "breaks before": Act(breaks="before reading"),
    "breaks after": Act(breaks="before answering"),
    "breaks late": Act(breaks="before answering", commits="late"),
    "breaks within": Act(breaks="within answer"),
    "hangs": Act(hangs=True, commits="late"),
}
ENDED = frozenset({PostState.published, PostState.failed, PostState.cancelled})


class Died(BaseException):
    """The worker is gone in the middle of a step: nothing that it would have done afterwards is done."""


@dataclass
class Dying:
    """Kills the worker before or after one of the sending scripts."""

    step: str = ""
    after: bool = False

    def wrap(self, sending: Sending) -> None:
        for step in STEPS:
            setattr(sending, step, self._wrapped(step, getattr(sending, step)))

    def _wrapped(self, step: str, call: Any) -> Any:
        async def wrapped(*args: Any, **options: Any) -> Any:
            dies, after = self.step == step, self.after
            if dies:
                self.step = ""
                if not after:
                    raise Died
            answer = await call(*args, **options)
            if dies:
                raise Died
            return answer

        return wrapped


@dataclass
class Known:
    """What the test itself knows: approvals by digest, what people said about posts, and pauses."""

    approved: dict[str, set[str]] = field(default_factory=dict)  # version digest → members who approve it now
    against: dict[str, set[str]] = field(default_factory=dict)
    ever_met: set[str] = field(default_factory=set)
    sends: Counter[str] = field(default_factory=Counter)
    withdrawn_before: dict[str, int] = field(default_factory=dict)


class Machine(RuleBasedStateMachine):
    url: ClassVar[str]
    HONOURS: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory(prefix="admind-machine-")
        self.known = Known()
        self.drafts: list[str] = []
        self.digests: dict[str, list[str]] = {}
        self.numbers = itertools.count()
        self.dying = Dying()
        self.work: list[tuple[str, str]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(work, 30))

    @initialize()
    def build(self) -> None:
        self.run(self._build())

    async def _build(self) -> None:
        database = await self.stack.enter_async_context(connect(self.url))
        await cast(Any, database.client).flushall()
        self.site: WebhookServer = await self.stack.enter_async_context(webhook_server(honours_key=self.HONOURS))
        hosts = frozenset({f"127.0.0.1:{self.site.port}"})
        self.world: World = await self.stack.enter_async_context(
            world_on(database, Path(self.folder.name), allow_hosts=hosts, lease=LEASE, webhook_deadline=DEADLINE)
        )
        self.dying.wrap(self.world.publisher.sending)
        world = self.world
        self.people: list[Member] = [
            world.owner,
            await world.member("Ana", Role.approver),
            await world.member("Ben", Role.approver),
            await world.member("Tom", Role.requester),
        ]
        self.accounts: list[Account] = [
            await world.webhook(self.site.url + path, honours_key="yes" if self.HONOURS else "no")
            for path in ("", "?second")
        ]

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.run(self._to_the_end())
        finally:
            with suppress(Exception):
                self.run(self.stack.aclose())
            self.loop.close()
            self.folder.cleanup()

    # What people do.

    @rule(who=st.integers(0, 3), both=st.booleans(), minutes=st.sampled_from([1, 30, 60]), soon=st.booleans())
    def draft(self, who: int, both: bool, minutes: int, soon: bool) -> None:
        self.run(self._draft(who, both, None if soon else timedelta(minutes=minutes)))

    async def _draft(self, who: int, both: bool, due_in: timedelta | None) -> None:
        text = f"Fresh bread number {next(self.numbers)}."
        chosen = self.accounts if both else self.accounts[:1]
        draft = await self.world.draft(*chosen, text=text, due_in=due_in, by=self.people[who])
        self.drafts.append(draft.id)
        self.digests[draft.id] = [draft.digest]

    @rule(both=st.booleans(), soon=st.booleans(), acts=st.lists(st.sampled_from(sorted(ACTS)), max_size=2))
    def approve(self, both: bool, soon: bool, acts: list[str]) -> None:
        """The common way, so that most histories have something to publish."""
        self.run(self._draft(3, both, None if soon else timedelta(minutes=30)))
        self.run(self._decide(len(self.drafts) - 1, 1, Verdict.approve, 0, False))
        self.misbehave(acts)

    @rule(both=st.booleans(), acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=3))
    def approve_and_publish(self, both: bool, acts: list[str]) -> None:
        self.approve(both, True, acts)
        self.time_passes(61)

    @precondition(lambda self: self.drafts)
    @rule(
        which=st.integers(0, 9),
        who=st.integers(0, 3),
        verdict=st.sampled_from([Verdict.approve] * 4 + list(Verdict)),
        old=st.sampled_from([0, 0, 0, 1, 2]),
        some=st.booleans(),
    )
    def decide(self, which: int, who: int, verdict: Verdict, old: int, some: bool) -> None:
        self.run(self._decide(which, who, verdict, old, some))

    async def _decide(self, which: int, who: int, verdict: Verdict, old: int, some: bool) -> None:
        draft, member = await self._some_draft(which), self.people[who]
        digests = self.digests[draft.id]
        digest = digests[max(0, len(digests) - 1 - old)]
        accounts = (draft.versions[0].account,) if some else ()
        try:
            await self.world.decide(draft, verdict, member, digest=digest, accounts=accounts)
        except AdMindError:
            return
        assert digest == draft.digest, "a decision on bytes that are no longer current was recorded"
        for version in draft.versions:
            if accounts and version.account not in accounts:
                continue
            yes = self.known.approved.setdefault(version.digest, set())
            no = self.known.against.setdefault(version.digest, set())
            yes.discard(member.id)
            no.discard(member.id)
            if verdict is Verdict.approve:
                yes.add(member.id)
            elif verdict is not Verdict.withdraw:
                no.add(member.id)
            # Independently of the policy's code: one approver who neither wrote nor asked for it, nobody against.
            if not no and any(self._may(voter, draft) for voter in yes):
                self.known.ever_met.add(version.digest)

    def _moved(self, old: Draft, new: Draft, member: Member) -> None:
        """Who may approve and moves what stands approved, approves the result."""
        voters = [self.known.approved.get(version.digest, set()) for version in old.versions]
        against = [self.known.against.get(version.digest, set()) for version in old.versions]
        met = all(any(self._may(voter, old) for voter in each) for each in voters) and not any(against)
        if met and member.id in {person.id for person in self.people[:3]}:
            for version in new.versions:
                self.known.approved.setdefault(version.digest, set()).add(member.id)
                if self._may(member.id, new):
                    self.known.ever_met.add(version.digest)

    def _may(self, member_id: str, draft: Draft) -> bool:
        return member_id in {person.id for person in self.people[:3]} - draft.authors - {draft.requested_by}

    @precondition(lambda self: self.drafts)
    @rule(which=st.integers(0, 9), who=st.integers(0, 3), move=st.booleans(), minutes=st.integers(1, 90))
    def revise(self, which: int, who: int, move: bool, minutes: int) -> None:
        self.run(self._revise(which, who, move, minutes))

    async def _revise(self, which: int, who: int, move: bool, minutes: int) -> None:
        draft, member = await self._some_draft(which), self.people[who]
        due = self.world.clock.now() + timedelta(minutes=minutes) if move else draft.due
        text = "" if move else f"Better bread number {next(self.numbers)}."
        with suppress(AdMindError):
            revised = await self.world.revise(draft, member, text=text, due=due)
            self.digests[draft.id].append(revised.digest)
            if move:
                self._moved(draft, revised, member)

    @rule(
        scope=st.sampled_from(["workspace", "brand", "account", "topic:bread", "topic:unheard"]),
        stop=st.booleans(),
        who=st.integers(0, 3),
    )
    def pause(self, scope: str, stop: bool, who: int) -> None:
        self.run(self._pause(scope, stop, who))

    async def _pause(self, scope: str, stop: bool, who: int) -> None:
        world = self.world
        full = {"brand": f"brand:{world.brand.id}", "account": f"account:{self.accounts[0].id}"}.get(scope, scope)
        act = world.pausing.stop if stop else None
        with suppress(AdMindError):
            if act is not None:
                await act(world.ws, full, self.people[who], "", world.clock.now())
            else:
                await world.pausing.resume(world.ws, full, self.people[who], world.clock.now())

    @rule(which=st.integers(0, 9), who=st.integers(0, 3))
    def cancel(self, which: int, who: int) -> None:
        self.run(self._cancel(which, who))

    async def _cancel(self, which: int, who: int) -> None:
        posts = await self._posts()
        if posts:
            with suppress(AdMindError):
                await self.world.posts.cancel(self.world.ws, posts[which % len(posts)].id, self.people[who].id, "test")

    @rule(which=st.integers(0, 9), send=st.booleans())
    def resolve(self, which: int, send: bool) -> None:
        self.run(self._resolve(which, send))

    @rule(which=st.integers(0, 9), send=st.booleans())
    def wait_and_resolve(self, which: int, send: bool) -> None:
        """As people do: when they were asked."""
        self.time_passes(150)
        self.run(self._resolve(which, send))

    async def _resolve(self, which: int, send: bool) -> None:
        posts = [post for post in await self._posts() if post.state in (PostState.unknown, *_ASKS)]
        if not posts:
            return
        post = posts[which % len(posts)]
        with suppress(AdMindError):
            verdict = "send" if send else "live"
            await self.world.posts.resolve(self.world.ws, post.id, self.people[1].id, verdict, "test")  # type: ignore[arg-type]
            if send:
                self.known.sends[post.id] += 1

    # What the world does.

    @rule(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=3))
    def misbehave(self, acts: list[str]) -> None:
        self.site.plan.extend(ACTS[act] for act in acts)

    @rule()
    def commit_late(self) -> None:
        self.site.commit_late()

    @rule(step=st.sampled_from(STEPS), after=st.booleans())
    def die_at(self, step: str, after: bool) -> None:
        self.dying.step, self.dying.after = step, after

    @rule(seconds=st.sampled_from([1, 61, 100, 600, 1000, 1900, 3700]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.move(timedelta(seconds=seconds))
        self.run(self._work(rounds=2))

    @rule()
    def tick(self) -> None:
        self.run(self._work(rounds=3))

    @rule(which=st.integers(0, 30))
    def deliver_again(self, which: int) -> None:
        if self.work:
            self.run(self._perform(*self.work[which % len(self.work)]))

    @rule()
    def restart(self) -> None:
        self.run(self._restart())

    async def _restart(self) -> None:
        with suppress(AdMindError):
            await self.world.recovery.fence_all()
            await self.world.recovery.recover()

    # How it is carried out and judged.

    async def _work(self, *, rounds: int) -> None:
        clockwork = self.world.clockwork()
        for _ in range(rounds):
            await clockwork.tick()
            added, self.world.added[:] = list(self.world.added), []
            if not added:
                return
            for _, task, _, entry, _ in added:
                self.work.append((task, entry))
                await self._perform(task, entry)

    async def _perform(self, task: str, entry: str) -> None:
        world = self.world
        tasks: dict[str, Any] = {
            "post": world.publisher.publish,
            "reconcile": world.reconciler.reconcile,
            "note": world.upkeep.note,
            "remind": world.upkeep.remind,
            "expire": world.upkeep.expire,
        }
        before = await self._holding() if task in ("post", "reconcile") else set()
        sent = len(self.site.sent)
        try:
            if task in tasks:
                await tasks[task](world.ws, entry)
        except Busy:
            pass
        except Died:
            await world.recovery.fence_all()  # its leases lapse: time that the test does not wait for
        if before:
            for seen in self.site.sent[sent:]:
                account = json.loads(seen.body)["account"] if seen.body else ""
                hit = before & {"workspace", f"brand:{world.brand.id}", f"account:{account}", "topic:bread"}
                assert not (account and hit), f"sent during a pause of {hit}"

    async def _holding(self) -> set[str]:
        return {pause.scope for pause in (await self.world.pausing.now(self.world.ws)).holding()}

    async def _to_the_end(self) -> None:
        self.dying.step = ""
        self.site.plan.clear()
        for _ in range(9):
            self.world.clock.move(timedelta(minutes=20))
            await self._work(rounds=6)
        self.site.commit_late()
        self.world.clock.move(timedelta(hours=20))
        await self._work(rounds=6)
        posts = {post.id: post for post in await self._posts()}
        for post in posts.values():
            event(f"a post ended {post.state}")
        self._only_what_was_approved()
        self._once_each(posts)
        await self._nothing_silent(posts)

    def _only_what_was_approved(self) -> None:
        for seen in self.site.sent:
            if seen.body:
                digest = json.loads(seen.body)["digest"]
                assert digest in self.known.ever_met, "bytes were sent that nobody sufficient had approved"

    def _once_each(self, posts: dict[str, Post]) -> None:
        """One copy a post, and one more only where a person looked and said: not there, send it again."""
        by_digest: Counter[str] = Counter(json.loads(posted.body)["digest"] for posted in self.site.posts)
        allowed: Counter[str] = Counter()
        for post in posts.values():
            allowed[post.digest] += self.known.sends[post.id]
        for digest, copies in by_digest.items():
            assert copies <= 1 + allowed[digest], f"{copies} copies of one version, {allowed[digest]} sends asked for"

    async def _nothing_silent(self, posts: dict[str, Post]) -> None:
        world, now = self.world, self.world.clock.now()
        cards = [(notice.card.get("title", ""), notice.draft) for notice in await world.notices()]
        heads = {PostState.unknown: "❓", PostState.missed: "⏰", PostState.paused: "⏸", PostState.failed: "❌"}
        on_server = Counter(json.loads(posted.body)["digest"] for posted in self.site.posts)
        for post in posts.values():
            assert post.due > now or post.state in ENDED | heads.keys(), (post.state, post.due, post.failure)
            if post.state in heads:
                told = [title for title, draft in cards if draft == post.draft and title.startswith(heads[post.state])]
                assert told, f"nobody was told: {post.state} {cards}"
            if post.state is PostState.published and post.receipt is not None and not post.receipt.by:
                assert on_server[post.digest] >= 1, "a receipt without a post"
            if post.state in (PostState.failed, PostState.missed, PostState.paused) and not self.known.sends[post.id]:
                assert not on_server[post.digest], f"{post.state} is told of a post that stands there"

    async def _some_draft(self, which: int) -> Draft:
        return (await self.world.drafts.get(self.world.ws, self.drafts[which % len(self.drafts)])).record

    async def _posts(self) -> list[Post]:
        return list((await self.world.kept_posts.page(self.world.ws, limit=500)).items)


_ASKS = (PostState.missed, PostState.paused, PostState.failed)


class Honouring(Machine):
    """Against a server that takes the same key only once: AdMind may send again by itself."""

    HONOURS = True


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("machine", [Machine, Honouring])
def test_every_history_ends_with_one_copy_or_a_question(machine: type[Machine]) -> None:
    with throwaway_valkey() as url:
        machine.url = url
        wanted = settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=PHASES,
        )
        run_state_machine_as_test(machine, settings=wanted)


EXAMPLES = 60
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # a history is read more easily than shrunk: half an hour
