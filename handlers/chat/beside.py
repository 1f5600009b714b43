"""Work beside what is done now: nobody waits for it, it ends with the handler, and what goes wrong is logged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from bot.errors import AdMindError

log = logging.getLogger(__name__)
CLOSE_SECONDS: Final = 5.0


class Beside:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def after(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, AdMindError):
            log.warning("not done: %s", error.sentence())
        else:
            log.error("beside an answer", exc_info=error)

    async def close(self) -> None:
        """Give it some seconds, then end it."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=CLOSE_SECONDS)
        for task in set(self._tasks):
            task.cancel()
