"""What every store of blobs promises: bytes come back byte for byte or not at all, whatever they are kept in."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.blobs.base import BlobDamaged, BlobMissing, BlobStore, prove
from storage.blobs.opening import open_blobs
from tests.fakes.s3_server import ACCESS_KEY, SECRET_KEY, S3Server, s3_server


@dataclass
class Bench:
    """A store, and what really lies in it: `ab/cd/<sha256>` → bytes."""

    blobs: BlobStore
    folder: Path
    server: S3Server | None

    def kept(self) -> dict[str, bytes]:
        if self.server is not None:
            return dict(self.server.objects)
        root = self.folder / "blobs"
        found = (path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): path.read_bytes() for path in found}

    def spoil(self, place: str, data: bytes) -> None:
        if self.server is not None:
            self.server.objects[place] = data
        else:
            path = self.folder / "blobs" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


@asynccontextmanager
async def bench_of(kind: str, folder: Path, server: S3Server) -> AsyncIterator[Bench]:
    server.objects.clear()
    url = server.url if kind == "bucket" else ""
    async with open_blobs(folder, url, access_key=ACCESS_KEY, secret_key=SECRET_KEY) as blobs:
        yield Bench(blobs, folder, server if url else None)


KINDS = ("files", "bucket")


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest, tmp_path: Path, server: S3Server) -> AsyncIterator[Bench]:
    async with bench_of(request.param, tmp_path, server) as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=5_000))
async def test_bytes_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, server: S3Server, kind: str, data: bytes
) -> None:
    async with bench_of(kind, tmp_path_factory.mktemp("data"), server) as bench:
        blobs = bench.blobs
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


async def test_blobs_lie_by_their_hash_so_that_any_tool_can_copy_them(bench: Bench) -> None:
    name = await bench.blobs.put(b"x")
    assert bench.kept() == {f"{name[:2]}/{name[2:4]}/{name}": b"x"}


async def test_changed_bytes_are_refused_and_mended_by_putting_again(bench: Bench) -> None:
    name = await bench.blobs.put(b"the picture")
    (place,) = bench.kept()
    bench.spoil(place, b"the pictura")
    with pytest.raises(BlobDamaged) as caught:
        await bench.blobs.get(name)
    assert "nothing was published" in caught.value.sentence()
    await bench.blobs.put(b"the picture")
    assert await bench.blobs.get(name) == b"the picture"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63])
async def test_what_is_no_hash_is_never_a_place(bench: Bench, name: str) -> None:
    assert not await bench.blobs.has(name)
    with pytest.raises(BlobMissing):
        await bench.blobs.get(name)
    with pytest.raises(BlobMissing):
        await bench.blobs.delete(name)


async def test_all_are_listed_in_order_and_nothing_else(bench: Bench) -> None:
    names = [await bench.blobs.put(bytes([number])) for number in range(30)]
    bench.spoil("ab/cd/README & more.txt", b"not ours")
    bench.spoil("aa/bb/" + "c" * 64 + ".part", b"not ours either")
    assert [name async for name in bench.blobs.iterate()] == sorted(names)


async def test_only_what_was_not_put_since_is_discarded(bench: Bench) -> None:
    name = await bench.blobs.put(b"old")
    now = datetime.now(UTC)
    assert not await bench.blobs.discard(name, unless_put_since=now - timedelta(hours=1))
    assert await bench.blobs.get(name) == b"old"
    assert await bench.blobs.discard(name, unless_put_since=now + timedelta(hours=1))
    assert bench.kept() == {}
    assert not await bench.blobs.discard(name, unless_put_since=now + timedelta(hours=1)), "it is gone"


async def test_a_large_picture_is_whole_or_absent(bench: Bench) -> None:
    data = os.urandom(12 * 1024 * 1024)
    name = await bench.blobs.put(data)
    assert list(bench.kept().values()) == [data]
    assert await bench.blobs.get(name) == data
    if bench.server is not None:
        puts = [asked for asked in bench.server.asked if asked.method == "PUT" and name in asked.path]
        assert len(puts) == 1 and not puts[0].query, "in one piece"


async def test_many_writers_of_the_same_bytes_do_not_disturb_each_other(bench: Bench) -> None:
    data = os.urandom(100_000)
    names = await asyncio.gather(*(bench.blobs.put(data) for _ in range(32)))
    assert len(set(names)) == 1
    assert await bench.blobs.get(names[0]) == data


async def test_proving_a_store_leaves_nothing_behind(bench: Bench) -> None:
    before = bench.kept()
    assert not await prove(bench.blobs)
    assert bench.kept() == before


async def test_a_store_says_where_it_is(bench: Bench) -> None:
    assert bench.blobs.where.startswith("bucket admind-blobs at 127.0.0.1" if bench.server else "files in the data")
