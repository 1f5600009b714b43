"""STOP with its consequences shown: which posts it holds, and which nearly name a paused topic and are not held."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import AdMindError
from bot.publishing.pause import Pausing, concerns
from storage.blobs.base import BlobStore
from storage.pauses import Pause
from storage.posts import Post, PostState
from storage.redis import Database, Files
from storage.sealed import SealedPayload
from storage.stores import PostStore
from storage.team import Member

LOOKS_AHEAD = timedelta(days=366)
JUST_DUE = timedelta(days=1)
PAGE, MOST = 500, 5000  # at once; in all


@dataclass(frozen=True, slots=True)
class Stopped:
    """`held` will not go out while the pause lasts; `near` will, though they nearly name the paused topic."""

    pause: Pause
    held: tuple[Post, ...]
    near: tuple[Post, ...]


class Stopping:
    def __init__(self, database: Database, blobs: BlobStore, pausing: Pausing) -> None:
        self._posts = PostStore(database)
        self._blobs = blobs
        self._pausing = pausing

    async def stop(
        self, workspace: str, scope: str, member: Member, reason: str, now: datetime, surface: str
    ) -> Stopped:
        """Pause first; only then look at what it means. Raises BadInput, NotAllowed."""
        pause = await self._pausing.stop(workspace, scope, member, reason, now, surface=surface)
        held, near = await self._judged(workspace, pause, member, now)
        return Stopped(pause, held, near)

    async def near(self, workspace: str, scope: str, member: Member, now: datetime) -> tuple[Post, ...]:
        """Posts of this member's brands that nearly name the topic of a pause, and go out all the same."""
        if not scope.startswith("topic:"):
            return ()
        return (await self._judged(workspace, Pause(scope=scope, by="", since=now), member, now))[1]

    async def _judged(
        self, workspace: str, pause: Pause, member: Member, now: datetime
    ) -> tuple[tuple[Post, ...], tuple[Post, ...]]:
        coming = [each async for each in scheduled(self._posts, workspace, now=now) if member.roles.get(each.brand)]
        return await judged(pause, coming, self._blobs)


async def scheduled(
    posts: PostStore, workspace: str, *, now: datetime, index: str = "all", since: timedelta = JUST_DUE
) -> AsyncIterator[Post]:
    """What is still to go out, the earliest first; what fell due in this moment may not have left yet."""
    after, seen = "", 0
    while seen < MOST:
        page = await posts.page(
            workspace,
            index=index,
            after=after,
            newest_first=False,
            limit=PAGE,
            least=(now - since).timestamp(),
            most=(now + LOOKS_AHEAD).timestamp(),
        )
        for post in page.items:
            if post.state is PostState.scheduled:
                seen += 1
                yield post
        after = page.next
        if not after:
            return


async def judged(pause: Pause, posts: Iterable[Post], blobs: Files | None) -> tuple[tuple[Post, ...], tuple[Post, ...]]:
    """Those that the pause holds, and those that nearly name its topic and are not held."""
    held, near = list[Post](), list[Post]()
    for post in posts:
        text = await _text(post, blobs) if blobs is not None and pause.scope.startswith("topic:") else post.title
        hit = concerns(pause, post, text)
        if hit is not None:
            (near if hit.near else held).append(post)
    return tuple(held), tuple(near)


async def _text(post: Post, blobs: Files) -> str:
    try:
        payload = SealedPayload.read(await blobs.get(post.payload))
    except (AdMindError, ValueError):
        return post.title
    return payload.words
