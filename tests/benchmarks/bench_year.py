"""What a year of posts leaves in the database, and what remains of it after retention, on a clock that is moved.

A year of 10,000 posts a month scaled down: each post goes the whole way from draft to receipt, with a picture and all
that is written on the way. The rest is arithmetic, and printed as such.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bot.workflow.retention import Retention
from storage.commit import Change, commit
from storage.media import MediaItem, MediaStore
from storage.redis import Database, connect
from storage.sealed import Medium
from tests.benchmarks.telling import tell
from tests.fakes.valkey import throwaway_valkey
from tests.world import World, world_on

A_MONTH, MONTHS, REAL_MONTH = 200, 12, 10_000
DAY = timedelta(days=1)
KILO, MEGA = 1000.0, 1e6
AT_REST_BYTES, YEAR_MB = 1500.0, 700.0


def main() -> int:
    with throwaway_valkey() as url, tempfile.TemporaryDirectory(prefix="admind-bench-") as folder:
        return asyncio.run(_measure(url, Path(folder)))


async def _measure(url: str, folder: Path) -> int:
    async with connect(url) as database, world_on(database, folder) as world:
        base, start = await _used(database), world.clock.now()
        for month in range(MONTHS):
            for number in range(A_MONTH):
                await _one(world, f"Number {number} of month {month}: fresh bread from six, every day but Monday.")
            world.clock.move_to(start + (month + 1) * timedelta(days=365) / MONTHS)
            await world.audit.seal(world.ws)
        year = A_MONTH * MONTHS
        before = await _used(database) - base
        tell("a year without retention, a post", before / year / KILO, "kB")
        retention = Retention(database, blobs=world.blobs, audit=world.audit, clock=world.clock)
        began = time.perf_counter()
        await _all(world, retention)
        tell("retention of a year, a post", (time.perf_counter() - began) / year * 1000, "ms")
        after = await _used(database) - base
        tell("after retention, a post of the year", after / year / KILO, "kB")
        world.clock.move(500 * DAY)
        await world.audit.seal(world.ws)
        await _all(world, retention)
        rest = (await _used(database) - base) / year
        missed = tell("a post that is wholly archived", rest, "B", AT_REST_BYTES)
        began = time.perf_counter()
        await retention.sweep()
        tell("looking for files that nothing names, a post", (time.perf_counter() - began) / year * 1000, "ms")
        assert (await world.audit.verify(world.ws)).ok
        scale = REAL_MONTH / A_MONTH / MEGA
        tell("10,000 posts a month, after a year, without", before * scale, "MB")
        missed += tell("10,000 posts a month, after a year, with", after * scale, "MB", YEAR_MB)
        tell("and more with each further year", rest * 12 * REAL_MONTH / MEGA, "MB")
        return missed


async def _one(world: World, text: str) -> None:
    """A draft with a picture, its decision, its post, its receipt and the messages about them."""
    draft = await world.draft(text=text, due_in=timedelta(seconds=5))
    picture = MediaItem(
        sha256=await world.blobs.put(text.encode()),
        workspace=world.ws,
        brand=world.brand.id,
        mime="image/png",
        size=50_000,
        width=1200,
        height=630,
        alt=text,
        source="card",
        made_by=world.owner.id,
        from_draft=draft.id,
        picture_hash="f" * 16,
        created_at=world.clock.now(),
    )
    await MediaStore(world.database).put(picture)
    shown = Medium(sha256=picture.sha256, mime="image/png", size=50_000, width=1200, height=630, alt=text)
    version = draft.versions[0].model_copy(update={"media": (shown,)})
    await commit(world.database, world.drafts.save(Change(world.ws), draft.changed(versions=(version,)), ver=1))
    await world.publish_due((await world.decide(draft)).posts[0])
    await world.run_due()


async def _all(world: World, retention: Retention) -> None:
    """Until nothing is left to do, and once more a day later."""
    for _ in range(2):
        while await retention.retire():
            pass
        world.clock.move(DAY + timedelta(minutes=1))


async def _used(database: Database) -> int:
    return (await database.identity()).used_memory


if __name__ == "__main__":
    sys.exit(main())
