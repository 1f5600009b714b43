"""Files that are private and survive a power cut."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

LOW_SPACE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of a file system; `low` when nothing new should be begun on it."""

    free: int
    total: int

    @property
    def low(self) -> bool:
        return self.free < LOW_SPACE_BYTES


def space_of(folder: Path) -> Space:
    """Of the file system that this folder lies on. Raises OSError."""
    usage = shutil.disk_usage(folder)
    return Space(usage.free, usage.total)


def sync_folder(folder: Path) -> None:
    """Make the folder's own entries survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """The folder and those above it, private (0700), each one synced into its parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    sync_folder(folder.parent)


def write_new(path: Path, data: bytes) -> None:
    """A new file (0600), on the disk when this returns. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, data: bytes, *, scratch: Path | None = None, only_if_absent: bool = False) -> None:
    """The whole file or none, under its name. `scratch` is a folder of the same file system for the unfinished one.

    With `only_if_absent` a file that is already there stays: of two writers, both find the first one's.
    """
    temporary = (scratch or path.parent) / f"{path.name}.{secrets.token_hex(8)}"
    try:
        write_new(temporary, data)
        if only_if_absent:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(temporary)
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
