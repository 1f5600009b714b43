"""No due entry is ever lost by hints, in whatever order tickers and schedulers meet; and the due set heals itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from storage import keys
from storage.commit import Change, commit
from storage.due import DueSets
from storage.errors import Conflict
from storage.redis import Database
from storage.team import Workspace

W = "w_1"
NOW = 1_000_000
BUMP = 10_000
Step = Callable[[], Awaitable[None]]


class Ticker:
    """The script calls of one tick, one at a time; its clock is the other ticker's to the millisecond."""

    def __init__(self, database: Database, now_ms: int) -> None:
        self._dues = DueSets(database)
        self._now_ms = now_ms
        self.woken = False
        self.took: tuple[str, ...] = ()

    def steps(self) -> list[Step]:
        return [self.wake, self.take, self.settle]

    async def wake(self) -> None:
        found = await self._dues.wake(keys.shard_of(W), now_ms=self._now_ms, limit=10, bump_ms=BUMP)
        self.woken, self._bumped_ms = W in found.workspaces, found.bumped_ms

    async def take(self) -> None:
        if self.woken:
            taken = await self._dues.take(W, now_ms=self._now_ms, offset_ms=0, limit=10, bump_ms=BUMP)
            self.took, self._next_ms = taken.entries, taken.next_ms

    async def settle(self) -> None:
        if self.woken:
            await self._dues.settle(W, bumped_ms=self._bumped_ms, next_ms=self._next_ms)


def interleavings(parts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every order of `parts[i]` steps of each actor i."""
    if not any(parts):
        yield ()
    for actor, left in enumerate(parts):
        if left:
            rest = [count - (other == actor) for other, count in enumerate(parts)]
            for tail in interleavings(rest):
                yield (actor, *tail)


@pytest.mark.one_server  # hints and due sets are one script each: where they lie changes no order
@pytest.mark.parametrize("due_ms", [NOW - 5, NOW, NOW + 1, NOW + BUMP, NOW + BUMP + 700, NOW + 60_000])
@pytest.mark.parametrize("hinted", [False, True])
async def test_no_order_of_two_tickers_and_a_scheduler_loses_an_entry(
    database: Database, due_ms: int, hinted: bool
) -> None:
    client = cast(Any, database.client)
    orders = list(interleavings((3, 3, 3)))
    assert len(orders) == 1680
    for order in orders[:: 1 if due_ms == NOW else 7]:
        await client.delete(keys.due(W), keys.wake(keys.shard_of(W)))
        if hinted:  # woken although nothing is due any more: the tickers are about to forget the workspace
            await client.zadd(keys.wake(keys.shard_of(W)), {W: NOW - 10})
        tickers = [Ticker(database, NOW), Ticker(database, NOW)]
        dues = DueSets(database)

        async def nudge(dues: DueSets = dues) -> None:
            await dues.nudge(W, due_ms)

        async def write() -> None:
            await client.zadd(keys.due(W), {"post:p": due_ms})

        actors: list[list[Step]] = [ticker.steps() for ticker in tickers]
        actors.append([nudge, write, nudge])
        for actor in order:
            await actors[actor].pop(0)()
        taken = any(ticker.took for ticker in tickers)
        hint = await client.zscore(keys.wake(keys.shard_of(W)), W)
        latest = NOW + 2 * BUMP + 2000 if taken else max(due_ms, NOW + BUMP + 1000)
        assert hint is not None and hint <= latest, f"forgotten or late: {order} hint={hint} taken={taken}"
        late = Ticker(database, latest + BUMP)
        await late.wake()
        await late.take()
        assert late.took == ("post:p",), f"lost: {order}"


async def test_taking_bumps_and_leaves_what_is_not_due_by_either_clock(database: Database) -> None:
    dues, client = DueSets(database), cast(Any, database.client)
    server = await database.server_time_ms()
    await client.zadd(keys.due(W), {"post:now": server - 1000, "post:soon": server + 60_000})
    behind = await dues.take(W, now_ms=server - 5000, offset_ms=0, limit=10, bump_ms=BUMP)
    assert behind.entries == ()
    ahead = await dues.take(W, now_ms=server + 600_000, offset_ms=0, limit=10, bump_ms=BUMP)
    assert ahead.entries == ("post:now",)
    assert await client.zcard(keys.due(W)) == 2
    again = await dues.take(W, now_ms=server + 600_000, offset_ms=0, limit=10, bump_ms=BUMP)
    assert again.entries == ()


async def test_the_sweep_rebuilds_every_hint(database: Database) -> None:
    client = cast(Any, database.client)
    for number in range(40):
        await client.sadd(keys.WORKSPACES, f"w_{number}")
        await client.zadd(keys.due(f"w_{number}"), {"note:draft:d": NOW + number})
    assert await DueSets(database).sweep() == 40
    for number in range(40):
        assert await client.zscore(keys.wake(keys.shard_of(f"w_{number}")), f"w_{number}") == NOW + number


async def test_a_commit_nudges_and_a_refused_one_writes_nothing(database: Database) -> None:
    client = cast(Any, database.client)
    home = Workspace(id=W, name="Bakery", created_at=datetime(2030, 1, 1, tzinfo=UTC))
    key = keys.of(W, "workspace", W)
    await commit(database, Change(W).put(key, home, ver=None).due("note:x", NOW).audit({"kind": "made"}))
    assert await client.zscore(keys.wake(keys.shard_of(W)), W) <= NOW
    change = Change(W).put(key, home, ver=7).due("note:y", NOW).audit({"kind": "made"})
    change.index("x:y", {keys.of(W, "workspaces", "all"): 1.0})
    with pytest.raises(Conflict):
        await commit(database, change)
    assert await client.zrange(keys.due(W), 0, -1) == ["note:x"]
    assert await client.xlen(keys.audit(W)) == 1
    assert not await client.exists(keys.of(W, "workspaces", "all"))
