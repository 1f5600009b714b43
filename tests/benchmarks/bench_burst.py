"""1,000 posts due in one second, published by a whole AdMind: all out, none twice; how late, at p50 and p99."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot.bootstrap import AdMind
from bot.channels.base import Content
from bot.settings import Settings
from storage import keys
from storage.accounts import Account
from storage.commit import Change, commit
from storage.posts import Post, PostState
from storage.record import new_id
from storage.stores import PostStore
from tests.benchmarks.telling import percentile, tell

POSTS = 1000
LEAD = timedelta(seconds=12)  # time to schedule them all before the first is due


def main() -> int:
    logging.disable(logging.WARNING)
    return asyncio.run(_measure())


async def _measure() -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with AdMind(Settings(data_dir=Path(folder) / "data")) as admind:
            await admind.start()
            account = (await admind.people.store.all(admind.people.store.accounts, admind.workspace.id))[0]
            posts = await _schedule(admind, account)
            started = max(time.time(), min(post.due for post in posts).timestamp())
            done = await _published(admind, posts)
            took = time.time() - started
            guids = await admind.database.client.zcard(f"admind:{{{admind.workspace.id}}}:feed:{account.id}")
    late = [
        (post.receipt.at - post.due).total_seconds()
        for post in done
        if post.receipt and post.state is PostState.published
    ]
    missed = tell("posts not published", POSTS - len(late), "posts", 0)
    missed += tell("attempts beyond one a post", sum(len(post.attempts) - 1 for post in done), "attempts", 0)
    missed += tell("posts in the feed, difference", abs(int(guids) - POSTS), "posts", 0)
    tell("lateness p50", percentile(late, 50), "s")
    tell("lateness p99", percentile(late, 99), "s")
    tell("throughput", POSTS / took, "posts/s")
    return missed


async def _schedule(admind: AdMind, account: Account) -> list[Post]:
    store, channel = PostStore(admind.database), admind.channels["feed"]
    now = admind.clock.now()
    posts, change = [], Change(admind.workspace.id)
    for number in range(POSTS):
        due = now + LEAD + timedelta(milliseconds=number)
        payload = channel.build(Content(text=f"Post number {number}.", title=f"Post {number}", not_before=due), account)
        post = Post(
            id=new_id("p"),
            workspace=admind.workspace.id,
            brand=account.brand,
            account=account.id,
            channel="feed",
            draft=new_id("d"),
            revision=1,
            digest=payload.digest,
            payload=await admind.blobs.put(payload.canonical()),
            title=f"Post {number}",
            requested_by="m_bench",
            approved_by=("m_bench",),
            created_at=now,
            due=due,
        )
        posts.append(post)
        store.save(change, post, ver=None)
        if len(posts) % 100 == 0:
            await commit(admind.database, change)
            change = Change(admind.workspace.id)
    return posts


async def _published(admind: AdMind, posts: list[Post]) -> list[Post]:
    """All the posts, once nothing of them is due any more; asking for that costs next to nothing."""
    store, end = PostStore(admind.database), time.time() + 120
    names = [f"post:{post.id}" for post in posts]
    while time.time() < end:
        due = await cast(Any, admind.database.client).zmscore(keys.due(admind.workspace.id), names)
        if not any(due):
            break
        await asyncio.sleep(0.5)
    return list(await store.many(admind.workspace.id, [post.id for post in posts]))


if __name__ == "__main__":
    sys.exit(main())
