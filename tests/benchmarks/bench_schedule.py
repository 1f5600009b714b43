"""Does scheduling stay flat? One schedule operation and a tick with 100 due, at 10k, 100k and 1M scheduled posts.

And what a scheduled post takes in memory, its record and indexes included, texts and pictures apart.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.clock import MovableClock, milliseconds
from bot.workflow.upkeep import Clockwork
from storage import keys
from storage.commit import Change, commit
from storage.posts import Post
from storage.record import new_id
from storage.redis import Database, connect
from storage.sending import post_key, to_hash
from storage.stores import PostStore
from tests.benchmarks.telling import tell
from tests.fakes.valkey import throwaway_valkey

SIZES = (10_000, 100_000, 1_000_000)
WS = "w_bench"
FLAT, BYTES = 1.5, 1100.0
FAR = datetime(2030, 1, 1, tzinfo=UTC)


def main() -> int:
    with throwaway_valkey() as url:
        return asyncio.run(_measure(url))


async def _measure(url: str) -> int:
    async with connect(url) as database:
        client = cast(Any, database.client)
        await client.flushall()
        before = (await database.identity()).used_memory
        schedule, tick, filled, missed = [], [], 0, 0
        for size in SIZES:
            await fill(client, filled, size)
            filled = size
            if size == 100_000:
                used = (await database.identity()).used_memory - before
                missed += tell("bytes a scheduled post, at 100k", used / size, "B", BYTES)
            schedule.append(await _schedule(database))
            tick.append(await _tick(database))
            tell(f"schedule operation at {size:,}, median", schedule[-1] * 1e3, "ms")
            tell(f"tick with 100 due at {size:,}, median", tick[-1] * 1e3, "ms")
    missed += tell("schedule at 1M / at 10k", schedule[-1] / schedule[0], "x", FLAT)
    missed += tell("tick at 1M / at 10k", tick[-1] / tick[0], "x", FLAT)
    return missed


def _post(due: datetime) -> Post:
    return Post(
        id=new_id("p"),
        workspace=WS,
        brand="b_ffffffffffff",
        account="a_ffffffffffff",
        channel="feed",
        draft=new_id("d"),
        revision=1,
        digest="f" * 64,
        payload="e" * 64,
        title="Spring sale: 20% off all bikes",
        requested_by="m_ffffffffffff",
        approved_by=("m_ffffffffffff",),
        created_at=FAR,
        due=due,
    )


async def fill(client: Any, start: int, end: int, workspace: str = WS) -> None:
    """The very keys that scheduling writes, without its round trips."""
    index = PostStore.index_key(cast(PostStore, _Named()), workspace)
    for first in range(start, end, 2000):
        pipe = client.pipeline(transaction=False)
        due: dict[str, float] = {}
        places: dict[str, float] = {}
        for number in range(first, min(end, first + 2000)):
            post = _post(FAR + timedelta(seconds=number))
            pipe.hset(post_key(workspace, post.id), mapping=to_hash(post))
            due[f"post:{post.id}"] = milliseconds(post.due)
            places[post.id] = post.due.timestamp()
        pipe.zadd(keys.due(workspace), due)
        pipe.zadd(index, places)
        await pipe.execute()


class _Named:
    kind = "post"


async def _schedule(database: Database) -> float:
    store, taken = PostStore(database), []
    for number in range(200):
        change = store.save(Change(WS), _post(FAR - timedelta(seconds=number)), ver=None)
        started = time.perf_counter()
        await commit(database, change)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


async def _tick(database: Database) -> float:
    """100 posts due at once among all others; what the engine would be handed is only counted."""
    handed = 0

    async def add(*_: str) -> None:
        nonlocal handed
        handed += 1

    clock = MovableClock()
    clockwork, store, taken = Clockwork(database, clock, add), PostStore(database), []
    for _ in range(10):
        change = Change(WS)
        posts = [_post(clock.now()) for _ in range(100)]
        for post in posts:
            store.save(change, post, ver=None)
        await commit(database, change)
        clock.move(timedelta(seconds=1))
        handed = 0
        started = time.perf_counter()
        await clockwork.tick()
        taken.append(time.perf_counter() - started)
        assert handed == 100, handed
        client = cast(Any, database.client)
        await client.zrem(keys.due(WS), *[f"post:{post.id}" for post in posts])
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main())
