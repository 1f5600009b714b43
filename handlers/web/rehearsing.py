"""A rehearsal for as long as whoever asked for it waits: who goes away ends it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from fastapi import HTTPException, Request

from bot.bootstrap import AdMind
from bot.rehearsal.apart import rehearse_apart
from bot.rehearsal.report import RehearsalView

LOOK_SECONDS: Final = 0.5  # between looks whether they still wait
GONE: Final = 408  # nobody reads it


async def rehearsal_for(
    request: Request, admind: AdMind, workspace: str, member: str, brand: str, *, days: int, approve: str
) -> RehearsalView:
    """Raises what `rehearse_apart` raises."""
    running = asyncio.create_task(rehearse_apart(admind, workspace, member, brand, days=days, approve=approve))
    try:
        while not running.done():
            await asyncio.wait([running], timeout=LOOK_SECONDS)
            if not running.done() and await request.is_disconnected():
                raise HTTPException(GONE)
        return running.result()
    finally:
        if not running.done():
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
