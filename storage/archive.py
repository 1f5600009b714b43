"""A backup's file: a zip of four members and the pictures by hash, read as if a stranger had made it.

    manifest.json     what the archive holds, with the SHA-256 of each of the following
    keys.jsonl        the database, see `snapshot`
    journal.jsonl     the journals' entries
    secret.key        the encryption keys, only when asked for
    blobs/<sha256>    files by their own hash

Names other than these, links, encryption, other compressions than deflate, members twice and contents out of all
proportion to the file are refused before anything is unpacked. No archive names a path that anything is unpacked to.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Literal, TypeVar

from pydantic import Field, ValidationError

from storage.errors import AdMindError
from storage.files import make_folder, sync_folder
from storage.record import Frozen
from storage.sealed import Sha256

VERSION = 1
MANIFEST, KEYS, JOURNAL, SECRET = "manifest.json", "keys.jsonl", "journal.jsonl", "secret.key"
MOST_LINE_BYTES = 256 * 1024 * 1024
MOST_SMALL_BYTES = 64 * 1024 * 1024
MOST_MEMBERS = 2_000_000
MOST_RATIO = 250  # deflate's own limit is 1032; lines of JSON stay under 60
FREE_OF_RATIO_BYTES = 64 * 1024 * 1024
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")
_PIECE = 1024 * 1024
T = TypeVar("T")


class ArchiveDamaged(AdMindError):
    """The file is no backup, or not whole. Nothing was restored."""


class Manifest(Frozen):
    format: Literal["admind-backup"] = "admind-backup"
    version: int = Field(VERSION, ge=1)
    created_at: datetime
    keys: int = Field(ge=0, description="lines of keys.jsonl")
    workspaces: tuple[str, ...]
    blobs: int = Field(ge=0)
    blobs_sha256: Sha256 = Field(description="over the sorted hashes of the files, one a line")
    damaged_blobs: tuple[str, ...] = Field((), description="files that could not be read when the backup was made")
    members: dict[str, Sha256]


class ArchiveWriter:
    """Writes one archive (0600); it stands under its name only when it is whole. Blocking: call it in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        make_folder(path.parent)
        self._descriptor = os.open(self._temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(self._descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._open: IO[bytes] | None = None
        self._hash = hashlib.sha256()
        self.members: dict[str, str] = {}
        self.blobs: list[str] = []

    @contextlib.contextmanager
    def member(self, name: str) -> Iterator[None]:
        """Inside, `add` writes to this member."""
        self._hash = hashlib.sha256()
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w", force_zip64=True) as opened:
            self._open = opened
            yield
        self._open = None
        self.members[name] = self._hash.hexdigest()

    def add(self, data: bytes) -> None:
        if self._open is None:
            raise ValueError("no member is open")
        self._hash.update(data)
        self._open.write(data)

    def blob(self, sha256: str, data: bytes) -> None:
        self._zip.writestr(zipfile.ZipInfo(f"blobs/{sha256}"), data, zipfile.ZIP_STORED)
        self.blobs.append(sha256)

    def finish(self, manifest: Manifest) -> int:
        """Put the manifest in and the file in its place; its size. Raises FileExistsError."""
        self._zip.writestr(zipfile.ZipInfo(MANIFEST), manifest.model_dump_json(indent=2).encode(), zipfile.ZIP_DEFLATED)
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        size = self._file.tell()
        self._path.hardlink_to(self._temporary)  # unlike a rename it never takes the place of another file
        self.abandon()
        sync_folder(self._path.parent)
        return size

    def abandon(self) -> None:
        """Leave nothing behind; harmless once it is finished."""
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()
        with contextlib.suppress(OSError):
            self._file.close()
        self._temporary.unlink(missing_ok=True)


class ArchiveReader:
    """Reads one archive after its outline was found to be that of a backup. Raises ArchiveDamaged. Blocking."""

    def __init__(self, path: Path) -> None:
        try:
            self._size = path.stat().st_size
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise damaged("This file is no backup, or a part of it is missing.") from error
        try:
            self._members = {info.filename: info for info in self._zip.infolist()}
            self._look_over()
            self.manifest = self._read_manifest()
            self.blobs = sorted(found[1] for name in self._members if (found := _BLOB.fullmatch(name)))
            self._compare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._zip.close()

    def lines(self, name: str) -> Iterator[bytes]:
        """The member's lines."""
        with self._opened(name) as member:
            while line := _guarded(partial(member.readline, MOST_LINE_BYTES)):
                if not line.endswith(b"\n"):
                    raise damaged("A line in the backup has no end.")
                yield line

    def small(self, name: str) -> bytes:
        with self._opened(name) as member:
            data = _guarded(lambda: member.read(MOST_SMALL_BYTES + 1))
        if len(data) > MOST_SMALL_BYTES:
            raise damaged("A part of the backup is far too large.")
        return data

    def has(self, name: str) -> bool:
        return name in self._members

    def blob(self, sha256: str) -> bytes:
        """The file's bytes, which have this hash."""
        with self._opened(f"blobs/{sha256}") as member:
            data = _guarded(member.read)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise damaged("A picture in the backup is not the one that was kept.")
        return data

    def verify(self) -> None:
        """Read everything once, and compare it with the manifest."""
        for name, sha256 in self.manifest.members.items():
            hashed = hashlib.sha256()
            with self._opened(name) as member:
                while piece := _guarded(partial(member.read, _PIECE)):
                    hashed.update(piece)
            if hashed.hexdigest() != sha256:
                raise damaged("A part of the backup is not what it was when it was made.")
        for sha256 in self.blobs:
            self.blob(sha256)

    def _look_over(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MOST_MEMBERS or len(self._members) != len(infos):
            raise damaged("This file is no backup: it holds too much, or something twice.")
        for info in infos:
            known = info.filename in (MANIFEST, KEYS, JOURNAL, SECRET) or _BLOB.fullmatch(info.filename)
            mode = info.external_attr >> 16
            plain = not info.flag_bits & 0x1 and not (mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG))
            if not known or not plain or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise damaged("This file is no backup: it holds what no backup holds.")
            if info.file_size > max(FREE_OF_RATIO_BYTES, info.compress_size * MOST_RATIO):
                raise damaged("This file would grow out of all proportion.")
        total = sum(info.file_size for info in infos)
        if total > max(FREE_OF_RATIO_BYTES, self._size * MOST_RATIO):
            raise damaged("This file would grow out of all proportion.")

    def _read_manifest(self) -> Manifest:
        if not {MANIFEST, KEYS, JOURNAL} <= self._members.keys():
            raise damaged("This file is no backup, or a part of it is missing.")
        try:
            manifest = Manifest.model_validate_json(self.small(MANIFEST))
        except ValidationError as error:
            raise damaged("The backup's list of contents cannot be read.") from error
        if manifest.version > VERSION:
            raise ArchiveDamaged(
                "This backup was made by a newer AdMind.", kept="Nothing was restored.", do_next="Update AdMind first."
            )
        return manifest

    def _compare(self) -> None:
        listed = set(self.manifest.members)
        present = {name for name in self._members if name != MANIFEST and not _BLOB.fullmatch(name)}
        same_blobs = (len(self.blobs), blobs_hash(self.blobs)) == (self.manifest.blobs, self.manifest.blobs_sha256)
        if listed != present or not same_blobs:
            raise damaged("The backup does not hold what it says it holds.")

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        info = self._members.get(name)
        if info is None:
            raise damaged("A part of the backup is missing.")
        member = _guarded(lambda: self._zip.open(info))
        try:
            yield member
        finally:
            member.close()


def blobs_hash(found: Iterable[str]) -> str:
    return hashlib.sha256("".join(sha256 + "\n" for sha256 in sorted(found)).encode()).hexdigest()


def _guarded(read: Callable[[], T]) -> T:
    try:
        return read()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged("The backup's file is damaged.") from error


def damaged(what: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        what, kept="Nothing was restored, and nothing here was changed.", do_next="Try another backup."
    )
