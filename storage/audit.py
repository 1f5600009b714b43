"""Who did what, when and why: written in the same script as the change, provable later, and still erasable.

A workspace's entries stand in one stream; `keys` is the HASH of the keys that their personal data is sealed under, each
encrypted by the vault: `s:<subject>`, `d:<draft>`, `b:<brand>` and `w`. What belongs to two of them needs both keys.
Erasing somebody or something replaces its key by a tombstone.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from storage import keys, own_file
from storage.audit_chain import EPOCH, AuditChain, Head, Verification
from storage.audit_entries import AuditEntry, is_plain, joined_key, open_fields, open_part, seal_part
from storage.commit import Change, commit
from storage.credentials import Vault, renew_fields
from storage.errors import AdMindError
from storage.journal import Entry, Journal
from storage.redis import Database, Script
from storage.retention import LIVES

ERASED = "erased"
AND = "+"  # between the owners whose keys a part needs

# The key of each owner, made when there is none; a tombstone stays one. ARGV: owner, fresh key, …
KEEP_KEY = Script(
    "audit-key",
    """
local found = {}
for place = 1, #ARGV, 2 do
  redis.call('HSETNX', KEYS[1], ARGV[place], ARGV[place + 1])
  found[#found + 1] = redis.call('HGET', KEYS[1], ARGV[place])
end
return found
""",
)


class AuditWriter:
    """Prepares entries for the scripts that change something, and reads, seals, verifies and erases.

    With a journal, sealed heads and erasures are also written down there.
    """

    def __init__(self, database: Database, vault: Vault, journal: Journal | None = None) -> None:
        self._database = database
        self._vault = vault
        self._journal = journal
        self._chain = AuditChain(database, vault)

    async def prepare(
        self,
        workspace: str,
        kind: str,
        *,
        subject: str = "",
        about: str = "",
        at: datetime,
        draft: str = "",
        brand: str = "",
        details: Mapping[str, str] | None = None,
        content: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """The fields of an entry, to be appended by the script that makes the change (`Change.audit`).

        `subject` is the random id of who did it. `details` are sealed under the subject's key, without a subject under
        the draft's or the workspace's; `content`, what a post says, under the draft's; both, in a brand, under the
        brand's too. Kind and ids stay readable.
        """
        if kind == EPOCH:
            raise ValueError("an epoch is opened by new_epoch")
        fields = open_fields(
            kind, at, subject=subject, about=about if is_plain(about) else "", draft=draft, brand=brand
        )
        personal = dict(details or {})
        if about and not is_plain(about):
            personal["about"] = about
        of_draft = [f"d:{draft}"] if draft else []
        of_brand = [f"b:{brand}"] if brand else []
        of_person = [f"s:{subject}"] if subject else of_draft
        await self._seal(workspace, fields, "details", [*of_person, *of_brand] or ["w"], personal)
        await self._seal(workspace, fields, "content", [*of_draft, *of_brand] or ["w"], content or {})
        return self._chain.signed(workspace, fields)

    async def append(self, workspace: str, entry: Mapping[str, str]) -> int:
        """Write a prepared entry that belongs to no other change; its number."""
        return await commit(self._database, Change(workspace).audit(entry))

    async def read(
        self,
        workspace: str,
        *,
        kinds: Collection[str] = (),
        about: str = "",
        subject: str = "",
        draft: str = "",
        brand: str = "",
        after_seq: int = 0,
        before_seq: int | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> list[AuditEntry]:
        """Entries that fit all of this, numbered between the two; what cannot be opened any more is `erased`."""
        opened: dict[str, bytes | None] = {}
        found: list[AuditEntry] = []
        wanted = {"subject": subject, "draft": draft, "brand": brand}
        async for seq, fields in self._chain.entries(
            workspace, after_seq + 1, end=before_seq, newest_first=newest_first
        ):
            if kinds and fields.get("kind") not in kinds:
                continue
            if any(value and fields.get(name, "") != value for name, value in wanted.items()):
                continue
            if about and fields.get("about", about) != about:
                continue
            entry = await self._opened(workspace, seq, fields, opened)
            if about and entry.about != about:
                continue
            found.append(entry)
            if len(found) == limit:
                break
        return found

    async def erase(self, workspace: str, subject: str) -> bool:
        """Destroy the key of a person's entries, and leave a tombstone; the chain still verifies.

        False when nothing was sealed for them. The database is asked to rewrite its file, so that the key goes from
        there too; keys in older backups are destroyed again when one is restored.
        """
        return await self._destroy(workspace, f"s:{subject}")

    async def erase_draft(self, workspace: str, draft: str) -> bool:
        """The same for what a draft said."""
        return await self._destroy(workspace, f"d:{draft}")

    async def erase_brand(
        self, workspace: str, brand: str, *, accounts: Iterable[str] = (), drafts: Iterable[str] = ()
    ) -> bool:
        """The same for all that was written of a brand. `drafts` are its own: older entries know their keys alone.

        That its `accounts` are gone stands in the journal too: what was sent there is not missed after a restore.
        """
        erased = await self._destroy(workspace, f"b:{brand}")
        for account in accounts:
            await self._destroy(workspace, f"a:{account}")
        for draft in drafts:
            erased |= await self._bury(workspace, f"d:{draft}")
        if erased:
            await self.rewrite_file()
        return erased

    async def remember_links(self, workspace: str, brand: str) -> None:
        """That the short links of a brand lead on when it is gone stands where a restore will look for it."""
        await self._destroy(workspace, f"l:{brand}")

    async def replay_erasures(self, journal: Iterable[Entry]) -> int:
        """After a restore: destroy again what had been erased; how many keys had come back."""
        again = await replay_erasures(self._database, journal)
        if again:
            await self.rewrite_file()
        return again

    async def rotate(self, workspace: str) -> int:
        """Bring the keys in here under the vault's newest key; how many."""
        return await renew_fields(self._database, self._vault, _keys(workspace), skip=ERASED)

    async def seal(self, workspace: str) -> Head:
        """Chain what was appended since the last time, and write the head down in the journal."""
        before = await self._chain.head(workspace)
        head = await self._chain.seal(workspace)
        if self._journal is not None and head.seq > before.seq:
            await self._journal.append("head", workspace=workspace, epoch=head.epoch, seq=head.seq, hash=head.hash)
        return head

    async def archive(self, workspace: str, now: datetime) -> int:
        """One step: old sealed entries into a file of the archive, and what has been in one for a day out of the
        stream; how many moved. They are read, verified and erased as before.
        """
        life, now_ms = LIVES["audit"].span, round(now.timestamp() * 1000)
        gone = await self._chain.trim(workspace, now_ms=now_ms)
        moved = await self._chain.archive(workspace, before=now - life, waits_until=now - 2 * life, now_ms=now_ms)
        return gone + moved

    async def resign(self, workspace: str) -> None:
        """Sign the last head with the vault's newest key."""
        await self._chain.resign(workspace)

    async def checkpoint(self, workspace: str) -> Head:
        """The last sealed head, for places that the database cannot change."""
        return await self._chain.head(workspace)

    async def head_at(self, workspace: str, seq: int) -> str:
        """The head after this entry, "" while it is not sealed; receipts show its first ten characters."""
        return await self._chain.head_at(workspace, seq)

    async def verify(self, workspace: str, journal: Iterable[Entry] = ()) -> Verification:
        """Look at every entry, and compare with the heads that the journals hold. Writes nothing."""
        return await self._chain.verify(workspace, journal)

    async def lost(self, workspace: str, journal: Iterable[Entry]) -> tuple[int, int] | None:
        """The numbers that the journals know of and the database lacks, for `new_epoch`."""
        return await self._chain.lost(workspace, journal)

    async def new_epoch(self, workspace: str, lost_from: int, lost_to: int, at: datetime) -> bool:
        """Go on after a rollback with an entry that names what was lost; False when it is too late for that."""
        return await self._chain.new_epoch(workspace, lost_from, lost_to, at)

    async def _seal(
        self, workspace: str, fields: dict[str, str], part: str, owners: Sequence[str], data: Mapping[str, str]
    ) -> None:
        """Put a sealed part into the fields. What belongs to somebody who was erased is not kept at all."""
        if not data:
            return
        fresh = [text for owner in owners for text in (owner, self._vault.encrypt(secrets.token_bytes(32)))]
        kept = [str(key) for key in await self._database.run(KEEP_KEY, [_keys(workspace)], fresh)]
        if ERASED in kept:
            fields[part] = ERASED
            return
        owner, key = AND.join(owners), joined_key([self._vault.decrypt(each) for each in kept])
        sealed, commitment = seal_part(key, _place(workspace, owner, part), data)
        fields |= {part: sealed, f"{part}_commitment": commitment, f"{part}_owner": owner}

    async def _opened(
        self, workspace: str, seq: int, fields: Mapping[str, str], opened: dict[str, bytes | None]
    ) -> AuditEntry:
        parts = {part: await self._open(workspace, fields, part, opened) for part in ("details", "content")}
        details = dict(parts["details"] or {})
        return AuditEntry(
            seq=seq,
            kind=fields.get("kind", ""),
            at=datetime.fromisoformat(fields["at"]),
            subject=fields.get("subject", ""),
            about=fields.get("about") or details.pop("about", ""),
            draft=fields.get("draft", ""),
            brand=fields.get("brand", ""),
            details=details,
            content=parts["content"] or {},
            erased=None in parts.values(),
            hash=fields.get("hash", ""),
        )

    async def _open(
        self, workspace: str, fields: Mapping[str, str], part: str, opened: dict[str, bytes | None]
    ) -> dict[str, str] | None:
        """The part's plain text; None when its key was destroyed or does not fit."""
        if part not in fields:
            return {}
        owner = fields.get(f"{part}_owner", "")
        if owner not in opened:
            kept = await cast(Any, self._database.client).hmget(_keys(workspace), owner.split(AND))
            opened[owner] = None
            if None not in kept and ERASED not in kept:
                with contextlib.suppress(AdMindError):
                    opened[owner] = joined_key([self._vault.decrypt(each) for each in kept])
        key = opened[owner]
        if key is None:
            return None
        return open_part(key, _place(workspace, owner, part), fields[part], fields.get(f"{part}_commitment", ""))

    async def _destroy(self, workspace: str, owner: str) -> bool:
        if self._journal is not None:
            await self._journal.append("erased", workspace=workspace, subject=owner)
        destroyed = await self._bury(workspace, owner)
        if destroyed:
            await self.rewrite_file()
        return destroyed

    async def _bury(self, workspace: str, owner: str) -> bool:
        return await bury(self._database, workspace, owner)

    async def rewrite_file(self) -> bool:
        """Have what was deleted leave the database's file. False: ask again soon."""
        return await own_file.rewrite(self._database)


BURY = Script(
    "audit-bury",
    """
local kept = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return (kept and kept ~= ARGV[2]) and 1 or 0
""",
)


async def replay_erasures(database: Database, journal: Iterable[Entry]) -> int:
    """Destroy again every key that a journal says was destroyed; how many had come back. Needs no key of ours."""
    erased = {(entry.fields["workspace"], entry.fields["subject"]) for entry in journal if entry.kind == "erased"}
    return sum([await bury(database, workspace, owner) for workspace, owner in sorted(erased)])


async def bury(database: Database, workspace: str, owner: str) -> bool:
    return bool(await database.run(BURY, [_keys(workspace)], [owner, ERASED]))


async def tombstones(database: Database, workspace: str) -> list[str]:
    """The owners in this workspace whose keys were destroyed."""
    found = cast(Any, database.client).hscan_iter(_keys(workspace), count=500)
    return sorted([str(owner) async for owner, kept in found if kept == ERASED])


def _keys(workspace: str) -> str:
    return keys.of(workspace, "keys")


def _place(workspace: str, owner: str, part: str) -> str:
    return f"{workspace}|{owner}|{part}"
