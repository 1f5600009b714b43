"""How is work handed over so that a crash does not lose it, and slow work never holds up quick work?

Three queues, each with a docket (Redis Streams) and a worker of its own: after a Redis error docket lets what runs
finish before it reconnects, so a model's minute must not stand before a post. Delivery is at least once: the effect
is made to happen once by the ledger or by the post's own claim.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self, get_args

from bot.engine.leases import Leases
from bot.engine.no_results import load_docket
from bot.engine.retries import Retries
from storage.redis import StorageUnavailable
from storage.redis_clients import our_errors

if TYPE_CHECKING:
    from bot.engine.queue import OpenQueue

log = logging.getLogger(__name__)

Queue = Literal["chat", "publish", "upkeep"]
Task = Callable[[str, str], Awaitable[None]]
OnDead = Callable[[str, str, str, str, Exception], Awaitable[None]]

QUEUES: Final[frozenset[Queue]] = frozenset(get_args(Queue))
CONCURRENCY: Final[Mapping[Queue, int]] = {"chat": 16, "publish": 24, "upkeep": 8}
ADD_TIMEOUT_SECONDS: Final = 2.5  # a chat platform waits three seconds for its acknowledgement


class Engine:
    """Tasks by name, on queues. Register, open, add; `start_working` where work is to be done.

    `queues` are those that this process works on; with none it only adds. `lease` is the redelivery time: after it,
    the work of a process that vanished is taken up by another. `worker_name` is stable and unique per replica.
    `on_dead(queue, name, ws, id, error)` is told of each task that was given up.

    A task that raises an AdMindError with `retry_after_seconds` runs again after that time. Any other error is logged
    under a reference and tried again with growing pauses; then the task is given to `on_dead`. At shutdown running
    tasks may finish for a while, and are cancelled and left pending then.
    """

    def __init__(
        self,
        url: str,
        *,
        worker_name: str,
        lease: timedelta,
        queues: frozenset[Queue] = QUEUES,
        on_dead: OnDead | None = None,
        retries: Retries | None = None,
        concurrency: Mapping[Queue, int] = CONCURRENCY,
    ) -> None:
        self.leases = Leases(lease)
        self._url = url
        self._worker_name = worker_name
        self._queues = queues
        self._on_dead = on_dead or _only_logged
        self._retries = retries or Retries()
        self._concurrency = concurrency
        self._tasks: dict[Queue, dict[str, Task]] = {queue: {} for queue in sorted(QUEUES)}
        self._open: dict[Queue, OpenQueue] = {}
        self._stack = AsyncExitStack()

    def register(self, queue: Queue, name: str, task: Task) -> None:
        """Make `task(workspace, id)` what runs under this name. Before the engine is opened."""
        if self._open:
            raise RuntimeError("tasks are registered before the engine is opened")
        if name in self._tasks[queue]:
            raise ValueError(f"two tasks are called {name} on {queue}")
        self._tasks[queue][name] = task

    def task(self, queue: Queue, name: str) -> Task:
        """What runs under this name, to be done here and now. Raises KeyError."""
        return self._tasks[queue][name]

    async def __aenter__(self) -> Self:
        # 100 ms, which a command-line call should not pay.
        load_docket()
        from bot.engine.queue import OpenQueue, Plan  # noqa: PLC0415

        async with AsyncExitStack() as stack:
            for queue, tasks in self._tasks.items():
                plan = Plan(
                    name=queue,
                    url=self._url,
                    worker_name=self._worker_name,
                    concurrency=self._concurrency[queue],
                    redelivery=self.leases.redelivery,
                    tasks=tasks,
                    retries=self._retries,
                    on_dead=self._on_dead,
                )
                with our_errors():
                    self._open[queue] = await stack.enter_async_context(OpenQueue(plan))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.drain(self.leases.drain_seconds)
        finally:
            self._open = {}
            await self._stack.aclose()

    async def take_over(self) -> int:
        """What processes that are gone had begun is done at once, not after the redelivery time; how much that is.

        Only where no other process works, and before `start_working`. Raises StorageUnavailable.
        """
        with our_errors():
            return sum([await self._open[queue].take_over() for queue in sorted(self._queues)])

    async def start_working(self) -> None:
        """Work on this process's queues from now on."""
        for queue in self._queues:
            self._open[queue].start_working()

    async def drain(self, timeout_seconds: float) -> None:
        """Take nothing new; let running tasks finish that long, then cancel them. `add` still works."""
        await asyncio.gather(*(queue.drain(timeout_seconds) for queue in self._open.values()))

    async def add(self, queue: Queue, name: str, ws: str, id: str, *, key: str) -> None:
        """Hand over `name(ws, id)`; what is acknowledged survives a crash.

        Nothing is added while the same workspace's `key` is pending or running on this queue. The name need not be
        known here. Raises StorageUnavailable, StorageFull; then it may or may not have been added: add it again.
        Once this is closed nothing is added any more.
        """
        opened = self._open.get(queue)
        if opened is None:
            raise StorageUnavailable
        try:
            async with asyncio.timeout(ADD_TIMEOUT_SECONDS):
                with our_errors():
                    await opened.add(name, ws, id, key)
        except TimeoutError as error:
            raise StorageUnavailable from error


async def _only_logged(queue: str, name: str, ws: str, id: str, error: Exception) -> None:
    log.error("task given up queue=%s task=%s ws=%s id=%s why=%s", queue, name, ws, id, type(error).__name__)
