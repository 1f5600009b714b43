"""Whether the audit is whole: each sealed entry is chained to all before it, and the last head is signed.

head(n) = SHA-256(head(n-1) || n as 8 bytes || hash of entry n || its signature). What is not sealed yet is covered by
that signature alone. Heads also go to places that the database cannot change (the journal, the weekly digest): only
they show that the end was cut off. After a rollback the chain goes on in a new epoch whose first entry names the lost
range.

`chain` HASH (epoch, seq, head, sig) lives as long as the workspace; `heads` HASH (seq → head) as long as the entries
stand in the stream. Older entries are in files with their heads (`audit_segments`), and are read from there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from storage import keys
from storage.audit_entries import DOMAIN, hash_of, open_fields
from storage.audit_segments import MOST_ENTRIES, Line, Segments
from storage.blobs.base import BlobDamaged, BlobMissing
from storage.credentials import Vault
from storage.journal import Entry
from storage.packs import NoArchive
from storage.redis import Database, Script
from storage.stores import hgetall

BATCH = 256
EPOCH = "epoch"

# Fenced by the former head: of two sealers at once, one moves the chain and the other looks again.
SEAL = Script(
    "audit-seal",
    """
if (redis.call('HGET', KEYS[1], 'head') or '') ~= ARGV[1] then return 0 end
local chain = cjson.decode(ARGV[2])
redis.call('HSET', KEYS[1], unpack(chain))
redis.call('HSET', KEYS[2], unpack(cjson.decode(ARGV[3])))
return 1
""",
)
# The numbers of lost entries are never given out again: receipts name them.
OPEN_EPOCH = Script(
    "audit-epoch",
    """
local seq = tonumber(redis.call('HGET', KEYS[1], 'audit_seq') or '0')
if seq > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'audit_seq', string.format('%.0f', tonumber(ARGV[1]) + 1))
redis.call('XADD', KEYS[2], string.format('%.0f-0', tonumber(ARGV[1]) + 1), unpack(cjson.decode(ARGV[2])))
return 1
""",
)


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain has got, and the 64 hex characters that stand for everything up to there."""

    epoch: int = 0
    seq: int = 0
    hash: str = ""

    @property
    def short(self) -> str:
        """As receipts and the weekly digest show it."""
        return f"{self.seq}-{self.hash[:10]}"


@dataclass(frozen=True, slots=True)
class Epoch:
    """The chain went on after entries had been lost."""

    number: int
    seq: int
    lost_from: int
    lost_to: int


@dataclass(frozen=True, slots=True)
class Verification:
    """`entries` were looked at, the first `sealed` of them are chained; `first_bad` is the number of the first that
    was changed, added, swapped or is missing, and `reason` says which in a sentence."""

    ok: bool
    entries: int
    sealed: int = 0
    first_bad: int | None = None
    reason: str = ""
    epochs: tuple[Epoch, ...] = ()


class AuditChain:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._segments = Segments(database)

    async def head(self, workspace: str) -> Head:
        """The last sealed head."""
        return (await self.signed_head(workspace))[0]

    async def signed_head(self, workspace: str) -> tuple[Head, bool]:
        """The last sealed head, and whether it is signed by one of our keys."""
        fields = await hgetall(self._database, chain_key(workspace))
        if not fields:
            return Head(), True
        head = Head(int(fields["epoch"]), int(fields["seq"]), fields["head"])
        return head, self._vault.verify("audit-head", _signed_text(workspace, head), fields.get("sig", ""))

    async def head_at(self, workspace: str, seq: int) -> str:
        """The head after this entry, "" while it is not sealed; receipts show its first ten characters."""
        return (await self._heads(workspace, [seq]))[0]

    async def seal(self, workspace: str) -> Head:
        """Chain what was appended since the last time. Stops in front of an entry that is not whole."""
        while True:
            head = await self.head(workspace)
            former, heads = head.hash, list[str]()
            async for seq, fields in self.entries(workspace, head.seq + 1, most=BATCH):
                in_turn = seq == head.seq + 1 or _explains(fields, seq, head.seq + 1)
                if not in_turn or not self.is_ours(workspace, fields):
                    break
                head = following(workspace, head, seq, fields)
                heads += [str(seq), head.hash]
            if not heads:
                return head
            chain = [
                "epoch",
                str(head.epoch),
                "seq",
                str(head.seq),
                "head",
                head.hash,
                "sig",
                self._sign(workspace, head),
            ]
            await self._database.run(
                SEAL, [chain_key(workspace), heads_key(workspace)], [former, _json(chain), _json(heads)]
            )

    async def resign(self, workspace: str) -> None:
        """Sign the last head with the newest key. Raises ValueError for one that none of ours signed."""
        head, ours = await self.signed_head(workspace)
        if not ours:
            raise ValueError("a head that is not ours is not signed again")
        if head.seq:
            chain = ["sig", self._sign(workspace, head)]
            names = [chain_key(workspace), heads_key(workspace)]
            await self._database.run(SEAL, names, [head.hash, _json(chain), _json([str(head.seq), head.hash])])

    async def new_epoch(self, workspace: str, lost_from: int, lost_to: int, at: datetime) -> bool:
        """Go on after a rollback: an entry names the lost range and is numbered after it.

        False, and nothing happens, when the database already has entries beyond that range.
        """
        if not 0 < lost_from <= lost_to:
            raise ValueError("a lost range has a first and a last number")
        entry = self.signed(
            workspace, open_fields(EPOCH, at, lost_from=str(lost_from), lost_to=str(lost_to), about="audit")
        )
        names = [keys.control(workspace), keys.audit(workspace)]
        flat = [part for pair in entry.items() for part in pair]
        return bool(int(await self._database.run(OPEN_EPOCH, names, [lost_to, _json(flat)])))

    async def lost(self, workspace: str, journal: Iterable[Entry]) -> tuple[int, int] | None:
        """The range of entries that the journals know of and the database lacks; None when it lacks none.

        The range reaches as far as heads were written down: a few more may be gone with it.
        """
        known = max((head.seq for head in heads_of(workspace, journal)), default=0)
        last = await self.last(workspace)
        return (last + 1, known) if known > last else None

    async def verify(self, workspace: str, journal: Iterable[Entry] = ()) -> Verification:
        """Look at every entry, and compare with the heads that the journals hold. Writes nothing."""
        sealed, signed = await self.signed_head(workspace)
        least_last = await self.last(workspace)
        check = _Check(self, workspace, sealed, heads_of(workspace, journal))
        if not signed:
            return check.bad(sealed.seq, "The chain's last head was not signed by AdMind.")
        try:
            for segment in await self._segments.all(workspace):
                for line in await self._segments.read(segment):
                    if problem := check.look(line.seq, line.fields, line.head):
                        return problem
        except (BlobMissing, BlobDamaged, NoArchive, ValueError):
            return check.bad(check.next, "An archived part of the record is missing or was changed.")
        batch = list[tuple[int, Mapping[str, str]]]()
        async for seq, fields in self.entries(workspace, check.next):
            batch.append((seq, fields))
            if len(batch) == BATCH and (problem := await self._look(workspace, check, batch)):
                return problem
        return await self._look(workspace, check, batch) or check.end(least_last, await self.last(workspace))

    async def _look(
        self, workspace: str, check: _Check, batch: list[tuple[int, Mapping[str, str]]]
    ) -> Verification | None:
        """Check the batch, and empty it."""
        heads = await self._heads(workspace, [seq for seq, _ in batch])
        for (seq, fields), head in zip(batch, heads, strict=True):
            if problem := check.look(seq, fields, head):
                return problem
        batch.clear()
        return None

    async def archive(self, workspace: str, *, before: datetime, waits_until: datetime, now_ms: int) -> int:
        """Put sealed entries from before that instant into a file; how many. Fewer than a file holds wait to be more,
        but only while the first of them is younger than `waits_until`.
        """
        sealed, lines = (await self.head(workspace)).seq, list[Line]()
        entries: list[tuple[int, Mapping[str, str]]] = []
        async for seq, fields in self.entries(workspace, await self._segments.upto(workspace) + 1):
            if not 0 < seq <= sealed or datetime.fromisoformat(fields["at"]) >= before or len(entries) == MOST_ENTRIES:
                break
            entries.append((seq, fields))
        if not entries or (len(entries) < MOST_ENTRIES and datetime.fromisoformat(entries[0][1]["at"]) >= waits_until):
            return 0
        heads = await self._heads(workspace, [seq for seq, _ in entries])
        lines = [Line(seq, fields, head) for (seq, fields), head in zip(entries, heads, strict=True)]
        return len(lines) if all(heads) and await self._segments.add(workspace, lines, now_ms=now_ms) else 0

    async def trim(self, workspace: str, *, now_ms: int) -> int:
        """Take out of the stream what has been in files for a day."""
        return await self._segments.trim(workspace, now_ms=now_ms)

    async def _heads(self, workspace: str, numbers: list[int]) -> list[str]:
        """The heads after these entries; "" for one that is not sealed."""
        if not numbers:
            return []
        found = await cast(Any, self._database.client).hmget(heads_key(workspace), [str(seq) for seq in numbers])
        absent = [seq for seq, head in zip(numbers, found, strict=True) if not head]
        upto = await self._segments.upto(workspace) if absent else 0
        archived = await self._segments.heads(workspace, [seq for seq in absent if seq <= upto])
        return [str(head or archived.get(seq, "")) for seq, head in zip(numbers, found, strict=True)]

    def signed(self, workspace: str, fields: Mapping[str, str]) -> dict[str, str]:
        """The entry with its hash, and with the signature that it carries until it is sealed."""
        entry_hash = hash_of(workspace, fields)
        return dict(fields) | {"hash": entry_hash, "mac": self._vault.sign("audit-entry", entry_hash)}

    def is_ours(self, workspace: str, fields: Mapping[str, str]) -> bool:
        """Whether the entry is as an AdMind with one of our keys made it."""
        entry_hash = hash_of(workspace, fields)
        return fields.get("hash") == entry_hash and self._vault.verify("audit-entry", entry_hash, fields.get("mac", ""))

    def _sign(self, workspace: str, head: Head) -> str:
        return self._vault.sign("audit-head", _signed_text(workspace, head))

    async def entries(
        self,
        workspace: str,
        start: int = 1,
        *,
        end: int | None = None,
        most: int | None = None,
        newest_first: bool = False,
    ) -> AsyncIterator[tuple[int, Mapping[str, str]]]:
        """Entries from number `start` to before `end`; an id in the stream that is no plain number comes as -1.

        Raises BlobMissing or BlobDamaged when a file of older ones is not what it was.
        """
        upto = await self._segments.upto(workspace)
        parts = [self._live(workspace, max(start, upto + 1), end, most, newest_first=newest_first)]
        if start <= upto:
            parts.insert(
                len(parts) * newest_first, self._segments.entries(workspace, start, end, newest_first=newest_first)
            )
        for part in parts:
            async for seq, fields in part:
                yield seq, fields

    async def _live(
        self, workspace: str, start: int, end: int | None, most: int | None, *, newest_first: bool
    ) -> AsyncIterator[tuple[int, Mapping[str, str]]]:
        client, stream = cast(Any, self._database.client), keys.audit(workspace)
        least, greatest = f"{start}-0", "+" if end is None else f"({end}-0"
        count = min(most or BATCH, BATCH)
        while True:
            if newest_first:
                found = await client.xrevrange(stream, greatest, least, count=count)
            else:
                found = await client.xrange(stream, least, greatest, count=count)
            for stream_id, fields in found:
                yield _number(stream_id), fields
            if len(found) < count or most is not None:
                return
            least, greatest = (least, f"({found[-1][0]}") if newest_first else (f"({found[-1][0]}", greatest)

    async def last(self, workspace: str) -> int:
        """The number given out last."""
        return int(await cast(Any, self._database.client).hget(keys.control(workspace), "audit_seq") or 0)


class _Check:
    """One run of `verify`: goes through the stream once and stops at the first entry that is not as it should be."""

    def __init__(self, chain: AuditChain, workspace: str, sealed: Head, outside: Iterable[Head]) -> None:
        self._chain = chain
        self._workspace = workspace
        self._sealed = sealed
        self._outside: dict[int, set[str]] = {}
        for head in outside:
            self._outside.setdefault(head.seq, set()).add(head.hash)
        self._head = Head()
        self._epochs: list[Epoch] = []
        self._entries = 0

    @property
    def next(self) -> int:
        """The number that the next entry should have."""
        return self._head.seq + 1

    def look(self, seq: int, fields: Mapping[str, str], stored_head: str) -> Verification | None:
        """Take the next entry; a Verification when it is not the one that belongs here."""
        expected = self._head.seq + 1
        if fields.get("kind") == EPOCH and not _explains(fields, seq, expected):
            return self.bad(seq, "This entry was changed.")
        if seq != expected and fields.get("kind") != EPOCH:
            if seq > expected:
                return self.bad(expected, "Entries are missing here.")
            return self.bad(self._head.seq, "An entry was put in here.")
        if fields.get("hash") != hash_of(self._workspace, fields):
            return self.bad(seq, "This entry was changed.")
        if seq > self._sealed.seq and not self._chain.is_ours(self._workspace, fields):
            return self.bad(seq, "This entry was not written by AdMind.")
        self._head = following(self._workspace, self._head, seq, fields)
        if seq <= self._sealed.seq and stored_head != self._head.hash:
            return self.bad(seq, "This entry is not the one that was sealed under this number.")
        if seq == self._sealed.seq and self._head != self._sealed:
            return self.bad(seq, "The chain ends in another head than it was sealed with.")
        if fields.get("kind") == EPOCH:
            self._epochs.append(Epoch(self._head.epoch, seq, int(fields["lost_from"]), int(fields["lost_to"])))
        if self._outside.get(seq) == {self._head.hash}:
            del self._outside[seq]
        self._entries += 1
        return None

    def end(self, least_last: int, most_last: int) -> Verification:
        """The verdict after the last entry; numbers were given out up to somewhere between these two."""
        last = self._head.seq
        if last < max(self._sealed.seq, least_last):
            return self.bad(last + 1, "Entries at the end are missing.")
        if last > most_last:
            return self.bad(most_last + 1, "Entries were added at the end.")
        lost = [range(epoch.lost_from, epoch.lost_to + 1) for epoch in self._epochs]
        unexplained = [seq for seq in self._outside if not any(seq in each for each in lost)]
        if not unexplained:
            sealed = min(self._sealed.seq, self._entries)
            return Verification(True, self._entries, sealed, epochs=tuple(self._epochs))
        if min(unexplained) > last:
            return self.bad(last + 1, "Entries at the end are missing: the journal knows of them.")
        return self.bad(min(unexplained), "History was rewritten: the journal remembers another head here.")

    def bad(self, seq: int, reason: str) -> Verification:
        sealed = min(self._sealed.seq, self._entries)
        return Verification(False, self._entries, sealed, seq, reason, tuple(self._epochs))


def following(workspace: str, head: Head, seq: int, fields: Mapping[str, str]) -> Head:
    """The head after one more entry; the entry's hash is computed, not believed."""
    before = bytes.fromhex(head.hash) if head.hash else hashlib.sha256(DOMAIN + workspace.encode()).digest()
    entry = bytes.fromhex(hash_of(workspace, fields)) + fields.get("mac", "").encode()
    digest = hashlib.sha256(before + seq.to_bytes(8, "big") + entry).hexdigest()
    return Head(head.epoch + int(fields.get("kind") == EPOCH), seq, digest)


def _explains(fields: Mapping[str, str], seq: int, expected: int) -> bool:
    """Whether this entry opens an epoch, and names as lost all numbers from `expected` to itself."""
    lost_from, lost_to = fields.get("lost_from", ""), fields.get("lost_to", "")
    if fields.get("kind") != EPOCH or not (_is_number(lost_from) and _is_number(lost_to)):
        return False
    return int(lost_from) <= expected and int(lost_to) == seq - 1


def heads_of(workspace: str, journal: Iterable[Entry]) -> list[Head]:
    """The heads of this workspace among journal entries."""
    return [
        Head(int(entry.fields["epoch"]), int(entry.fields["seq"]), entry.fields["hash"])
        for entry in journal
        if entry.kind == "head" and entry.fields["workspace"] == workspace
    ]


def chain_key(workspace: str) -> str:
    return keys.of(workspace, "chain")


def heads_key(workspace: str) -> str:
    return keys.of(workspace, "heads")


def _signed_text(workspace: str, head: Head) -> str:
    return f"{workspace}|{head.epoch}|{head.seq}|{head.hash}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15


def _number(stream_id: str) -> int:
    number, _, rest = stream_id.partition("-")
    return int(number) if rest == "0" and _is_number(number) else -1


def _json(parts: list[str]) -> str:
    return json.dumps(parts, ensure_ascii=False)
