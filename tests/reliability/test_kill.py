"""Publishing processes are killed at every step, frozen, and given the same work twice: one copy, or a question."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import milliseconds
from bot.engine.outbox import Engine
from bot.workflow.upkeep import BUMP_MS
from storage.accounts import Account
from storage.drafts import Verdict
from storage.posts import Post, PostState
from storage.redis import Database
from storage.team import Member, Role
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.reliability.worker import DEADLINE, LEASE, REDELIVERY, SETTLE
from tests.reliability.workers import Worker
from tests.world import World, world_on

STEPS = ("claim", "attempt", "journal", "check", "send", "finish")
POINTS = [(step, when) for step in STEPS for when in ("before", "after")]
WAITING = 8  # so many posts are kept coming for as long as a planned death is still to happen
SEED = 20260301

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]


class Batch:
    """Approved posts, due at once, as many as the deaths need; half of their receivers can be asked what they took."""

    def __init__(self, world: World, ana: Member, accounts: list[Account]) -> None:
        self.posts: list[Post] = []
        self._world, self._ana, self._accounts = world, ana, accounts

    async def top_up(self) -> None:
        """More posts, so that some are always waiting."""
        for _ in range(WAITING - len(await rest(self._world, self.posts))):
            number = len(self.posts)
            account = self._accounts[number % len(self._accounts)]
            draft = await self._world.draft(account, text=f"Loaf {number}.", due_in=timedelta(seconds=1))
            self.posts += (await self._world.decide(draft, Verdict.approve, self._ana)).posts


async def rest(world: World, posts: list[Post]) -> list[Post]:
    kept = await world.kept_posts.many(world.ws, [post.id for post in posts])
    return [post for post in kept if post.state in (PostState.scheduled, PostState.sending)]


async def test_killed_frozen_and_doubled_workers_leave_one_copy_or_a_question(
    database: Database, tmp_path: Path
) -> None:
    rng = random.Random(SEED)
    async with (
        webhook_server() as site,
        world_on(
            database,
            tmp_path,
            allow_hosts=frozenset({f"127.0.0.1:{site.port}"}),
            worker="web",
            lease=LEASE,
            webhook_deadline=DEADLINE,
            webhook_settle=SETTLE,
        ) as world,
    ):
        batch = Batch(
            world,
            await world.member("Ana", Role.approver),
            [await world.webhook(site.url + "?silent"), await world.webhook(site.url, lookup_url=site.url)],
        )
        points = iter([(step, when, str(rng.randint(1, 3))) for step, when in rng.sample(POINTS, len(POINTS))])
        workers: list[Worker] = []
        engine = Engine(database.url, worker_name="web", lease=REDELIVERY, queues=frozenset())
        async with engine:
            try:
                planned = await _chaos(database, tmp_path, site, world, batch, points, workers, engine, rng)
                try:
                    await until(lambda: _settled(world), "every post came to an end", seconds=120)
                except AssertionError as error:
                    logs = [worker.log()[-2000:] for worker in workers if worker.alive]
                    raise AssertionError(f"left: {await world.entries()} {logs}") from error
            finally:
                for worker in workers:
                    worker.end()
        assert planned == len(POINTS), "every planned death happened"
        await _judge(world, site, batch.posts)


async def _chaos(
    database: Database,
    folder: Path,
    site: WebhookServer,
    world: World,
    batch: Batch,
    points: Iterator[tuple[str, str, str]],
    workers: list[Worker],
    engine: Engine,
    rng: random.Random,
) -> int:
    """Three at a time, each with a death before it; then three that live. How many died as planned."""
    frozen: list[tuple[float, Worker]] = []
    loop, lively = asyncio.get_running_loop(), 0
    while lively < 3:
        for worker in workers:
            if worker.alive and rng.random() < 0.01:
                worker.send(signal.SIGSTOP)
                frozen.append((loop.time() + 2 * LEASE.total_seconds(), worker))
        for until_when, worker in list(frozen):
            if loop.time() > until_when:
                worker.send(signal.SIGCONT)
                frozen.remove((until_when, worker))
        await batch.top_up()
        if sum(worker.alive for worker in workers) < 3:
            point = next(points, None)
            workers.append(Worker(database.url, folder, site.port, point or ()))
            lively += point is None
        post = rng.choice(batch.posts)
        task = rng.choice(["post", "reconcile"])
        await engine.add("publish", task, world.ws, post.id, key=f"again-{rng.random()}")
        await asyncio.sleep(0.05)
    for _, worker in frozen:
        worker.send(signal.SIGCONT)
    return sum(worker.killed_itself for worker in workers if worker.deadly)


async def _settled(world: World) -> bool:
    """Everything is out or asked about, and no entry is left on the due set that would change that."""
    # A note that was taken and not yet told rests for a while; a later one is only told if the doubt is still one.
    soon = milliseconds(world.clock.now()) + BUMP_MS
    left = await world.entries()
    return not [entry for entry, at in left.items() if entry.startswith(("post:", "reconcile:")) or at <= soon]


async def _judge(world: World, site: WebhookServer, posts: list[Post]) -> None:
    copies = Counter(json.loads(posted.body)["digest"] for posted in site.posts)
    states: Counter[PostState] = Counter()
    notices = await world.notices()
    asked = {notice.draft for notice in notices if str(notice.card.get("title", "")).startswith("❓")}
    for post in await world.kept_posts.many(world.ws, [post.id for post in posts]):
        states[post.state] += 1
        assert copies[post.digest] <= 1, f"{copies[post.digest]} copies of {post.title}: {post.attempts}"
        if post.state is PostState.published:
            assert copies[post.digest] == 1, f"a receipt without a post: {post.attempts}"
        else:
            assert post.state is PostState.unknown, (post.state, post.failure, post.attempts)
            assert post.draft in asked, "a doubt that nobody was told"
    assert states[PostState.published] >= len(posts) // 5, states
