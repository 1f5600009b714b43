"""A process that asks how a post did, to be killed while it waits for the answer.

python -m tests.reliability.asker URL FOLDER PORT NOW POST
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from bot.clock import MovableClock
from storage.redis import connect
from tests.world import world_on


async def ask(url: str, folder: str, port: str, now: str, post: str) -> None:
    clock = MovableClock(datetime.fromisoformat(now))
    hosts = frozenset({f"127.0.0.1:{port}"})
    async with (
        connect(url) as database,
        world_on(database, Path(folder), allow_hosts=hosts, clock=clock, worker="asker") as world,
    ):
        await world.numbers.look(world.ws, post)


if __name__ == "__main__":
    asyncio.run(ask(*sys.argv[1:]))
