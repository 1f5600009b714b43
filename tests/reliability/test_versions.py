"""Two versions work side by side on one database: nothing is lost, nothing is sent twice, and no field is dropped."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.engine.outbox import Engine
from storage import keys
from storage.accounts import Account
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sealed import SealedPayload
from storage.stores import hgetall
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.reliability.versions import CELEBRATED, MOOD, ROUTE, approved
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]

EACH = 500  # posts of each version


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tests.reliability.versions", *map(str, arguments)]


@contextmanager
def working(version: str, database: Database, folder: Path, site: WebhookServer) -> Iterator[None]:
    """A real process of that version, at work when this is entered."""
    with (folder / f"{version}.log").open("wb") as log:
        process = subprocess.Popen(
            command(version, database.url, folder, site.port), stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "working\n", (folder / f"{version}.log").read_text()
        yield
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


async def seeded(world: World, site: WebhookServer, count: int, accounts: list[Account]) -> list[Post]:
    """Posts that the newer version approved."""
    before = {post.id for post in await every(world)}
    names = [account.id for account in accounts]
    seeding = await asyncio.create_subprocess_exec(
        *command("seed", world.database.url, world.folder, site.port, count, *names),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    told, wrong = await seeding.communicate()
    assert told == b"seeded\n", wrong.decode()
    return [post for post in await every(world) if post.id not in before]


async def every(world: World) -> list[Post]:
    return list((await world.kept_posts.page(world.ws, limit=5000)).items)


async def document(world: World, kind: str, record: str) -> Any:
    return json.loads((await hgetall(world.database, keys.of(world.ws, kind, record)))["doc"])


async def test_the_older_one_keeps_what_the_newer_one_added_when_it_changes_a_record(
    database: Database, tmp_path: Path
) -> None:
    async with webhook_server() as site, world_on(database, tmp_path) as world:
        (post,) = await seeded(world, site, 1, [world.account])
        case = await world.decisions.case(world.ws, post.draft)
        assert case.draft.brief.request, "the older one reads it"
        moved = await world.revise(case.draft, world.owner, due=post.due + timedelta(hours=2))
        changed = await document(world, "draft", moved.id)
        assert (changed["mood"], changed["brief"]["mood"]) == (MOOD, MOOD)
        assert changed["schema_version"] == type(moved).SCHEMA + 1
        (kept,) = [found for found in await every(world) if found.state is PostState.scheduled]
        await world.publish_due(kept)
        after = await document(world, "post", post.id)
        assert after["mood"] == MOOD
        assert after["schema_version"] == type(post).SCHEMA + 1


async def test_what_only_the_newer_one_can_send_is_never_sent_by_the_older_one_and_people_are_told(
    database: Database, tmp_path: Path
) -> None:
    async with webhook_server() as site, world_on(database, tmp_path) as world:
        (post,) = await seeded(world, site, 1, [world.account])
        world.clock.move_to(post.due + timedelta(seconds=5))
        for _ in range(3):
            with pytest.raises(Exception, match="newer AdMind"):
                await world.publisher.publish(world.ws, post.id)
            assert (await world.post(post)).state is PostState.scheduled
        assert not await world.feed_guids()
        world.clock.move(timedelta(minutes=16))
        await world.publisher.publish(world.ws, post.id)
        assert (await world.post(post)).state is PostState.failed
        await world.run_due()
        assert any("newer AdMind" in json.dumps(item.card) for item in await world.notices())
        assert not await world.feed_guids()


async def test_a_thousand_posts_of_both_versions_all_go_out_once(database: Database, tmp_path: Path) -> None:
    async with (
        webhook_server() as site,
        world_on(database, tmp_path, allow_hosts=frozenset({f"127.0.0.1:{site.port}"}), worker="web") as world,
    ):
        accounts = [world.account, await world.webhook(site.url)]
        newer = await seeded(world, site, EACH, accounts)
        older = await approved(world, EACH, accounts, "This version's")
        assert len(newer) == len(older) == EACH
        versions = Counter([await version(world, post) for post in (*newer, *older)])
        plain = SealedPayload.model_fields["payload_version"].default  # without a first comment
        assert versions == {plain: EACH, SealedPayload.VERSION + 1: EACH}
        engine = Engine(database.url, worker_name="web", lease=timedelta(seconds=10), queues=frozenset())
        async with engine:
            for name in ("one", "two", "three"):
                await engine.add("publish", "celebrate", world.ws, name, key=f"celebrate-{name}")
            with working("older", database, tmp_path, site):
                await until(lambda: _tried(tmp_path), "the older one tried the task", seconds=60)
                assert not await cast(Any, database.client).llen(CELEBRATED)
                with working("newer", database, tmp_path, site):
                    waiting = {post.id for post in (*newer, *older)}
                    await until(lambda: _all_out(world, waiting), "all are out", seconds=300)
                    await until(lambda: _celebrated(database), "the newer one ran the task", seconds=60)
        await _judge(world, site, newer, older)


async def version(world: World, post: Post) -> int:
    return int(json.loads(await world.blobs.get(post.payload))["payload_version"])


async def _all_out(world: World, waiting: set[str]) -> bool:
    """Looks at a few of those still `waiting` at a time: reading all of them over and over slows the two at work."""
    looked = await world.kept_posts.many(world.ws, sorted(waiting)[:20])
    waiting -= {post.id for post in looked if post.state not in (PostState.scheduled, PostState.sending)}
    return not waiting


def _tried(folder: Path) -> bool:
    return "task=celebrate" in (folder / "older.log").read_text()


async def _celebrated(database: Database) -> bool:
    return sorted(await cast(Any, database.client).lrange(CELEBRATED, 0, -1)) == ["one", "three", "two"]


async def _judge(world: World, site: WebhookServer, newer: list[Post], older: list[Post]) -> None:
    posts = {post.id: post for post in await every(world)}
    states = Counter(post.state for post in posts.values())
    assert states == {PostState.published: 2 * EACH}, states
    copies = Counter(json.loads(posted.body)["digest"] for posted in site.posts)
    for post in posts.values():
        if post.channel == "webhook":
            assert copies[post.digest] == 1, post
        else:
            item = await world.feed.get(world.ws, post.account, post.id)
            assert item is not None and item.digest == post.digest
    for post in newer:
        assert {attempt.worker for attempt in posts[post.id].attempts} == {"newer"}, "only it knows the payload"
        kept = await document(world, "post", post.id)
        assert (kept["mood"], kept["schema_version"]) == (MOOD, Post.SCHEMA + 1)
        fields = await hgetall(world.database, keys.of(world.ws, "post", post.id))
        assert [attempt["route"] for attempt in json.loads(fields["attempts"])] == [ROUTE]
    assert {attempt.worker for post in older for attempt in posts[post.id].attempts} == {"newer", "older"}
