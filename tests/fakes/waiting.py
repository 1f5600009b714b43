"""Waiting for a condition instead of for time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], what: str, *, seconds: float = 15.0
) -> None:
    """Return as soon as the condition holds. Raises AssertionError when it does not in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert loop.time() < end, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.01)
