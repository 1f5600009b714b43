"""A day of 10,000 posts over 50 accounts, one request in twenty failing, the run killed three times; what it costs.

Each post must stand on its channel once, or have failed or be in doubt with people told; none twice. The clock is moved
from moment to moment (every hour, some 400 posts each), so lateness is real time on this machine. Apart from that:
what AdMind adds to the channel's own time for a post alone, and the memory of both processes with 100,000 scheduled.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import psutil

from bot.clock import MovableClock
from storage.embedded_paths import socket_path
from storage.redis import connect
from storage.stores import TeamStore
from tests.benchmarks.bench_schedule import fill
from tests.benchmarks.telling import percentile, tell
from tests.fakes.valkey import throwaway_valkey
from tests.fakes.webhook_server import webhook_server
from tests.handlers.cli.admind import AdMindHere
from tests.reliability.day import Day, Life, Reckoning, Size, day_in, lived, spent
from tests.world import world_on

LARGE = Size(
    posts=10_000,
    moments=24,
    kinds={
        "webhook asked": 10,
        "webhook keyed": 8,
        "webhook": 5,
        "mastodon": 9,
        "mastodon kin": 6,
        "telegram": 5,
        "discord": 7,
    },
    deadline_seconds=4.0,
    settle_seconds=1.0,
)
ALONE = 200
SCHEDULED = 100_000
SETTLING_SECONDS = 10.0  # what loads after the start, and some ticks and looks
MEGA = 1e6


def main() -> int:
    missed = 0
    with tempfile.TemporaryDirectory(prefix="admind-bench-") as folder:
        missed += asyncio.run(_day(Path(folder)))
    with throwaway_valkey() as url, tempfile.TemporaryDirectory(prefix="admind-bench-") as folder:
        asyncio.run(_alone(url, Path(folder)))
    with tempfile.TemporaryDirectory(prefix="admind-bench-") as folder:
        asyncio.run(_memory(Path(folder)))
    return missed


async def _day(folder: Path) -> int:
    async with day_in(folder, LARGE) as day:
        before = spent(day.life.database_pid)
        found, seconds = await lived(day)
        database = spent(day.life.database_pid) - before
        return _told(day, found, seconds, day.life.seconds + day.life.spent(), database)


def _told(day: Day, found: Reckoning, seconds: float, process: float, database: float) -> int:
    for why in found.wrong[:20]:
        sys.stdout.write(f"  {why}\n")
    missed = tell("posts not accounted for", len(found.wrong), "posts", 0)
    for state, count in sorted(found.ends.items()):
        tell(f"posts {state}", count, "posts")
    for kind, ends in sorted(found.by_kind.items()):
        line = ", ".join(f"{count} {state}" for state, count in sorted(ends.items()))
        sys.stdout.write(f"  {kind}: {line}\n")
    for fault, count in sorted(found.rolled.items()):
        sys.stdout.write(f"  {count} times a channel {fault}\n")
    tell("runs killed while sending", len(day.killed_at), "runs")
    tell("attempts, a post", found.attempts / LARGE.posts, "")
    tell("lateness p50, all that were published", percentile(found.late, 50), "s")
    tell("lateness p99", percentile(found.late, 99), "s")
    tell("lateness p50, of those out at the first attempt", percentile(found.late_at_once, 50), "s")
    tell("lateness p99", percentile(found.late_at_once, 99), "s")
    tell("sending, median of the moments without a kill", statistics.median(found.rates), "posts/s")
    tell("processor time of AdMind, a post, all included", process / LARGE.posts * 1000, "ms")
    tell("processor time of the database, a post", database / LARGE.posts * 1000, "ms")
    tell("the day took", seconds, "s")
    return missed


async def _alone(url: str, folder: Path) -> None:
    """One post after the other, from the moment it is taken up to its receipt, without what the channel takes."""
    async with connect(url) as database, webhook_server() as server:
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, folder, allow_hosts=hosts, clock=MovableClock()) as world:
            account = await world.webhook(server.url)
            taken, requests = [], []
            posts = [await world.approved(account, text=f"Roll {number}.") for number in range(ALONE)]
            world.clock.move(timedelta(hours=1, seconds=1))
            for post in posts:
                began = time.perf_counter()
                await world.publisher.publish(world.ws, post.id)
                taken.append(time.perf_counter() - began)
                began = time.perf_counter()
                await cast(Any, world.doors(account)).request("GET", server.url, timeout=5)
                requests.append(time.perf_counter() - began)
            assert len(server.posts) == ALONE
    tell("a post alone, from taken up to its receipt, p50", percentile(taken, 50) * 1000, "ms")
    tell("a bare request to the same channel, p50", percentile(requests, 50) * 1000, "ms")
    over = statistics.median(taken) - statistics.median(requests)
    tell("overhead a post, apart from the channel's own time", over * 1000, "ms")


async def _memory(folder: Path) -> None:
    clock = folder / "clock"
    here = AdMindHere(folder)
    life = Life(here, (str(clock), "20", "60"))
    try:
        await life.begin()
        await asyncio.sleep(SETTLING_SECONDS)
        empty = _resident(life)
        async with connect(f"unix://{socket_path(here.data / 'valkey')}") as database:
            [workspace] = await TeamStore(database).workspace_ids()
            await fill(database.client, 0, SCHEDULED, workspace)
        life.end()
        await life.begin()  # a process that has found them there
        await asyncio.sleep(SETTLING_SECONDS)
        for (name, now), (_, before) in zip(_resident(life), empty, strict=True):
            tell(f"memory of {name}, nothing scheduled", before / MEGA, "MB")
            tell(f"memory of {name}, {SCHEDULED:,} scheduled", now / MEGA, "MB")
    finally:
        life.finish()


def _resident(life: Life) -> list[tuple[str, float]]:
    assert life.process is not None
    pids = (("AdMind", life.process.pid), ("the database", life.database_pid))
    return [(name, float(psutil.Process(pid).memory_info().rss)) for name, pid in pids]


if __name__ == "__main__":
    sys.exit(main())
