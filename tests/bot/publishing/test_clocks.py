"""Clocks that disagree and workers that freeze: not early, not twice, and somebody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from storage.posts import Post, PostState
from storage.redis import Database
from tests.fakes.clocks import FaultyClock
from tests.fakes.waiting import until
from tests.fakes.webhook_server import Act, WebhookServer, webhook_server
from tests.world import World, world_on

LEASE = timedelta(seconds=0.4)


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as server:
        yield server


@pytest.fixture
async def world(database: Database, tmp_path: Path, site: WebhookServer) -> AsyncIterator[World]:
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    async with world_on(
        database,
        tmp_path / "data",
        allow_hosts=hosts,
        lease=LEASE,
        clock=FaultyClock(),
        webhook_deadline=timedelta(seconds=5),
    ) as found:
        yield found


def wrong_by(world: World, skew: timedelta) -> None:
    """From now on this worker's machine is off by so much; the database's clock is right."""
    assert isinstance(world.clock, FaultyClock)
    world.clock.skew = skew


async def due_now(world: World, site: WebhookServer) -> Post:
    decided = await world.decide(await world.draft(await world.webhook(site.url), due_in=timedelta(seconds=0.5)))
    await asyncio.sleep(0.5)  # by the database's own clock, which no test moves
    return decided.posts[0]


async def test_a_worker_ten_minutes_ahead_sends_nothing_early(world: World, site: WebhookServer) -> None:
    decided = await world.decide(await world.draft(await world.webhook(site.url), due_in=timedelta(minutes=5)))
    wrong_by(world, timedelta(minutes=10))
    await world.run_due()
    await world.publisher.publish(world.ws, decided.posts[0].id)
    assert site.sent == []
    assert (await world.post(decided.posts[0])).state is PostState.scheduled


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_clock_far_off_sends_nothing_and_somebody_is_told(
    world: World, site: WebhookServer, minutes: int
) -> None:
    post = await due_now(world, site)
    wrong_by(world, timedelta(minutes=minutes))
    await world.publisher.publish(world.ws, post.id)
    assert site.sent == []
    kept = await world.post(post)
    assert kept.state is PostState.scheduled
    if minutes < 0:
        return  # for this worker it is not due yet; a worker that is right takes it
    assert kept.failure is not None and kept.failure.code == "clock"
    await world.upkeep.note(world.ws, f"late:{post.id}")
    assert any("clocks" in " ".join(item.card.get("notes", ())) for item in await world.notices())
    wrong_by(world, timedelta(0))
    await world.publisher.publish(world.ws, post.id)
    assert len(site.posts) == 1


@pytest.mark.parametrize("seconds", [-20, 20])
async def test_a_clock_a_little_off_still_sends_once(world: World, site: WebhookServer, seconds: int) -> None:
    post = await due_now(world, site)
    wrong_by(world, timedelta(seconds=seconds))
    if seconds < 0:
        await world.publisher.publish(world.ws, post.id)
        assert site.sent == [], "not before both clocks say so"
        return
    await world.publisher.publish(world.ws, post.id)
    await world.publisher.publish(world.ws, post.id)
    assert len(site.posts) == 1
    kept = await world.post(post)
    assert kept.attempts[0].deadline >= kept.attempts[0].at + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("seconds", "warns", "holds"), [(1, False, False), (3, True, False), (28, True, False), (32, True, True)]
)
async def test_a_clock_off_by_two_seconds_warns_and_by_thirty_holds(
    world: World, site: WebhookServer, caplog: pytest.LogCaptureFixture, seconds: int, warns: bool, holds: bool
) -> None:
    post = await due_now(world, site)
    wrong_by(world, timedelta(seconds=seconds))
    await world.publisher.publish(world.ws, post.id)
    assert ("clock skew" in caplog.text) is warns
    kept = await world.post(post)
    assert len(site.sent) == (0 if holds else 1)
    assert (kept.failure is not None and kept.failure.code == "clock") is holds


async def test_a_worker_frozen_between_check_and_write_leaves_one_copy_or_a_question(
    world: World, site: WebhookServer, database: Database, tmp_path: Path
) -> None:
    """Its lease lapses twice over while the write is still to come, and the server commits only later."""
    post = await due_now(world, site)
    frozen, thaw, checked = asyncio.Event(), asyncio.Event(), world.publisher.handover.check

    async def check_and_freeze(run: Any) -> None:
        await checked(run)
        frozen.set()
        await thaw.wait()

    async def no_beat(claim: Any, over: asyncio.Event) -> None:
        """A frozen process renews nothing."""

    world.publisher.handover.check = check_and_freeze  # type: ignore[method-assign]
    world.publisher.holds._beat = no_beat  # type: ignore[method-assign]
    site.plan.append(Act(breaks="before answering", commits="late"))
    sending = asyncio.create_task(world.publisher.publish(world.ws, post.id))
    await frozen.wait()
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    async with world_on(
        database, tmp_path / "data", allow_hosts=hosts, lease=LEASE, worker="worker-2", clock=world.clock
    ) as other:

        async def taken_over() -> bool:
            try:
                await other.publisher.publish(other.ws, post.id)
            except Exception as busy:
                assert "Another worker" in str(busy)
                return False
            return True

        await until(taken_over, "the lease lapsed and another worker took the post")
        assert (await other.post(post)).state is PostState.unknown
        with pytest.raises(BadInput, match="may still arrive"):
            await other.posts.resolve(other.ws, post.id, other.owner.id, "send", "test")
        thaw.set()
        await sending
        assert len(site.sent) == 1
        site.commit_late()
        for _ in range(6):
            other.clock.move(timedelta(minutes=3))
            await other.run_due()
        assert (await other.post(post)).state is PostState.unknown
        assert len(site.sent) == 1 and len(site.posts) == 1
        assert any(item.card["title"].startswith("❓") for item in await other.notices())


async def test_who_waits_past_the_deadline_writes_nothing(world: World, site: WebhookServer) -> None:
    post = await due_now(world, site)
    checked = world.publisher.handover.check

    async def late(run: Any) -> None:
        run.deadline_at = asyncio.get_running_loop().time()
        await checked(run)

    world.publisher.handover.check = late  # type: ignore[method-assign]
    await world.publisher.publish(world.ws, post.id)
    assert site.sent == []
    kept = await world.post(post)
    assert (kept.state, kept.attempts[0].outcome) == (PostState.scheduled, "not sent")
