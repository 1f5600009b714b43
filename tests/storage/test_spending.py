"""What models took is kept by day, brand and model; sums are exact, and many may write at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from bot.clock import MovableClock
from storage import keys
from storage.budget import DailyTokens
from storage.redis import Database
from storage.retention import LIVES
from storage.spending import SpendingStore, summed
from storage.usage import Usage

DAY = date(2026, 11, 27)
ONE = Usage(calls=1, tokens_in=1000, tokens_cached=100, tokens_out=50, cost="0.0000000001", models=("openai:a",))


async def test_many_at_once_are_all_counted_to_the_last_fraction(database: Database) -> None:
    store = SpendingStore(database)
    await asyncio.gather(*(store.add("w", "b_1", DAY, {"openai:a": ONE}) for _ in range(50)))
    found = (await store.between("w", DAY, DAY))["b_1"]["openai:a"]
    assert (found.calls, found.tokens_in, found.tokens_cached, found.tokens_out) == (50, 50_000, 5000, 2500)
    assert found.cost == "0.000000005" and found.models == ("openai:a",)


async def test_brands_models_and_days_are_told_apart(database: Database) -> None:
    store = SpendingStore(database)
    nothing_known = Usage(calls=1, tokens_in=10, unpriced=10, models=("ollama:b|c",))
    await store.add("w", "b_1", DAY, {"openai:a": ONE, "ollama:b|c": nothing_known})
    await store.add("w", "b_2", DAY + timedelta(days=1), {"openai:a": ONE})
    await store.add("other", "b_1", DAY, {"openai:a": ONE})
    assert set(await store.between("w", DAY, DAY)) == {"b_1"}
    both = await store.between("w", DAY, DAY + timedelta(days=1))
    assert set(both) == {"b_1", "b_2"} and both["b_1"]["ollama:b|c"] == nothing_known
    together = summed(both["b_1"])
    assert (together.calls, together.unpriced, together.cost) == (2, 10, "0.0000000001")
    assert await store.between("w", DAY + timedelta(days=2), DAY) == {}


async def test_it_is_kept_as_long_as_said_and_no_longer(database: Database) -> None:
    await SpendingStore(database).add("w", "b_1", DAY, {"openai:a": ONE})
    left = await cast(Any, database.client).ttl(keys.of("w", "spent", DAY.isoformat()))
    assert 0 < left <= LIVES["spending"].seconds


async def test_the_day_is_that_of_the_budget(database: Database) -> None:
    clock = MovableClock(datetime(2026, 11, 27, 23, 59, tzinfo=UTC))
    budget = DailyTokens(database, clock.now)
    await budget.spent("w", "b_1", {"openai:a": ONE})
    clock.move(timedelta(minutes=2))
    await budget.spent("w", "b_1", {"openai:a": ONE})
    days = [await SpendingStore(database).between("w", each, each) for each in (DAY, DAY + timedelta(days=1))]
    assert [day["b_1"]["openai:a"].calls for day in days] == [1, 1]
