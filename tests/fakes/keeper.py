"""An AdMind in miniature, to be killed: it owns a data directory and writes, or works on a queue.

python -m tests.fakes.keeper write DATA_DIR      prints each number after its write was acknowledged
python -m tests.fakes.keeper hold DATA_DIR       prints "ready", waits for Ctrl-C, writes a receipt, prints it
python -m tests.fakes.keeper work URL EFFECTS    works on the chat queue; each effect is a line in the file
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot.engine.outbox import Engine
from storage.embedded import EmbeddedValkey
from storage.ledger import Ledger
from storage.redis import connect

LEASE_SECONDS = 1.5


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


async def write(data_dir: Path) -> None:
    async with EmbeddedValkey(data_dir) as server, connect(server.url) as database:
        say("epoch", server.owner_epoch, "pid", server.pid)
        number = 0
        while True:
            number += 1
            await cast(Any, database.client).set("admind:{sys}:number", number)
            say(number)


async def hold(data_dir: Path) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with EmbeddedValkey(data_dir) as server, connect(server.url) as database:
        say("ready", server.pid)
        await stop.wait()
        same = (await database.identity()).run_id
        await cast(Any, database.client).set("admind:{sys}:receipt", "kept")
        say("receipt", await cast(Any, database.client).get("admind:{sys}:receipt"), bool(same))
    say("ended")


async def work(url: str, effects: Path) -> None:
    async with connect(url) as database:
        ledger = Ledger(database)

        async def effect(ws: str, id: str) -> None:
            async with ledger.once(ws, id, lease_seconds=LEASE_SECONDS / 2) as claim:
                if claim is None:
                    return
                say("started", id, os.getpid())
                await asyncio.sleep(0.4)
                await claim.check()
                with effects.open("a", encoding="ascii") as file:
                    file.write(f"{id}\n")

        engine = Engine(url, worker_name=f"w{os.getpid()}", lease=timedelta(seconds=LEASE_SECONDS))
        engine.register("chat", "effect", effect)
        async with engine:
            await engine.start_working()
            say("working")
            await asyncio.Event().wait()


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "work":
        asyncio.run(work(where, Path(rest[0])))
    else:
        asyncio.run({"write": write, "hold": hold}[what](Path(where)))
