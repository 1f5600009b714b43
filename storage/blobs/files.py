"""Blobs as content-addressed files in a folder: for roles that run on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import time
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime
from pathlib import Path

from storage.blobs.base import BlobMissing, BlobsUnavailable, StoreFull, is_name, name_of, place_of, verified
from storage.errors import AdMindError
from storage.files import make_folder, sync_folder, write_whole

FOLDER = "blobs"  # in the data directory
STALE_SECONDS = 3600
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FileBlobs:
    """A BlobStore of files `ab/cd/<sha256>` under `root` (0700, files 0600)."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def where(self) -> str:
        return "files in the data directory"

    async def put(self, data: bytes) -> str:
        return await asyncio.to_thread(self._put, data)

    async def get(self, sha256: str) -> bytes:
        return await asyncio.to_thread(self._get, sha256)

    async def has(self, sha256: str) -> bool:
        return await asyncio.to_thread(lambda: is_name(sha256) and self.path(sha256).is_file())

    async def delete(self, sha256: str) -> bool:
        return await asyncio.to_thread(self._delete, sha256)

    async def discard(self, sha256: str, *, unless_put_since: datetime) -> bool:
        return await asyncio.to_thread(self._discard, sha256, unless_put_since)

    async def iterate(self) -> AsyncGenerator[str, None]:
        for first in await asyncio.to_thread(_folders, self._root):
            for name in await asyncio.to_thread(_names, first):
                yield name

    async def exposed(self, sha256: str) -> bool:
        return bool((await asyncio.to_thread(self.path(sha256).stat)).st_mode & 0o077)

    async def tidy(self, *, older_than_seconds: float = STALE_SECONDS) -> int:
        """Files younger than this may still be written."""
        return await asyncio.to_thread(self._tidy, older_than_seconds)

    def path(self, sha256: str) -> Path:
        """Where these bytes lie or would lie. Raises BlobMissing for what is no hash."""
        return self._root / place_of(sha256)

    def _put(self, data: bytes) -> str:
        name = name_of(data)
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
                raise StoreFull(
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
            raise BlobMissing from None
        except OSError as error:  # too many open files, a share that went away: the bytes may be whole
            raise BlobsUnavailable(
                f"A file in {self._root} cannot be read: {error.strerror}.", "Check its permissions and its disk."
            ) from error
        return verified(data, sha256)

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


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(folder for folder in root.iterdir() if len(folder.name) == 2 and folder.is_dir())
    except FileNotFoundError:
        return []


def _names(folder: Path) -> list[str]:
    def walk() -> Iterator[str]:
        for second in folder.iterdir():
            yield from (file.name for file in second.iterdir() if is_name(file.name))

    return sorted(walk())
