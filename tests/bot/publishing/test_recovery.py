"""A database that went back in time: everything starts paused, what may be out is unknown, the chain names the loss."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from storage import keys
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sending import post_key
from tests.bot.publishing.test_threads import town
from tests.world import World, world_on


async def test_a_journal_ahead_of_the_database_pauses_and_doubts_and_names_the_loss(
    database: Database, tmp_path: Path
) -> None:
    async with world_on(database, tmp_path / "data") as world:
        await world.recovery.recover()
        post = await world.approved()
        await world.audit.seal(world.ws)
        client = cast(Any, database.client)
        before = {key: await client.dump(key) for key in await client.keys("*")}  # a test may look at all keys

        world.clock.move_to(post.due + timedelta(seconds=1))
        await world.run_due()
        assert await world.feed_guids() == [post.id]
        await world.audit.seal(world.ws)
        await world.recovery.sign_of_life()

        await client.flushall()
        for key, value in before.items():
            await client.restore(key, 0, value)
        report = await world.recovery.recover()
        assert report.paused == (world.ws,)
        assert post.id in report.doubtful
        assert (await world.post(post)).state is PostState.unknown
        verified = await world.audit.verify(world.ws, await world.journal.read_all())
        assert verified.ok, verified.reason
        assert len(verified.epochs) == 1
        assert await client.hget(keys.control(world.ws), "pver") != "0"


async def _forget(world: World, before: dict[str, bytes]) -> None:
    client = cast(Any, world.database.client)
    for key, value in before.items():
        await client.restore(key, 0, value, replace=True)


async def _known_of(world: World, post: Post) -> dict[str, bytes]:
    client = cast(Any, world.database.client)
    return {key: await client.dump(key) for key in (post_key(world.ws, post.id), keys.due(world.ws))}


async def test_an_attempt_that_only_the_journal_knows_began_when_it_began(database: Database, tmp_path: Path) -> None:
    """Whoever looks for the post looks from then on: a moment too late, and what stands there is not seen."""
    async with world_on(database, tmp_path / "data") as world:
        await world.recovery.recover()
        post = await world.approved()
        before = await _known_of(world, post)
        world.clock.move_to(post.due + timedelta(seconds=1))
        await world.run_due()
        [made] = (await world.post(post)).attempts
        await _forget(world, before)
        assert (await world.recovery.recover()).doubtful == (post.id,)
        kept = await world.post(post)
        assert kept.state is PostState.unknown
        assert [(each.id, each.at, each.deadline) for each in kept.attempts] == [(made.id, made.at, made.deadline)]


async def test_what_nobody_remembers_may_be_under_way_for_as_long_as_its_channel_takes(
    database: Database, tmp_path: Path
) -> None:
    """A chain on Threads takes up to two minutes: to look earlier is to find the half of it."""
    async with town(database, tmp_path / "data") as place:
        world = place.world
        await world.recovery.recover()
        post = await world.approved(place.account)
        await world.recovery.sign_of_life()
        mark = json.loads(await cast(Any, database.client).get(keys.ALIVE))
        await cast(Any, database.client).set(keys.ALIVE, json.dumps(mark | {"run_id": "another"}))
        await cast(Any, database.client).config_set("appendfsync", "everysec")
        world.clock.move_to(post.due + timedelta(seconds=1))
        assert (await world.recovery.recover()).doubtful == (post.id,)
        can = world.channels["threads"].capabilities
        world.clock.move(can.deadline + can.settle - timedelta(seconds=40))
        asked = len(place.server.seen)
        await world.run_due()
        assert len(place.server.seen) == asked, "nobody looks before even the last of it shows"
        world.clock.move(timedelta(seconds=45))
        await world.run_due()
        assert len(place.server.seen) > asked
