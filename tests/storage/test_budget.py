"""Tokens are counted once, by whoever reserves first, and are new each day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import MovableClock
from bot.llm.budget import TokenBudget
from storage import keys
from storage.budget import DailyTokens, OverBudget
from storage.redis import Database

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


async def test_of_many_at_once_only_as_many_as_fit_are_reserved(database: Database, clock: MovableClock) -> None:
    budget: TokenBudget = DailyTokens(database, clock.now, workspace_limit=1000, member_limit=0)

    async def take(member: str) -> bool:
        try:
            await budget.reserve("w", member, 300)
        except OverBudget:
            return False
        return True

    taken = await asyncio.gather(*(take(f"m_{number}") for number in range(8)))
    assert sum(taken) == 3


async def test_a_settled_reservation_counts_what_was_used(database: Database, clock: MovableClock) -> None:
    budget = DailyTokens(database, clock.now)
    reservation = await budget.reserve("w", "m", 5000)
    assert await budget.used("w", "m") == (5000, 5000)
    await budget.settle(reservation, 120)
    assert await budget.used("w", "m") == (120, 120)
    await budget.settle(await budget.reserve("w", "other", 10), 30)
    assert await budget.used("w", "m") == (150, 120)


async def test_one_member_cannot_use_up_what_is_everybodys(database: Database, clock: MovableClock) -> None:
    budget = DailyTokens(database, clock.now, workspace_limit=1000, member_limit=400)
    await budget.reserve("w", "m_1", 400)
    with pytest.raises(OverBudget, match="You have used up"):
        await budget.reserve("w", "m_1", 1)
    await budget.reserve("w", "m_2", 400)
    with pytest.raises(OverBudget, match="Your workspace has used up"):
        await budget.reserve("w", "m_3", 201)
    assert await budget.used("w", "m_3") == (800, 0)


async def test_the_error_says_when_the_budget_is_new_and_then_it_is(database: Database, clock: MovableClock) -> None:
    budget = DailyTokens(database, clock.now, workspace_limit=10)
    await budget.reserve("w", "m", 10)
    with pytest.raises(OverBudget) as raised:
        await budget.reserve("w", "m", 1)
    assert raised.value.retry_after_seconds == pytest.approx(12 * 3600, abs=60)
    assert "00:00 UTC" in raised.value.sentence()
    clock.move(timedelta(seconds=raised.value.retry_after_seconds or 0))
    assert (await budget.reserve("w", "m", 10)).day == "2026-12-01"


async def test_a_call_that_ends_after_midnight_is_settled_on_its_own_day(
    database: Database, clock: MovableClock
) -> None:
    budget = DailyTokens(database, clock.now)
    reservation = await budget.reserve("w", "m", 700)
    clock.move(timedelta(hours=13))
    await budget.settle(reservation, 50)
    assert await budget.used("w", "m") == (0, 0)
    clock.move(timedelta(hours=-13))
    assert await budget.used("w", "m") == (50, 50)


async def test_counters_do_not_stay_for_ever(database: Database, clock: MovableClock) -> None:
    await DailyTokens(database, clock.now).reserve("w", "m", 7)
    left = await cast(Any, database.client).ttl(keys.of("w", "budget", "2026-11-30"))
    assert 0 < left <= 3 * 86_400


async def test_workspaces_do_not_share(database: Database, clock: MovableClock) -> None:
    budget = DailyTokens(database, clock.now, workspace_limit=10)
    await budget.reserve("w_1", "m", 10)
    await budget.reserve("w_2", "m", 10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 600)), max_size=12))
async def test_the_count_is_what_was_settled_and_never_negative(
    database: Database, clock: MovableClock, calls: list[tuple[int, int]]
) -> None:
    await cast(Any, database.client).flushall()
    budget = DailyTokens(database, clock.now, workspace_limit=1500, member_limit=0)
    settled = 0
    for reserved, used in calls:
        try:
            reservation = await budget.reserve("w", "m", reserved)
        except OverBudget:
            assert settled + reserved > 1500
            continue
        await budget.settle(reservation, used)
        settled += used
    assert await budget.used("w", "m") == (settled, settled)
