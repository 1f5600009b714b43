"""Which store does this AdMind keep its blobs in? A bucket when one is named, else files beside the rest."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storage.blobs.address import BucketAddress
from storage.blobs.base import BlobDamaged, BlobMissing, BlobStore, BlobsUnavailable, prove
from storage.blobs.files import FOLDER, FileBlobs

if TYPE_CHECKING:
    from storage.blobs.bucket import BucketBlobs

log = logging.getLogger(__name__)

MOVED = "blobs-in-bucket"


@asynccontextmanager
async def open_blobs(
    data_dir: Path, url: str = "", *, access_key: str = "", secret_key: str = ""
) -> AsyncIterator[BlobStore]:
    """A store that has proven that it keeps and gives back. Files that lie here are put into a bucket first.

    Raises AdMindError that says what is wrong with the bucket and how to mend it.
    """
    if not url:
        yield FileBlobs(data_dir / FOLDER)
        return
    blobs = _bucket(BucketAddress.parse(url), access_key, secret_key)
    try:
        try:
            if await prove(blobs):
                log.warning("strangers can read the bucket; make it private")
            await _move(data_dir, blobs)
        except BlobsUnavailable as error:
            raise error.plainly() from None
        yield blobs
    finally:
        blobs.close()


def set_aside(data_dir: Path) -> tuple[BlobStore, ...]:
    """The files that stayed here, under another name, when they were put into a bucket."""
    return tuple(FileBlobs(folder) for folder in sorted(data_dir.glob(f"{MOVED}*")) if folder.is_dir())


def _bucket(address: BucketAddress, access_key: str, secret_key: str) -> BucketBlobs:
    from storage.blobs.bucket import BucketBlobs  # noqa: PLC0415 - comes with an extra

    return BucketBlobs(address, access_key, secret_key)


async def _move(data_dir: Path, blobs: BlobStore) -> None:
    """What was kept in files before a bucket was named: planned posts need it. The files stay, under another name.

    Several processes may do this at once; what is damaged stays behind and is named.
    """
    folder, moved = data_dir / FOLDER, 0
    if not folder.is_dir():
        return
    files = FileBlobs(folder)
    with contextlib.suppress(FileNotFoundError):  # another process has just renamed it: then all is there
        async for name in files.iterate():
            try:
                await blobs.put(await files.get(name))
                moved += 1
            except BlobMissing:
                continue
            except BlobDamaged:
                log.error("damaged, and not put into the bucket blob=%s", name)
    aside = data_dir / MOVED
    number = 1
    while aside.exists():
        number += 1
        aside = data_dir / f"{MOVED}-{number}"
    with contextlib.suppress(FileNotFoundError):
        folder.rename(aside)
    log.info("files were put into the bucket count=%s kept=%s", moved, aside.name)
