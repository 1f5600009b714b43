"""STOP with its consequences shown: which posts it holds, and which nearly name a paused topic and are not held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import AdMindError
from bot.publishing.pause import Pausing, concerns, near_misses
from storage.blobs.base import BlobStore
from storage.pauses import Pause
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sealed import SealedPayload
from storage.stores import PostStore
from storage.team import Member

LOOKS_AHEAD = timedelta(days=366)
MOST = 500


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
        page = await self._posts.page(
            workspace,
            newest_first=False,
            limit=MOST,
            least=(now - timedelta(days=1)).timestamp(),
            most=(now + LOOKS_AHEAD).timestamp(),
        )
        coming = [(post, await self._text(post)) for post in page.items if post.state is PostState.scheduled]
        mine = [(post, text) for post, text in coming if member.roles.get(post.brand)]
        held = [post for post, text in mine if (hit := concerns(pause, post, text)) is not None and not hit.near]
        return Stopped(pause, tuple(held), near_misses(pause, mine))

    async def _text(self, post: Post) -> str:
        try:
            payload = SealedPayload.read(await self._blobs.get(post.payload))
        except (AdMindError, ValueError):
            return post.title
        return payload.words
