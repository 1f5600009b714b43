"""How fast AdMind acknowledges slash commands that it has written down, beside a bare bolt app that writes nothing.

Each in a process of its own, at 1, 10 and 50 clients over signed HTTP, and over Socket Mode; and what a request costs.
Then a minute of many events, all answered.
"""

from __future__ import annotations

import asyncio
import signal
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import psutil

from tests.benchmarks.slack_commands import over_http
from tests.benchmarks.slack_minute import minute
from tests.benchmarks.telling import percentile, tell
from tests.fakes.slack_server import SlackServer, slack_server

CLIENTS = (1, 10, 50)
REQUESTS = 1000
WARM = 50
Start = Callable[[SlackServer, str], AbstractAsyncContextManager[psutil.Process]]


@dataclass(frozen=True)
class Measured:
    """Milliseconds."""

    p50: float
    p99: float
    cpu: float  # a request
    failed: int


def main() -> int:
    return asyncio.run(_measure())


async def _measure() -> int:
    missed = 0
    for door in ("http", "sockets"):
        bare, ours = await _of(door, bare_process), await _of(door, admind_process)
        for clients in CLIENTS:
            name, least, found = f"{door}, {clients} clients", bare[clients], ours[clients]
            missed += tell(f"{name}, not acknowledged", found.failed + least.failed, "commands", 0)
            tell(f"{name}, bare bolt acknowledged p50", least.p50, "ms")
            missed += tell(f"{name}, AdMind acknowledged p50", found.p50, "ms", least.p50)
            tell(f"{name}, AdMind acknowledged p99", found.p99, "ms")
            tell(f"{name}, bare bolt CPU of a request", least.cpu, "ms")
            missed += tell(f"{name}, AdMind CPU of a request", found.cpu, "ms", 3 * least.cpu)
        missed += await minute(door, partial(admind_process, answers=True))
    return missed


async def _of(door: str, started: Start) -> dict[int, Measured]:
    async with slack_server() as slack, started(slack, door) as process:
        return {clients: await slash_commands(slack, process, clients) for clients in CLIENTS}


async def slash_commands(slack: SlackServer, process: psutil.Process, clients: int) -> Measured:
    """Commands to the app that Slack sends to, each client's one after the other; `process` is what serves it."""
    person = slack.person("client0")
    room = slack.channel("bench", person)

    async def ask(times: int) -> list[float | None]:
        if slack.deliveries.door is slack.http:
            return await over_http(slack, person, room, clients, times)
        slack.deliveries.answers.clear()
        await asyncio.gather(*(over_socket(times // clients) for _ in range(clients)))
        return [answer.seconds if answer.ok else None for _, _, answer in slack.deliveries.answers]

    async def over_socket(times: int) -> None:
        for _ in range(times):
            await person.slash(room, "/admind", "help")

    await ask(max(WARM, clients))
    before = sum(process.cpu_times()[:2])
    answers = await ask(REQUESTS)
    spent = sum(process.cpu_times()[:2]) - before
    took = [each * 1000 for each in answers if each is not None]
    failed = len(answers) - len(took)
    return Measured(statistics.median(took), percentile(took, 99), spent * 1000 / len(answers), failed)


@asynccontextmanager
async def bare_process(slack: SlackServer, door: str) -> AsyncIterator[psutil.Process]:
    given = [slack.api, slack.token, slack.signing_secret] + ([slack.app_token] if door == "sockets" else [])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.bare_bolt", *given, stdout=asyncio.subprocess.PIPE
    )
    try:
        if door == "sockets":
            await slack.over_sockets()
        else:
            assert process.stdout is not None
            port = int(await process.stdout.readline())
            slack.over_http(f"http://127.0.0.1:{port}/slack/events")
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def admind_process(slack: SlackServer, door: str, *, answers: bool = False) -> AsyncIterator[psutil.Process]:
    """Its database is a process of its own, and not counted. Only with `answers` are requests answered, too."""
    owner = f"{slack.team.id}/{slack.person('client0').id}"
    with tempfile.TemporaryDirectory() as folder:
        given = [folder, slack.api, slack.token, slack.signing_secret, owner]
        given += [slack.app_token] if door == "sockets" else []
        given += ["--answers"] if answers else []
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.admind_slack", *given, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            port = int(await process.stdout.readline())
            if door == "sockets":
                await slack.over_sockets()
            else:
                slack.over_http(f"http://127.0.0.1:{port}/slack/events")
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
