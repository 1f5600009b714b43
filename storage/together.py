"""Calls of the same moment, carried out as one: a burst then costs the database hardly more than a single call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")
MOST_AT_ONCE: Final = 100


class Together(Generic[Given, Found]):
    """What is given for the same name while that name's earlier work runs is done together after it, in order.

    `work(name, given)` answers with as many results as it was given; what it raises is raised to each that it was
    given. Somebody who gives up waiting stops nothing. With patience, what comes while it works waits so long for more.
    """

    def __init__(
        self,
        work: Callable[[str, Sequence[Given]], Awaitable[Sequence[Found]]],
        *,
        most: int = MOST_AT_ONCE,
        patience_seconds: float = 0,
    ) -> None:
        self._work = work
        self._most = most
        self._patience = patience_seconds
        self._waiting: dict[str, list[tuple[Given, asyncio.Future[Found]]]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def give(self, name: str, given: Given) -> asyncio.Future[Found]:
        """Have it done with what else is given in this moment; the future has the result."""
        future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append((given, future))
        if name not in self._running:
            self._running[name] = asyncio.create_task(self._run(name))
        return future

    async def _run(self, name: str) -> None:
        try:
            while waiting := self._waiting.pop(name, None):
                now, later = waiting[: self._most], waiting[self._most :]
                if later:
                    self._waiting[name] = later
                await self._carry_out(name, now)
                if self._patience and name in self._waiting:
                    await asyncio.sleep(self._patience)
        finally:
            del self._running[name]
            for _, future in self._waiting.pop(name, ()):  # this task was cancelled: the process ends
                future.cancel()

    async def _carry_out(self, name: str, now: Sequence[tuple[Given, asyncio.Future[Found]]]) -> None:
        open_futures = [future for _, future in now]
        try:
            found = await self._work(name, [given for given, _ in now])
            for future, result in zip(open_futures, found, strict=True):
                if not future.done():
                    future.set_result(result)
        except Exception as error:
            for future in open_futures:
                if not future.done():
                    future.set_exception(error)
        except BaseException:
            for future in open_futures:
                future.cancel()
            raise
