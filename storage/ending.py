"""Ending tasks for sure: the database's driver can swallow a cancellation, and then once is not enough."""

from __future__ import annotations

import asyncio

AGAIN_SECONDS = 0.2


async def ended(*tasks: asyncio.Task[object]) -> None:
    """Cancel until every task is over; what they raise is not raised here."""
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # it is known now: nothing is logged when the task is forgotten
