"""Whatever comes twice, late, together or out of order: a step is read at most once, never backwards, and it ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from storage import keys
from storage.commit import Change, commit
from storage.numbers import STEPS, NumbersStore, due_ms, entry_of, first_entry, step_at
from storage.posts import Numbers, Post, PostReceipt, PostState
from storage.redis import connect
from storage.sending import post_key, to_hash
from storage.stores import PostStore

OUT_AT = datetime(2026, 11, 3, 9, 0, 0, 123_456, tzinfo=UTC)
OUT_MS = round(OUT_AT.timestamp() * 1000)
DAY_MS = 86_400_000
POST = Post(
    id="p_2345678",
    workspace="w_1",
    brand="b_1",
    account="a_1",
    channel="mastodon",
    draft="d_1",
    revision=1,
    digest="0" * 64,
    payload="0" * 64,
    title="Bread",
    requested_by="m_1",
    approved_by=("m_1",),
    created_at=OUT_AT,
    state=PostState.published,
    due=OUT_AT,
    receipt=PostReceipt(remote_id="1", url="https://velo.example/1", at=OUT_AT),
)
# One delivery: how long after the last, how many workers get it at once, how far their clocks are behind, whether the
# step is let go by.
Delivery = tuple[float, int, int, bool]
deliveries = st.lists(
    st.tuples(st.floats(0, 6), st.integers(1, 3), st.integers(0, 120_000), st.booleans()), min_size=1, max_size=25
)


@given(came=deliveries)
@settings(max_examples=80)
def test_no_step_is_read_twice_and_the_schedule_ends(valkey_url: str, came: list[Delivery]) -> None:
    asyncio.run(_walk(valkey_url, came))


async def _walk(url: str, came: list[Delivery]) -> None:
    async with connect(url) as database:
        client = cast(Any, database.client)
        await client.flushall()
        await client.hset(post_key("w_1", POST.id), mapping=to_hash(POST))
        entry, due = entry_of(POST.id), keys.due("w_1")
        await client.zadd(due, first_entry(POST, OUT_AT))
        store, read, now = NumbersStore(database), list[int](), OUT_MS
        for days, workers, behind, skip in [*came, (40.0, 1, 0, False), (0.1, 1, 0, False)]:
            now += round(days * DAY_MS)
            times = [now - behind * (number > 0) for number in range(workers)]
            steps = [step_at(OUT_AT, each) for each in times]
            turns = await asyncio.gather(
                *(
                    store.take(POST, step=step, now_ms=each, skip=skip)
                    for step, each in zip(steps, times, strict=True)
                    if step
                )
            )
            read += [step for step, turn in zip([each for each in steps if each], turns, strict=True) if turn == "read"]
            planned = await client.zscore(due, entry)
            assert planned is None or planned > OUT_MS
        assert len(read) == len(set(read)) and len(read) <= len(STEPS)
        assert read == sorted(read)
        assert await client.zscore(due, entry) is None  # the last two came behind the last step
        assert await store.take(POST, step=len(STEPS), now_ms=now + DAY_MS, skip=False) == "done"


@given(after=st.integers(-DAY_MS, 40 * DAY_MS))
def test_a_step_has_come_exactly_when_it_is_due(after: int) -> None:
    now_ms, step = OUT_MS + after, step_at(OUT_AT, OUT_MS + after)
    following, this = due_ms(OUT_AT, step + 1), due_ms(OUT_AT, step)
    assert (this is None) == (step == 0) and (following is None) == (step == len(STEPS))
    assert (this is None or this <= now_ms) and (following is None or now_ms < following)


async def test_a_slow_answer_overwrites_nothing_newer_and_brings_nothing_back(valkey_url: str) -> None:
    async with connect(valkey_url) as database:
        client, store, posts = cast(Any, database.client), NumbersStore(database), PostStore(database)
        await client.flushall()
        slow = Numbers(at=OUT_AT, counts={"likes": 1})
        assert not await store.keep(POST, 1, slow)
        assert not await client.exists(post_key("w_1", POST.id))
        await client.hset(post_key("w_1", POST.id), mapping=to_hash(POST))
        later = OUT_MS + DAY_MS
        assert await store.take(POST, step=4, now_ms=later, skip=False) == "read"
        newer = Numbers(at=OUT_AT + timedelta(days=1), counts={"likes": 5})
        assert await store.keep(POST, 4, newer) and not await store.keep(POST, 1, slow)
        assert (await posts.get("w_1", POST.id)).record.numbers == newer


async def test_what_is_written_of_a_post_leaves_its_numbers_alone(valkey_url: str) -> None:
    async with connect(valkey_url) as database:
        client, store, posts = cast(Any, database.client), NumbersStore(database), PostStore(database)
        await client.flushall()
        await client.hset(post_key("w_1", POST.id), mapping=to_hash(POST))
        before = await posts.get("w_1", POST.id)
        assert await store.take(POST, step=1, now_ms=OUT_MS + DAY_MS, skip=False) == "read"
        assert await store.keep(POST, 1, Numbers(at=OUT_AT, counts={"likes": 2}))
        await commit(database, posts.save(Change("w_1"), before.record.changed(title="Rolls"), ver=before.ver))
        after = await posts.get("w_1", POST.id)
        assert after.record.title == "Rolls" and after.record.numbers is not None
        await commit(database, posts.save(Change("w_1"), after.record.changed(title="Buns"), ver=after.ver))
        assert "likes" not in await client.hget(post_key("w_1", POST.id), "doc")  # they are kept in one place
        assert (await posts.get("w_1", POST.id)).record.numbers == after.record.numbers
        assert not await NumbersStore(database).keep(POST, 2, Numbers(at=OUT_AT, counts={}))


async def test_an_entry_that_nothing_needs_is_dropped_and_one_that_is_needed_is_not(valkey_url: str) -> None:
    async with connect(valkey_url) as database:
        client, store, due = cast(Any, database.client), NumbersStore(database), keys.due("w_1")
        await client.flushall()
        await client.zadd(due, first_entry(POST, OUT_AT))
        await client.hset(post_key("w_1", POST.id), mapping=to_hash(POST))
        await store.drop("w_1", POST.id)
        assert await client.zscore(due, entry_of(POST.id)) is not None
        assert POST.receipt is not None
        down = POST.changed(receipt=POST.receipt.model_copy(update={"taken_down_at": OUT_AT}))
        await client.hset(post_key("w_1", POST.id), mapping=to_hash(down))
        assert await store.take(POST, step=1, now_ms=OUT_MS + DAY_MS, skip=False) == "over"
        assert await client.zscore(due, entry_of(POST.id)) is None
        await client.zadd(due, first_entry(POST, OUT_AT))
        await client.delete(post_key("w_1", POST.id))
        await store.drop("w_1", POST.id)
        assert not await client.exists(due)
