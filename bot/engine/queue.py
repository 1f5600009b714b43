"""One queue at work: a docket of its own and, where this process works on it, a worker that is kept alive.

Heavy: only the engine imports this, when it opens.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from docket import Docket, Retry, Worker
from docket.dependencies import CurrentExecution
from docket.execution import Execution

from bot.engine.docket_json import disarm
from bot.engine.leases import CANCEL_GRACE
from bot.engine.retries import Retries, asked_pause
from storage.errors import AdMindError

log = logging.getLogger(__name__)

PAYLOAD_VERSION = 1
CHECK_INTERVAL = timedelta(milliseconds=50)  # the default of 250 ms caps a burst at 80 tasks a second
AT_ONCE = 500
RECONNECT_DELAY = timedelta(seconds=1)
WORKER_RESTART_SECONDS = (0.1, 1.0, 5.0, 15.0)
# Docket logs each retry and each start; ours say it with a reference.
QUIET = {"docket.dependencies": logging.CRITICAL, "docket.worker": logging.WARNING}

Task = Callable[[str, str], Awaitable[None]]
OnDead = Callable[[str, str, str, str, Exception], Awaitable[None]]


class Refused(AdMindError):
    """What lay in the queue was not put there by AdMind."""


@dataclass(frozen=True)
class Plan:
    """What a queue needs to know."""

    name: str
    url: str
    worker_name: str
    concurrency: int
    redelivery: timedelta
    tasks: Mapping[str, Task]
    retries: Retries
    on_dead: OnDead


class OpenQueue:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._stack = AsyncExitStack()
        self._docket: Docket
        self._running: asyncio.Task[None] | None = None
        self._stopping = False

    async def __aenter__(self) -> Self:
        disarm()
        for name, level in QUIET.items():
            logging.getLogger(name).setLevel(level)
        made = Docket(name=f"admind-{self.plan.name}", url=self.plan.url, execution_ttl=timedelta(0))
        made.tasks.clear()  # docket's own sample tasks
        for name in self.plan.tasks:
            made.register(self._perform, names=[name])
        if not self.plan.tasks:
            made.register(self._perform, names=["nothing"])
        self._docket = await self._stack.enter_async_context(made)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.drain(0)
        await self._stack.aclose()

    async def add(self, name: str, ws: str, id: str, key: str) -> None:
        """Durable when it returns; nothing is added while the same workspace's key is pending or running."""
        execution = Execution(
            self._docket,
            self._perform,
            ({"v": PAYLOAD_VERSION, "ws": ws, "id": id},),
            {},
            f"{ws}:{key}",
            datetime.now(UTC),
            attempt=1,
            function_name=name,
        )
        await self._docket.schedule(execution)

    async def take_over(self) -> int:
        """Have what earlier workers had taken and not finished delivered at once; how much there is. Before working.

        Docket redelivers what nobody has renewed for the redelivery time: it is made to look that old.
        """
        docket, taken = self._docket, 0
        await docket._ensure_stream_and_group()
        place: dict[str, Any] = {"name": docket.stream_key, "groupname": docket.worker_group_name}
        async with docket.redis() as client:
            start = "-"
            while found := await client.xpending_range(**place, min=start, max="+", count=AT_ONCE):
                ids = [each["message_id"] for each in found]
                await client.xclaim(
                    **place,
                    consumername=self.plan.worker_name,
                    min_idle_time=0,
                    message_ids=ids,
                    idle=round(self.plan.redelivery.total_seconds() * 1000) + 1,
                    justid=True,
                )
                start, taken = f"({ids[-1].decode()}", taken + len(ids)
        return taken

    def start_working(self) -> None:
        if self._running is None:
            self._running = asyncio.create_task(self._keep_working(), name=f"queue-{self.plan.name}")

    async def drain(self, seconds: float) -> None:
        """Take nothing new, let what runs finish, then cancel it: it stays pending and is taken up elsewhere."""
        self._stopping = True
        running, self._running = self._running, None
        if running is None:
            return
        for patience in (seconds, CANCEL_GRACE.total_seconds()):
            running.cancel()
            await asyncio.wait([running], timeout=patience)
            if running.done():
                break
        if running.done() and not running.cancelled() and running.exception() is not None:
            log.error("queue ended badly queue=%s", self.plan.name, exc_info=running.exception())

    async def _keep_working(self) -> None:
        """Run a worker; when it dies of something that docket does not wait out, run another."""
        tries = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with self._worker() as worker:
                    await worker.run_forever()
            except Exception:
                log.exception("worker died, another is started queue=%s", self.plan.name)
            if self._stopping:
                return
            tries = 0 if asyncio.get_running_loop().time() - began > 60 else tries + 1
            await asyncio.sleep(WORKER_RESTART_SECONDS[min(tries, len(WORKER_RESTART_SECONDS)) - 1])

    def _worker(self) -> Worker:
        return Worker(
            self._docket,
            name=self.plan.worker_name,
            concurrency=self.plan.concurrency,
            redelivery_timeout=self.plan.redelivery,
            reconnection_delay=RECONNECT_DELAY,
            minimum_check_interval=CHECK_INTERVAL,
            schedule_automatic_tasks=False,
            fallback_task=self._perform,
        )

    async def _perform(
        self,
        payload: Any = None,
        execution: Execution = CurrentExecution(),  # noqa: B008 - docket's way of injection
        retry: Retry = Retry(attempts=None),  # noqa: B008
    ) -> None:
        """Run one task; every failure ends in a later try or in `on_dead`, never in silence."""
        name, visits = execution.function_name, execution.attempt
        ws, id, readable = _read(payload)
        failures = payload.get("failed", 0) + 1 if readable else 1
        try:
            if not readable:
                raise Refused("Something in the queue was not put there by AdMind, so it was not run.")
            task = self.plan.tasks.get(name)
            if task is None or payload["v"] > PAYLOAD_VERSION:
                raise _NotKnownYet(self.plan.retries.unknown_pause_seconds)
            await task(ws, id)
            return
        except Exception as caught:
            error = caught
        pause = (
            None
            if isinstance(error, Refused)
            else self.plan.retries.pause_after(error, failures=failures, visits=visits)
        )
        self._report(name, ws, id, error, pause, visits)
        if pause is None and not await self._bury(name, ws, id, error):
            pause = self.plan.retries.longest_pause_seconds
        if pause is not None:
            if asked_pause(error) is None and readable:
                payload["failed"] = failures
            retry.after(timedelta(seconds=pause))

    def _report(self, name: str, ws: str, id: str, error: Exception, pause: float | None, visits: int) -> None:
        facts = f"queue={self.plan.name} task={name} ws={ws} id={id} visit={visits} pause={pause}"
        if asked_pause(error) is not None and pause is not None:
            log.info("task comes back later %s why=%s", facts, type(error).__name__)
        else:
            log.error("task failed reference=%s %s", secrets.token_hex(4), facts, exc_info=error)

    async def _bury(self, name: str, ws: str, id: str, error: Exception) -> bool:
        """Hand over what is given up; False when even that failed."""
        try:
            await self.plan.on_dead(self.plan.name, name, ws, id, error)
        except Exception:
            log.exception("a task that was given up could not be handed over task=%s ws=%s id=%s", name, ws, id)
            return False
        return True


class _NotKnownYet(AdMindError):
    """A newer AdMind put this into the queue; in a rolling deploy one that knows it will come."""

    def __init__(self, pause: float) -> None:
        super().__init__("This version of AdMind does not know that task.", retry_after_seconds=pause)


def _read(payload: Any) -> tuple[str, str, bool]:
    """Workspace and id, and whether the payload is one of ours."""
    if not isinstance(payload, dict):
        return "", "", False
    v, ws, id, failed = (payload.get(part) for part in ("v", "ws", "id", "failed"))
    whole = isinstance(ws, str) and isinstance(id, str) and type(v) is int and v >= 1
    if not whole or (failed is not None and type(failed) is not int):
        return "", "", False
    return str(ws), str(id), True
