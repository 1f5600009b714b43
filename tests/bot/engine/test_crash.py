"""Real processes are killed; the work is done by another, and its effect happens once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.outbox import Engine
from storage.embedded import EmbeddedValkey
from storage.errors import AdMindError
from storage.redis import Database
from tests.fakes.keeper import LEASE_SECONDS
from tests.fakes.waiting import until


class Worker:
    """A real process that works on the chat queue."""

    def __init__(self, url: str, effects: Path) -> None:
        command = [sys.executable, "-m", "tests.fakes.keeper", "work", url, str(effects)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def next_line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def send(self, sign: signal.Signals) -> None:
        os.kill(self._process.pid, sign)

    def end(self) -> None:
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait(10)
        self._process.stdout.close()


@pytest.mark.crash
async def test_what_a_killed_worker_had_begun_is_done_by_another_and_once(database: Database, tmp_path: Path) -> None:
    effects = tmp_path / "effects"
    wanted = [f"e{number}" for number in range(12)]
    first, second = Worker(database.url, effects), Worker(database.url, effects)
    try:
        assert first.next_line().startswith("working")
        assert second.next_line().startswith("working")
        engine = Engine(database.url, worker_name="web", lease=timedelta(seconds=LEASE_SECONDS), queues=frozenset())
        async with engine:
            second.send(signal.SIGSTOP)  # else it may take all of them
            for id in wanted:
                await engine.add("chat", "effect", "w1", id, key=id)
            assert first.next_line().startswith("started")
            first.send(signal.SIGKILL)  # in the middle of a task
            second.send(signal.SIGCONT)
            await until(lambda: _all_done(effects, wanted), "the survivor did all of it", seconds=30)
            for id in wanted:  # the platform repeats its events
                await engine.add("chat", "effect", "w1", id, key=id)
            await engine.add("chat", "effect", "w1", "last", key="last")
            await until(lambda: _all_done(effects, ["last"]), "the repetitions were worked off")
    finally:
        first.end()
        second.end()
    assert sorted(effects.read_text().split()) == sorted([*wanted, "last"])


@pytest.mark.crash
async def test_a_worker_that_froze_past_its_lease_does_not_repeat_the_effect(
    database: Database, tmp_path: Path
) -> None:
    effects = tmp_path / "effects"
    first, second = Worker(database.url, effects), Worker(database.url, effects)
    try:
        first.next_line()
        engine = Engine(database.url, worker_name="web", lease=timedelta(seconds=LEASE_SECONDS), queues=frozenset())
        async with engine:
            second.send(signal.SIGSTOP)
            await engine.add("chat", "effect", "w1", "e", key="e")
            assert first.next_line().startswith("started")
            first.send(signal.SIGSTOP)
            second.send(signal.SIGCONT)
            await until(lambda: _all_done(effects, ["e"]), "the other one took over", seconds=30)
            first.send(signal.SIGCONT)
            for id in ("x", "y", "z"):
                await engine.add("chat", "effect", "w1", id, key=id)
            await until(lambda: _all_done(effects, ["x", "y", "z"]), "both went on", seconds=30)
    finally:
        for worker in (first, second):
            worker.send(signal.SIGCONT)
            worker.end()
    assert sorted(effects.read_text().split()) == ["e", "x", "y", "z"]


@pytest.mark.crash
async def test_the_queues_go_on_by_themselves_after_the_database_was_killed(embedded: EmbeddedValkey) -> None:
    ran: set[str] = set()

    async def note(ws: str, id: str) -> None:
        ran.add(id)

    engine = Engine(embedded.url, worker_name="w", lease=timedelta(seconds=3))
    engine.register("publish", "note", note)
    async with engine:
        await engine.start_working()
        await engine.add("publish", "note", "w1", "before", key="before")
        await until(lambda: "before" in ran, "it works")
        first = embedded.pid
        os.kill(first, signal.SIGKILL)

        async def added() -> bool:
            try:
                await engine.add("publish", "note", "w1", "after", key="after")
            except AdMindError as error:
                assert error.retry_after_seconds
                return False
            return True

        await until(added, "work can be handed over again")
        await until(lambda: "after" in ran, "it is worked on again", seconds=30)
    assert embedded.pid != first


def _all_done(effects: Path, wanted: list[str]) -> bool:
    return effects.exists() and set(wanted) <= set(effects.read_text().split())
