"""What was approved lies in a bucket that does not answer: it is read later, and a hiccup never ends a post."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from storage.blobs.address import BucketAddress
from storage.blobs.base import place_of
from storage.blobs.bucket import BucketBlobs, Patience
from storage.posts import Post, PostState
from storage.redis import Database
from tests.fakes.s3_server import ACCESS_KEY, SECRET_KEY, Act, S3Server, s3_server
from tests.fakes.webhook_server import Act as HookAct
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

AWAY = Act(code="SlowDown")
QUICK = Patience(read_seconds=2, quiet_seconds=0.5, pauses=(0.01,))


@pytest.fixture
def bucket() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as found:
        yield found


@asynccontextmanager
async def world_over(
    bucket: S3Server, database: Database, folder: Path, site: WebhookServer, worker: str = "worker-1"
) -> AsyncIterator[World]:
    blobs = BucketBlobs(BucketAddress.parse(bucket.url), ACCESS_KEY, SECRET_KEY, patience=QUICK)
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    try:
        async with world_on(database, folder, allow_hosts=hosts, blobs=blobs, worker=worker) as found:
            yield found
    finally:
        blobs.close()


@pytest.fixture
async def world(bucket: S3Server, database: Database, tmp_path: Path, site: WebhookServer) -> AsyncIterator[World]:
    async with world_over(bucket, database, tmp_path / "data", site) as found:
        yield found


async def due(world: World, post: Post) -> None:
    world.clock.move_to(post.due + timedelta(seconds=1))
    await world.run_due()


async def titles(world: World) -> list[str]:
    return [str(item.card["title"]) for item in await world.notices()]


async def test_a_post_waits_for_a_store_that_does_not_answer_and_goes_out_once(
    world: World, bucket: S3Server, site: WebhookServer
) -> None:
    post = await world.approved(await world.webhook(site.url))
    bucket.always = AWAY
    await due(world, post)
    for _ in range(3):
        world.clock.move(timedelta(minutes=1))
        await world.run_due()
    kept = await world.post(post)
    assert kept.state is PostState.scheduled and kept.attempts == () and site.sent == []
    assert kept.failure is not None and "does not answer right now" in kept.failure.sentence
    assert len([title for title in await titles(world) if title.startswith("⏳ Late")]) == 1, "people are told, once"
    bucket.always = None
    world.clock.move(timedelta(minutes=2))
    await world.run_due()
    kept = await world.post(post)
    assert kept.state is PostState.published and kept.failure is None
    assert len(site.sent) == 1


async def test_a_store_that_stays_away_ends_the_post_in_words_when_it_is_too_late(
    world: World, bucket: S3Server, site: WebhookServer
) -> None:
    post = await world.approved(await world.webhook(site.url))
    bucket.always = AWAY
    await due(world, post)
    for _ in range(20):
        world.clock.move(timedelta(minutes=1))
        await world.run_due()
    kept = await world.post(post)
    assert kept.state is PostState.failed and site.sent == []
    assert any(title.startswith("❌ Not posted") for title in await titles(world))
    bucket.always = None
    world.clock.move(timedelta(hours=1))
    await world.run_due()
    assert site.sent == [], "nothing goes out by itself after that"


@pytest.mark.parametrize("how", ["damaged", "missing"])
async def test_what_is_gone_or_changed_for_good_fails_at_once(
    world: World, bucket: S3Server, site: WebhookServer, how: str
) -> None:
    post = await world.approved(await world.webhook(site.url))
    place = place_of(post.payload)
    if how == "missing":
        del bucket.objects[place]
    else:
        bucket.objects[place] = bucket.objects[place].replace(b"Fresh", b"Stale")
    assert (await world.publish_due(post)).state is PostState.failed
    assert site.sent == []


async def test_who_stops_a_post_that_waits_for_the_store_is_obeyed(
    world: World, bucket: S3Server, site: WebhookServer
) -> None:
    first, second = [await world.approved(await world.webhook(site.url), text=text) for text in ("One.", "Two.")]
    bucket.always = AWAY
    await due(world, first)
    await world.posts.cancel(world.ws, first.id, world.owner.id, "test")
    await world.pausing.stop(world.ws, "workspace", world.owner, "Storm", world.clock.now())
    bucket.always = None
    world.clock.move(timedelta(minutes=1))
    await world.run_due()
    assert [(await world.post(post)).state for post in (first, second)] == [PostState.cancelled, PostState.paused]
    assert site.sent == []


async def test_a_doubt_is_looked_into_however_long_the_store_is_away(
    world: World, bucket: S3Server, site: WebhookServer
) -> None:
    post = await world.approved(await world.webhook(site.url, lookup_url=site.url))
    site.plan.append(HookAct(breaks="before answering"))
    assert (await world.publish_due(post)).state is PostState.unknown
    bucket.always = AWAY
    for _ in range(2):  # the claim is given back at once: nobody is told that somebody else works on it
        await world.reconciler.reconcile(world.ws, post.id)
    for _ in range(10):
        world.clock.move(timedelta(minutes=5))
        await world.run_due()
    assert (await world.post(post)).state is PostState.unknown
    assert any(title.startswith("❓ We can't tell") for title in await titles(world))
    bucket.always = None
    world.clock.move(timedelta(minutes=1))
    await world.run_due()
    assert (await world.post(post)).state is PostState.published
    assert len(site.sent) == 1


@pytest.mark.parametrize("back", [True, False], ids=["comes back", "stays away"])
async def test_an_attempt_that_a_crash_left_behind_is_never_repeated_for_want_of_the_store(
    world: World, bucket: S3Server, site: WebhookServer, back: bool
) -> None:
    post = await world.approved(await world.webhook(site.url))
    site.plan.append(HookAct(breaks="before answering"))

    async def lost(*_: object, **__: object) -> None:
        raise RuntimeError("the process is gone")

    finish, world.publisher.sending.finish = world.publisher.sending.finish, lost  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await world.publish_due(post)
    world.publisher.sending.finish = finish  # type: ignore[method-assign]
    assert (await world.post(post)).state is PostState.sending
    bucket.always = AWAY
    for _ in range(3):
        world.clock.move(timedelta(minutes=1))
        await world.run_due()
    assert (await world.post(post)).state is PostState.sending, "held by nobody, forgotten by nobody"
    if back:
        bucket.always = None
    for _ in range(20):
        world.clock.move(timedelta(minutes=1))
        await world.run_due()
    assert (await world.post(post)).state is PostState.unknown
    assert any(title.startswith("❓ We can't tell") for title in await titles(world))
    assert len(site.sent) == 1


async def test_what_one_machine_approved_another_publishes(
    world: World, bucket: S3Server, database: Database, tmp_path: Path, site: WebhookServer
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "secret.key").write_bytes((world.folder / "secret.key").read_bytes())
    post = await world.approved(await world.webhook(site.url))
    async with world_over(bucket, database, tmp_path / "other", site, "worker-2") as other:
        other.clock.move_to(post.due + timedelta(seconds=1))
        await other.run_due()
        kept = await other.post(post)
    assert kept.state is PostState.published and [attempt.worker for attempt in kept.attempts] == ["worker-2"]
    assert len(site.sent) == 1
