"""Blobs come back byte for byte or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.media import BlobDamaged, BlobMissing, BlobStore, DiskFull, MediaItem, MediaStore
from storage.redis import Database


@given(data=st.binary(max_size=5_000))
async def test_bytes_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    blobs = BlobStore(tmp_path_factory.mktemp("blobs"))
    name = await blobs.put(data)
    assert name == hashlib.sha256(data).hexdigest()
    assert await blobs.put(data) == name
    assert await blobs.get(name) == data
    assert await blobs.has(name)
    assert [found async for found in blobs.iterate()] == [name]
    assert await blobs.delete(name)
    assert not await blobs.delete(name)
    assert not await blobs.has(name)
    with pytest.raises(BlobMissing):
        await blobs.get(name)


async def test_files_are_private_and_lie_by_their_hash(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "deep" / "blobs")
    name = await blobs.put(b"x")
    path = tmp_path / "deep" / "blobs" / name[:2] / name[2:4] / name
    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in path.parents[:4]} == {0o700}


async def test_changed_bytes_are_refused_and_mended_by_putting_again(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    name = await blobs.put(b"the picture")
    blobs.path(name).write_bytes(b"the pictura")
    with pytest.raises(BlobDamaged) as caught:
        await blobs.get(name)
    assert "nothing was published" in caught.value.sentence()
    await blobs.put(b"the picture")
    assert await blobs.get(name) == b"the picture"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63])
async def test_what_is_no_hash_is_never_a_path(tmp_path: Path, name: str) -> None:
    blobs = BlobStore(tmp_path)
    assert not await blobs.has(name)
    with pytest.raises(BlobMissing):
        await blobs.get(name)
    with pytest.raises(BlobMissing):
        await blobs.delete(name)


async def test_no_room_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    kept = await blobs.put(b"kept")
    former, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, former[1]))
    try:
        with pytest.raises(DiskFull) as caught:
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
        await BlobStore(tmp_path / "file").put(b"x")


async def test_many_writers_of_the_same_bytes_do_not_disturb_each_other(tmp_path: Path) -> None:
    stores = [BlobStore(tmp_path) for _ in range(8)]
    data = os.urandom(100_000)
    names = await asyncio.gather(*(store.put(data) for store in stores for _ in range(4)))
    assert len(set(names)) == 1
    assert await stores[0].get(names[0]) == data


async def test_tidying_takes_only_what_a_crash_left_behind(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    name = await blobs.put(b"x")
    old, young = tmp_path / "tmp" / "old", tmp_path / "tmp" / "young"
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (0, 0))
    assert await blobs.tidy() == 1
    assert young.exists()
    assert await blobs.get(name) == b"x"


async def test_low_space_is_told(tmp_path: Path) -> None:
    assert not (await BlobStore(tmp_path, low_space_bytes=1).check_space()).low
    space = await BlobStore(tmp_path, low_space_bytes=1 << 62).check_space()
    assert space.low
    assert 0 < space.free <= space.total


START = datetime(2026, 1, 1, tzinfo=UTC)


def picture(number: int, brand: str = "b_1") -> MediaItem:
    return MediaItem(
        sha256=hashlib.sha256(bytes([number])).hexdigest(),
        workspace="w_1",
        brand=brand,
        mime="image/png",
        size=10,
        width=1,
        height=1,
        alt=f"Picture {number}",
        source="upload",
        picture_hash="00ff",
        created_at=START + timedelta(minutes=number),
    )


async def test_pictures_are_listed_newest_first_and_by_brand(database: Database) -> None:
    media = MediaStore(database)
    for number in range(6):
        await media.put(picture(number, brand=f"b_{number % 2}"))
    alts = [item.alt for item in await media.list("w_1", "b_1", limit=2)]
    assert alts == ["Picture 5", "Picture 3"]
    older = await media.list("w_1", "b_1", before=START + timedelta(minutes=3))
    assert [item.alt for item in older] == ["Picture 1"]
    assert len(await media.list("w_1")) == 6
    assert await media.list("w_2", "b_1") == ()


async def test_a_brand_does_not_see_anothers_picture(database: Database) -> None:
    media, item = MediaStore(database), picture(1)
    await media.put(item)
    assert await media.get("w_1", "b_1", item.sha256) == item
    assert await media.get("w_1", "b_2", item.sha256) is None
    assert await media.get("w_2", "b_1", item.sha256) is None
    assert await media.delete("w_1", "b_1", item.sha256)
    assert await media.list("w_1") == ()
    assert not await media.delete("w_1", "b_1", item.sha256)
