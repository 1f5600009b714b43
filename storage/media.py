"""Bytes by their hash, and what is known of each picture.

`BlobStore` keeps pictures, sealed payloads and old revisions as content-addressed files; publishing sends what it reads
here by hash, so a file whose bytes changed is refused and never sent. `MediaStore` keeps the pictures' records.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from storage import keys, packs
from storage.commit import Change, commit
from storage.errors import AdMindError
from storage.files import make_folder, sync_folder, write_whole
from storage.record import Record
from storage.redis import Database
from storage.sealed import Sha256

LOW_SPACE_BYTES = 256 * 1024 * 1024
STALE_SECONDS = 3600
_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DiskFull(AdMindError):
    """A file could not be kept; what was there before is whole."""


class BlobMissing(AdMindError):
    """No file of this hash."""


class BlobDamaged(AdMindError):
    """The file's bytes are not those that were kept. It is left where it is, for whoever looks into it."""


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of the file system that holds the blobs; `low` when new pictures should be refused."""

    free: int
    total: int
    low: bool


class BlobStore:
    """Files `ab/cd/<sha256>` under `root` (0700, files 0600). Every method works off the event loop."""

    def __init__(self, root: Path, *, low_space_bytes: int = LOW_SPACE_BYTES) -> None:
        self._root = root
        self._low_space_bytes = low_space_bytes

    async def put(self, data: bytes) -> str:
        """Keep these bytes; their SHA-256 in hex. When it returns they survive a power cut. Putting again mends.

        Raises DiskFull, or AdMindError when the folder cannot be written.
        """
        return await asyncio.to_thread(self._put, data)

    async def get(self, sha256: str) -> bytes:
        """The bytes, verified. Raises BlobMissing, BlobDamaged."""
        return await asyncio.to_thread(self._get, sha256)

    async def has(self, sha256: str) -> bool:
        return await asyncio.to_thread(lambda: _is_name(sha256) and self.path(sha256).is_file())

    async def delete(self, sha256: str) -> bool:
        """Whether there was such a file."""
        return await asyncio.to_thread(self._delete, sha256)

    async def discard(self, sha256: str, *, unless_put_since: datetime) -> bool:
        """Delete a file that nothing names, unless the same bytes were put (again) since then; whether it is gone."""
        return await asyncio.to_thread(self._discard, sha256, unless_put_since)

    async def iterate(self) -> AsyncIterator[str]:
        """The hash of every file, in order."""
        for first in await asyncio.to_thread(_folders, self._root):
            for name in await asyncio.to_thread(_names, first):
                yield name

    async def check_space(self) -> Space:
        return await asyncio.to_thread(self._check_space)

    async def tidy(self, *, older_than_seconds: float = STALE_SECONDS) -> int:
        """Remove half-written files that a crash left behind; how many. Younger ones may still be written."""
        return await asyncio.to_thread(self._tidy, older_than_seconds)

    def path(self, sha256: str) -> Path:
        """Where these bytes lie or would lie. Raises BlobMissing for what is no hash."""
        if not _is_name(sha256):
            raise _missing()
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        path = self.path(name)
        try:
            if _holds(path, data) and _touched(path):
                return name
            waiting = self._root / "tmp"
            make_folder(waiting)
            make_folder(path.parent)
            write_whole(path, data, scratch=waiting)
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFull(
                    "There is no room left on the disk for this file.",
                    kept="Nothing that was kept before is lost, and planned posts keep their pictures.",
                    do_next="Make room on the disk, then try again.",
                ) from error
            raise AdMindError(
                "The folder for pictures and posts cannot be written.",
                kept="Nothing that was kept before is lost.",
                do_next="Whoever runs AdMind should check that it may write to its data directory.",
            ) from error
        return name

    def _get(self, sha256: str) -> bytes:
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise _missing() from None
        except OSError as error:
            raise _damaged() from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged()
        return data

    def _delete(self, sha256: str) -> bool:
        path = self.path(sha256)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        sync_folder(path.parent)
        return True

    def _discard(self, sha256: str, unless_put_since: datetime) -> bool:
        """Aside first: whoever puts it meanwhile finds it young here, or absent there and writes it anew."""
        path, since = self.path(sha256), unless_put_since.timestamp()
        aside = self._root / "tmp" / f"{sha256}.{secrets.token_hex(8)}"
        try:
            if path.stat().st_mtime >= since:
                return False
            make_folder(aside.parent)
            path.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= since:
            aside.rename(path)
            return False
        aside.unlink(missing_ok=True)
        sync_folder(path.parent)
        return True

    def _check_space(self) -> Space:
        make_folder(self._root)
        usage = shutil.disk_usage(self._root)
        return Space(usage.free, usage.total, usage.free < self._low_space_bytes)

    def _tidy(self, older_than_seconds: float) -> int:
        removed, before = 0, time.time() - older_than_seconds
        with contextlib.suppress(FileNotFoundError):
            for file in (self._root / "tmp").iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if file.stat().st_mtime < before:
                        file.unlink()
                        removed += 1
        return removed


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _touched(path: Path) -> bool:
    """Say that it was put now; False when it was taken away in this moment."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _is_name(sha256: str) -> bool:
    return _NAME.fullmatch(sha256) is not None


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(folder for folder in root.iterdir() if len(folder.name) == 2 and folder.is_dir())
    except FileNotFoundError:
        return []


def _names(folder: Path) -> list[str]:
    def walk() -> Iterator[str]:
        for second in folder.iterdir():
            yield from (file.name for file in second.iterdir() if _is_name(file.name))

    return sorted(walk())


def _missing() -> BlobMissing:
    return BlobMissing(
        "A file that belongs to this is not there.", do_next="Make it again, or restore it from a backup."
    )


def _damaged() -> BlobDamaged:
    return BlobDamaged(
        "A file was changed or damaged on the disk.",
        kept="It was not used, and nothing was published with it.",
        do_next="Make it again, or restore it from a backup.",
    )


class MediaItem(Record):
    """A picture of a brand: the file's hash, how large it is, how it came to be."""

    sha256: Sha256
    workspace: str
    brand: str
    mime: str
    size: int = Field(ge=0, description="bytes")
    width: int = Field(ge=1, description="pixels")
    height: int = Field(ge=1, description="pixels")
    alt: str = ""
    source: Literal["card", "upload", "generated"]
    made_by: str = Field("", description="member id")
    from_draft: str = ""
    picture_hash: Annotated[str, Field(pattern=r"^[0-9a-f]*$")] = Field(
        "", description="perceptual hash in hex; alike pictures differ in few bits"
    )
    created_at: datetime


class MediaStore:
    """HASH `media:<brand>:<sha256>` (`doc`) a picture and a brand; ZSETs of these names by time, all and per brand.

    Old records of drawn pictures are in the archive: their drafts find them, and no list shows them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, item: MediaItem) -> None:
        """Keep the record. The same picture of the same brand takes the place of the one before, at its new time."""
        name, at = f"{item.brand}:{item.sha256}", item.created_at.timestamp()
        change = Change(item.workspace).hset(self.key(item.workspace, name), {"doc": item.dump()})
        indexes = {self.index(item.workspace): at, self.index(item.workspace, item.brand): at}
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
