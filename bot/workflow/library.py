"""The media library: pictures that people send, cleaned before they are kept, and who may see which."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import Clock
from bot.errors import BadInput, NotAllowed, NotFound
from bot.workflow.room import Room
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.feed import FeedStore
from storage.media import MediaItem, MediaStore
from storage.standing import StandingPictures
from storage.team import Member, Role


@dataclass(frozen=True, slots=True)
class Stored:
    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a person says of a picture; `tags` as they type them, e.g. "#Shop, summer"."""

    name: str = ""
    tags: str = ""
    alt: str = ""
    rights_until: date | None = None
    rights_note: str = ""


def tags_of(text: str) -> tuple[str, ...]:
    """At most 20, in lower case, without #, each once."""
    words = (" ".join(each.replace("#", " ").split()).casefold()[:40] for each in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(word for word in words if word))[:20]


class Library:
    def __init__(
        self,
        *,
        blobs: BlobStore,
        media: MediaStore,
        feed: FeedStore,
        standing: StandingPictures,
        audit: AuditWriter,
        room: Room,
        clock: Clock,
    ) -> None:
        self._audit = audit
        self._room = room
        self._blobs = blobs
        self._media = media
        self._feed = feed
        self._standing = standing
        self._clock = clock

    async def upload(self, workspace: str, brand: str, member: Member, data: bytes) -> MediaItem:
        """Clean a picture and keep it. Raises PictureRefused with what to send instead, BadInput without room."""
        from bot.artwork.fit import picture_hash  # noqa: PLC0415 - these two load numpy and Pillow
        from bot.artwork.uploads import clean  # noqa: PLC0415

        await self._room.left()
        picture = await clean(data)
        sha256 = await self._blobs.put(picture.data)
        known = await self._media.get(workspace, brand, sha256)
        told = {"name", "tags", "rights_until", "rights_note", "alt"}
        item = MediaItem(
            sha256=sha256,
            workspace=workspace,
            brand=brand,
            mime=picture.mime,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            source="generated" if picture.generated else "upload",
            made_by=member.id,
            from_draft="",
            picture_hash=f"{picture_hash(picture.data):016x}",
            created_at=self._clock.now(),
            **(known.model_dump(include=told) if known else {}),
        )
        await self._media.put(item)
        return item

    async def alike(self, item: MediaItem) -> tuple[MediaItem, ...]:
        """Others of the brand's that people would call the same picture, newest first: of the last 500."""
        from bot.artwork.fit import alike  # noqa: PLC0415 - loads numpy and Pillow

        if not item.picture_hash:
            return ()
        own = int(item.picture_hash, 16)
        return tuple(
            each
            for each in await self._media.list(item.workspace, item.brand, limit=500)
            if each.sha256 != item.sha256
            and each.picture_hash
            and alike(own, int(each.picture_hash, 16))
            and item.sha256 != each.made_from
            and each.sha256 != item.made_from
        )

    async def describe(self, workspace: str, member: Member, sha256: str, card: Card, surface: str) -> MediaItem:
        """What people say of a picture: its name, tags, what it shows, and until when it may be used.

        Raises NotFound, NotAllowed for clients, BadInput; what changed of its rights stands in the audit.
        """
        item = await self._mine(workspace, member, sha256)
        if member.roles[item.brand] == {Role.client}:
            raise NotAllowed("Only the brand's team can do that.", kept="Nothing changed.")
        changed = item.changed(
            name=" ".join(card.name.split())[:80],
            tags=tags_of(card.tags),
            alt=" ".join(card.alt.split())[:1000],
            rights_until=card.rights_until,
            rights_note=" ".join(card.rights_note.split())[:200],
        )
        entry = await self._audit.prepare(
            workspace,
            "picture described",
            subject=member.subject,
            about="",
            at=self._clock.now(),
            brand=item.brand,
            details={
                "sha256": sha256,
                "rights_until": str(changed.rights_until or ""),
                "rights_before": str(item.rights_until or ""),
                "surface": surface,
            },
        )
        await self._media.put(changed, entry=entry)
        return changed

    async def _mine(self, workspace: str, member: Member, sha256: str) -> MediaItem:
        for brand in member.roles:
            item = await self._media.get(workspace, brand, sha256)
            if item is not None:
                return item
        raise NotFound("There is no such picture.", do_next="Look at the library.")

    async def newest(
        self,
        workspace: str,
        member: Member,
        brands: Collection[str],
        *,
        before: datetime | None = None,
        limit: int = 60,
        tag: str = "",
    ) -> tuple[MediaItem, ...]:
        """Pictures of these of the member's brands, made before that instant; the newest first. With a tag or a name
        only those, of the newest 2,000 a brand.
        """
        if tag:
            return await self._named(workspace, member, brands, tag.strip().lstrip("#").casefold(), limit)
        found = [
            item
            for brand in sorted(set(brands) & set(member.roles))
            for item in await self._media.list(workspace, brand, before=before, limit=limit)
        ]
        return tuple(sorted(found, key=lambda item: item.created_at, reverse=True)[:limit])

    async def _named(
        self, workspace: str, member: Member, brands: Collection[str], word: str, limit: int
    ) -> tuple[MediaItem, ...]:
        found = [
            item
            for brand in sorted(set(brands) & set(member.roles))
            for item in await self._media.list(workspace, brand, limit=2000)
            if word in item.tags or (word and word in item.name.casefold())
        ]
        return tuple(sorted(found, key=lambda item: item.created_at, reverse=True)[:limit])

    async def mine(self, workspace: str, brand: str, sha256: str) -> str:
        """The same sha256 when such a picture is in the brand's library. Raises NotFound."""
        item = await self._media.get(workspace, brand, sha256)
        if item is None:
            raise NotFound("That picture is not in the library.", do_next="Upload it first, then name its sha256.")
        if item.lapsed(self._clock.now().date()):
            raise BadInput(
                f"The rights to that picture ended on {item.rights_until}.",
                kept="Nothing was drafted.",
                do_next="Choose another one, or correct its rights in the library.",
            )
        return sha256

    async def read(self, workspace: str, member: Member, sha256: str) -> Stored:
        """A picture of one of the member's brands. Raises NotFound."""
        for brand in member.roles:
            item = await self._media.get(workspace, brand, sha256)
            if item is not None:
                return Stored(await self._blobs.get(sha256), item.mime)
        raise NotFound("There is no such picture.", do_next="Look at the library.")

    async def public(self, workspace: str, sha256: str) -> Stored | None:
        """A picture that a post shows in a feed or by its address, or that a post on its way out needs; None for every
        other.

        `workspace` is looked at first; others only where one of theirs was shown.
        """
        for each in (workspace, *await self._feed.showing(sha256)):
            mime = await self._media.shown(each, sha256) or await self._feed.picture(each, sha256)
            if mime := mime or await self._standing.mime(each, sha256):
                return Stored(await self._blobs.get(sha256), mime)
        return None
