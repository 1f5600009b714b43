"""Work that was handed over is done, whatever happens to the worker; slow work never holds up quick work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.engine.outbox import Engine, Queue
from bot.engine.retries import Retries
from storage.errors import AdMindError
from storage.ledger import Busy
from storage.redis import Database, StorageUnavailable
from tests.fakes.waiting import until

FAST = Retries(most_failures=3, first_pause_seconds=0.01, longest_pause_seconds=0.05, unknown_pause_seconds=0.1)
BOTH: frozenset[Queue] = frozenset({"chat", "publish"})


@dataclass
class Dead:
    found: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    refuse: int = 0

    async def __call__(self, queue: str, name: str, ws: str, id: str, error: Exception) -> None:
        if self.refuse:
            self.refuse -= 1
            raise ConnectionError("the desk is not reachable")
        self.found.append((queue, name, ws, id, type(error).__name__))


def engine_on(
    database: Database, name: str = "w1", *, dead: Dead | None = None, lease: float = 5, queues: frozenset[Queue] = BOTH
) -> Engine:
    return Engine(
        database.url,
        worker_name=name,
        lease=timedelta(seconds=lease),
        queues=queues,
        on_dead=dead or Dead(),
        retries=FAST,
    )


@pytest.fixture(params=["database", "cluster_database"])
def anywhere(request: pytest.FixtureRequest) -> Database:
    return cast(Database, request.getfixturevalue(request.param))


async def test_what_is_added_runs_with_its_workspace_and_id(anywhere: Database) -> None:
    ran: set[tuple[str, str]] = set()

    async def note(ws: str, id: str) -> None:
        ran.add((ws, id))

    engine = engine_on(anywhere)
    engine.register("chat", "note", note)
    async with engine:
        await engine.start_working()
        for number in range(40):
            await engine.add("chat", "note", "w1", str(number), key=f"k{number}")
        await until(lambda: len(ran) == 40, "all ran")
    assert ran == {("w1", str(number)) for number in range(40)}


async def test_a_key_is_added_once_while_it_is_pending_and_again_after_it_ran(database: Database) -> None:
    ran: list[str] = []

    async def note(ws: str, id: str) -> None:
        ran.append(f"{ws}/{id}")

    engine = engine_on(database)
    engine.register("chat", "note", note)
    async with engine:
        for ws, id in (("w1", "a"), ("w1", "b"), ("w2", "c")):
            await engine.add("chat", "note", ws, id, key="same")
        await engine.start_working()
        await until(lambda: len(ran) >= 2, "both workspaces ran")

        async def runs_again() -> bool:
            await engine.add("chat", "note", "w1", "later", key="same")
            return "w1/later" in ran

        await until(runs_again, "the key is free again")
    assert set(ran) == {"w1/a", "w1/later", "w2/c"}


async def test_a_task_that_asks_to_come_back_does_and_is_not_counted_as_failing(database: Database) -> None:
    visits, dead = 0, Dead()

    async def busy(ws: str, id: str) -> None:
        nonlocal visits
        visits += 1
        if visits <= FAST.most_failures + 2:
            raise Busy(0.05)

    engine = engine_on(database, dead=dead)
    engine.register("publish", "busy", busy)
    async with engine:
        await engine.start_working()
        await engine.add("publish", "busy", "w1", "p1", key="p1")
        await until(lambda: visits == FAST.most_failures + 3, "it came through")
    assert dead.found == []


async def test_a_task_that_keeps_failing_is_given_up_with_a_reference_in_the_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    visits, dead = 0, Dead(refuse=1)

    async def broken(ws: str, id: str) -> None:
        nonlocal visits
        visits += 1
        raise ValueError("boom")

    async def refused(ws: str, id: str) -> None:
        raise AdMindError("The channel said no.")

    engine = engine_on(database, dead=dead)
    engine.register("chat", "broken", broken)
    engine.register("chat", "refused", refused)
    with caplog.at_level(logging.ERROR):
        async with engine:
            await engine.start_working()
            await engine.add("chat", "broken", "w1", "b1", key="b1")
            await engine.add("chat", "refused", "w1", "r1", key="r1")
            await until(lambda: len(dead.found) == 2, "both were given up")
    assert sorted(dead.found) == [
        ("chat", "broken", "w1", "b1", "ValueError"),
        ("chat", "refused", "w1", "r1", "AdMindError"),
    ]
    assert FAST.most_failures <= visits <= FAST.most_failures + 1  # once more, as the first hand-over failed
    assert sum("reference=" in record.message for record in caplog.records) >= 2 * FAST.most_failures
    assert "ForcedRetry" not in caplog.text


async def test_a_task_of_a_newer_version_waits_for_one_that_knows_it(database: Database) -> None:
    ran: list[str] = []
    met = asyncio.Event()

    async def note(ws: str, id: str) -> None:
        ran.append(id)

    class Meeting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "_NotKnownYet" in record.getMessage():
                met.set()

    old, new = engine_on(database, "old"), engine_on(database, "new")
    new.register("chat", "brand-new", note)
    logger, handler = logging.getLogger("bot.engine.queue"), Meeting()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        async with old:
            await old.start_working()
            await old.add("chat", "brand-new", "w1", "n1", key="n1")  # a producer need not know it either
            await asyncio.wait_for(met.wait(), 10)
            assert ran == []
            async with new:
                await new.start_working()
                await until(lambda: ran == ["n1"], "the new version ran it")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


async def test_chat_that_fills_its_queue_does_not_hold_up_publishing(database: Database) -> None:
    release, thinking, published = asyncio.Event(), 0, asyncio.Event()

    async def think(ws: str, id: str) -> None:
        nonlocal thinking
        thinking += 1
        await release.wait()

    async def publish(ws: str, id: str) -> None:
        published.set()

    engine = engine_on(database)
    engine.register("chat", "think", think)
    engine.register("publish", "publish", publish)
    async with engine:
        await engine.start_working()
        for number in range(30):
            await engine.add("chat", "think", "w1", str(number), key=str(number))
        await until(lambda: thinking == 16, "chat is full")
        await engine.add("publish", "publish", "w1", "p", key="p")
        await asyncio.wait_for(published.wait(), 5)
        assert thinking == 16
        release.set()
        await until(lambda: thinking == 30, "chat went on")


async def test_a_process_that_only_adds_runs_nothing(database: Database) -> None:
    ran: list[str] = []

    async def note(ws: str, id: str) -> None:
        ran.append(id)

    web, worker = engine_on(database, "web", queues=frozenset()), engine_on(database, "worker")
    for engine in (web, worker):
        engine.register("chat", "note", note)
    async with web:
        await web.start_working()
        await web.add("chat", "note", "w1", "x", key="x")
        assert await cast(Any, database.client).xlen("admind-chat:stream") == 1
        assert ran == []
        async with worker:
            await worker.start_working()
            await until(lambda: ran == ["x"], "the worker ran it")


async def test_shutdown_lets_short_work_finish_and_leaves_long_work_to_others(database: Database) -> None:
    events: list[str] = []
    let_short_end = asyncio.Event()

    def tasks_for(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
        async def short(ws: str, id: str) -> None:
            events.append(f"{name} short starts")
            await let_short_end.wait()
            events.append(f"{name} short ends")

        async def long(ws: str, id: str) -> None:
            events.append(f"{name} long starts")
            if name == "first":
                await asyncio.Event().wait()

        return short, long

    first, second = engine_on(database, "first", lease=1.5), engine_on(database, "second", lease=1.5)
    for engine, name in ((first, "first"), (second, "second")):
        for task_name, task in zip(("short", "long"), tasks_for(name), strict=True):
            engine.register("chat", task_name, task)
    async with second:
        async with first:
            await first.start_working()
            await first.add("chat", "short", "w1", "s", key="s")
            await first.add("chat", "long", "w1", "l", key="l")
            await until(lambda: len(events) == 2, "both started")
            asyncio.get_running_loop().call_later(0.05, let_short_end.set)
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 1.5
        assert "first short ends" in events
        await second.start_working()
        await until(lambda: "second long starts" in events, "the long one was taken up")
    assert "second short starts" not in events


async def test_nothing_is_added_once_it_is_closed(database: Database) -> None:
    async with engine_on(database, queues=frozenset()) as engine:
        await engine.add("chat", "note", "w", "1", key="k")
    with pytest.raises(StorageUnavailable):
        await engine.add("chat", "note", "w", "2", key="k2")


async def test_a_message_that_docket_cannot_read_does_not_stop_the_queue(database: Database) -> None:
    ran, dead = list[str](), Dead()

    async def note(ws: str, id: str) -> None:
        ran.append(id)

    engine = engine_on(database, dead=dead)
    engine.register("chat", "note", note)
    async with engine:
        await cast(Any, database.client).xadd("admind-chat:stream", {"nothing": "that docket expects"})
        await engine.add("chat", "note", "w1", "after", key="after")
        await engine.start_working()
        await until(lambda: ran == ["after"] and len(dead.found) == 1, "the queue went on")
        await until(lambda: _is_empty(database), "the bad message is gone")
    assert dead.found == [("chat", "unreadable", "", "", "Refused")]


async def _is_empty(database: Database) -> bool:
    return not await cast(Any, database.client).xlen("admind-chat:stream")


async def test_a_worker_that_dies_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    async def note(ws: str, id: str) -> None:
        ran.append(id)

    engine = engine_on(database)
    engine.register("chat", "note", note)
    async with engine:
        import docket.worker

        deaths, loop = 0, docket.worker.Worker._worker_loop

        async def dying(self: Any, *rest: Any, **more: Any) -> Any:
            nonlocal deaths
            if deaths < 2 and self.docket.name == "admind-chat":
                deaths += 1
                raise KeyError("a bug in docket")
            return await loop(self, *rest, **more)

        monkeypatch.setattr(docket.worker.Worker, "_worker_loop", dying)
        await engine.start_working()
        await engine.add("chat", "note", "w1", "after", key="after")
        await until(lambda: ran == ["after"], "the queue went on")
    assert deaths == 2


async def test_tasks_are_registered_before_opening_and_under_one_name_each(database: Database) -> None:
    async def note(ws: str, id: str) -> None: ...

    engine = engine_on(database)
    engine.register("chat", "note", note)
    with pytest.raises(ValueError, match="two tasks"):
        engine.register("chat", "note", note)
    async with engine:
        with pytest.raises(RuntimeError):
            engine.register("chat", "other", note)
