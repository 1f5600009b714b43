"""One rehearsal from beginning to end, on a database of its own that is thrown away afterwards."""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
import time
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.errors import BadInput
from bot.rehearsal.material import Material, place
from bot.rehearsal.report import RehearsalView, counted
from bot.rehearsal.stage import Stage
from bot.settings import Settings, load_settings
from bot.words import reading

MOST_DAYS: Final = 400
SECONDS: Final = 100.0  # that it may take
T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a process that does nothing else: a rehearsal asks its own database thousands of times, and waits for nobody.
    uvloop, where it is there, takes half as long for each question, and what lives as long as the process need not be
    looked through for garbage every few hundred objects.
    """
    gc.set_threshold(50_000, 20, 20)
    factory = None if sys.platform == "win32" else importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


def share_of(approve: str) -> float:
    """Which part of the drafts people approve: `all`, `none`, or a number from 0 to 1. Raises BadInput."""
    named = {"all": 1.0, "none": 0.0}
    try:
        share = named[approve] if approve in named else float(approve)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise BadInput(
            f"“{approve[:40]}” does not say which drafts are approved.",
            kept="Nothing was rehearsed.",
            do_next="Say all, none, or a part of them such as 0.8.",
        )
    return share


async def rehearse(
    material: Material, folder: Path, *, days: int, approve: str = "all", seconds: float = SECONDS
) -> RehearsalView:
    """Run the brand `days` ahead in this empty folder. After `seconds` it stops where it is, and says so."""
    share, began = share_of(approve), time.monotonic()
    clock, until = MovableClock(material.at), material.at + timedelta(days=days)
    with reading(material.workspace.language):
        async with AdMind(_settings(folder), clock=clock, queues=frozenset(), name="rehearsal", apart=True) as admind:
            await place(material, admind.database, admind.blobs)
            clock.move_to(material.at)
            stage = Stage(admind, material, clock, share=share)
            whole = await stage.run(until, patience=lambda: time.monotonic() - began < seconds)
            end = until if whole else min(until, clock.now())
            slots = await stage.outcomes(end)
            stage.closed(slots, end)
            return RehearsalView(
                brand=material.brand.name,
                zone=material.brand.zone or material.workspace.zone,
                start=material.at,
                end=end,
                approve=approve,
                events=stage.events,
                slots=slots,
                counts=counted(stage.events),
                seconds=round(time.monotonic() - began, 2),
                cut_short=not whole,
            )


def _settings(folder: Path) -> Settings:
    """Nothing of the real ones: no keys, no chats, no model but the offline one."""
    return load_settings({"ADMIND_DATA_DIR": str(folder), "ADMIND_TIMEZONE": "UTC", "ADMIND_MODEL": "offline"})
