"""What is known of each picture. Its bytes are blobs, by the same hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, cast

from pydantic import Field

from storage import keys, packs
from storage.commit import Change, commit
from storage.record import Migration, Record
from storage.redis import Database
from storage.sealed import Origin, Sha256


class MediaItem(Record):
    """A picture of a brand: the file's hash, how large it is, how it came to be, and until when it may be used."""

    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # 2 knows names, tags and rights

    sha256: Sha256
    workspace: str
    brand: str
    mime: str
    size: int = Field(ge=0, description="bytes")
    width: int = Field(ge=1, description="pixels")
    height: int = Field(ge=1, description="pixels")
    alt: str = ""
    source: Origin
    made_by: str = Field("", description="member id")
    from_draft: str = ""
    picture_hash: Annotated[str, Field(pattern=r"^[0-9a-f]*$")] = Field(
        "", description="perceptual hash in hex; alike pictures differ in few bits"
    )
    created_at: datetime
    name: str = Field("", max_length=80, description="what people call it")
    tags: tuple[str, ...] = Field((), description="lower case, without #")
    rights_until: date | None = Field(None, description="last day on which it may be used; none: for ever")
    rights_note: str = Field("", max_length=200, description="whose it is, under which licence")
    made_from: str = Field("", description="sha256 of the library's picture that this was fitted or composed from")
    digital_source: str = Field("", description="IPTC digital source type that its file names")
    made_with: str = Field("", description="image model, as provider:model")

    def lapsed(self, day: date) -> bool:
        """Whether it may no longer be used on that day."""
        return self.rights_until is not None and day > self.rights_until


class MediaStore:
    """HASH `media:<brand>:<sha256>` (`doc`) a picture and a brand; ZSETs of these names by time, all and per brand.

    Old records of drawn pictures are in the archive: their drafts find them, and no list shows them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, item: MediaItem, *, entry: Mapping[str, str] | None = None) -> None:
        """Keep the record, with an entry for the audit. The same picture of the same brand takes the place of the one
        before, at its new time.
        """
        name, at = f"{item.brand}:{item.sha256}", item.created_at.timestamp()
        change = Change(item.workspace).hset(self.key(item.workspace, name), {"doc": item.dump()})
        indexes = {self.index(item.workspace): at, self.index(item.workspace, item.brand): at}
        if entry is not None:
            change.audit(dict(entry))
        await commit(self._database, change.index(name, indexes))

    async def get(self, workspace: str, brand: str, sha256: str) -> MediaItem | None:
        """The record; None when this brand has no such picture."""
        found = await self._load(workspace, [f"{brand}:{sha256}"])
        return found[0] if found else None

    async def list(
        self, workspace: str, brand: str = "", *, before: datetime | None = None, limit: int = 50
    ) -> tuple[MediaItem, ...]:
        """The newest pictures of a brand ("": of the workspace), made before that instant; newest first."""
        names: Any = await self._database.client.zrange(
            self.index(workspace, brand),
            cast(int, "+inf" if before is None else f"({before.timestamp()!r}"),
            cast(int, "-inf"),
            byscore=True,
            desc=True,
            offset=0,
            num=limit,
        )
        return await self._load(workspace, names)

    async def shown(self, workspace: str, sha256: str) -> str | None:
        """MIME type of a picture that channels may fetch from the public edge now; None when they may not."""
        found: Any = await self._database.client.get(keys.shown(workspace, sha256))
        return str(found) if found else None

    async def delete(self, workspace: str, brand: str, sha256: str) -> bool:
        """Forget the record; its file stays, since drafts and other brands may use it."""
        name = f"{brand}:{sha256}"
        known = await self.get(workspace, brand, sha256) is not None
        change = Change(workspace).do("DEL", self.key(workspace, name))
        change.do("HDEL", packs.packed_key(workspace, "media"), name)
        for index in (self.index(workspace), self.index(workspace, brand)):
            change.do("ZREM", index, name)
        await commit(self._database, change)
        return known

    async def documents(self, workspace: str, names: Sequence[str]) -> Sequence[str | None]:
        """The documents under these names that are at hand."""
        pipe = self._database.client.pipeline(transaction=False)
        for name in names:
            pipe.hget(self.key(workspace, name), "doc")
        found: Sequence[str | None] = await pipe.execute() if names else []
        return found

    async def _load(self, workspace: str, names: Sequence[str]) -> tuple[MediaItem, ...]:
        found = dict(zip(names, await self.documents(workspace, names), strict=True))
        archived = await packs.find(self._database, workspace, "media", [name for name in names if not found[name]])
        found |= {name: fields["doc"] for name, fields in archived.items()}
        return tuple(MediaItem.load(document) for document in found.values() if document)

    @staticmethod
    def key(workspace: str, name: str) -> str:
        return keys.of(workspace, "media", name)

    @staticmethod
    def index(workspace: str, brand: str = "") -> str:
        return keys.of(workspace, "medias", brand or "all")
