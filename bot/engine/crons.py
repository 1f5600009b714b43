"""How does a firing become one run, however many replicas fire it and however often it is delivered?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.clock import from_milliseconds
from bot.engine.outbox import Engine, Task
from bot.engine.scheduler import Add
from storage.ledger import Ledger

SYSTEM = "sys"  # the owner of what belongs to no workspace


def handing_to(engine: Engine) -> Add:
    """What a Scheduler calls: the firing goes to the upkeep queue under the job's name."""

    async def add(job: str, fire_ms: int) -> None:
        await engine.add("upkeep", job, SYSTEM, str(fire_ms), key=_key(job, fire_ms))

    return add


def once_a_firing(
    ledger: Ledger, job: str, run: Callable[[datetime], Awaitable[None]], *, lease_seconds: float
) -> Task:
    """The task to register under the job's name: `run(fire time)` once a firing.

    The queue alone is not enough: a replica whose clock is late fires when the first one's run has long ended.
    """

    async def task(_: str, fire: str) -> None:
        fire_ms = int(fire)
        async with ledger.once(SYSTEM, _key(job, fire_ms), lease_seconds=lease_seconds) as claim:
            if claim is not None:
                await run(from_milliseconds(fire_ms))

    return task


def _key(job: str, fire_ms: int) -> str:
    return f"cron-{job}-{fire_ms}"
