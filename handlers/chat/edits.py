"""Edits of a message, at most one a second: of those that come meanwhile only the last one is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

EVERY_SECONDS = 1.0
MOST_KNOWN = 2000

Make = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Next:
    make: Make
    made: asyncio.Future[None]


class Edits:
    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._next: dict[str, _Next] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def make(self, message: str, make: Make) -> None:
        """Return once this edit, or a later one of the same message, is made. Raises what that one raises."""
        waiting = self._next.get(message)
        if waiting is not None:
            waiting.make = make
        else:
            made = asyncio.get_running_loop().create_future()
            waiting = self._next[message] = _Next(make, made)
            task = asyncio.create_task(self._soon(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await asyncio.shield(waiting.made)

    async def _soon(self, message: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            await asyncio.sleep(max(0.0, self._last.get(message, -EVERY_SECONDS) + EVERY_SECONDS - loop.time()))
        finally:
            waiting = self._next.pop(message)
        self._last.pop(message, None)
        self._last[message] = loop.time()
        while len(self._last) > MOST_KNOWN:
            self._last.pop(next(iter(self._last)))
        try:
            await waiting.make()
        except BaseException as error:
            waiting.made.set_exception(error)
            waiting.made.exception()  # whoever waited may have given up
        else:
            waiting.made.set_result(None)
