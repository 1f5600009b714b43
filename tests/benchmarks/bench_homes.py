"""One draft in Slack and Discord: how long from a reaction until both cards show it, and until Discord sees a sign of
life; and what idle servers hold. Against the loopback servers, so that it is AdMind's own part that is measured.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from bot.chat import Role
from bot.clock import MovableClock
from tests.benchmarks.telling import percentile, tell
from tests.fakes.discord.pressing import Person
from tests.fakes.discord_server import discord_server
from tests.fakes.slack_server import slack_server
from tests.handlers.both.office import NO, Both, running, tied
from tests.handlers.discord.office import environ

ROUNDS = 20
GUILDS = 50
REST_SECONDS = 1.1  # cards are edited once a second at most: that wait is not measured
TARGET_SECONDS, TARGET_IDLE_MB = 2.0, 20.0


def main() -> int:
    logging.disable(logging.WARNING)
    return asyncio.run(_measure())


async def _measure() -> int:
    clock = MovableClock()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            slack_server(clock=clock) as slack,
            discord_server(clock=clock) as server,
            running(Path(folder) / "data", slack, server, clock=clock) as both,
        ):
            await tied(both)
            dan = both.velo.person("dan")
            await both.works(dan, Role.approver)
            await both.tell_apart(dan)
            missed = await _reactions(both, dan) + await _signs(both, dan)
    few, many = await _idle(1), await _idle(GUILDS)
    tell("resident memory in Discord, one idle server", few, "MB")
    tell(f"resident memory in Discord, {GUILDS} idle servers", many, "MB")
    return missed + tell(f"what {GUILDS - 1} idle servers add", many - few, "MB", TARGET_IDLE_MB)


async def _reactions(both: Both, dan: Person) -> int:
    """A ❌ in Discord and one in Slack, by turns, put and taken off."""
    here, there = await both.ask(both.tim)
    took: dict[str, list[float]] = {"Discord": [], "Slack": []}
    for _ in range(ROUNDS):
        await asyncio.sleep(REST_SECONDS)
        began = time.perf_counter()
        dan.react(there, "❌")
        await _shows(lambda: "Dan rejected it" in here.words and "Dan rejected it" in there.words)
        took["Discord"].append(time.perf_counter() - began)
        dan.unreact(there, "❌")
        await _shows(lambda: "rejected it" not in here.words + there.words)
        await asyncio.sleep(REST_SECONDS)
        began = time.perf_counter()
        await both.ana.react(here, NO)
        await _shows(lambda: "ana rejected it" in here.words and "ana rejected it" in there.words)
        took["Slack"].append(time.perf_counter() - began)
        await both.ana.unreact(here, NO)
        await _shows(lambda: "rejected it" not in here.words + there.words)
    missed = 0
    for where, seconds in took.items():
        tell(f"reaction in {where} to both cards, p50", percentile(seconds, 50), "s")
        missed += tell(f"reaction in {where} to both cards, p95", percentile(seconds, 95), "s", TARGET_SECONDS)
    return missed


async def _signs(both: Both, dan: Person) -> int:
    took = list[float]()
    for _ in range(ROUNDS):
        count, began = len(both.hall.messages), time.perf_counter()
        dan.mention(both.hall, "help")
        await _shows(partial(_more, both, count + 1))
        took.append(time.perf_counter() - began)
        await asyncio.sleep(REST_SECONDS)
    tell("mention in Discord to first sign of life, p50", percentile(took, 50), "s")
    return tell("mention in Discord to first sign of life, p95", percentile(took, 95), "s", 1.0)


def _more(both: Both, than: int) -> bool:
    return len(both.hall.messages) > than


async def _shows(shown: Callable[[], bool]) -> None:
    end = time.perf_counter() + 30
    while not shown():
        if time.perf_counter() > end:
            raise SystemExit("never shown")
        await asyncio.sleep(0.002)


async def _idle(guilds: int) -> float:
    """Megabytes of `admind run` and its database at rest, in so many servers."""
    with tempfile.TemporaryDirectory() as folder:
        async with discord_server() as server:
            for number in range(guilds):
                server.guild(f"house{number}")
            environment = {name: value for name, value in os.environ.items() if not name.startswith("ADMIND_")}
            environment |= environ(Path(folder) / "data", server, None, None)
            environment |= {"ADMIND_PORT": "0", "ADMIND_LOG_LEVEL": "error"}
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "handlers", "run"),
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
            )
            try:
                await _shows(lambda: bool(server.gateway.identified))
                await asyncio.sleep(5)  # a benchmark may: what idles is what is measured
                return _memory_mb(process.pid, folder)
            finally:
                process.send_signal(signal.SIGTERM)
                await process.wait()


def _memory_mb(pid: int, folder: str) -> float:
    """This process and the database that serves its folder, which runs in a session of its own."""
    total = psutil.Process(pid).memory_info().rss
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if "valkey-server" in line and folder in line:
            total += process.memory_info().rss
    return float(total / 1e6)


if __name__ == "__main__":
    sys.exit(main())
