"""The process that archives is killed before and after every step: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.workflow.retention import Retention
from storage import keys, packs
from storage.drafts import Verdict
from storage.posts import PostState
from storage.redis import Database
from storage.retention import LIVES
from storage.unnamed import UNNAMED
from tests.world import World, world_on

DAY = timedelta(days=1)
ONCE = ("put", "pack", "segment-add")
STEPS = [(step, when, count) for step in ONCE for when in ("before", "after") for count in (1, 2)]
LATER = [
    (step, when, 1) for step in ("segment-trim", "unlist", "retire-delete", "discard") for when in ("before", "after")
]

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]


async def run_and_die(world: World, step: str, when: str, count: int) -> None:
    command = [sys.executable, "-m", "tests.reliability.retirer", world.database.url, str(world.folder)]
    arguments = [world.clock.now().isoformat(), step, when, str(count)]
    process = await asyncio.create_subprocess_exec(*command, *arguments)
    assert await process.wait() == -signal.SIGKILL, f"{step} was not reached {count} times"


class Kept:
    """What must be the same all along."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.drafts: dict[str, Any] = {}
        self.posts: dict[str, Any] = {}
        self.entries = 0

    async def remember(self) -> None:
        world = self.world
        self.drafts = {each.id: each for each in (await world.drafts.page(world.ws, limit=5000)).items}
        self.posts = {each.id: each for each in (await world.kept_posts.page(world.ws, limit=5000)).items}
        self.entries = (await world.audit.verify(world.ws)).entries

    async def compare(self) -> None:
        world = self.world
        drafts = await world.drafts.many(world.ws, list(self.drafts))
        posts = await world.kept_posts.many(world.ws, list(self.posts))
        assert ({each.id: each for each in drafts}, {each.id: each for each in posts}) == (self.drafts, self.posts)
        found = await world.audit.verify(world.ws, await world.journal.read_all())
        assert (found.ok, found.entries) == (True, self.entries), found
        for kind, ids in (("draft", self.drafts), ("post", self.posts)):
            there = await packs.still_here(world.database, world.ws, kind, list(ids))
            for each in ids:
                live = await cast(Any, world.database.client).exists(keys.of(world.ws, kind, each))
                assert bool(live) != (each in there), f"{each} is in both places or in none"
        for draft in drafts:
            for version in draft.versions:
                assert await world.blobs.has(version.payload), "a file that a document names is gone"


async def test_killed_at_every_step_it_loses_nothing_and_finishes(durable_database: Database, tmp_path: Path) -> None:
    async with world_on(durable_database, tmp_path / "world") as world:
        for number in range(30):
            await world.publish_due(await world.approved(text=f"Loaf {number}. " + "x" * 20_000))
        for number in range(10):
            await world.decide(await world.draft(text=f"No {number}."), Verdict.reject)
        await world.run_due()
        waiting = await world.draft(text="Waits.", due_in=None)
        unwanted = await world.blobs.put(b"nobody wants this")
        await world.audit.seal(world.ws)
        kept = Kept(world)
        await kept.remember()
        world.clock.move(100 * DAY)
        for step, when, count in STEPS:
            if step != "segment-add" or count == 1:
                await run_and_die(world, step, when, count)
                await kept.compare()
        retention = Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
        await retention.retire()
        await retention.sweep()
        await kept.compare()
        archived = await packs.still_here(world.database, world.ws, "draft", list(kept.drafts))
        assert archived == kept.drafts.keys() - {waiting.id}
        world.clock.move(LIVES["lists"].span)
        for step, when, count in LATER:
            await more(world)
            kept.entries = (await world.audit.verify(world.ws)).entries
            await run_and_die(world, step, when, count)
            await kept.compare()
            await retention.retire()
            world.clock.move(LIVES["lists"].span)
        assert all(each.state is PostState.published for each in kept.posts.values())
        for _ in range(2):
            await retention.sweep()
            world.clock.move(15 * DAY)
        assert not await world.blobs.has(unwanted), "what nobody names is gone in the end"
        await kept.compare()


async def more(world: World) -> None:
    """Something for each of the later steps to do: entries, messages, listed documents and a file nobody names."""
    post = await world.publish_due(await world.approved(text="One more."))
    await world.run_due()
    await world.audit.seal(world.ws)
    world.clock.move(100 * DAY)
    retention = Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
    await retention.retire()
    name = await world.blobs.put(f"nobody {post.id}".encode())
    await retention.sweep()
    assert await cast(Any, world.database.client).hexists(UNNAMED, name)
    await world.publish_due(await world.approved(text="And another."))
    await world.run_due()
    world.clock.move(LIVES["lists"].span)
