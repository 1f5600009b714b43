"""Ending a task for sure, also when something in it swallows a cancellation."""

from __future__ import annotations

import asyncio

from storage.ending import ended


async def test_a_task_that_swallows_cancellations_ends_all_the_same() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while swallowed < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1

    async def failing() -> None:
        raise ValueError("of its own")

    tasks = [asyncio.create_task(stubborn()), asyncio.create_task(failing())]
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await ended(*tasks)
    assert swallowed == 3 and all(task.done() for task in tasks)
    await ended(*tasks)
