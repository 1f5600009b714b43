"""Yesterday's backup is put back, and machines disagree about the time: nothing goes out twice, early or unnoticed."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.errors import AdMindError
from storage.backup import backup, restore
from storage.posts import Post, PostState
from storage.redis import Database, connect
from tests.fakes.clocks import FaultyClock
from tests.fakes.durable_valkey import durable_valkey
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow]


def world_for(
    database: Database, folder: Path, site: WebhookServer, clock: MovableClock, worker: str = "worker-1"
) -> Any:
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    return world_on(database, folder, allow_hosts=hosts, clock=clock, worker=worker)


async def approved(world: World, site: WebhookServer, count: int) -> list[Post]:
    """One post an hour, each to a webhook of its own kind: silent, to be asked, taking a key once."""
    accounts = [
        await world.webhook(site.url),
        await world.webhook(site.url, lookup_url=site.url),
        await world.webhook(site.url, honours_key="yes"),
    ]
    posts: list[Post] = []
    for number in range(count):
        due_in = timedelta(hours=1 + number)
        draft = await world.draft(accounts[number % 3], text=f"Loaf {number}.", due_in=due_in)
        posts += (await world.decide(draft)).posts
    return posts


async def let_run(world: World, until: datetime) -> None:
    while world.clock.now() < until:
        world.clock.move(timedelta(minutes=10))
        with suppress(AdMindError):
            await world.run_due()


@pytest.mark.parametrize("same_machine", [True, False], ids=["same machine", "new machine"])
async def test_after_an_old_backup_nothing_is_sent_again_even_when_the_pause_is_lifted(
    tmp_path: Path, same_machine: bool
) -> None:
    clock, archive = MovableClock(), tmp_path / "backup.zip"
    async with webhook_server(honours_key=True) as site, AsyncExitStack() as stack:
        server = stack.enter_context(durable_valkey(tmp_path / "valkey"))
        database = await stack.enter_async_context(connect(server.url))
        async with world_for(database, tmp_path / "data", site, clock) as world:
            await world.recovery.recover()
            posts = await approved(world, site, 6)
            await backup(database, world.folder, archive, now=clock.now(), with_keys=True)
            await let_run(world, posts[3].due - timedelta(minutes=15))
            await world.recovery.sign_of_life()
            await world.run_due()
            assert len(site.posts) == 3
            out, ahead = posts[:3], posts[3:]
        if same_machine:
            folder = world.folder
        else:
            folder = tmp_path / "elsewhere"
            fresh = stack.enter_context(durable_valkey(tmp_path / "fresh"))
            database = await stack.enter_async_context(connect(fresh.url))
        await restore(database, folder, archive, now=clock.now(), force=True)
        async with world_for(database, folder, site, clock, "worker-2") as world:
            await world.recovery.recover()
            assert "workspace" in {pause.scope for pause in (await world.pausing.now(world.ws)).holding()}
            assert [(await world.post(post)).state for post in out] == [PostState.unknown] * 3
            sent = len(site.sent)
            await let_run(world, ahead[0].due + timedelta(minutes=5))
            assert len(site.sent) == sent, "sent while paused"
            await world.pausing.resume(world.ws, "workspace", world.owner, clock.now())
            await let_run(world, ahead[-1].due + timedelta(minutes=20))
            copies = [sum(post.digest.encode() in posted.body for posted in site.posts) for post in posts]
            assert copies == [1, 1, 1, 0, 1, 1], "the one that fell due in the pause waits for a word"
            assert len(site.sent) == sent + 2
            states = [(await world.post(post)).state for post in posts]
            assert states == [
                PostState.unknown,  # silent: a person looks
                PostState.published,  # found there
                PostState.unknown,
                PostState.paused,
                PostState.published,
                PostState.published,
            ]
            told = {item.draft for item in await world.notices() if str(item.card["title"]).startswith(("❓", "✅"))}
            assert {post.draft for post in out} <= told


async def test_a_post_that_was_moved_forward_since_the_backup_does_not_go_out_at_its_old_time_too(
    tmp_path: Path,
) -> None:
    clock, archive = MovableClock(), tmp_path / "backup.zip"
    async with webhook_server() as site:
        with durable_valkey(tmp_path / "valkey") as server:
            async with connect(server.url) as database:
                async with world_for(database, tmp_path / "data", site, clock) as world:
                    await world.recovery.recover()
                    draft = await world.draft(await world.webhook(site.url), due_in=timedelta(hours=6))
                    (tomorrow,) = (await world.decide(draft)).posts
                    await backup(database, world.folder, archive, now=clock.now(), with_keys=True)
                    case = await world.decisions.case(world.ws, draft.id)
                    await world.revise(case.draft, world.owner, due=clock.now() + timedelta(hours=1))
                    await let_run(world, clock.now() + timedelta(hours=2))
                    assert len(site.posts) == 1
                    await world.recovery.sign_of_life()
                await restore(database, tmp_path / "data", archive, now=clock.now(), force=True)
                async with world_for(database, tmp_path / "data", site, clock, "worker-2") as world:
                    assert (await world.post(tomorrow)).state is PostState.scheduled
                    report = await world.recovery.recover()
                    assert len(report.orphans) == 1
                    await let_run(world, clock.now() + timedelta(minutes=20))
                    await world.pausing.resume(world.ws, "workspace", world.owner, clock.now())
                    await let_run(world, tomorrow.due + timedelta(minutes=30))
                    assert len(site.posts) == 1, "the same words a second time"
                    assert any(item.card["title"] == "Sent, but forgotten" for item in await world.notices())
                    asked = {item.draft for item in await world.notices() if "⏸" in str(item.card["title"])}
                    assert tomorrow.draft in asked
                    done = await world.posts.resolve(world.ws, tomorrow.id, world.owner.id, "send", "test")
                    assert done.post.state is PostState.scheduled, "a person may say that it is to go"
                    await world.recovery.recover()
                    assert (await world.post(tomorrow)).state is PostState.scheduled, "and that word stands"


@pytest.mark.parametrize("third", [True, False], ids=["one machine is right", "none is"])
async def test_of_machines_ten_minutes_ahead_and_behind_none_sends_and_somebody_is_told(
    tmp_path: Path, third: bool
) -> None:
    right = MovableClock()
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(webhook_server())
        server = stack.enter_context(durable_valkey(tmp_path / "valkey"))
        database = await stack.enter_async_context(connect(server.url))
        ten = timedelta(minutes=10)
        skews = (ten, -ten, timedelta(0)) if third else (ten, -ten)
        worlds = [
            await stack.enter_async_context(
                world_for(database, tmp_path / "data", site, FaultyClock(right, skew), f"worker-{number}")
            )
            for number, skew in enumerate(skews)
        ]
        world = worlds[0]
        await world.recovery.recover()
        (post,) = (await world.decide(await world.draft(await world.webhook(site.url)))).posts
        right.move_to(post.due - timedelta(minutes=9))
        for _ in range(60):
            for each in worlds:
                with suppress(AdMindError):
                    await each.publisher.publish(each.ws, post.id)
                with suppress(AdMindError):
                    await each.upkeep.note(each.ws, f"late:{post.id}")
            if right.now() < post.due:
                assert site.sent == [], "early"
            right.move(timedelta(seconds=30))
        kept = await world.post(post)
        assert len(site.posts) == (1 if third else 0)
        assert kept.state is (PostState.published if third else PostState.missed)
        if not third:
            assert kept.failure is not None and kept.failure.code == "clock"
            assert any("clocks" in " ".join(item.card.get("notes", ())) for item in await world.notices())
