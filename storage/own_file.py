"""The file that a database keeps its keys in: what was deleted stays in it until it is rewritten.

A server that keeps none, or refuses to rewrite it, does as whoever runs it wishes: that is no trouble here.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import RedisError

from storage.errors import AdMindError
from storage.redis import Database

REWRITING: Final = "already in progress"  # bgrewriteaofCommand in Valkey's src/aof.c
LOOK_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 60.0


async def rewrite(database: Database) -> bool:
    """Have what was deleted leave the file. False while a rewrite runs that began before and may still carry it, and
    while the database does not answer: ask again soon.
    """
    client = cast(Any, database.client)
    try:
        await client.bgrewriteaof(**_everywhere(database))
    except AdMindError:
        return False
    except RedisError as error:
        return REWRITING not in str(error)
    return True


async def rewritten(database: Database, *, within_seconds: float = PATIENCE_SECONDS) -> bool:
    """The same, waited for: a server that is stopped meanwhile would end it. False when it did not end in time."""
    try:
        async with asyncio.timeout(within_seconds):
            begun = False
            while not begun or await _at_work(database):
                begun = begun or await rewrite(database)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        return False
    return True


async def _at_work(database: Database) -> bool:
    try:
        told = await cast(Any, database.client).info("persistence", **_everywhere(database))
    except (AdMindError, RedisError):
        return False
    each = told.values() if isinstance(database.client, RedisCluster) else (told,)
    return any(node.get("aof_rewrite_in_progress") or node.get("aof_rewrite_scheduled") for node in each)


def _everywhere(database: Database) -> dict[str, Any]:
    client = database.client
    return {"target_nodes": client.get_primaries()} if isinstance(client, RedisCluster) else {}
