"""Answers on their way to the places where they were asked for: tried until they stand there."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Protocol

from bot.clock import Clock
from bot.errors import AdMindError
from bot.workflow.due_entry import DueEntry
from storage.redis import Database

log = logging.getLogger(__name__)

MENDED = timedelta(minutes=10)  # when a place that waits for people is looked at again
SOON = timedelta(seconds=30)


class Bringing(Protocol):
    """`bot.conversation.desk.Desk`, as far as answers go."""

    async def bring(self, workspace: str, request_id: str) -> None: ...


class Answers:
    def __init__(self, database: Database, desk: Bringing, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock

    async def bring(self, workspace: str, request_id: str) -> None:
        """Bring it, or look again when its chat said so."""
        async with DueEntry(self._database, workspace, f"reply:{request_id}") as entry:
            try:
                await self._desk.bring(workspace, request_id)
            except AdMindError as error:
                seconds = error.retry_after_seconds
                again = MENDED if seconds is None else timedelta(seconds=seconds)
                log.warning("answer not brought request=%s why=%s", request_id, type(error).__name__)
                entry.again_at = self._clock.now() + again
            except Exception:
                log.exception("answer not brought request=%s", request_id)
                entry.again_at = self._clock.now() + SOON
