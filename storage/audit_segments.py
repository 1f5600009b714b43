"""Older parts of the audit, as files of the blob store: each holds sealed entries in turn, with the head after each.

HASH `segments`: number of the first entry → `<last>|<SHA-256>|<ms when it was written>`, and `upto`, the last entry
that is in a file. A part is written and made known first; a day later its entries leave the stream, and their heads the
HASH of heads. So a reader, or a backup, that began before finds every entry in one place or the other, and takes those
up to `upto` from the files alone.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from storage import keys
from storage.packs import NoArchive
from storage.redis import Database, Script
from storage.stores import hgetall

MOST_ENTRIES = 1000
STAYS_MS = 86_400_000
Fields = Mapping[str, str]

# KEYS: segments. ARGV: former upto, first, value, last.
ADD = Script(
    "segment-add",
    """
if (redis.call('HGET', KEYS[1], 'upto') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3], 'upto', ARGV[4])
return 1
""",
)
# KEYS: segments, audit, heads. ARGV: first, last.
TRIM = Script(
    "segment-trim",
    """
local first, last = tonumber(ARGV[1]), tonumber(ARGV[2])
if tonumber(redis.call('HGET', KEYS[1], 'upto') or '0') < last then return 0 end
local gone = redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-0', last + 1))
for start = first, last, 500 do
  local names = {}
  for seq = start, math.min(last, start + 499) do names[#names + 1] = string.format('%.0f', seq) end
  gone = gone + redis.call('HDEL', KEYS[3], unpack(names))
end
return gone
""",
)


@dataclass(frozen=True, slots=True)
class Segment:
    first: int
    last: int
    sha256: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Line:
    seq: int
    fields: Fields
    head: str


class Segments:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def upto(self, workspace: str) -> int:
        """The number of the last entry that is in a file; 0 when none is."""
        return int(await cast(Any, self._database.client).hget(segments_key(workspace), "upto") or 0)

    async def all(self, workspace: str) -> list[Segment]:
        """In turn."""
        fields = await hgetall(self._database, segments_key(workspace))
        return sorted((_segment(name, value) for name, value in fields.items() if name.isdecimal()), key=_first)

    async def read(self, segment: Segment) -> list[Line]:
        """Raises NoArchive, BlobMissing, BlobDamaged."""
        if self._database.files is None:
            raise NoArchive("A part of the audit lies in the archive, which cannot be reached from here.")
        lines = json.loads(zlib.decompress(await self._database.files.get(segment.sha256)))
        return [Line(seq, fields, head) for seq, fields, head in lines]

    async def entries(
        self, workspace: str, start: int, end: int | None, *, newest_first: bool = False
    ) -> AsyncIterator[tuple[int, Fields]]:
        """Entries from number `start` to before `end`, of those that are in files."""
        found = [each for each in await self.all(workspace) if each.last >= start and (end is None or each.first < end)]
        for segment in reversed(found) if newest_first else found:
            lines = await self.read(segment)
            for line in reversed(lines) if newest_first else lines:
                if line.seq >= start and (end is None or line.seq < end):
                    yield line.seq, line.fields

    async def heads(self, workspace: str, numbers: Sequence[int]) -> dict[int, str]:
        """The heads after these entries, as far as they are in files."""
        found: dict[int, str] = {}
        wanted = set(numbers)
        for segment in await self.all(workspace) if wanted else []:
            if any(segment.first <= number <= segment.last for number in wanted):
                found |= {line.seq: line.head for line in await self.read(segment) if line.seq in wanted}
        return found

    async def add(self, workspace: str, lines: Sequence[Line], *, now_ms: int) -> bool:
        """Put these entries, which follow those that are in files, into one; False when somebody else just did."""
        if self._database.files is None:
            raise NoArchive("The audit's older parts cannot be written from here.")
        former = await self.upto(workspace)
        if not lines or lines[0].seq <= former:
            return False
        document = [[line.seq, dict(line.fields), line.head] for line in lines]
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        sha256 = await self._database.files.put(zlib.compress(text.encode("utf-8", "surrogatepass"), 6))
        first, last = str(lines[0].seq), str(lines[-1].seq)
        value = f"{last}|{sha256}|{now_ms}"
        return bool(await self._database.run(ADD, [segments_key(workspace)], [str(former), first, value, last]))

    async def trim(self, workspace: str, *, now_ms: int) -> int:
        """Take out of Redis what has been in files for a day; how many entries and heads."""
        gone = 0
        oldest = await cast(Any, self._database.client).xrange(keys.audit(workspace), count=1)
        least = int(str(oldest[0][0]).partition("-")[0]) if oldest else 0
        for segment in await self.all(workspace):
            if segment.last >= least and now_ms - segment.at_ms >= STAYS_MS:
                named = [segments_key(workspace), keys.audit(workspace), keys.of(workspace, "heads")]
                gone += int(await self._database.run(TRIM, named, [segment.first, segment.last]))
        return gone


def segments_key(workspace: str) -> str:
    return keys.of(workspace, "segments")


def _segment(name: str, value: str) -> Segment:
    last, sha256, at_ms = value.split("|")
    return Segment(int(name), int(last), sha256, int(at_ms))


def _first(segment: Segment) -> int:
    return segment.first
