"""What does it take to keep a horizon? 1,000 slots worked out and given topics, and the same looked at again.

And a year of a plan of twenty accounts, looked at every six hours, without what drafting itself takes.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.workflow.slots import EVERY
from storage.commit import Change, commit
from storage.plans import Plan, PlanStore, Recurrence
from tests.benchmarks.telling import tell
from tests.bot.workflow.planning import House, house

MONDAY = datetime(2026, 11, 30, 6, tzinfo=UTC)
DAILY, ACCOUNTS, DAYS = 143, 20, 365  # 143 daily slots make 1,001 a week
WORK_OUT, LOOK_AGAIN, YEAR = 3.0, 1.0, 60.0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> int:
    missed = 0
    async with house(folder / "week", MONDAY) as at:
        await _plan(at, DAILY)
        missed += tell("1,000 slots worked out and given topics", await _look(at), "s", WORK_OUT)
        missed += tell("1,000 slots looked at again", await _look(at), "s", LOOK_AGAIN)
    async with house(folder / "year", MONDAY) as at:
        await _plan(at, ACCOUNTS)
        began = time.perf_counter()
        for _ in range(int(timedelta(days=DAYS) / EVERY)):
            await at.admind.slots.plan(at.ws, at.brand)
            at.clock.move(EVERY)
        missed += tell(f"a year of {ACCOUNTS} slots a day, without drafting", time.perf_counter() - began, "s", YEAR)
    return missed


async def _look(at: House) -> float:
    began = time.perf_counter()
    await at.admind.slots.plan(at.ws, at.brand)
    return time.perf_counter() - began


async def _plan(at: House, daily: int) -> None:
    """A plan of so many daily slots, in one write."""
    now, account = at.clock.now(), at.accounts[0].id
    common: dict[str, Any] = {"first": now.date(), "accounts": (account,), "added_by": at.owner.id, "added_at": now}
    times = [(MONDAY + timedelta(minutes=5 * number)).time() for number in range(daily)]
    recurrences = [Recurrence(id=f"rc_{n:012}", rule="FREQ=DAILY", at=at_, **common) for n, at_ in enumerate(times)]
    words = random.Random(1)  # no two points are alike
    pillars = [
        {
            "name": f"Pillar {pillar}",
            "share": 20,
            "points": [" ".join(f"word{words.randrange(5000)}" for _ in range(8)) for _ in range(100)],
        }
        for pillar in range(5)
    ]
    plan = Plan.model_validate(
        {"workspace": at.ws, "brand": at.brand, "recurrences": recurrences, "pillars": pillars, "updated_at": now}
    )
    await commit(at.admind.database, PlanStore(at.admind.database).keep(Change(at.ws), plan, ver=None))


if __name__ == "__main__":
    sys.exit(main())
