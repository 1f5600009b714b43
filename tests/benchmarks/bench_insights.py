"""What do numbers over time cost? Memory of a year, a month's report from the records, its picture, pages and table.

Run it with `python -m tests.benchmarks insights`. Series are written as reading leaves them; memory is what the
database says before and after them.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bot.artwork.boards import draw_board, print_board
from bot.insights.board import board_of
from bot.insights.numbers import ReadingNumbers
from bot.insights.summary import Summary
from bot.insights.summing import Range
from bot.insights.telling import as_csv
from bot.workflow.reports import Reports
from storage.blobs.files import FileBlobs
from storage.numbers import counted_key
from storage.redis import Database, connect
from storage.sending import post_key
from tests.benchmarks.telling import tell
from tests.fakes.counted_posts import grown, put_out
from tests.fakes.valkey import throwaway_valkey
from tests.world import world_on

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
POSTS = 10_000
MEGABYTE = 1_000_000


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median CPU time of this process, all threads, for one call."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


async def _bench(url: str, folder: Path) -> int:
    missed = 0
    async with connect(url) as database, world_on(database, folder) as world:
        world.clock.move_to(NOW)
        rng, brand, account = random.Random(9), world.brand.id, world.account.id
        before = await _memory(database)
        ids = list[str]()
        for number in range(POSTS):
            at = NOW - timedelta(days=365 * number / POSTS, hours=1)
            totals = {name: rng.randint(0, 5000) for name in ("likes", "replies", "reblogs", "reach")}
            ids.append((await put_out(database, world.ws, brand, account, at, grown(at, totals, NOW))).id)
        whole = await _memory(database)
        client = cast(Any, database.client)
        for start in range(0, POSTS, 500):
            pipe = client.pipeline(transaction=False)
            for each in ids[start : start + 500]:
                pipe.hdel(post_key(world.ws, each), "series")
            await pipe.execute()
        kept = await client.zrange(counted_key(world.ws), 0, -1, withscores=True)
        await client.delete(counted_key(world.ws))
        without = await _memory(database)
        missed += tell("series of 10,000 posts (8 readings, 4 numbers)", (whole - without) / MEGABYTE, "MB", 200)
        tell("the posts themselves, none archived", (without - before) / MEGABYTE, "MB")
        await client.flushall()
    assert len(kept) == POSTS
    async with connect(url) as database, world_on(database, folder / "again") as world:
        missed += await _reports(database, world, folder)
    return missed


async def _reports(database: Database, world: Any, folder: Path) -> int:
    missed, rng = 0, random.Random(9)
    world.clock.move_to(NOW)
    numbers = ReadingNumbers(database, channels=world.channels, open_door=world.doors, clock=world.clock)
    reports = Reports(database, blobs=FileBlobs(folder / "blobs"), numbers=numbers, clock=world.clock)
    summary: Summary | None = None
    done = 0
    for a_month in (10, 1_000):
        while done < a_month * 9:
            at = NOW - timedelta(days=270 * done / (a_month * 9), hours=1)
            totals = {name: rng.randint(0, 5000) for name in ("likes", "replies", "reach")}
            await put_out(database, world.ws, world.brand.id, world.account.id, at, grown(at, totals, NOW))
            done += 1
        start = time.process_time()
        summary = await reports.summary(
            world.ws, world.brand.id, Range("month", NOW.date().replace(day=1), 30, "Europe/Zurich")
        )
        taken = time.process_time() - start
        missed += tell(f"a month of {a_month:,} posts, with eight months before", taken, "CPU-s", 5)
    assert summary is not None
    board = board_of(summary, "en")
    draw_board(board)  # fonts are read once
    missed += tell("its picture, 1600 × 900", seconds(lambda: draw_board(board)), "CPU-s", 1)
    missed += tell(
        f"its pages, tagged, {len(summary.posts):,} posts", seconds(lambda: print_board(board), 3), "CPU-s", 5
    )
    missed += tell("its table as CSV", seconds(lambda: as_csv(summary, "en")), "CPU-s", 1)
    return missed


async def _memory(database: Database) -> int:
    found: dict[str, Any] = await cast(Any, database.client).info("memory")
    return int(found["used_memory"])


def main() -> int:
    with throwaway_valkey() as url, tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_bench(url, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
