"""Bytes by their hash: what every store of blobs promises, whatever it keeps them in.

AdMindError
├── BlobMissing        no blob of this hash
├── BlobDamaged        its bytes are not those that were kept
├── BlobsUnavailable   the store gives no answer or refuses; trying later may help
└── StoreFull          nothing more fits
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from storage.errors import AdMindError

RETRY_AFTER_SECONDS = 5.0
_NAME = re.compile(r"[0-9a-f]{64}")


class BlobMissing(AdMindError):
    """No blob of this hash."""

    def __init__(self) -> None:
        super().__init__(
            "A file that belongs to this is not there.", do_next="Make it again, or restore it from a backup."
        )


class BlobDamaged(AdMindError):
    """The bytes are not those that were kept. They are left where they are, for whoever looks into it."""

    def __init__(self) -> None:
        super().__init__(
            "A file was changed or damaged where it is kept.",
            kept="It was not used, and nothing was published with it.",
            do_next="Make it again, or restore it from a backup.",
        )


class BlobsUnavailable(AdMindError):
    """The store gave no answer, or refused. Whether something was kept is not known; putting it again is safe.

    `why` and `mend` name addresses and settings: they are for whoever runs AdMind (`plainly`), never for a chat.
    """

    def __init__(self, why: str, mend: str) -> None:
        super().__init__(
            "The place where AdMind keeps pictures and posts does not answer right now.",
            kept="What was kept before is safe.",
            do_next="AdMind goes on by itself as soon as it answers; `admind doctor` tells why it does not.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )
        self.why = why
        self.mend = mend

    def plainly(self) -> AdMindError:
        """The same for whoever runs AdMind."""
        return AdMindError(self.why, kept="Nothing was changed.", do_next=self.mend)


class StoreFull(AdMindError):
    """Nothing more fits; what was there before is whole."""


class BlobStore(Protocol):
    """Every method works off the event loop and ends in time; all raise BlobsUnavailable.

    `where` tells whoever runs AdMind in what the blobs lie.
    """

    @property
    def where(self) -> str: ...

    async def put(self, data: bytes) -> str:
        """Keep these bytes; their SHA-256 in hex. When it returns they survive a power cut. Putting again mends.

        Raises StoreFull, or AdMindError when nothing can be written.
        """
        ...

    async def get(self, sha256: str) -> bytes:
        """The bytes, verified. Raises BlobMissing, BlobDamaged."""
        ...

    async def has(self, sha256: str) -> bool: ...

    async def delete(self, sha256: str) -> bool:
        """Whether there was such a blob. Raises BlobMissing for what is no hash."""
        ...

    async def discard(self, sha256: str, *, unless_put_since: datetime) -> bool:
        """Delete a blob that nothing names, unless the same bytes were put (again) since then; whether it is gone."""
        ...

    async def tidy(self) -> int:
        """Remove half-written leftovers of a crash; how many."""
        ...

    def iterate(self) -> AsyncGenerator[str, None]:
        """The hash of every blob, in order."""
        ...

    async def exposed(self, sha256: str) -> bool:
        """Whether strangers can read this blob without asking AdMind."""
        ...


@runtime_checkable
class Lends(Protocol):
    """A store of which strangers may fetch one blob at a time, at addresses that nobody guesses and that end."""

    @property
    def origin(self) -> str:
        """Where these addresses lead, `https://host`."""
        ...

    def address(self, sha256: str, mime: str, lasts: timedelta) -> str:
        """Where this blob can be had as this type from now on, for so long (a second to seven days).

        Whoever has the address needs nothing else. Asks nobody: whether the blob is there is not known. Raises
        BlobMissing for what is no hash.
        """
        ...


async def prove(blobs: BlobStore) -> bool:
    """List, write a canary, read it back and take it away; whether strangers could have read it.

    Raises what the store raises.
    """
    async with aclosing(blobs.iterate()) as names:  # first: of all refusals those of a list say most
        await anext(names, None)
    canary = await blobs.put(b"admind canary " + secrets.token_hex(8).encode())
    try:
        await blobs.get(canary)
        return await blobs.exposed(canary)
    finally:
        await blobs.delete(canary)


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_name(sha256: str) -> bool:
    return _NAME.fullmatch(sha256) is not None


def place_of(sha256: str) -> str:
    """`ab/cd/<sha256>`, the same in every store: any tool that copies files can move them. Raises BlobMissing."""
    if not is_name(sha256):
        raise BlobMissing
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def verified(data: bytes, sha256: str) -> bytes:
    """Raises BlobDamaged."""
    if name_of(data) != sha256:
        raise BlobDamaged
    return data
