"""The media library: pictures that people send, cleaned before they are kept, and who may see which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.errors import NotFound
from bot.workflow.room import Room
from storage.blobs.base import BlobStore
from storage.feed import FeedStore
from storage.media import MediaItem, MediaStore
from storage.team import Member


@dataclass(frozen=True, slots=True)
class Stored:
    data: bytes
    mime: str


class Library:
    def __init__(self, *, blobs: BlobStore, media: MediaStore, feed: FeedStore, room: Room, clock: Clock) -> None:
        self._room = room
        self._blobs = blobs
        self._media = media
        self._feed = feed
        self._clock = clock

    async def upload(self, workspace: str, brand: str, member: Member, data: bytes) -> MediaItem:
        """Clean a picture and keep it. Raises PictureRefused with what to send instead, BadInput without room."""
        from bot.artwork.fit import picture_hash  # noqa: PLC0415 - these two load numpy and Pillow
        from bot.artwork.uploads import clean  # noqa: PLC0415

        await self._room.left()
        picture = await clean(data)
        sha256 = await self._blobs.put(picture.data)
        item = MediaItem(
            sha256=sha256,
            workspace=workspace,
            brand=brand,
            mime=picture.mime,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            alt="",
            source="generated" if picture.generated else "upload",
            made_by=member.id,
            from_draft="",
            picture_hash=f"{picture_hash(picture.data):016x}",
            created_at=self._clock.now(),
        )
        await self._media.put(item)
        return item

    async def newest(
        self,
        workspace: str,
        member: Member,
        brands: Collection[str],
        *,
        before: datetime | None = None,
        limit: int = 60,
    ) -> tuple[MediaItem, ...]:
        """Pictures of these of the member's brands, made before that instant; the newest first."""
        found = [
            item
            for brand in sorted(set(brands) & set(member.roles))
            for item in await self._media.list(workspace, brand, before=before, limit=limit)
        ]
        return tuple(sorted(found, key=lambda item: item.created_at, reverse=True)[:limit])

    async def mine(self, workspace: str, brand: str, sha256: str) -> str:
        """The same sha256 when such a picture is in the brand's library. Raises NotFound."""
        if await self._media.get(workspace, brand, sha256) is None:
            raise NotFound("That picture is not in the library.", do_next="Upload it first, then name its sha256.")
        return sha256

    async def read(self, workspace: str, member: Member, sha256: str) -> Stored:
        """A picture of one of the member's brands. Raises NotFound."""
        for brand in member.roles:
            item = await self._media.get(workspace, brand, sha256)
            if item is not None:
                return Stored(await self._blobs.get(sha256), item.mime)
        raise NotFound("There is no such picture.", do_next="Look at the library.")

    async def public(self, workspace: str, sha256: str) -> Stored | None:
        """A picture that a post in a feed shows, or that a post on its way out needs; None for every other.

        `workspace` is looked at first; others only where one of theirs was shown.
        """
        for each in (workspace, *await self._feed.showing(sha256)):
            mime = await self._media.shown(each, sha256) or await self._feed.picture(each, sha256)
            if mime:
                return Stored(await self._blobs.get(sha256), mime)
        return None
