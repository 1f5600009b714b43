"""Each account within its channel's limits, in advance; what hangs or is throttled keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Pace, Window
from bot.channels.registry import build_channels
from bot.engine.outbox import Engine, Queue
from storage.accounts import Account
from storage.feed import FeedStore
from storage.pacing import Turns
from storage.posts import Post, PostState
from storage.redis import Database, connect
from tests.fakes.faulty_http import Act
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

MINUTE = timedelta(minutes=1)
PACE = Pace(gap=timedelta(seconds=2), windows=(Window(3, MINUTE), Window(4, timedelta(minutes=20), "pictures")))


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as server:
        yield server


@pytest.fixture
async def world(database: Database, tmp_path: Path, site: WebhookServer) -> AsyncIterator[World]:
    channels = build_channels(FeedStore(database), base_url="http://localhost:8484")
    hook: Any = channels["webhook"]
    hook.capabilities = dataclasses.replace(hook.capabilities, pace=PACE)
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    async with world_on(database, tmp_path / "data", allow_hosts=hosts, channels=channels) as found:
        yield found


async def some(world: World, account: Account, count: int) -> list[Post]:
    return [await world.approved(account, text=f"Bread number {number}.") for number in range(count)]


def come(world: World, *posts: Post) -> None:
    """Let their time come."""
    world.clock.move_to(max(post.due for post in posts) + timedelta(milliseconds=1))


async def test_posts_of_one_moment_go_out_within_the_limits_of_their_channel(world: World, site: WebhookServer) -> None:
    posts = await some(world, await world.webhook(site.url), 8)
    come(world, *posts)
    for _ in range(200):
        await world.run_due()
        world.clock.move(timedelta(seconds=1))
        if len(site.sent) == len(posts):
            break
    late = [item for item in await world.notices() if "Late" in str(item.card["title"])]
    assert 2 <= len(late) <= 5, "a word where it takes more than a minute, and none for the first three"
    assert "others of this account came first" in str(late[0].card["notes"])
    kept = [await world.post(post) for post in posts]
    assert {(post.state, len(post.attempts)) for post in kept} == {(PostState.published, 1)}
    sent = sorted(post.attempts[0].at for post in kept)
    assert all(later - earlier >= PACE.gap / 2 for earlier, later in pairwise(sent)), "but for how busy a machine is"
    assert all(later - earlier >= MINUTE for earlier, later in zip(sent, sent[3:], strict=False))
    assert sent[-1] - sent[0] < 2.5 * MINUTE, "and no slower than that"


async def test_what_would_come_too_late_by_them_is_a_question_and_takes_no_turn(
    world: World, site: WebhookServer
) -> None:
    hook: Any = world.channels["webhook"]
    hook.capabilities = dataclasses.replace(hook.capabilities, pace=Pace(windows=(Window(1, timedelta(hours=1)),)))
    first, second = await some(world, await world.webhook(site.url), 2)
    come(world, first, second)
    await world.run_due()
    states = {(await world.post(post)).state for post in (first, second)}
    assert states == {PostState.published, PostState.missed} and len(site.sent) == 1
    [missed] = [item for item in await world.notices() if "Missed" in str(item.card["title"])]
    assert "takes only so many posts at a time" in str(missed.card["notes"])


async def test_one_account_waits_for_no_other(world: World, site: WebhookServer) -> None:
    one = await world.webhook(site.url)
    other = await world.webhook(site.url, lookup_url=site.url)
    come(world, *await some(world, one, 4), *await some(world, other, 3))
    await world.run_due()
    assert len(site.sent) == 2, "the first of each"


async def test_a_throttled_account_rests_as_a_whole(world: World, site: WebhookServer) -> None:
    posts = await some(world, await world.webhook(site.url), 3)
    come(world, *posts)
    site.plan.append(Act(429, (("retry-after", "90"),), commits="never"))
    for _ in range(80):
        await world.run_due()
        world.clock.move(timedelta(seconds=1))
    assert len(site.sent) == 1, "nobody knocks again before that"
    for _ in range(20):
        await world.run_due()
        world.clock.move(timedelta(seconds=1))
    assert {(await world.post(post)).state for post in posts} == {PostState.published}


async def test_a_channel_that_hangs_delays_nobody_else(
    database: Database, world: World, site: WebhookServer, valkey_url: str
) -> None:
    """With a real engine that works on four posts at a time."""
    hook: Any = world.channels["webhook"]
    hook.capabilities = dataclasses.replace(hook.capabilities, pace=Pace())
    hanging = await world.webhook(site.url)
    stuck = await some(world, hanging, 24)
    async with webhook_server() as healthy, connect(valkey_url) as second:
        hosts = frozenset({f"127.0.0.1:{site.port}", f"127.0.0.1:{healthy.port}"})
        async with world_on(
            second, world.folder, allow_hosts=hosts, clock=world.clock, worker="worker-2", channels=world.channels
        ) as worker:
            well = await some(worker, await worker.webhook(healthy.url, lookup_url=healthy.url), 5)
            come(worker, *stuck, *well)
            site.plan.extend([Act(hangs=True)] * 99)
            at_once: dict[Queue, int] = {"publish": 4, "chat": 1, "upkeep": 1}
            engine = Engine(valkey_url, worker_name="w", lease=timedelta(seconds=5), concurrency=at_once)
            engine.register("publish", "post", worker.publisher.publish)

            async def add(queue: str, task: str, workspace: str, entry: str, key: str) -> None:
                if queue == "publish":
                    await engine.add("publish", task, workspace, entry, key=key)

            clockwork = worker.clockwork(add)
            async with engine:
                await engine.start_working()

                async def out() -> bool:
                    await clockwork.tick()
                    worker.clock.move(timedelta(milliseconds=50))
                    return len(healthy.sent) == len(well)

                await until(out, "the healthy ones are out", seconds=15)
                assert 1 <= len(site.sent) <= 2, "of the others only these hold a place"
                await engine.drain(0.1)
    assert {(await world.post(post)).state for post in stuck} <= {PostState.scheduled, PostState.sending}


async def test_turns_are_given_in_order_once_and_never_too_close(database: Database) -> None:
    turns, now = Turns(database), 1_000_000_000_000
    windows = [("parts", 5, 10_000), ("posts", 4, 30_000)]

    async def turn(name: str, parts: int, at: int, latest: int = 10**14) -> int:
        found = await turns.turn(
            "w_1", "a_1", name, now_ms=now + at, latest_ms=latest, gap_ms=100, amounts={"posts": 1, "parts": parts},
            windows=windows,
        )  # fmt: skip
        return found - now

    assert [await turn("a", 3, 0), await turn("b", 2, 0), await turn("c", 1, 0)] == [0, 100, 10_000]
    assert await turn("a", 3, 50) == 0, "whoever came before has the same turn"
    assert await turn("big", 9, 0) == 20_000, "what is more than fits at all goes alone"
    assert await turn("late", 1, 0, latest=now + 25_000) == 30_000
    assert await turn("next", 1, 0) == 30_000, "who could not use it has kept no turn"
    await turns.rest("w_1", "a_1", now_ms=now, until_ms=now + 60_000)
    assert await turn("rested", 1, 40_000) == 60_000
    other = await turns.turn(
        "w_1", "a_2", "a", now_ms=now, latest_ms=10**14, gap_ms=100, amounts={"posts": 1}, windows=windows
    )
    assert other == now


async def test_workers_that_ask_in_the_same_moment_share_the_limits(database: Database, valkey_url: str) -> None:
    async with connect(valkey_url) as second:
        both = [Turns(database), Turns(second)]
        given = await asyncio.gather(
            *(
                both[number % 2].turn(
                    "w_1",
                    "a_1",
                    f"t{number}",
                    now_ms=10**12,
                    latest_ms=10**14,
                    gap_ms=500,
                    amounts={"posts": 1},
                    windows=[("posts", 7, 60_000)],
                )
                for number in range(50)
            )
        )
    turns = sorted(given)
    assert all(later - earlier >= 500 for earlier, later in pairwise(turns))
    assert all(turns[at + 7] - turns[at] >= 60_000 for at in range(len(turns) - 7))
