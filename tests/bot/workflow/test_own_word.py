"""Whose approval does not count is told so, rather than only whom the draft waits for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import MovableClock
from storage.redis import Database
from storage.team import Role
from tests.world import World, world_on

THURSDAY = datetime(2026, 12, 3, 6, tzinfo=UTC)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", clock=MovableClock(THURSDAY)) as found:
        yield found


async def test_who_asked_is_told_that_somebody_else_must_approve(world: World) -> None:
    ana = await world.member("Ana", Role.approver)
    draft = await world.draft()
    decided = await world.decide(draft, by=world.owner)
    assert decided.sentence == (
        "Noted, but somebody else must approve what you asked for or changed yourself. Waiting for Ana."
    )
    assert decided.posts == ()
    assert (await world.decide(draft, by=ana)).posts
