"""A topic's pause holds from the moment on at which it is set, at whichever step of sending that is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.publishing.handover import Stopped
from bot.publishing.run import Run, step_key
from storage.blobs.files import FileBlobs
from storage.posts import Attempt, Post, PostState
from storage.record import new_id
from storage.redis import Database
from tests.world import World, world_on

TOPIC = "topic:fresh bread"
Step = Callable[[], Awaitable[object]]


class Meanwhile(FileBlobs):
    """Files that are read right after the claim, and before pauses are: somebody acts in between."""

    then: Step | None = None

    async def get(self, sha256: str) -> bytes:
        if self.then is not None:
            then, self.then = self.then, None
            await then()
        return await super().get(sha256)


@pytest.fixture
def blobs(tmp_path: Path) -> Meanwhile:
    return Meanwhile(tmp_path / "blobs")


@pytest.fixture
async def world(database: Database, tmp_path: Path, blobs: Meanwhile) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", blobs=blobs) as found:
        yield found


async def stop(world: World, scope: str = TOPIC) -> None:
    await world.pausing.stop(world.ws, scope, world.owner, "Recall", world.clock.now())


async def resume(world: World) -> None:
    await world.pausing.resume(world.ws, TOPIC, world.owner, world.clock.now())


async def due(world: World) -> Post:
    post = await world.approved(text="Fresh bread from six.")
    world.clock.move_to(post.due + timedelta(seconds=1))
    return post


async def attempted(world: World, run: Run) -> None:
    now = world.clock.now()
    deadline = now + timedelta(seconds=30)
    attempt = Attempt(id=new_id("t"), number=1, key=step_key(run.post), at=now, deadline=deadline, worker="worker-1")
    run.deadline_at = 1e12
    await world.publisher.handover.record(run, attempt)


async def test_set_after_the_claim_and_before_its_words_are_read(world: World, blobs: Meanwhile) -> None:
    post = await due(world)
    blobs.then = lambda: stop(world)
    await world.publisher.publish(world.ws, post.id)
    assert (await world.post(post)).state is PostState.paused and await world.feed_guids() == []


async def test_held_at_the_claim_and_lifted_before_its_words_are_read(world: World, blobs: Meanwhile) -> None:
    post = await due(world)
    await stop(world)
    blobs.then = lambda: resume(world)
    await world.publisher.publish(world.ws, post.id)
    assert (await world.post(post)).state is PostState.paused, "a person lets it go"
    assert await world.feed_guids() == []


@pytest.mark.parametrize("scope", [TOPIC, "topic:wheels"])
async def test_set_between_the_claim_and_the_attempt(world: World, scope: str) -> None:
    post = await due(world)
    async with world.publisher.holds.hold(post) as run:
        assert run is not None and run.pauses.holding() == ()
        await stop(world, scope)
        if scope != TOPIC:
            await attempted(world, run)
            return
        with pytest.raises(Stopped) as stopped:
            await attempted(world, run)
        assert stopped.value.refusal.why == "paused"
        assert (await world.post(post)).attempts == (), "nothing was begun"


@pytest.mark.parametrize("scope", [TOPIC, "topic:wheels"])
async def test_set_between_the_attempt_and_the_check(world: World, scope: str) -> None:
    post = await due(world)
    async with world.publisher.holds.hold(post) as run:
        assert run is not None
        await attempted(world, run)
        await stop(world, scope)
        with suppress(Stopped):
            await world.publisher.handover.check(run)
        assert run.may_be_out == (scope != TOPIC)


async def test_a_near_miss_goes_out(world: World) -> None:
    post = await due(world)
    await stop(world, "topic:fresh breads")
    await world.publisher.publish(world.ws, post.id)
    assert (await world.post(post)).state is PostState.published
