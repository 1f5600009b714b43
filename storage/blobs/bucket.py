"""Blobs in an S3 bucket: for roles that run on several machines and share them.

Objects are private and no ACL is ever set. Where the settings say so, channels that fetch get an address of a single
object that is signed for a while (`address`); else AdMind serves pictures itself.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio

from storage.blobs.address import BucketAddress
from storage.blobs.base import BlobMissing, BlobsUnavailable, is_name, name_of, place_of, verified
from storage.blobs.trouble import FAILURES, meaning, silent

log = logging.getLogger(__name__)

AT_ONCE = 16
PAGE = 1000
LEAST_PART_BYTES = 5 * 1024 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each thing may take, all tries together. A read must end well before a post's attempt does (20 s)."""

    read_seconds: float = 8
    write_seconds: float = 60
    quiet_seconds: float = 4  # nothing comes over a connection that is read from
    pauses: tuple[float, ...] = (0.1, 0.4)  # before asking again


class BucketBlobs:
    """A BlobStore of objects `ab/cd/<sha256>`. Close it: its threads and connections are its own."""

    def __init__(
        self, address: BucketAddress, access_key: str, secret_key: str, *, patience: Patience | None = None
    ) -> None:
        self._at = address
        self._patience = patience or Patience()
        # Its own: a store that hangs must not hold the threads on which the journal is written.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="blobs")
        self._pools = [_pool(self._patience.quiet_seconds), _pool(self._patience.write_seconds)]
        self._reading, self._writing = (self._client(pool, access_key, secret_key) for pool in self._pools)
        self._stranger = self._client(self._pools[0])
        self._lending = self._client(self._pools[0], access_key, secret_key, origin=address.origin)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools:
            pool.clear()

    @property
    def where(self) -> str:
        return f"bucket {self._at.bucket} at {self._at.host}"

    async def put(self, data: bytes) -> str:
        name = name_of(data)
        place = place_of(name)

        def ask() -> None:
            # One request: in parts it would be no longer whole or absent, and a crash would leave parts to pay for.
            whole = max(len(data), LEAST_PART_BYTES)
            self._writing.put_object(self._at.bucket, place, io.BytesIO(data), len(data), part_size=whole)

        await self._asked(ask, self._patience.write_seconds)
        return name

    async def get(self, sha256: str) -> bytes:
        place = place_of(sha256)
        data = await self._asked(lambda: self._read(self._reading, place), self._patience.read_seconds)
        return verified(data, sha256)

    async def has(self, sha256: str) -> bool:
        if not is_name(sha256):
            return False
        place = place_of(sha256)
        try:
            await self._asked(lambda: self._reading.stat_object(self._at.bucket, place), self._patience.read_seconds)
        except BlobMissing:
            return False
        return True

    async def delete(self, sha256: str) -> bool:
        place = place_of(sha256)
        if not await self.has(sha256):  # S3 does not tell
            return False
        await self._asked(lambda: self._reading.remove_object(self._at.bucket, place), self._patience.read_seconds)
        return True

    async def discard(self, sha256: str, *, unless_put_since: datetime) -> bool:
        """S3 cannot delete on a condition: who puts the same bytes in the moment between both calls loses them, and
        publishing then says that what was approved cannot be read. Only what nothing named for days comes here.
        """
        place = place_of(sha256)

        def ask() -> bool:
            found = self._reading.stat_object(self._at.bucket, place).last_modified
            if found is None or found >= unless_put_since:
                return False
            self._reading.remove_object(self._at.bucket, place)
            return True

        try:
            return await self._asked(ask, self._patience.read_seconds)
        except BlobMissing:
            return False

    async def tidy(self) -> int:
        return 0  # an object is whole or absent

    async def iterate(self) -> AsyncGenerator[str, None]:
        last = ""
        while True:
            places = await self._asked(partial(self._page, last), self._patience.write_seconds)
            for place in places:
                name = place.rpartition("/")[2]
                if is_name(name) and place == place_of(name):
                    yield name
            if len(places) < PAGE:
                return
            last = places[-1]

    async def exposed(self, sha256: str) -> bool:
        place = place_of(sha256)

        def ask() -> bool:
            try:
                self._read(self._stranger, place)
            except FAILURES:
                return False
            return True

        return await self._asked(ask, self._patience.read_seconds)

    @property
    def origin(self) -> str:
        return self._at.origin

    def address(self, sha256: str, mime: str, lasts: timedelta) -> str:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html. Signed by this machine's real
        time, which is what the bucket judges it by, whatever business time is.
        """
        typed = {"response-content-type": mime}  # objects are kept without a type
        return self._lending.presigned_get_object(
            self._at.bucket, place_of(sha256), expires=lasts, response_headers=dict(typed)
        )

    def _client(
        self,
        pool: urllib3.PoolManager,
        access_key: str | None = None,
        secret_key: str | None = None,
        *,
        origin: str = "",
    ) -> Minio:
        at = urlsplit(origin)
        return Minio(
            at.netloc or self._at.host,
            access_key=access_key,
            secret_key=secret_key,
            secure=at.scheme == "https" if origin else self._at.secure,
            region=self._at.region,
            http_client=pool,
        )

    def _read(self, client: Minio, place: str) -> bytes:
        response = client.get_object(self._at.bucket, place)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def _page(self, after: str) -> list[str]:
        found = self._reading.list_objects(self._at.bucket, recursive=True, start_after=after or None)
        return [str(each.object_name) for each in islice(found, PAGE)]

    async def _asked(self, ask: Callable[[], T], within_seconds: float) -> T:
        """One request on a thread; asked again while the store is in passing trouble. Asking twice changes nothing."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within_seconds):
                for pause in (*self._patience.pauses, None):
                    try:
                        return await loop.run_in_executor(self._threads, ask)
                    except FAILURES as error:
                        trouble = meaning(error, self._at)
                    if pause is None or not trouble.passing:
                        break
                    await asyncio.sleep(pause)
        except TimeoutError:
            trouble = silent(self._at)
        if isinstance(trouble.error, BlobsUnavailable):
            log.warning("bucket does not serve code=%s", trouble.code)
        raise trouble.error


def _pool(quiet_seconds: float) -> urllib3.PoolManager:
    """Connections that trust what this machine trusts, follow no redirect and ask nothing twice by themselves."""
    timeout = urllib3.Timeout(connect=quiet_seconds, read=quiet_seconds)
    return urllib3.PoolManager(timeout=timeout, maxsize=AT_ONCE, cert_reqs="CERT_REQUIRED", retries=False)
