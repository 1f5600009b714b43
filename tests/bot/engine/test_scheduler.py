"""System jobs fire on time, once, and are caught up; the ticker never stops asking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import MovableClock, SystemClock, milliseconds
from bot.engine.crons import handing_to, once_a_firing
from bot.engine.outbox import Engine
from bot.engine.scheduler import Scheduler, Ticker
from bot.engine.trigger_clock import latest_fire, trigger_of
from storage.cron_markers import CronMarkers
from storage.ledger import Ledger
from storage.redis import Database
from tests.fakes.waiting import until

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Handed:
    def __init__(self, fail: int = 0) -> None:
        self.found: list[tuple[str, int]] = []
        self._fail = fail

    async def __call__(self, job: str, fire_ms: int) -> None:
        if self._fail:
            self._fail -= 1
            raise ConnectionError("not now")
        self.found.append((job, fire_ms))


async def test_a_job_fires_at_each_multiple_of_its_rhythm(database: Database) -> None:
    handed = Handed()
    scheduler = Scheduler(handed, CronMarkers(database), SystemClock())
    scheduler.every("sweep", timedelta(seconds=1))
    async with scheduler:
        await until(lambda: len(handed.found) >= 2, "it fired twice")
    times = [fire_ms for _, fire_ms in handed.found]
    assert all(fire_ms % 1000 == 0 for fire_ms in times)
    assert times[1] - times[0] == 1000


async def test_replicas_that_fire_the_same_job_run_it_once_a_firing(database: Database) -> None:
    runs: list[datetime] = []
    ledger, markers = Ledger(database), CronMarkers(database)

    async def run(at: datetime) -> None:
        runs.append(at)

    engine = Engine(database.url, worker_name="w", lease=timedelta(seconds=5))
    engine.register("upkeep", "sweep", once_a_firing(ledger, "sweep", run, lease_seconds=5))
    replicas = [Scheduler(handing_to(engine), markers, SystemClock()) for _ in range(3)]
    for replica in replicas:
        replica.every("sweep", timedelta(seconds=1))
    async with engine, replicas[0], replicas[1], replicas[2]:
        await engine.start_working()
        await until(lambda: len(runs) >= 2, "it ran twice")
        # a replica whose clock is late fires after the run has ended
        await handing_to(engine)("sweep", milliseconds(runs[0]))
        await until(lambda: len(runs) >= 3, "it went on")
    assert len(set(runs)) == len(runs)


async def test_what_was_missed_while_nobody_ran_is_caught_up_once_with_the_latest_time(database: Database) -> None:
    markers, clock = CronMarkers(database), MovableClock(NOON)
    await markers.fired("digest", milliseconds(NOON - timedelta(days=9)))
    await markers.fired("current", milliseconds(NOON - timedelta(minutes=30)))
    handed = Handed(fail=1)
    scheduler = Scheduler(handed, markers, clock)
    scheduler.every("digest", "0 8 * * mon")
    scheduler.every("current", "0 8 * * *")
    scheduler.every("new", "0 8 * * *")
    async with scheduler:

        async def told() -> bool:
            return await markers.last_ms("digest") == milliseconds(NOON.replace(hour=8))

        await until(told, "the catch-up is marked")
        await until(lambda: len(scheduler._handing) == 0, "nothing more is under way")
    assert handed.found == [("digest", milliseconds(NOON.replace(hour=8)))]  # 23 November 2026 is a Monday
    first = await markers.last_ms("new")
    assert first is not None
    assert abs(first - milliseconds(NOON)) < 60_000


async def test_a_marker_only_moves_forward(database: Database) -> None:
    markers = CronMarkers(database)
    for fire_ms in (5, 9, 7):
        await markers.fired("job", fire_ms)
    assert await markers.last_ms("job") == 9


@settings(max_examples=60, deadline=None)
@given(
    rhythm=st.sampled_from(["*/7 * * * *", "0 8 * * mon", "30 3 1 * *", timedelta(minutes=5), timedelta(seconds=90)]),
    gap=st.integers(0, 40 * 24 * 60),
)
def test_the_latest_missed_time_is_the_last_one_that_walking_forward_finds(rhythm: str | timedelta, gap: int) -> None:
    trigger, after = trigger_of(rhythm), NOON - timedelta(minutes=gap)
    walked, fire = None, trigger.get_next_fire_time(None, after + timedelta(microseconds=1))
    while fire is not None and fire <= NOON:
        walked, fire = fire, trigger.get_next_fire_time(fire, fire + timedelta(microseconds=1))
    assert latest_fire(trigger, after=after, until=NOON) == walked


@pytest.mark.parametrize("rhythm", ["every day", "99 * * * *"])
def test_a_rhythm_that_cannot_be_read_is_refused(rhythm: str) -> None:
    with pytest.raises(ValueError):
        trigger_of(rhythm)


async def test_the_ticker_goes_on_after_a_failure_and_repeats_full_batches_at_once() -> None:
    answers: Iterator[int | Exception] = iter([ConnectionError("away"), 100, 100, 3])
    ticks: list[float] = []
    loop = asyncio.get_running_loop()

    async def tick() -> int:
        ticks.append(loop.time())
        answer = next(answers, 0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with Ticker(tick, 0.2):
        await until(lambda: len(ticks) >= 5, "it ticked")
    assert ticks[1] - ticks[0] >= 0.39  # a failure doubles the pause
    assert ticks[3] - ticks[1] < 0.2  # two full batches follow at once
    assert ticks[4] - ticks[3] >= 0.19


async def test_a_woken_ticker_ticks_at_once_and_a_stopped_one_no_more() -> None:
    ticks = 0

    async def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    ticker = Ticker(tick, 3600)
    async with ticker:
        await until(lambda: ticks == 1, "the first tick")
        ticker.wake()
        await until(lambda: ticks == 2, "the second tick")
    ticker.wake()
    assert ticks == 2


async def test_a_tick_under_way_may_finish_and_an_endless_one_is_cancelled() -> None:
    ended: list[str] = []
    entered = asyncio.Event()

    async def endless() -> int:
        try:
            entered.set()
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")
        return 0

    async with Ticker(endless, stop_seconds=0.05):
        await entered.wait()
    assert ended == ["cancelled"]
