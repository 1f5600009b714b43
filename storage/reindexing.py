"""The places of drafts and posts in their lists, made again from the records themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

from storage.commit import Change, commit
from storage.errors import Conflict
from storage.redis import Database
from storage.stores import DraftStore, Family, PostStore, R


async def reindex(database: Database, workspace: str) -> dict[str, int]:
    """How many drafts and posts were put in their places. What is archived has its own already."""
    drafts, posts = DraftStore(database), PostStore(database)
    return {
        "drafts": await _reindex(database, workspace, drafts, drafts.place),
        "posts": await _reindex(database, workspace, posts, posts.place),
    }


async def _reindex(database: Database, workspace: str, family: Family[R], place: Callable[[Change, R], Change]) -> int:
    done = 0
    async for record_id in _ids(database, family.index_key(workspace)):
        while (kept := await family.find(workspace, record_id)) is not None and not kept.archived:
            change = Change(workspace).expect(family.key(workspace, record_id), kept.ver)
            try:
                await commit(database, place(change, kept.record))
            except Conflict:
                continue
            done += 1
            break
    return done


async def _ids(database: Database, index: str) -> AsyncIterator[str]:
    async for record_id, _ in cast(Any, database.client).zscan_iter(index, count=500):
        yield str(record_id)
