"""A post goes out once, on time, or someone is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.blobs.files import FileBlobs
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.webhook_server import Act, WebhookServer, webhook_server
from tests.world import World, world_on


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as server:
        yield server


@pytest.fixture
async def hooked(database: Database, tmp_path: Path, site: WebhookServer) -> AsyncIterator[World]:
    """A world that may talk to the webhook server."""
    async with world_on(database, tmp_path / "data", allow_hosts=frozenset({f"127.0.0.1:{site.port}"})) as found:
        yield found


async def test_an_approved_post_stands_in_the_feed_once_at_its_time(world: World) -> None:
    post = await world.approved()
    await world.run_due()
    assert await world.feed_guids() == []
    world.clock.move_to(post.due + timedelta(seconds=1))
    await world.run_due()
    await world.run_due()
    assert await world.feed_guids() == [post.id]
    kept = await world.post(post)
    assert kept.state is PostState.published
    assert kept.receipt is not None and kept.receipt.compared == "same"
    assert [attempt.outcome for attempt in kept.attempts] == ["published"]


async def test_publishing_twice_sends_once(hooked: World, site: WebhookServer) -> None:
    post = await hooked.approved(await hooked.webhook(site.url))
    kept = await hooked.publish_due(post)
    assert kept.state is PostState.published, kept.failure
    await hooked.publisher.publish(hooked.ws, post.id)
    assert len(site.posts) == 1


async def test_the_receipt_reaches_the_inbox(world: World) -> None:
    post = await world.approved()
    world.clock.move_to(post.due + timedelta(seconds=1))
    await world.run_due()
    titles = [item.card["title"] for item in await world.notices()]
    assert "✅ Posted: Feed" in titles


async def test_a_clear_refusal_fails_with_words_and_is_not_repeated(hooked: World, site: WebhookServer) -> None:
    account = await hooked.webhook(site.url)
    site.plan.append(Act(status=400, commits="never", body=b"{}"))
    post = await hooked.approved(account)
    kept = await hooked.publish_due(post)
    assert kept.state is PostState.failed
    assert kept.failure is not None and kept.failure.sentence
    await hooked.run_due()
    assert site.posts == []
    assert any(item.card["title"].startswith("❌ Not posted") for item in await hooked.notices())


async def test_a_broken_connection_is_a_question_and_never_a_second_post(hooked: World, site: WebhookServer) -> None:
    account = await hooked.webhook(site.url)
    site.plan.append(Act(breaks="before answering"))
    post = await hooked.approved(account)
    kept = await hooked.publish_due(post)
    assert kept.state is PostState.unknown
    for _ in range(8):
        hooked.clock.move(timedelta(minutes=10))
        await hooked.run_due()
    assert (await hooked.post(post)).state is PostState.unknown
    assert len(site.posts) == 1
    assert any(item.card["title"].startswith("❓ We can't tell") for item in await hooked.notices())


async def test_an_unknown_outcome_is_sent_again_only_with_an_honoured_key(hooked: World, site: WebhookServer) -> None:
    site.honours_key = True
    account = await hooked.webhook(site.url, honours_key="yes")
    site.plan.append(Act(breaks="before answering"))
    post = await hooked.approved(account)
    assert (await hooked.publish_due(post)).state is PostState.unknown
    hooked.clock.move(timedelta(minutes=5))
    await hooked.run_due()
    kept = await hooked.post(post)
    assert kept.state is PostState.published
    assert len(site.posts) == 1
    assert len({seen.key for seen in site.sent}) == 1


async def test_a_receiver_that_cannot_be_reached_is_tried_again_then_given_up_in_words(
    hooked: World, site: WebhookServer
) -> None:
    account = await hooked.webhook(site.url)
    post = await hooked.approved(account)
    await site.stop()
    kept = await hooked.publish_due(post)
    assert kept.state is PostState.scheduled
    for _ in range(30):
        hooked.clock.move(timedelta(minutes=1))
        await hooked.run_due()
    kept = await hooked.post(post)
    assert kept.state is PostState.failed
    assert {attempt.outcome for attempt in kept.attempts} == {"not sent"}


async def test_a_post_that_nobody_ran_for_goes_out_within_the_late_window_and_is_asked_about_after(
    world: World,
) -> None:
    early, late = await world.approved(text="Soon enough."), await world.approved(text="Too late.")
    world.clock.move_to(early.due + timedelta(minutes=14))
    await world.publisher.publish(world.ws, early.id)
    assert (await world.post(early)).state is PostState.published
    world.clock.move(timedelta(minutes=10))
    await world.publisher.publish(world.ws, late.id)
    assert (await world.post(late)).state is PostState.missed
    await world.posts.resolve(world.ws, late.id, world.owner.id, "send", "test")
    await world.run_due()
    assert (await world.post(late)).state is PostState.published


async def test_nothing_goes_out_during_a_pause_and_nothing_by_itself_after_it(world: World) -> None:
    post = await world.approved()
    await world.pausing.stop(world.ws, "workspace", world.owner, "Storm", world.clock.now())
    world.clock.move_to(post.due + timedelta(seconds=1))
    await world.run_due()
    assert (await world.post(post)).state is PostState.paused
    await world.pausing.resume(world.ws, "workspace", world.owner, world.clock.now())
    await world.run_due()
    assert await world.feed_guids() == []


async def test_a_pause_that_nobody_ran_through_still_holds_its_posts(world: World) -> None:
    post = await world.approved()
    await world.pausing.stop(world.ws, "topic:bread", world.owner, "Recall", world.clock.now())
    world.clock.move_to(post.due + timedelta(minutes=1))
    await world.pausing.resume(world.ws, "topic:bread", world.owner, world.clock.now())
    await world.publisher.publish(world.ws, post.id)
    assert (await world.post(post)).state is PostState.paused


async def test_a_changed_blob_is_not_sent(world: World) -> None:
    post = await world.approved()
    path = FileBlobs(world.folder / "blobs").path(post.payload)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"Fresh", b"Stale"))
    kept = await world.publish_due(post)
    assert kept.state is PostState.failed
    assert await world.feed_guids() == []


async def test_a_cancelled_post_never_goes_out(world: World) -> None:
    post = await world.approved()
    await world.posts.cancel(world.ws, post.id, world.owner.id, "test")
    await world.publish_due(post)
    assert await world.feed_guids() == []
    assert (await world.post(post)).state is PostState.cancelled


async def test_a_taken_down_post_leaves_the_feed(world: World) -> None:
    post = await world.approved()
    await world.publish_due(post)
    await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert await world.feed_guids() == []
