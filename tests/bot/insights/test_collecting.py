"""Series of real channels through throttling, gaps, kills and restarts: nothing is lost, and nothing counted twice."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.insights.gained import Span, gained
from storage.counted import counted
from storage.numbers import STEPS
from storage.redis import Database, connect
from storage.series import unpacked
from tests.bot.insights.test_numbers import Place, town
from tests.fakes.waiting import until
from tests.world import world_on

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.crash
async def test_what_the_channel_told_is_what_the_series_holds(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.out()
        assert post.receipt is not None
        path, told = f"/api/v1/statuses/{post.receipt.remote_id}", dict[int, int]()
        for number, span in enumerate(STEPS, 1):
            place.server.numbers["favourites"] = number * 10
            if number == 2:  # throttled: left alone until the next step
                place.server.answers[path] = [(429, b"{}", (("retry-after", "3600"),))]
            if number == 3:  # a server that fails, then a worker that is killed while it asks
                place.server.answers[path] = [(500, b"", ())]
            if number == 4:
                await _killed(place, post.id, span, tmp_path)
                continue
            if number == 6:  # a replica that was started anew, and both are told of the same step
                await _twice(place, post.id, span, tmp_path)
            elif number != 7:  # nobody ran at the seventh
                await place.at(post, span)
            if number in (1, 5, 6, 8):
                told[number] = number * 10
        kept = await place.world.post(post)
        readings = unpacked(post.receipt.at, kept.series)
        assert [each.counts["favourites"] for each in readings] == list(told.values())
        assert all(
            each.counts == {"favourites": count, "reblogs": 1, "replies": 0}
            for each, count in zip(readings, told.values(), strict=True)
        )
        assert kept.numbers is not None and dict(kept.numbers.counts) == readings[-1].counts
        [found] = await counted(place.world.database, place.world.ws, [post.id])
        weeks = [
            Span(post.receipt.at + week * 7 * DAY, post.receipt.at + (week + 1) * 7 * DAY, place.world.clock.now())
            for week in range(5)
        ]
        assert sum(gained(found, "engagements", week) or 0 for week in weeks) == pytest.approx(81)  # 80 and a boost


async def _killed(place: Place, post: str, span: timedelta, folder: Path) -> None:
    """A process of its own asks the channel, which is silent, and dies of it."""
    kept = (await place.world.kept_posts.get(place.world.ws, post)).record
    assert kept.receipt is not None
    place.server.dumb, asked = True, len(place.server.asked())
    place.world.clock.move_to(kept.receipt.at + span + timedelta(seconds=1))
    command = [sys.executable, "-m", "tests.reliability.asker", place.world.database.url, str(folder / "data")]
    now = place.world.clock.now().isoformat()
    process = await asyncio.create_subprocess_exec(*command, str(place.server.port), now, post)
    try:
        await until(lambda: len(place.server.asked()) > asked, "the channel is asked", seconds=30)
    finally:
        process.kill()
        await process.wait()
    place.server.dumb = False


async def _twice(place: Place, post: str, span: timedelta, folder: Path) -> None:
    kept = (await place.world.kept_posts.get(place.world.ws, post)).record
    assert kept.receipt is not None
    place.world.clock.move_to(kept.receipt.at + span + timedelta(seconds=1))
    hosts = frozenset({f"127.0.0.1:{place.server.port}"})
    async with contextlib.AsyncExitStack() as stack:
        second = await stack.enter_async_context(connect(place.world.database.url))
        other = await stack.enter_async_context(
            world_on(second, folder / "data", allow_hosts=hosts, clock=place.world.clock, worker="worker-2")
        )
        both = (each.numbers.look(place.world.ws, post) for each in (place.world, other) for _ in range(3))
        await asyncio.gather(*both)
