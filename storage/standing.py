"""Pictures that a channel does not keep: what stands there names them by our address, for as long as it stands.

HASH `standing:<sha256>` post → MIME type; a field for each post that may show it, put there before its first attempt.
The post's own record says whether it still does, so nothing has to be taken back when one ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from storage import keys, snapshot
from storage.posts import OVER, Post, PostState
from storage.redis import Database
from storage.stores import PostStore, hgetall

UNDER_WAY = frozenset({PostState.scheduled, PostState.sending, PostState.unknown})


class StandingPictures:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._posts = PostStore(database)

    async def show(self, post: Post, sha256: str, mime: str) -> None:
        """From now on, while the post stands or may stand."""
        await self._client.sadd(keys.lookup("picture", sha256), post.workspace)
        await self._client.hset(_key(post.workspace, sha256), post.id, mime)

    async def mime(self, workspace: str, sha256: str) -> str | None:
        """MIME type of a picture that some post shows now; None for every other."""
        for post_id, mime in (await hgetall(self._database, _key(workspace, sha256))).items():
            kept = await self._posts.find(workspace, post_id)
            if kept is not None and stands(kept.record):
                return mime
        return None

    async def forget(self, workspace: str, posts: Iterable[str], names: Iterable[str]) -> None:
        """These posts are erased, and show none of these pictures any more."""
        gone = list(posts)
        for sha256 in names if gone else ():
            await self._client.hdel(_key(workspace, sha256), *gone)

    async def posts(self, workspace: str) -> frozenset[str]:
        """The ids of all posts that have shown pictures in this way."""
        found = set[str]()
        async for key in snapshot.names_of(self._database, workspace, "standing:"):
            found |= {str(each) for each in await self._client.hkeys(key)}
        return frozenset(found)

    async def rebuild(self, workspace: str) -> int:
        """Make the look-ups of these pictures again; how many."""
        done = 0
        async for key in snapshot.names_of(self._database, workspace, "standing:"):
            await self._client.sadd(keys.lookup("picture", key.rpartition(":")[2]), workspace)
            done += 1
        return done

    @property
    def _client(self) -> Any:
        return cast(Any, self._database.client)


def stands(post: Post) -> bool:
    """Whether it is out, or may be out or come out at any moment."""
    if post.receipt is not None:
        return post.receipt.taken_down_at is None
    return post.state in UNDER_WAY or (post.state not in OVER and post.doubtful)


def _key(workspace: str, sha256: str) -> str:
    return keys.of(workspace, "standing", sha256)
