"""APScheduler, reduced to a clock: it says when a job fires and runs nothing.

Heavy: only the scheduler imports this, when it opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, cast

from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Fire = Callable[[str, datetime], None]


class Trigger(Protocol):
    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None: ...


class _Tell(BaseExecutor):  # type: ignore[misc]
    """Tells of a fire time at once instead of running the job."""

    def __init__(self, fire: Fire) -> None:
        super().__init__()
        self._fire = fire

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self._fire(job.id, run_times[-1])
        asyncio.get_running_loop().call_soon(self._run_job_success, job.id, [])


class TriggerClock:
    """Calls `fire(job, time)` whenever a job is due, between `start` and `stop`."""

    def __init__(self, triggers: Mapping[str, Trigger], fire: Fire) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": _Tell(fire)})
        for job, trigger in triggers.items():
            # After the machine slept, one firing stands for those it slept through.
            self._scheduler.add_job(
                _nothing, trigger, id=job, coalesce=True, misfire_grace_time=None, max_instances=1000
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)


def trigger_of(rhythm: timedelta | str) -> Trigger:
    """A length of time, counted from the epoch so that all replicas agree, or a crontab line in UTC.

    Raises ValueError.
    """
    if isinstance(rhythm, timedelta):
        return cast(Trigger, IntervalTrigger(seconds=rhythm.total_seconds(), start_date=EPOCH, timezone=UTC))
    return cast(Trigger, CronTrigger.from_crontab(rhythm, timezone=UTC))


def latest_fire(trigger: Trigger, *, after: datetime, until: datetime) -> datetime | None:
    """The last fire time in (after, until], looking back from `until` in growing windows; None when there is none."""
    window = timedelta(minutes=2)
    while True:
        start = max(after, until - window)
        found: datetime | None = None
        fire = trigger.get_next_fire_time(None, start)
        while fire is not None and fire <= until:
            if fire > after:
                found = fire
            fire = trigger.get_next_fire_time(fire, fire + timedelta(microseconds=1))
        if found is not None or start <= after:
            return found
        window *= 4


def _nothing() -> None:
    """What APScheduler believes to run."""
