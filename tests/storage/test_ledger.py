"""An effect happens once, whoever tries and whatever is lost."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from storage import keys
from storage.ledger import DONE_FOR_MS, END, Busy, Claim, Ledger
from storage.redis import Database


async def _field(database: Database, key: str, field: str) -> str | None:
    return cast(str | None, await cast(Any, database.client).hget(keys.of("w", "once", key), field))


async def _steal(database: Database, key: str) -> None:
    """What another worker does when the lease ran out while this one was frozen."""
    await cast(Any, database.client).hset(keys.of("w", "once", key), mapping={"f": "9-other"})


async def test_what_was_done_is_not_done_again_for_two_days(database: Database) -> None:
    ledger, runs = Ledger(database), 0
    for _ in range(3):
        async with ledger.once("w", "e1", lease_seconds=5) as claim:
            if claim is not None:
                await claim.check()
                runs += 1
    assert runs == 1
    assert await ledger.done("w", "e1")
    assert not await ledger.done("w", "e2")
    left = await cast(Any, database.client).pttl(keys.of("w", "once", "e1"))
    assert DONE_FOR_MS - 60_000 < left <= DONE_FOR_MS


async def test_of_many_at_once_one_runs_and_the_others_are_told_when_to_come_back(database: Database) -> None:
    ledger, release, entered = Ledger(database), asyncio.Event(), asyncio.Event()

    async def holder() -> None:
        async with ledger.once("w", "e", lease_seconds=30) as claim:
            assert claim is not None
            entered.set()
            await release.wait()

    async def latecomer() -> float:
        with pytest.raises(Busy) as caught:
            async with ledger.once("w", "e", lease_seconds=30):
                pytest.fail("two at once")
        return cast(float, caught.value.retry_after_seconds)

    async with asyncio.TaskGroup() as group:
        group.create_task(holder())
        await entered.wait()
        waits = await asyncio.gather(*(latecomer() for _ in range(5)))
        release.set()
    assert all(0 < seconds <= 30 for seconds in waits)


async def test_a_failure_frees_the_claim_for_the_next_try(database: Database) -> None:
    ledger = Ledger(database)
    with pytest.raises(ZeroDivisionError):
        async with ledger.once("w", "e", lease_seconds=30):
            raise ZeroDivisionError
    async with ledger.once("w", "e", lease_seconds=30) as claim:
        assert claim is not None
        assert claim.fence.startswith("2-")
        assert len(claim.fence) == 2 + 32


async def test_a_cancelled_worker_frees_the_claim_and_stays_cancelled(database: Database) -> None:
    ledger, entered = Ledger(database), asyncio.Event()

    async def work() -> None:
        async with ledger.once("w", "e", lease_seconds=30):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with ledger.once("w", "e", lease_seconds=30) as claim:
        assert claim is not None


async def test_a_cancellation_while_the_done_mark_is_written_does_not_undo_the_work(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, tries = database.run, 0

    async def slow_end(script: Any, *rest: Any) -> Any:
        nonlocal tries
        if script is END:
            tries += 1
            if tries == 1:
                task.cancel()
                await asyncio.sleep(0)
        return await run(script, *rest)

    async def work() -> None:
        async with Ledger(database).once("w", "e", lease_seconds=30):
            pass

    monkeypatch.setattr(database, "run", slow_end)
    task = asyncio.create_task(work())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tries == 2
    assert await Ledger(database).done("w", "e")


async def test_a_lost_claim_stops_the_work_and_is_not_a_cancellation(database: Database) -> None:
    ledger = Ledger(database)
    with pytest.raises(Busy):
        async with ledger.once("w", "e", lease_seconds=0.2):
            await _steal(database, "e")
            await asyncio.Event().wait()  # ended by the heartbeat
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert await _field(database, "e", "st") == "run", "the new owner's claim was touched"


async def test_check_refuses_right_before_the_irreversible_call(database: Database) -> None:
    ledger, sent = Ledger(database), False
    with pytest.raises(Busy):
        async with ledger.once("w", "e", lease_seconds=30) as claim:
            assert claim is not None
            await _steal(database, "e")
            await claim.check()
            sent = True
    assert not sent


async def test_work_that_outlived_its_claim_is_not_marked_done(database: Database) -> None:
    ledger = Ledger(database)
    with pytest.raises(Busy):
        async with ledger.once("w", "e", lease_seconds=30):
            await _steal(database, "e")
    assert not await ledger.done("w", "e")


async def test_the_heartbeat_keeps_a_long_piece_of_work_claimed(database: Database) -> None:
    ledger = Ledger(database)
    async with ledger.once("w", "e", lease_seconds=0.3) as claim:
        assert claim is not None
        first = int(await _field(database, "e", "till") or 0)
        async with asyncio.timeout(10):
            while int(await _field(database, "e", "till") or 0) < first + 300:
                with pytest.raises(Busy):
                    async with ledger.once("w", "e", lease_seconds=0.3):
                        pytest.fail("the lease lapsed under a living worker")
    assert await ledger.done("w", "e")


async def test_an_expired_claim_is_taken_over_and_the_old_owner_fenced_off(database: Database) -> None:
    ledger = Ledger(database)
    stale = await ledger._claim(keys.of("w", "once", "e"), 0.05)  # a worker that froze: no heartbeat
    assert isinstance(stale, Claim)
    async with asyncio.timeout(10):
        while True:
            try:
                async with ledger.once("w", "e", lease_seconds=30) as fresh:
                    assert fresh is not None
                    assert fresh.fence != stale.fence
                    with pytest.raises(Busy):
                        await stale.check()
                break
            except Busy as busy:
                assert busy.retry_after_seconds
                await asyncio.sleep(0.01)
    assert not await stale._end("free")
    assert await ledger.done("w", "e")


async def test_an_endless_event_id_does_not_become_an_endless_key(database: Database) -> None:
    async with Ledger(database).once("w", "x" * 10_000, lease_seconds=30):
        pass
    names = await cast(Any, database.client).keys("*")
    assert len(names) == 1
    assert len(names[0]) < 120
