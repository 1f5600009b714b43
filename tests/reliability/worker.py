"""A process that publishes, to be killed: the real publisher, reconciler, clockwork and engine on a given database.

python -m tests.reliability.worker URL FOLDER NAME PORT [STEP WHEN COUNT]

With a step (claim, attempt, journal, check, send, finish) it ends itself by SIGKILL "before" or "after" the step's
COUNT-th call: the collaborators are wrapped here, the product knows nothing of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.engine.outbox import Engine, Task
from bot.engine.retries import Retries
from bot.engine.scheduler import Ticker
from storage.redis import connect
from tests.world import World, world_on

LEASE = timedelta(seconds=0.8)
REDELIVERY = timedelta(seconds=1.6)
DEADLINE = timedelta(seconds=1)
SETTLE = timedelta(seconds=1)
TASKS = ("post", "reconcile", "note", "remind", "expire")


def die_at(world: World, step: str, when: str, count: int) -> None:
    publisher = world.publisher
    owner, name = {
        "journal": (publisher.journal, "append"),
        "send": (publisher._channels["webhook"], "send"),
    }.get(step, (publisher.sending, step))
    setattr(owner, name, deadly(getattr(owner, name), when, count))


def deadly(
    call: Callable[..., Awaitable[Any]],
    when: str,
    count: int,
    counts: Callable[[tuple[Any, ...]], bool] | None = None,
) -> Callable[..., Awaitable[Any]]:
    """The call, which kills this process "before" or "after" its `count`-th one, of those whose arguments count."""
    calls = 0

    async def wrapped(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += counts is None or counts(args)
        mine = calls == count and (counts is None or counts(args))
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await call(*args, **options)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return wrapped


@dataclass(frozen=True)
class Times:
    """Short ones, so that what a death leaves behind is taken up soon."""

    lease: timedelta = LEASE
    redelivery: timedelta = REDELIVERY
    deadline: timedelta = DEADLINE
    settle: timedelta = SETTLE
    unknown_seconds: float = 15.0


async def work(
    url: str,
    folder: Path,
    name: str,
    port: str,
    *deadly: str,
    times: Times = Times(),
    more: Mapping[str, Task] | None = None,
) -> None:
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(connect(url))
        world = await stack.enter_async_context(
            world_on(
                database,
                folder,
                allow_hosts=frozenset({f"127.0.0.1:{port}"}),
                worker=name,
                lease=times.lease,
                webhook_deadline=times.deadline,
                webhook_settle=times.settle,
            )
        )
        engine = Engine(
            url,
            worker_name=name,
            lease=times.redelivery,
            queues=frozenset({"publish", "upkeep"}),
            retries=Retries(unknown_pause_seconds=times.unknown_seconds),
        )
        for task, act in (more or {}).items():
            engine.register("publish", task, act)
        tasks = (
            world.publisher.publish,
            world.reconciler.reconcile,
            world.upkeep.note,
            world.upkeep.remind,
            world.upkeep.expire,
        )
        for task, act in zip(TASKS, tasks, strict=True):
            engine.register("publish" if task in ("post", "reconcile") else "upkeep", task, act)

        async def add(queue: Any, task: str, workspace: str, entry: str, key: str) -> None:
            await engine.add(queue, task, workspace, entry, key=key)

        clockwork = world.clockwork(add)

        async def tick() -> int:
            return (await clockwork.tick()).entries

        await stack.enter_async_context(engine)
        await world.recovery.recover()
        if deadly:
            die_at(world, deadly[0], deadly[1], int(deadly[2]))
        await engine.start_working()
        await stack.enter_async_context(Ticker(tick, interval_seconds=0.1))
        sys.stdout.write("working\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
