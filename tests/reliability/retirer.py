"""A process that archives, to be killed: the real retention on a given database.

python -m tests.reliability.retirer URL FOLDER NOW STEP WHEN COUNT

It ends itself by SIGKILL "before" or "after" the COUNT-th call of a step: `put` writes a file, `delete` and `discard`
remove one, and any other step is the script of this name. The collaborators are wrapped here; the product knows nothing
of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.clock import MovableClock
from bot.workflow.retention import Retention
from storage.redis import Script, connect
from tests.world import World, world_on


def die_at(world: World, step: str, when: str, count: int) -> None:
    def mine(*args: Any) -> bool:
        return step in ("put", "delete", "discard") or (isinstance(args[0], Script) and args[0].name == step)

    owner, name = (world.blobs, step) if step in ("put", "delete", "discard") else (world.database, "run")
    setattr(owner, name, _deadly(getattr(owner, name), mine, when, count))


def _deadly(
    call: Callable[..., Awaitable[Any]], mine: Callable[..., bool], when: str, count: int
) -> Callable[..., Awaitable[Any]]:
    calls = 0

    async def wrapped(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += mine(*args)
        dies = mine(*args) and calls == count
        if dies and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await call(*args, **options)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return wrapped


async def work(url: str, folder: Path, now: str, step: str, when: str, count: int) -> None:
    clock = MovableClock(datetime.fromisoformat(now))
    async with connect(url) as database, world_on(database, folder, clock=clock, worker=f"w{os.getpid()}") as world:
        die_at(world, step, when, count)
        retention = Retention(database, blobs=world.blobs, audit=world.audit, clock=clock)
        await retention.retire()
        await retention.sweep()


if __name__ == "__main__":
    url, folder, now, step, when, count = sys.argv[1:]
    asyncio.run(work(url, Path(folder), now, step, when, int(count)))
