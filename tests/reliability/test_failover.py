"""A replica, a Sentinel, and the primary's death: nothing is sent that the next primary might not know of."""

from __future__ import annotations

import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.errors import AdMindError
from bot.publishing.holds import Busy
from storage import keys
from storage.posts import Post, PostState
from storage.redis import Database, StorageUnavailable, connect
from tests.fakes.valkey import Replicated, _answer, _command, eventually, replicated_valkey
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow]


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as server:
        yield server


def world_for(
    database: Database, folder: Path, site: WebhookServer, clock: MovableClock, worker: str = "worker-1"
) -> Any:
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    return world_on(database, folder, allow_hosts=hosts, clock=clock, worker=worker)


async def due(world: World, site: WebhookServer, count: int) -> list[Post]:
    """Approved posts whose time has just come, known to the replica too."""
    await world.recovery.recover()
    account = await world.webhook(site.url)
    posts = [
        (await world.decide(await world.draft(account, text=f"Loaf {number}."))).posts[0] for number in range(count)
    ]
    world.clock.move_to(posts[-1].due + timedelta(seconds=1))
    await world.recovery.sign_of_life()
    await until(lambda: _known(world.database), "the replica knows")
    return posts


async def _known(database: Database) -> bool:
    return await database.wait_replicas(1, 500) == 1


async def an_hour(world: World) -> None:
    for minutes in (1, 2, 7, 20, 30):
        world.clock.move(timedelta(minutes=minutes))
        await world.run_due()


async def promoted(servers: Replicated, database: Database) -> None:
    """The primary dies, and the other one has taken over."""
    before = (await database.identity()).run_id
    servers.primary.kill()
    servers.primary.wait(10)

    async def another() -> bool:
        with suppress(AdMindError):
            server = await database.identity()
            return server.role == "master" and server.run_id != before
        return False

    await until(another, "the replica was promoted", seconds=30)


def cut_off(servers: Replicated) -> None:
    """The replica follows nobody any more, and the primary has noticed."""
    primary, replica = (("127.0.0.1", port) for port in servers.ports)
    assert _command(replica, b"REPLICAOF 127.0.0.1 1") == b"+OK"
    eventually(lambda: b"connected_slaves:0" in _answer(primary, b"INFO replication"), "the link is cut")


async def test_while_the_replica_does_not_follow_nothing_is_sent_and_then_once(
    tmp_path: Path, site: WebhookServer
) -> None:
    with replicated_valkey() as servers:
        async with (
            connect(servers.url) as database,
            world_for(database, tmp_path, site, MovableClock()) as world,
        ):
            frozen, gone = await due(world, site, 2)
            servers.replica.send_signal(signal.SIGSTOP)
            try:
                await world.publisher.publish(world.ws, frozen.id)
            finally:
                servers.replica.send_signal(signal.SIGCONT)
            assert site.sent == []
            kept = await world.post(frozen)
            assert (kept.state, kept.attempts[-1].outcome) == (PostState.scheduled, "not sent")
            await until(lambda: _known(database), "the replica follows again")
            world.clock.move(timedelta(seconds=10))
            await world.publisher.publish(world.ws, frozen.id)
            assert (await world.post(frozen)).state is PostState.published
            assert len(site.sent) == 1
            servers.replica.kill()
            servers.replica.wait(10)
            eventually(
                lambda: b"connected_slaves:0" in _answer(("127.0.0.1", servers.ports[0]), b"INFO replication"),
                "the primary knows that it is alone",
            )
            await world.publisher.publish(world.ws, gone.id)
            assert len(site.sent) == 1, "sent with no second copy of the attempt"


async def test_nothing_is_confirmed_of_which_there_is_no_second_copy(tmp_path: Path, site: WebhookServer) -> None:
    with replicated_valkey() as servers:
        async with (
            connect(servers.url) as database,
            world_for(database, tmp_path, site, MovableClock()) as world,
        ):
            post, late = await due(world, site, 2)
            draft = await world.draft()
            servers.replica.send_signal(signal.SIGSTOP)
            try:
                for asked in (
                    world.decide(draft),
                    world.pausing.stop(world.ws, "workspace", world.owner, "wait", world.clock.now()),
                    world.posts.cancel(world.ws, late.id, world.owner.id, "test"),
                ):
                    with pytest.raises(StorageUnavailable, match="no second copy"):
                        await asked
            finally:
                servers.replica.send_signal(signal.SIGCONT)
            await until(lambda: _known(database), "the replica follows again")
            again = await world.decide(draft)
            assert [found.state for found in again.posts] == [PostState.scheduled], "done twice is done once"
            assert (await world.post(post)).state is PostState.scheduled


async def test_a_process_that_starts_while_the_only_replica_is_gone_sends_nothing_either(
    tmp_path: Path, site: WebhookServer
) -> None:
    clock = MovableClock()
    with replicated_valkey() as servers:
        async with connect(servers.url) as database, world_for(database, tmp_path, site, clock) as world:
            (post,) = await due(world, site, 1)
        servers.replica.kill()
        servers.replica.wait(10)
        eventually(
            lambda: b"connected_slaves:0" in _answer(("127.0.0.1", servers.ports[0]), b"INFO replication"),
            "the primary knows that it is alone",
        )
        async with (
            connect(servers.url) as database,
            world_for(database, tmp_path, site, clock, "worker-2") as world,
        ):
            await world.recovery.recover()
            await world.publisher.publish(world.ws, post.id)
            assert site.sent == [], "sent with no second copy of the attempt"
            kept = await world.post(post)
            assert (kept.state, kept.attempts[-1].outcome) == (PostState.scheduled, "not sent")
            await database.client.delete(keys.REPLICATED)  # somebody says that it is gone for good
            clock.move(timedelta(seconds=10))
            await world.publisher.publish(world.ws, post.id)
            assert (await world.post(post)).state is PostState.published
            assert len(site.sent) == 1


@pytest.mark.parametrize("journals", [True, False], ids=["with the journal", "on another machine"])
async def test_a_promoted_replica_without_the_attempt_asks_and_sends_nothing_again(
    tmp_path: Path, site: WebhookServer, journals: bool
) -> None:
    """The replica had been cut off before a worker that never knew it sent: the next primary knows of no attempt."""
    clock = MovableClock()
    with replicated_valkey() as servers:
        async with connect(servers.url) as database:
            async with world_for(database, tmp_path, site, clock) as world:
                (post,) = await due(world, site, 1)
                cut_off(servers)
                await database.client.delete(keys.REPLICATED)  # nobody ever saw it
                await world.publisher.publish(world.ws, post.id)
                assert (await world.post(post)).state is PostState.published
                await promoted(servers, database)
                assert (await world.post(post)).state is PostState.scheduled, "the new primary forgot"
                with pytest.raises(Busy, match="restarted"):
                    await world.publisher.publish(world.ws, post.id)
            if not journals:
                shutil.rmtree(tmp_path / "journal")
            async with world_for(database, tmp_path, site, clock, "worker-2") as world:
                report = await world.recovery.recover()
                assert report.doubtful == (post.id,)
                await an_hour(world)
                assert (await world.post(post)).state is PostState.unknown
                assert len(site.sent) == len(site.posts) == 1
                assert any(str(item.card["title"]).startswith("❓") for item in await world.notices())


async def test_a_failover_while_the_channel_answers_keeps_the_attempt_and_makes_no_second_copy(
    tmp_path: Path, site: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt is on the replica before a byte leaves, so the new primary knows of it, whoever records the end."""
    with replicated_valkey() as servers:
        async with (
            connect(servers.url) as database,
            world_for(database, tmp_path, site, MovableClock()) as world,
        ):
            (post,) = await due(world, site, 1)
            hook: Any = world.channels["webhook"]
            send = hook.send

            async def send_and_lose_the_primary(*args: Any) -> Any:
                receipt = await send(*args)
                servers.primary.kill()
                return receipt

            monkeypatch.setattr(hook, "send", send_and_lose_the_primary)
            await world.publisher.publish(world.ws, post.id)
            kept = await world.post(post)
            assert (kept.state, len(kept.attempts)) == (PostState.published, 1)
            await world.recovery.recover()
            await an_hour(world)
            assert len(site.sent) == len(site.posts) == 1
            assert any(str(item.card["title"]).startswith("✅") for item in await world.notices())
