"""Files that nothing names any more: found by marking every name that anything holds, and removed after a grace time.

Marks are bits at places that names hash to: memory does not grow with their number, and a name that shares its place
keeps its file, so nothing that is named can go. HASH `admind:{sys}:unnamed` SHA-256 → ms since when nothing names it;
it lives as long as the installation.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from storage import keys, packs
from storage.audit_segments import Segments
from storage.blobs.base import BlobDamaged, BlobMissing, BlobStore
from storage.redis import Database
from storage.retention import LIVES

UNNAMED = "admind:{sys}:unnamed"
PAGE = 500
BITS = 1 << 27  # 16 MiB; of a million marked names, one in 130 others shares a place
RECORDS = (
    ("drafts", "draft"),
    ("posts", "post"),
    ("notices", "notice"),
    ("brands", "brand"),
    ("accounts", "account"),
    ("members", "member"),
)


class Marks:
    def __init__(self) -> None:
        self._bits = bytearray(BITS // 8)

    def add(self, names: Iterable[str]) -> None:
        for name in names:
            place = int(name[:14], 16) % BITS
            self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, name: str) -> bool:
        place = int(name[:14], 16) % BITS
        return bool(self._bits[place >> 3] & 1 << (place & 7))


async def sweep(database: Database, blobs: BlobStore, now: datetime) -> int:
    """Mark, then remove what nothing has named for the grace time; how many. Killed anywhere, it begins again.

    What is put in the meantime is young, whether it was there before or not, and stays.
    """
    marks, gone = Marks(), 0
    workspaces = await cast(Any, database.client).smembers(keys.WORKSPACES)
    if not workspaces:  # a restore that was cut off, not a world in which nothing is needed
        return 0
    for workspace in workspaces:
        async for names in _named(database, blobs, str(workspace)):
            marks.add(names)
    client = cast(Any, database.client)
    waiting = {str(name): int(ms) async for name, ms in client.hscan_iter(UNNAMED, count=PAGE)}
    now_ms, grace_ms = round(now.timestamp() * 1000), LIVES["files"].seconds * 1000
    async for name in blobs.iterate():
        since = waiting.pop(name, None)
        if name in marks:
            if since is not None:
                await client.hdel(UNNAMED, name)
        elif since is None:
            await client.hset(UNNAMED, name, now_ms)
        elif now_ms - since >= grace_ms:
            put_before = datetime.fromtimestamp(since / 1000, UTC)
            gone += await blobs.discard(name, unless_put_since=put_before)
            await client.hdel(UNNAMED, name)
    if waiting:  # removed by somebody else
        await client.hdel(UNNAMED, *waiting)
    return gone


async def discard(
    database: Database,
    blobs: BlobStore,
    names: Iterable[str],
    *,
    about: Callable[[str], bool],
    workspaces: Iterable[str],
    unless_put_since: datetime,
    copies: Iterable[BlobStore] = (),
) -> int:
    """Of these files, and of others whose text is `about` what goes, remove those that nothing names now, at once; how
    many. What was put since then stays. `copies`: other stores in which some of them lie once more.
    """
    wanted, marks, client, gone = set(names), Marks(), cast(Any, database.client), 0
    there = list(workspaces)
    for workspace in there:
        async for named in _named(database, blobs, workspace):
            marks.add(named)
            wanted -= named
    for store in (blobs, *copies):
        async for name in store.iterate():
            if name in wanted or (name not in marks and about(await _text(store, name))):
                gone += await store.discard(name, unless_put_since=unless_put_since)
                await client.hdel(UNNAMED, name)
                for workspace in there:
                    await client.delete(keys.shown(workspace, name))
                await client.delete(keys.lookup("picture", name))
    return gone


async def _text(blobs: BlobStore, name: str) -> str:
    """What a file says, if it is one of ours: a payload, an earlier revision, an archive."""
    try:
        data = await blobs.get(name)
    except (BlobMissing, BlobDamaged):
        return ""
    with contextlib.suppress(zlib.error):
        data = zlib.decompress(data)
    return data.decode("utf-8", "replace")


async def _named(database: Database, blobs: BlobStore, workspace: str) -> AsyncIterator[set[str]]:
    """The names of every file that the workspace needs, in parts; the live ones first, since they move only one way
    that would hide them: into a pack, which is read afterwards.
    """
    async for texts in _texts(database, workspace):
        further = set().union(*map(packs.further_in, texts)) if texts else set()
        yield set().union(*map(packs.names_in, texts)) | await packs.names_behind(blobs, further)
    async for sha256, pack in packs.every(database, workspace):
        yield {sha256, *pack.names}
    yield {segment.sha256 for segment in await Segments(database).all(workspace)}


async def _texts(database: Database, workspace: str) -> AsyncIterator[list[str]]:
    """Every live document, whole, as text."""
    for index, kind in RECORDS:
        async for ids in _ids(database, keys.of(workspace, index, "all")):
            yield await _values(database, [keys.of(workspace, kind, each) for each in ids])
    async for members in _ids(database, keys.of(workspace, "members", "all")):
        for member in members:
            async for ids in _ids(database, keys.of(workspace, "requests", member)):
                yield await _values(database, [keys.of(workspace, "request", each) for each in ids])
    async for ids in _ids(database, keys.of(workspace, "feeds")):
        yield await _items(database, workspace, ids)
    async for ids in _ids(database, keys.of(workspace, "medias", "all")):
        yield [*ids, *await _values(database, [keys.of(workspace, "media", each) for each in ids])]


async def _ids(database: Database, index: str) -> AsyncIterator[list[str]]:
    """The members of a sorted set. By its cursor and not by rank: what leaves meanwhile must hide no other."""
    page: list[str] = []
    async for member, _ in cast(Any, database.client).zscan_iter(index, count=PAGE):
        page.append(str(member))
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


async def _values(database: Database, names: Sequence[str]) -> list[str]:
    pipe = cast(Any, database.client).pipeline(transaction=False)
    for name in names:
        pipe.hvals(name)
    return [str(value) for values in (await pipe.execute() if names else []) for value in values]


async def _items(database: Database, workspace: str, members: Sequence[str]) -> list[str]:
    pipe = cast(Any, database.client).pipeline(transaction=False)
    for member in members:
        account, _, guid = member.partition("|")
        pipe.hget(keys.of(workspace, "feeditem", account), guid)
    return [str(document) for document in (await pipe.execute() if members else []) if document]
