"""Documents in the archive: many in one file of the blob store, and found by their ids as before.

HASH `packed:<kind>` id → number of its pack, and HASH `packs` number → SHA-256 of the file; both live as long as the
workspace. The file is written first; then one script takes those documents out of Redis that are still what was packed.
A process that dies in between leaves a file that nobody names, and nothing else.

A document that is taken out to be changed keeps its number, marked with `~`: what lies in Redis comes first, and a
backup that listed the keys before finds it here.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from storage import keys
from storage.errors import AdMindError
from storage.redis import Database, Files, Script

KINDS = ("draft", "post", "media")
MOST_DOCUMENTS = 100
MOST_BYTES = 256 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")
_FURTHER = re.compile(r'"(?:payload|snapshot)":"([0-9a-f]{64})"')  # files that name other files
Fields = Mapping[str, str]

# KEYS: 1 packs, 2 packed, then the indexes to leave, then the documents. ARGV: 1 SHA-256, 2 plan.
PACK = Script(
    "pack",
    """
local plan = cjson.decode(ARGV[2])
local number, moved = false, {}
for place, document in ipairs(plan.documents) do
  local key = KEYS[2 + plan.indexes + place]
  if redis.call('HGET', key, plan.field) == document[2] then
    if not number then
      number = redis.call('HINCRBY', KEYS[1], 'next', 1)
      redis.call('HSET', KEYS[1], number, ARGV[1])
    end
    redis.call('HSET', KEYS[2], document[1], number)
    redis.call('DEL', key)
    for index = 3, 2 + plan.indexes do redis.call('ZREM', KEYS[index], document[1]) end
    moved[#moved + 1] = document[1]
  end
end
return moved
""",
)
# KEYS: packed, document, ended. ARGV: id, number, fields. Its place among what has ended is the first: unless it is
# changed, it goes back with the next step.
TAKE_OUT = Script(
    "take-out",
    """
local number = string.gsub(redis.call('HGET', KEYS[1], ARGV[1]) or '', '~', '')
if number ~= ARGV[2] or redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('HSET', KEYS[2], unpack(cjson.decode(ARGV[3])))
redis.call('HSET', KEYS[1], ARGV[1], number .. '~')
redis.call('ZADD', KEYS[3], 0, ARGV[1])
return 1
""",
)
# KEYS: packs, packed. ARGV: number as it stands, number, former SHA-256, SHA-256 of the pack without it, id.
CUT_OUT = Script(
    "cut-out",
    """
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] or redis.call('HGET', KEYS[2], ARGV[5]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
return redis.call('HDEL', KEYS[2], ARGV[5])
""",
)
# KEYS: packs, packed. ARGV: number, former SHA-256, SHA-256 of the pack without them, then the ids.
CUT_OUT_ALL = Script(
    "cut-out-all",
    """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
for place = 4, #ARGV do
  local number = redis.call('HGET', KEYS[2], ARGV[place])
  if number and string.gsub(number, '~', '') == ARGV[1] then redis.call('HDEL', KEYS[2], ARGV[place]) end
end
return 1
""",
)
# KEYS: packed, indexes. ARGV: score. Of the earliest in the first index, those that are packed leave all of them.
UNLIST = Script(
    "unlist",
    """
local gone = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', ARGV[2], ARGV[3])) do
  local number = redis.call('HGET', KEYS[1], id)
  if number and not string.find(number, '~', 1, true) then
    for index = 2, #KEYS do redis.call('ZREM', KEYS[index], id) end
    gone = gone + 1
  end
end
return gone
""",
)


class NoArchive(AdMindError):
    """A document lies in the archive, and this program was opened without its files."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Documents by id, and the SHA-256 of every file that they name, or that is named by a file that they name."""

    kind: str
    documents: Mapping[str, Fields]
    names: tuple[str, ...]

    def encoded(self) -> bytes:
        document = {"kind": self.kind, "documents": self.documents, "names": self.names}
        return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 6)

    @classmethod
    def decoded(cls, data: bytes) -> Pack:
        document = json.loads(zlib.decompress(data))
        return cls(document["kind"], document["documents"], tuple(document["names"]))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document as it was read. `proof` is the value of the field that changes with every change of it."""

    id: str
    key: str
    fields: Fields
    proof: str


def packs_key(workspace: str) -> str:
    return keys.of(workspace, "packs")


def packed_key(workspace: str, kind: str) -> str:
    return keys.of(workspace, "packed", kind)


async def pack(
    database: Database,
    workspace: str,
    kind: str,
    found: Sequence[Candidate],
    *,
    indexes: Sequence[str],
    field: str = "ver",
) -> int:
    """Move these documents into the archive, as many as fit into one pack and did not change meanwhile; how many.

    They leave the sorted sets `indexes`. Raises NoArchive, and what the blob store raises: then nothing was moved.
    """
    chosen = _fitting(found)
    if not chosen:
        return 0
    files = _files(database)
    documents = {each.id: dict(each.fields) for each in chosen}
    names = await _all_names(files, (text for each in chosen for text in each.fields.values()))
    sha256 = await files.put(Pack(kind, documents, names).encoded())
    plan = {"documents": [[each.id, each.proof] for each in chosen], "indexes": len(indexes), "field": field}
    named = [packs_key(workspace), packed_key(workspace, kind), *indexes, *(each.key for each in chosen)]
    return len(await database.run(PACK, named, [sha256, json.dumps(plan)]))


async def find(database: Database, workspace: str, kind: str, ids: Sequence[str]) -> dict[str, Fields]:
    """Those of the documents that are in the archive. Raises NoArchive, BlobMissing, BlobDamaged."""
    if not ids:
        return {}
    client = cast(Any, database.client)
    numbers = await client.hmget(packed_key(workspace, kind), list(ids))
    wanted: dict[str, list[str]] = {}
    for document, number in zip(ids, numbers, strict=True):
        if number is not None:
            wanted.setdefault(_plain(number), []).append(document)
    found: dict[str, Fields] = {}
    for number, inside in wanted.items():
        sha256 = await client.hget(packs_key(workspace), number)
        documents = (await read(database, str(sha256))).documents
        found |= {document: documents[document] for document in inside if document in documents}
    return found


async def read(database: Database, sha256: str) -> Pack:
    return Pack.decoded(await _files(database).get(sha256))


async def take_out(database: Database, workspace: str, kind: str, document: str, *, key: str, ended: str) -> bool:
    """Put one document back where it was, to be changed; False when it is not in the archive (any more)."""
    number = await cast(Any, database.client).hget(packed_key(workspace, kind), document)
    fields = (await find(database, workspace, kind, [document])).get(document)
    if number is None or fields is None:
        return False
    flat = [part for pair in fields.items() for part in pair]
    named = [packed_key(workspace, kind), key, ended]
    return bool(await database.run(TAKE_OUT, named, [document, _plain(number), json.dumps(flat)]))


async def cut_out(database: Database, workspace: str, kind: str, document: str) -> bool:
    """Erase one document from the archive: its pack is written anew without it. The former file is named by nothing
    then, and goes when such files are swept; until then a backup that has just begun may need it for the others.
    """
    client, files = cast(Any, database.client), _files(database)
    while (standing := await client.hget(packed_key(workspace, kind), document)) is not None:
        number = _plain(standing)
        former = str(await client.hget(packs_key(workspace), number))
        held = await read(database, former)
        rest = {name: fields for name, fields in held.documents.items() if name != document}
        names = await _all_names(files, (text for fields in rest.values() for text in fields.values()))
        sha256 = await files.put(Pack(kind, rest, names).encoded())
        named = [packs_key(workspace), packed_key(workspace, kind)]
        if await database.run(CUT_OUT, named, [str(standing), number, former, sha256, document]):
            return True
    return False


async def cut_out_all(database: Database, workspace: str, wanted: Callable[[str, Fields], bool]) -> int:
    """The same for all documents that are wanted out, also those that lie there though they were changed since: each
    pack is written anew once, so that no file holds one of them but the former ones. How many there were.
    """
    client, files, gone = cast(Any, database.client), _files(database), 0
    numbers = [
        str(number) async for number, _ in client.hscan_iter(packs_key(workspace), count=100) if number != "next"
    ]
    for number in numbers:
        done = False
        while not done:
            former = str(await client.hget(packs_key(workspace), number))
            held = await read(database, former)
            out = [name for name, fields in held.documents.items() if wanted(name, fields)]
            rest = {name: fields for name, fields in held.documents.items() if name not in set(out)}
            if done := not out:
                continue
            names = await _all_names(files, (text for fields in rest.values() for text in fields.values()))
            sha256 = await files.put(Pack(held.kind, rest, names).encoded())
            named = [packs_key(workspace), packed_key(workspace, held.kind)]
            done = bool(await database.run(CUT_OUT_ALL, named, [number, former, sha256, *out]))
            gone += len(out) if done else 0
    return gone


async def unlist(
    database: Database, workspace: str, kind: str, indexes: Sequence[str], *, before: float, start: int, limit: int
) -> int:
    """Of `limit` entries of the first index from `start` on, below this score: what is archived leaves all of them."""
    return int(await database.run(UNLIST, [packed_key(workspace, kind), *indexes], [before, start, limit]))


async def every(database: Database, workspace: str) -> AsyncIterator[tuple[str, Pack]]:
    """Each pack with the SHA-256 of its file."""
    async for number, sha256 in cast(Any, database.client).hscan_iter(packs_key(workspace), count=100):
        if number != "next":
            yield str(sha256), await read(database, str(sha256))


async def still_here(database: Database, workspace: str, kind: str, ids: Sequence[str]) -> set[str]:
    """Those that lie in the archive alone: a pack may also hold what was changed meanwhile, or taken out."""
    numbers = await cast(Any, database.client).hmget(packed_key(workspace, kind), list(ids)) if ids else []
    return {document for document, number in zip(ids, numbers, strict=True) if number and "~" not in str(number)}


def moving_keys(workspace: str) -> list[str]:
    """Where documents move to. Read after, or together with, the documents that may move: then none is in neither."""
    return [packs_key(workspace), *(packed_key(workspace, kind) for kind in KINDS)]


def names_in(text: str) -> set[str]:
    """Everything in it that could be the SHA-256 of a file."""
    return set(_NAME.findall(text))


def further_in(text: str) -> set[str]:
    """Those whose file may name other files: sealed payloads, and earlier revisions."""
    return set(_FURTHER.findall(text))


async def names_behind(files: Files, further: Iterable[str]) -> set[str]:
    """What these files name, and the files that they name. One that is not there names nothing."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = set(further)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        try:
            text = (await files.get(name)).decode("utf-8", "replace")
        except AdMindError:
            continue
        found |= names_in(text)
        waiting |= further_in(text) - seen
    return found


async def _all_names(files: Files, texts: Iterable[str]) -> tuple[str, ...]:
    found: set[str] = set()
    further: set[str] = set()
    for text in texts:
        found |= names_in(text)
        further |= further_in(text)
    return tuple(sorted(found | await names_behind(files, further)))


def _plain(number: object) -> str:
    return str(number).removesuffix("~")


def _fitting(found: Sequence[Candidate]) -> list[Candidate]:
    chosen: list[Candidate] = []
    size = 0
    for each in found[:MOST_DOCUMENTS]:
        size += sum(map(len, each.fields.values()))
        if chosen and size > MOST_BYTES:
            break
        chosen.append(each)
    return chosen


def _files(database: Database) -> Files:
    if database.files is None:
        raise NoArchive(
            "This lies in the archive, which cannot be reached from here.", do_next="Use the running AdMind."
        )
    return database.files
