"""A request is kept before it is answered, once for each event, with a stream of its progress."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from storage import keys
from storage.errors import NotFound
from storage.redis import Database
from storage.requests import EVENTS_SECONDS, LIFE_SECONDS, TAKEN_UP_AFTER_MS, Request, RequestStore

NOW = datetime(2026, 11, 18, 9, 15, tzinfo=UTC)


def request(request_id: str = "r_1", workspace: str = "w_1", **fields: Any) -> Request:
    return Request(
        id=request_id,
        workspace=workspace,
        member="m_1",
        surface="api",
        conversation="v_1",
        text="hi",
        created_at=NOW,
        **fields,
    )


async def test_a_request_comes_back_as_it_was_kept(database: Database) -> None:
    store = RequestStore(database)
    kept = request(drafts=("d_1",), unread_files=("a.exe",))
    assert await store.create(kept, key="") == "r_1"
    assert await store.get("w_1", "r_1") == kept
    with pytest.raises(NotFound):
        await store.get("w_2", "r_1")


async def test_the_same_event_makes_one_request(database: Database) -> None:
    store = RequestStore(database)
    names = [await store.create(request(f"r_{number}"), key="slack:Ev1") for number in range(3)]
    assert names == ["r_0"] * 3
    assert await store.create(request("r_9"), key="slack:Ev2") == "r_9"
    assert await store.create(request("r_8", "w_2"), key="slack:Ev1") == "r_8"
    with pytest.raises(NotFound):
        await store.get("w_1", "r_1")


async def test_requests_of_one_moment_are_kept_together_each_by_its_own_key(database: Database) -> None:
    store = RequestStore(database)
    given = [(request(f"r_{number}"), f"slack:Ev{number % 120}") for number in range(240)]
    before = int((await cast(Any, database.client).info("commandstats"))["cmdstat_evalsha"]["calls"])
    made = await asyncio.gather(*(store.create(kept, key=key) for kept, key in given))
    assert made == [f"r_{number % 120}" for number in range(240)]
    assert len(await store.recent("w_1", "m_1", limit=500)) == 120
    after = int((await cast(Any, database.client).info("commandstats"))["cmdstat_evalsha"]["calls"])
    assert after - before <= 3


async def test_until_it_is_answered_it_stands_on_the_due_set(database: Database) -> None:
    store, client = RequestStore(database), cast(Any, database.client)
    kept = request()
    await store.create(kept, key="k")
    await store.create(request("r_2"), key="k")
    due = await client.zrange(keys.due("w_1"), 0, -1, withscores=True)
    assert due == [("request:r_1", NOW.timestamp() * 1000 + TAKEN_UP_AFTER_MS)]
    await store.nudge("w_1", NOW)
    assert await client.zscore(keys.wake(keys.shard_of("w_1")), "w_1") == due[0][1]
    await store.save(kept.changed(status="working"), kind="working", data={})
    assert await client.zcard(keys.due("w_1")) == 1
    await store.save(kept.changed(status="failed"), kind="failed", data={})
    assert await client.zcard(keys.due("w_1")) == 0


async def test_events_come_in_order_and_go_on_after_a_place(database: Database) -> None:
    store = RequestStore(database)
    kept = request()
    await store.create(kept, key="")
    assert await store.events("w_1", "r_1") == []
    await store.tell("w_1", "r_1", "progress", {"text": "Writing “ä”"})
    await store.save(kept.changed(status="done", reply="Here"), kind="done", data={"reply": "Here"})
    first, second = await store.events("w_1", "r_1")
    assert (first.kind, first.data) == ("progress", {"text": "Writing “ä”"})
    assert (second.kind, second.data) == ("done", {"reply": "Here"})
    assert await store.events("w_1", "r_1", after=first.id) == [second]
    assert (await store.get("w_1", "r_1")).reply == "Here"


async def test_waiting_for_events_ends_when_one_comes(database: Database) -> None:
    store = RequestStore(database)
    await store.create(request(), key="")
    waiting = asyncio.create_task(store.events("w_1", "r_1", wait_ms=5000))
    await store.tell("w_1", "r_1", "progress", {"text": "here"})
    async with asyncio.timeout(3):
        assert [event.data for event in await waiting] == [{"text": "here"}]


async def test_everything_expires(database: Database) -> None:
    store = RequestStore(database)
    await store.create(request(), key="k")
    await store.nudge("w_1", NOW)
    await store.tell("w_1", "r_1", "progress", {})
    client = cast(Any, database.client)
    lives = {name: await client.ttl(name) async for name in client.scan_iter("*")}
    for shared in (keys.due("w_1"), keys.wake(keys.shard_of("w_1"))):  # its entries go when it is answered
        assert lives.pop(shared) == -1
    assert len(lives) == 4
    assert all(0 < life <= LIFE_SECONDS for life in lives.values())
    assert lives["admind:{w_1}:request:r_1:events"] <= EVENTS_SECONDS


async def test_what_a_member_asked_last_comes_in_order(database: Database) -> None:
    store = RequestStore(database)
    for number in range(5):
        await store.create(request(f"r_{number}").changed(created_at=NOW + timedelta(minutes=number)), key="")
    await store.create(request("r_other").changed(member="m_2"), key="")
    assert [each.id for each in await store.recent("w_1", "m_1", limit=3)] == ["r_2", "r_3", "r_4"]
    assert await store.recent("w_1", "m_3", limit=3) == ()
