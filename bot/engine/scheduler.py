"""When do the fixed system jobs fire, and who asks all the time what is due?

Every replica fires each job; handing over makes one of it. Fire times do not depend on when a replica started, so that
all replicas name the same ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from bot.clock import Clock, from_milliseconds, milliseconds
from storage.ending import ended

if TYPE_CHECKING:
    from bot.engine.trigger_clock import Trigger, TriggerClock

log = logging.getLogger(__name__)

T = TypeVar("T")

HAND_OVER_PAUSES_SECONDS: Final = (0.5, 2.0, 10.0, 30.0)
HAND_OVER_TRIES: Final = 120  # about an hour
LONGEST_TICK_PAUSE_SECONDS: Final = 5.0

Add = Callable[[str, int], Awaitable[None]]


class Markers(Protocol):
    """Where fire times are kept: `storage.cron_markers.CronMarkers`."""

    async def last_ms(self, job: str) -> int | None: ...

    async def fired(self, job: str, fire_ms: int) -> None: ...


class Scheduler:
    """Calls `add(job, fire time in Unix ms)` at each fire time of each job, while open.

    What fired while nobody ran is caught up at opening: once per job, for the latest time that was missed. When `add`
    fails it is repeated for about an hour. The same time may be handed over by several replicas: `add` deduplicates by
    job and time, as `Engine.add` does.
    """

    def __init__(self, add: Add, markers: Markers, clock: Clock) -> None:
        self._add = add
        self._markers = markers
        self._clock = clock
        self._rhythms: dict[str, timedelta | str] = {}
        self._handing: set[asyncio.Task[None]] = set()
        self._ticking: TriggerClock | None = None

    def every(self, job: str, rhythm: timedelta | str) -> None:
        """Fire at each multiple of a length of time, or by a crontab line in UTC. Before it is opened."""
        if job in self._rhythms:
            raise ValueError(f"two jobs are called {job}")
        self._rhythms[job] = rhythm

    async def __aenter__(self) -> Self:
        # APScheduler takes 100 ms to load, which a command-line call should not pay.
        from bot.engine.trigger_clock import TriggerClock, trigger_of  # noqa: PLC0415

        triggers = {job: trigger_of(rhythm) for job, rhythm in self._rhythms.items()}
        self._ticking = TriggerClock(triggers, self._fire)
        self._ticking.start()
        for job, trigger in triggers.items():
            self._spawn(self._catch_up(job, trigger))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ticking is not None:
            self._ticking.stop()
        for task in self._handing:
            task.cancel()
        await asyncio.gather(*self._handing, return_exceptions=True)

    def _fire(self, job: str, at: datetime) -> None:
        self._spawn(self._hand_over(job, milliseconds(at)))

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._handing.add(task)
        task.add_done_callback(self._handing.discard)

    async def _catch_up(self, job: str, trigger: Trigger) -> None:
        from bot.engine.trigger_clock import latest_fire  # noqa: PLC0415

        now = self._clock.now()
        last_ms = await self._persistently(lambda: self._markers.last_ms(job), job)
        if last_ms is None:  # the first run ever: nothing was missed
            await self._persistently(lambda: self._markers.fired(job, milliseconds(now)), job)
            return
        missed = latest_fire(trigger, after=from_milliseconds(last_ms), until=now)
        if missed is not None:
            log.info("catching up job=%s missed=%s", job, missed.isoformat())
            await self._hand_over(job, milliseconds(missed))

    async def _hand_over(self, job: str, fire_ms: int) -> None:
        await self._persistently(lambda: self._add(job, fire_ms), job)
        await self._persistently(lambda: self._markers.fired(job, fire_ms), job)

    async def _persistently(self, call: Callable[[], Awaitable[T]], job: str) -> T:
        """The call's answer, asked again while it fails. Raises its last error after about an hour."""
        for attempt in range(HAND_OVER_TRIES):
            try:
                return await call()
            except Exception:
                if attempt + 1 == HAND_OVER_TRIES:
                    raise
                log.warning("a job could not be handed over yet job=%s", job, exc_info=attempt == 0)
            await asyncio.sleep(HAND_OVER_PAUSES_SECONDS[min(attempt, len(HAND_OVER_PAUSES_SECONDS) - 1)])
        raise AssertionError("unreachable")


class Ticker:
    """Calls `tick` every `interval_seconds` while open; at once again when it did at least `full_batch` things, or
    when `wake` was called. A tick that raises is logged, and followed by a longer pause while it keeps failing.
    """

    def __init__(
        self,
        tick: Callable[[], Awaitable[int]],
        interval_seconds: float = 0.25,
        *,
        full_batch: int = 100,
        stop_seconds: float = 2.0,
    ) -> None:
        self._tick = tick
        self._interval_seconds = interval_seconds
        self._full_batch = full_batch
        self._stop_seconds = stop_seconds
        self._wake = asyncio.Event()
        self._stopping = False
        self._running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Tick soon: something may be due."""
        self._wake.set()

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run(), name="ticker")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A running tick may finish for `stop_seconds`; then it is cancelled."""
        self._stopping = True
        self._wake.set()
        if self._running is not None:
            await asyncio.wait([self._running], timeout=self._stop_seconds)
            await ended(self._running)

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            self._wake.clear()  # before the tick: a wake during it leads to another
            try:
                full = await self._tick() >= self._full_batch
                failures = 0
            except Exception:
                full, failures = False, failures + 1
                log.warning("tick failed times=%d", failures, exc_info=failures in (1, 10, 100))
            if full:
                await asyncio.sleep(0)
                continue
            pause = min(self._interval_seconds * 2.0 ** min(failures, 10), LONGEST_TICK_PAUSE_SECONDS)
            if not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
