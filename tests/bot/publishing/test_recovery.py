"""A database that went back in time: everything starts paused, what may be out is unknown, the chain names the loss."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from storage import keys
from storage.posts import PostState
from storage.redis import Database
from tests.world import world_on


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
