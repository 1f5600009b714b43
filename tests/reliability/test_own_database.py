"""The whole product on a Sentinel's master that dies, and on a cluster: from a message to a published post, once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from pydantic import SecretStr

from bot.bootstrap import AdMind
from bot.chat import ChatRequest, DecisionRequest
from bot.clock import MovableClock, from_milliseconds, milliseconds
from bot.engine.outbox import Engine
from bot.settings import Settings
from bot.workflow.upkeep import BUMP_MS
from storage import keys
from storage.drafts import Draft, Verdict
from storage.errors import AdMindError
from storage.inbox import inbox_store
from storage.posts import Post, PostState
from storage.redis import Database, ServerIdentity
from storage.stores import DraftStore, PostStore, TeamStore
from tests.fakes.faulty_http import Act
from tests.fakes.valkey import Replicated, replicated_valkey
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

T = TypeVar("T")
# How posts end, and the word that people get. Missed is what was cut off by the failover and is proven not to be out:
# here an hour passes before that is known.
ENDS = {PostState.published: "✅", PostState.unknown: "❓", PostState.missed: "⏰"}


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as server:
        yield server


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """What a person does who reads that the database does not answer right now: once more, a moment later."""
    for _ in range(100):
        try:
            return await call()
        except AdMindError as error:
            assert error.retry_after_seconds, error.sentence()
            await asyncio.sleep(0.3)
    return await call()


class Office:
    """One AdMind and its owner, who asks and approves."""

    def __init__(self, admind: AdMind) -> None:
        self.admind = admind
        self.clock = cast(MovableClock, admind.clock)
        self.ws = admind.workspace.id
        self.posts: list[Post] = []
        self.member = ""
        self._asked = 0

    async def ask(self, text: str) -> Draft:
        """Ask, and wait for the draft: received, queued, answered by a turn of the agent."""
        owner = await self.admind.setup.local_owner(self.ws)
        assert owner is not None
        self.member, self._asked = owner.id, self._asked + 1
        asked = ChatRequest(
            workspace=self.ws,
            surface="terminal",
            member=owner.id,
            conversation=f"v_{self._asked}",
            text=text,
            key=f"k_{self._asked}",
        )
        name = await patiently(lambda: self.admind.desk.receive(asked))

        async def answered() -> bool:
            request = await patiently(lambda: self.admind.desk.get(self.ws, name))
            assert request.status != "failed", request.reply
            return request.status == "done"

        await until(answered, f"it was answered: {text}", seconds=60)
        (draft,) = (await self.admind.desk.get(self.ws, name)).drafts
        return (await DraftStore(self.admind.database).get(self.ws, draft)).record

    async def approve(self, draft: Draft) -> list[Post]:
        decision = DecisionRequest(
            workspace=self.ws,
            draft=draft.id,
            member=self.member,
            verdict=Verdict.approve,
            digest=draft.digest,
            surface="test",
            at=self.clock.now(),
        )
        await patiently(lambda: self.admind.decisions.decide(decision))
        kept = (await DraftStore(self.admind.database).get(self.ws, draft.id)).record
        made = await PostStore(self.admind.database).many(self.ws, [version.post for version in kept.versions])
        self.posts += made
        return list(made)

    async def states(self) -> list[Post]:
        return list(await PostStore(self.admind.database).many(self.ws, [post.id for post in self.posts]))

    async def ended(self) -> bool:
        return all(post.state in ENDS for post in await patiently(self.states))

    async def told(self) -> set[tuple[str, str, str]]:
        """Draft, account and sign of each word on a post: of a draft's posts one may be out and another in doubt."""
        items = (await inbox_store(self.admind.database).page(self.ws, limit=500)).items
        team = TeamStore(self.admind.database)
        accounts = await team.all(team.accounts, self.ws)
        titles = [(item.draft, str(item.card.get("title", ""))) for item in items]
        return {
            (draft, account.id, title[0])
            for draft, title in titles
            for account in accounts
            if title.partition(": ")[2].partition(", ")[0] == account.name
        }

    async def settled(self) -> bool:
        """Whether nothing is left to be done about a post: no look, no word. Time goes on to whatever is planned.

        That a post is unknown is no end while the look at it is still to come.
        """
        mine = {post.id for post in self.posts}
        client: Any = self.admind.database.client
        planned: list[tuple[str, float]] = await client.zrange(keys.due(self.ws), 0, -1, withscores=True)
        left = [at for entry, at in planned if entry.rpartition(":")[2] in mine]
        if left and min(left) > milliseconds(self.clock.now()) + BUMP_MS:  # not one that was taken just now
            self.clock.move_to(from_milliseconds(int(min(left))))
        return not left


@asynccontextmanager
async def office_on(url: str, folder: Path, site: WebhookServer) -> AsyncIterator[Office]:
    settings = Settings(
        data_dir=folder / "data",
        redis_url=SecretStr(url),
        timezone="UTC",
        lease_seconds=1,
        redelivery_seconds=2,
        allow_hosts=frozenset({f"127.0.0.1:{site.port}"}),
    )
    async with AdMind(settings, clock=MovableClock()) as admind:
        await admind.start()
        brand = admind.workspace.default_brand
        secrets = {"signing_key": "whsec_" + "A" * 43 + "="}
        options = {"url": site.url, "lookup_url": site.url}
        await admind.accounts.connect(admind.workspace.id, brand, "webhook", "Our site", options, secrets)
        yield Office(admind)


async def judge(office: Office, site: WebhookServer) -> Counter[PostState]:
    copies = Counter(json.loads(seen.body)["digest"] for seen in site.sent)
    states: Counter[PostState] = Counter()
    told = await office.told()
    for post in await office.states():
        said = {sign for draft, account, sign in told if (draft, account) == (post.draft, post.account)}
        states[post.state] += 1
        sent, standing = copies[post.digest], await office.admind.feed.get(office.ws, post.account, post.id)
        assert sent <= 1, f"sent {sent} times: {post}"
        if post.state is PostState.published and post.channel == "feed":
            assert standing is not None, f"published, but not in the feed: {post}"
        elif post.state is PostState.published:
            assert sent == 1, f"published, but never sent: {post}"
        elif post.state is PostState.missed:
            assert sent == 0 and standing is None, f"missed, but it is out: {post}"
        assert ENDS[post.state] in said, f"{post.state}, and people were told {said or 'nothing'}: {post}"
    return states


async def test_on_a_cluster_of_three_a_message_becomes_published_posts(
    tmp_path: Path, valkey_cluster: str, cluster_database: Database, site: WebhookServer
) -> None:
    assert cluster_database.url == valkey_cluster, "emptied"
    async with office_on(valkey_cluster, tmp_path, site) as office:
        draft = await office.ask("Announce our new workshop with an image, tomorrow 9am")
        posts = await office.approve(draft)
        assert {post.channel for post in posts} == {"feed", "webhook"}
        office.clock.move_to(posts[0].due + timedelta(seconds=1))
        await until(office.ended, "both are out", seconds=60)
        await until(office.settled, "people have the receipts", seconds=30)
        assert await judge(office, site) == {PostState.published: 2}
        owner = await office.admind.setup.local_owner(office.ws)
        assert owner is not None
        assert {"database", "schema", "clock"} <= {row.what for row in await office.admind.doctor.examine(owner)}


@pytest.mark.parametrize("act", [Act(), Act(breaks="before answering")], ids=["answered", "in doubt"])
async def test_a_message_becomes_a_published_post_through_a_failover(
    tmp_path: Path, site: WebhookServer, act: Act
) -> None:
    """Two replicas: after the primary died there is still a second copy of whatever is sent.

    `act` is how the site answers the first post, while the feed has the same draft's other one for certain.
    """
    with replicated_valkey(replicas=2) as servers:
        async with office_on(servers.url, tmp_path, site) as office:
            site.plan.append(act)
            first = await office.approve(await office.ask("Tell people that we bake, in 1 hour."))
            waiting = await office.ask("Tell people that we paint, in 2 hours.")
            # A draft is no promise to a replica, and whichever of the two is promoted must have this one.
            await until(partial(followed, office), "both replicas have the draft", seconds=30)
            office.clock.move_to(first[0].due + timedelta(seconds=1))
            await until(lambda: bool(site.sent), "the first one goes out", seconds=60)
            old = await office.admind.database.identity()
            await died(servers)
            later = await office.approve(waiting)
            # What falls due before the loss was noticed and looked into is doubted, and rightly so.
            await until(understood(office, old), "the loss was noticed, and what may be lost is understood", seconds=60)
            fresh = await office.approve(await office.ask("Tell people that we sing, in 1 hour."))
            due = max(post.due for post in (*later, *fresh))
            office.clock.move_to(due + timedelta(seconds=1))
            try:
                await until(office.ended, "all came to an end", seconds=90)
            except AssertionError as error:
                left = [(post.state, post.failure, post.due, post.attempts) for post in await office.states()]
                raise AssertionError(f"at {office.clock.now()} left: {left}") from error
            await until(office.settled, "everything was looked at, and people know", seconds=60)
            states = await judge(office, site)
            kept = {post.id: post.state for post in await office.states()}
            assert {kept[post.id] for post in (*later, *fresh)} == {PostState.published}, (states, kept)


async def followed(office: Office) -> bool:
    return await office.admind.database.wait_replicas(2, near=keys.control(office.ws)) == 2


async def died(servers: Replicated) -> None:
    servers.primary.kill()
    await asyncio.to_thread(servers.primary.wait, 10)


def understood(office: Office, old: ServerIdentity) -> Callable[[], Awaitable[bool]]:
    """Whether another server answers, and publishing was opened again after the look at what that one may lack.

    An open publisher alone says nothing: it stays open until the loss is noticed.
    """

    async def seen() -> bool:
        try:
            if await office.admind.database.identity() == old or await office.admind.recovery.changed():
                return False
        except AdMindError:
            return False
        return not await office.admind.not_ready()

    return seen


async def test_the_queues_go_on_by_themselves_after_a_failover_and_lose_nothing_replicated(
    tmp_path: Path,
) -> None:
    ran: Counter[str] = Counter()
    with replicated_valkey(replicas=2) as servers:

        async def note(_: str, name: str) -> None:
            ran[name] += 1

        engine = Engine(servers.url, worker_name="w", lease=timedelta(seconds=2))
        engine.register("publish", "note", note)
        engine.register("chat", "note", note)
        async with engine:
            await engine.start_working()
            await engine.add("publish", "note", "w_1", "before", key="before")
            await until(lambda: ran["before"] == 1, "it works", seconds=30)
            await died(servers)
            for name in ("after", "and after"):
                await patiently(lambda name=name: engine.add("publish", "note", "w_1", name, key=name))  # type: ignore[misc]
                await patiently(lambda name=name: engine.add("chat", "note", "w_1", name + "!", key=name))  # type: ignore[misc]
            wanted = {"after", "and after", "after!", "and after!"}
            await until(lambda: wanted <= set(ran), "both queues go on", seconds=60)
    assert ran["before"] == 1
