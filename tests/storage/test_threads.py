"""A conversation's memory: whole turns, one speaker at a time, nothing written by who lost the lock."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from storage.errors import Conflict
from storage.redis import Database
from storage.threads import LIFE_SECONDS, MAX_TURNS, ThreadBusy, ThreadStore


async def test_turns_come_back_whole_and_in_order(database: Database) -> None:
    store = ThreadStore(database)
    async with store.hold("w_1", "v_1") as held:
        assert (await held.read()).turns == ()
        assert await held.commit({"n": 1}) == 1
        assert await held.commit({"n": 2, "text": "ä\n\u2028"}) == 2
    async with store.hold("w_1", "v_1") as held:
        thread = await held.read()
    assert [turn["n"] for turn in thread.turns] == [1, 2]
    assert thread.turns[1]["text"] == "ä\n\u2028"
    assert thread.version == 2
    assert not thread.tainted


async def test_taint_stays(database: Database) -> None:
    store = ThreadStore(database)
    async with store.hold("w_1", "v_1") as held:
        await held.commit({}, tainted=True)
        await held.commit({})
        assert (await held.read()).tainted


async def test_one_turn_at_a_time_in_a_conversation_and_others_are_free(database: Database) -> None:
    store = ThreadStore(database)
    async with store.hold("w_1", "v_1"):
        with pytest.raises(ThreadBusy):
            await store.hold("w_1", "v_1").__aenter__()
        async with store.hold("w_1", "v_2"), store.hold("w_2", "v_1"):
            pass
    async with store.hold("w_1", "v_1"):
        pass


async def test_who_lost_the_lock_writes_nothing(database: Database) -> None:
    store = ThreadStore(database)
    async with store.hold("w_1", "v_1") as held:
        await cast(Any, database.client).set("admind:{w_1}:thread:v_1:lock", "somebody else")
        with pytest.raises(Conflict):
            await held.commit({"n": 1})
        assert (await held.read()).turns == ()
    assert await cast(Any, database.client).get("admind:{w_1}:thread:v_1:lock") == "somebody else"


async def test_the_lock_is_kept_alive_while_the_turn_runs(database: Database) -> None:
    store = ThreadStore(database, lock_seconds=0.3)
    async with store.hold("w_1", "v_1") as held:
        until = asyncio.get_running_loop().time() + 0.8
        while asyncio.get_running_loop().time() < until:
            with pytest.raises(ThreadBusy):
                await store.hold("w_1", "v_1").__aenter__()
            await asyncio.sleep(0.05)
        assert await held.commit({"n": 1}) == 1


async def test_only_the_newest_turns_are_kept_and_all_of_it_expires(database: Database) -> None:
    store = ThreadStore(database)
    async with store.hold("w_1", "v_1") as held:
        for number in range(MAX_TURNS + 5):
            await held.commit({"n": number})
        turns = (await held.read()).turns
    assert [turns[0]["n"], turns[-1]["n"], len(turns)] == [5, MAX_TURNS + 4, MAX_TURNS]
    client = cast(Any, database.client)
    names = sorted([name async for name in client.scan_iter("admind:{w_1}:thread:*")])
    assert names == ["admind:{w_1}:thread:v_1", "admind:{w_1}:thread:v_1:turns"]
    for name in names:
        assert 0 < await client.ttl(name) <= LIFE_SECONDS


async def test_a_summary_takes_the_place_of_old_turns_unless_the_thread_moved_on(database: Database) -> None:
    store = ThreadStore(database)
    async with store.hold("w_1", "v_1") as held:
        for number in range(4):
            version = await held.commit({"n": number})
        assert not await store.summarise("w_1", "v_1", version=version - 1, summary="no", replaces=2)
        assert await store.summarise("w_1", "v_1", version=version, summary="asked twice", replaces=2)
        thread = await held.read()
    assert thread.summary == "asked twice"
    assert [turn["n"] for turn in thread.turns] == [2, 3]


async def test_names_of_platforms_cannot_reach_other_keys(database: Database) -> None:
    store = ThreadStore(database)
    for name in ("a:turns", "x" * 5000, "} {w_2", "ünï", "", "\ud800"):
        async with store.hold("w_1", name) as held:
            await held.commit({"n": 1})
            assert len((await held.read()).turns) == 1
    async for key in cast(Any, database.client).scan_iter("*"):
        assert key.startswith("admind:{w_1}:thread:")
