"""A backup holds what lies in the bucket, and a restore puts it into whatever store is set then."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.settings import load_settings
from bot.workflow.keeping import restore_into
from storage.archive import ArchiveReader
from storage.backup import AT_ONCE, backup, restore
from storage.blobs.base import BlobsUnavailable, place_of
from storage.blobs.files import FileBlobs
from storage.blobs.opening import open_blobs
from storage.redis import Database
from tests.fakes.s3_server import ACCESS_KEY, SECRET_KEY, Act, S3Server, s3_server

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
COUNT = 3 * AT_ONCE + 1


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


async def filled(database: Database, server: S3Server, folder: Path) -> list[str]:
    """A backup `b.zip` of a bucket with some blobs, one of them damaged; the names of the sound ones, sorted."""
    async with open_blobs(folder, server.url, access_key=ACCESS_KEY, secret_key=SECRET_KEY) as blobs:
        names = sorted([await blobs.put(os.urandom(1000 + number)) for number in range(COUNT)])
        spoilt = names.pop(AT_ONCE)
        server.objects[place_of(spoilt)] = b"spoilt"
        manifest, _ = await backup(database, folder, folder / "b.zip", now=NOW, with_keys=True, blobs=blobs)
    assert (manifest.blobs, manifest.damaged_blobs) == (COUNT - 1, (spoilt,))
    return names


async def test_a_bucket_is_backed_up_and_comes_back_into_files_or_a_bucket(
    database: Database, server: S3Server, tmp_path: Path, valkey_url: str
) -> None:
    names = await filled(database, server, tmp_path)
    kept = {place_of(name): server.objects[place_of(name)] for name in names}
    await restore(database, tmp_path / "files", tmp_path / "b.zip", now=NOW)
    files = FileBlobs(tmp_path / "files" / "blobs")
    assert [name async for name in files.iterate()] == names
    server.objects.clear()
    environ = {"ADMIND_DATA_DIR": str(tmp_path / "new"), "ADMIND_REDIS_URL": valkey_url} | server.environ
    done = await restore_into(load_settings(environ), tmp_path / "b.zip", force=True)
    assert done["blobs"] == len(names) and server.objects == kept


async def test_a_backup_of_a_bucket_that_breaks_off_is_none(
    database: Database, server: S3Server, tmp_path: Path
) -> None:
    await filled(database, server, tmp_path)
    async with open_blobs(tmp_path, server.url, access_key=ACCESS_KEY, secret_key=SECRET_KEY) as blobs:
        server.plan += [Act(method="GET")] * 9 + [Act(code="AccessDenied", method="GET")]
        with pytest.raises(BlobsUnavailable):
            await backup(database, tmp_path, tmp_path / "cut.zip", now=NOW, blobs=blobs)
        assert not (tmp_path / "cut.zip").exists()
        server.plan.clear()
        await backup(database, tmp_path, tmp_path / "whole.zip", now=NOW, blobs=blobs)
    reader = ArchiveReader(tmp_path / "whole.zip")
    assert len(reader.blobs) == COUNT - 1
    reader.close()
