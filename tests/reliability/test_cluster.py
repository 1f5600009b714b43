"""A cluster with replicas: cut off, nothing is sent; its primary killed, nothing is sent twice and nothing is lost."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.errors import AdMindError
from storage import keys
from storage.posts import Post, PostState
from storage.redis import Database, StorageUnavailable, connect
from tests.fakes.valkey import replicated_cluster
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow]


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as server:
        yield server


async def due(world: World, site: WebhookServer, count: int) -> list[Post]:
    await world.recovery.recover()
    account = await world.webhook(site.url)
    posts = [
        (await world.decide(await world.draft(account, text=f"Loaf {number}."))).posts[0] for number in range(count)
    ]
    world.clock.move_to(posts[-1].due + timedelta(seconds=1))
    await world.recovery.sign_of_life()
    return posts


async def answers_again(database: Database, workspace: str) -> None:
    async def written() -> bool:
        with suppress(AdMindError):
            await database.client.set(keys.of(workspace, "once", "probe"), "1", ex=60)
            return True
        return False

    await until(written, "the replica took over", seconds=40)


async def an_hour(world: World) -> None:
    for minutes in (1, 2, 7, 20, 30):
        world.clock.move(timedelta(minutes=minutes))
        with suppress(AdMindError):
            await world.run_due()


async def test_a_clusters_primary_dies_at_each_step_and_every_post_goes_out_once_or_is_asked_about(
    tmp_path: Path, site: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with replicated_cluster() as servers:
        hosts = frozenset({f"127.0.0.1:{site.port}"})
        async with (
            connect(servers.url) as database,
            world_on(database, tmp_path, allow_hosts=hosts, clock=MovableClock()) as world,
        ):
            posts = await due(world, site, 3)
            place = servers.place_of(keys.control(world.ws))
            replica = servers.replicas[place]
            replica.send_signal(signal.SIGSTOP)
            try:
                await world.publisher.publish(world.ws, posts[0].id)
                with pytest.raises(StorageUnavailable, match="no second copy"):
                    await world.decide(await world.draft())
            finally:
                replica.send_signal(signal.SIGCONT)
            assert site.sent == [], "no second copy of the attempt"
            assert (await world.post(posts[0])).attempts[-1].outcome == "not sent"

            async def copied() -> bool:
                return await database.wait_replicas(1, 500, near=keys.control(world.ws)) == 1

            await until(copied, "the replica follows again", seconds=30)
            hook: Any = world.channels["webhook"]
            send = hook.send

            async def send_and_lose_the_primary(*args: Any) -> Any:
                receipt = await send(*args)
                servers.primaries[place].kill()
                return receipt

            monkeypatch.setattr(hook, "send", send_and_lose_the_primary)
            with suppress(AdMindError):
                await world.publisher.publish(world.ws, posts[1].id)
            monkeypatch.setattr(hook, "send", send)
            await answers_again(database, world.ws)
            kept = await world.post(posts[1])
            assert len(kept.attempts) == 1, "the attempt was on the replica before a byte left"
            await world.recovery.recover()
            await database.client.delete(keys.REPLICATED)  # whoever runs it says that the dead one is gone for good
            await an_hour(world)
            copies = {digest: sum(digest in str(posted.body) for posted in site.posts) for digest in
                      (post.digest for post in posts)}  # fmt: skip
            assert all(count <= 1 for count in copies.values()), copies
            for post in posts:
                ended = await world.post(post)
                assert ended.state in (PostState.published, PostState.unknown, PostState.missed), ended.state
            assert copies[posts[1].digest] == 1
            asked = {item.draft for item in await world.notices()}
            assert {post.draft for post in posts} <= asked, "of each somebody is told"
