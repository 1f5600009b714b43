"""Posts that are out, with numbers over time whose truth is known: as publishing and reading would leave them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from storage.numbers import STEPS, counted_key
from storage.posts import Numbers, Post, PostReceipt, PostState
from storage.record import new_id
from storage.redis import Database
from storage.sending import ended_key, post_key, to_hash
from storage.series import Reading, packed
from storage.stores import PostStore


def grown(out_at: datetime, totals: Mapping[str, int], now: datetime, *, skipped: Sequence[int] = ()) -> list[Reading]:
    """Readings at each step up to now, of counts that come to their totals in thirty days, most of it early."""
    found = []
    for number, step in enumerate(STEPS, 1):
        if out_at + step > now or number in skipped:
            continue
        share = (step / STEPS[-1]) ** 0.25
        found.append(Reading(out_at + step, {name: round(total * share) for name, total in totals.items()}))
    return found


async def put_out(
    database: Database,
    workspace: str,
    brand: str,
    account: str,
    out_at: datetime,
    readings: Sequence[Reading],
    *,
    channel: str = "mastodon",
    title: str = "Bread",
    campaign: str = "",
    state: PostState = PostState.published,
    draft: str = "",
) -> Post:
    post = Post(
        id=new_id("p"),
        workspace=workspace,
        brand=brand,
        account=account,
        channel=channel,
        draft=draft or new_id("d"),
        revision=1,
        digest="0" * 64,
        payload="0" * 64,
        title=title,
        requested_by="m_1",
        approved_by=("m_1",),
        campaign=campaign,
        created_at=out_at - timedelta(days=1),
        state=state,
        due=out_at,
        receipt=PostReceipt(remote_id=f"r{random.random()}", url="https://velo.example/1", at=out_at)
        if state is PostState.published
        else None,
    )
    client: Any = cast(Any, database.client)
    fields = to_hash(post)
    if readings:
        newest = Numbers(at=readings[-1].at, counts=readings[-1].counts)
        fields |= {"numbers": newest.model_dump_json(), "series": packed(out_at, readings), "looks": str(len(STEPS))}
    pipe = client.pipeline(transaction=False)
    pipe.hset(post_key(workspace, post.id), mapping=fields)
    store, score = PostStore(database), out_at.timestamp()
    pipe.zadd(store.index_key(workspace), {post.id: score})
    pipe.zadd(store.index_key(workspace, f"of:{brand}"), {post.id: score})
    if state is PostState.published:
        pipe.zadd(ended_key(workspace), {post.id: score})
    if readings:
        pipe.zadd(counted_key(workspace), {post.id: score})
    await pipe.execute()
    return post
