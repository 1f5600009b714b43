"""What is gone from AdMind's own database is gone from its file on the disk, too, even if that is being rewritten."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from storage.backup import backup, restore
from storage.embedded import EmbeddedValkey
from storage.leaving import LISTED_FOR
from storage.redis import Database
from tests.bot.leaving.full import Full, full, where
from tests.fakes.waiting import until
from tests.fakes.webhook_server import webhook_server
from tests.world import world_on


@pytest.fixture
async def filled(durable_database: Database, tmp_path: Path) -> AsyncIterator[Full]:
    async with webhook_server() as server:
        allowed = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(durable_database, tmp_path / "data", allow_hosts=allowed) as world:
            yield await full(world, server.url)


async def rewritten(database: Database) -> None:
    async def at_rest() -> bool:
        told = await cast(Any, database.client).info("persistence")
        return not (told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"])

    await until(at_rest, "the database rewrote its file", seconds=30)


async def rewrites(database: Database) -> int:
    """How often it was rewritten by now."""
    return int((await cast(Any, database.client).info("persistence"))["aof_rewrites"])


async def test_it_leaves_the_file_and_so_does_the_list_of_what_others_hold(filled: Full) -> None:
    world = filled.world
    assert "valkey" in await where(world.database, world.folder)
    assert (await filled.go()).state == "gone"
    await rewritten(world.database)
    assert await where(world.database, world.folder) <= {"leaving", "valkey"}, "the list names accounts and posts"
    await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    assert f"leaving:{world.brand.id}" in await world.entries()
    await filled.going().leave(world.ws, world.brand.id)
    await rewritten(world.database)
    assert await where(world.database, world.folder) == set()
    assert f"leaving:{world.brand.id}" not in await world.entries()


async def test_a_list_that_nobody_threw_away_leaves_the_file_when_its_time_is_over(filled: Full) -> None:
    world = filled.world
    leaving = await filled.go()
    assert leaving.over_at is not None
    await rewritten(world.database)
    await filled.going().leave(world.ws, world.brand.id)  # a rewrite that ran already is followed by another
    due = (await world.entries())[f"leaving:{world.brand.id}"] / 1000
    assert due > (leaving.over_at + LISTED_FOR).timestamp()
    await rewritten(world.database)
    client = cast(Any, world.database.client)
    await client.pexpire(f"admind:{{{world.ws}}}:leaving:{world.brand.id}", 1)  # by the server's clock, not by ours
    world.clock.move(LISTED_FOR + timedelta(minutes=2))

    async def over() -> bool:
        return not await client.exists(f"admind:{{{world.ws}}}:leaving:{world.brand.id}")

    await until(over, "the list's time is over")
    await filled.going().leave(world.ws, world.brand.id)
    await rewritten(world.database)
    assert await where(world.database, world.folder) == set()
    assert await client.zcard(f"admind:{{{world.ws}}}:leavings:all") == 0


async def test_a_rewrite_that_ran_already_is_followed_by_another(filled: Full, embedded: EmbeddedValkey) -> None:
    world = filled.world
    await filled.ask()
    world.clock.move(timedelta(days=8))
    client = cast(Any, world.database.client)
    await client.config_set("rdb-key-save-delay", 10_000_000)  # microseconds a key: it would not end in this test
    await client.bgrewriteaof()
    await filled.going().leave(world.ws, world.brand.id)
    assert (await filled.leaving()).state == "gone"
    due = (await world.entries())[f"leaving:{world.brand.id}"] / 1000
    assert due - world.clock.now().timestamp() <= 61, "it asks again soon"
    await client.config_set("rdb-key-save-delay", 0)
    (child,) = Path(f"/proc/{embedded.pid}/task/{embedded.pid}/children").read_text().split()
    os.kill(int(child), signal.SIGUSR1)  # how the server itself ends a rewrite
    await rewritten(world.database)
    before = await rewrites(world.database)
    world.clock.move(timedelta(minutes=2))
    await filled.going().leave(world.ws, world.brand.id)
    await rewritten(world.database)
    assert await rewrites(world.database) == before + 1
    await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await filled.going().leave(world.ws, world.brand.id)
    await rewritten(world.database)
    assert await where(world.database, world.folder) == set()


async def test_a_restore_leaves_nothing_of_it_in_the_file(filled: Full, tmp_path: Path) -> None:
    world, out = filled.world, tmp_path / "out" / "backup.zip"
    await backup(world.database, world.folder, out, now=world.clock.now())
    await filled.go()
    await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await restore(world.database, world.folder, out, now=world.clock.now(), force=True)
    assert await where(world.database, world.folder) == set()
