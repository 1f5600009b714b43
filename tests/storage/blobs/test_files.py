"""Blobs as files: private, by their hash, and honest about the disk."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from storage.blobs.base import BlobsUnavailable, StoreFull, prove
from storage.blobs.files import FileBlobs


async def test_files_are_private_and_lie_by_their_hash(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "deep" / "blobs")
    name = await blobs.put(b"x")
    path = tmp_path / "deep" / "blobs" / name[:2] / name[2:4] / name
    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in path.parents[:4]} == {0o700}


async def test_no_room_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    kept = await blobs.put(b"kept")
    former, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, former[1]))
    try:
        with pytest.raises(StoreFull) as caught:
            await blobs.put(os.urandom(50_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)
    assert "lost" in caught.value.sentence()
    assert [name async for name in blobs.iterate()] == [kept]
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Exception, match="cannot be written"):
        await FileBlobs(tmp_path / "file").put(b"x")


async def test_tidying_takes_only_what_a_crash_left_behind(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    name = await blobs.put(b"x")
    old, young = tmp_path / "tmp" / "old", tmp_path / "tmp" / "young"
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (0, 0))
    assert await blobs.tidy() == 1
    assert young.exists()
    assert await blobs.get(name) == b"x"


async def test_a_file_that_cannot_be_read_now_is_neither_damaged_nor_missing(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    name = await blobs.put(b"x")
    path = blobs.path(name)
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(BlobsUnavailable) as caught:
        await blobs.get(name)
    assert caught.value.retry_after_seconds is not None
    assert str(tmp_path) in caught.value.why and str(tmp_path) not in caught.value.sentence()


async def test_files_that_others_may_read_are_found(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    name = await blobs.put(b"x")
    assert not await prove(blobs)
    blobs.path(name).chmod(0o644)
    assert await blobs.exposed(name)
