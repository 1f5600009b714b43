"""Who did what, when and why: written in the same script as the change, provable later, and still erasable.

A workspace's entries stand in one stream; `keys` is the HASH of the keys that their personal data is sealed under, each
encrypted by the vault: `s:<subject>`, `d:<draft>` and `w`. Erasing somebody replaces their key by a tombstone.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import RedisError

from storage import keys
from storage.audit_chain import EPOCH, AuditChain, Head, Verification
from storage.audit_entries import AuditEntry, is_plain, open_fields, open_part, seal_part
from storage.commit import Change, commit
from storage.credentials import Vault, renew_fields
from storage.errors import AdMindError
from storage.journal import Entry, Journal
from storage.redis import Database, Script
from storage.retention import LIVES

ERASED = "erased"

# The key of an owner, made when there is none; a tombstone stays one.
KEEP_KEY = Script(
    "audit-key",
    """
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HGET', KEYS[1], ARGV[1])
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
        the draft's or the workspace's; `content`, what a post says, under the draft's. Kind and ids stay readable.
        """
        if kind == EPOCH:
            raise ValueError("an epoch is opened by new_epoch")
        fields = open_fields(
            kind, at, subject=subject, about=about if is_plain(about) else "", draft=draft, brand=brand
        )
        personal = dict(details or {})
        if about and not is_plain(about):
            personal["about"] = about
        draft_owner = f"d:{draft}" if draft else "w"
        await self._seal(workspace, fields, "details", f"s:{subject}" if subject else draft_owner, personal)
        await self._seal(workspace, fields, "content", draft_owner, content or {})
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

    async def replay_erasures(self, journal: Iterable[Entry]) -> int:
        """After a restore: destroy again what had been erased; how many keys had come back."""
        again = await replay_erasures(self._database, journal)
        if again:
            await self._rewrite_file()
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
        self, workspace: str, fields: dict[str, str], part: str, owner: str, data: Mapping[str, str]
    ) -> None:
        """Put a sealed part into the fields. What belongs to somebody who was erased is not kept at all."""
        if not data:
            return
        fresh = self._vault.encrypt(secrets.token_bytes(32))
        kept = str(await self._database.run(KEEP_KEY, [_keys(workspace)], [owner, fresh]))
        if kept == ERASED:
            fields[part] = ERASED
            return
        sealed, commitment = seal_part(self._vault.decrypt(kept), _place(workspace, owner, part), data)
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
            kept = await cast(Any, self._database.client).hget(_keys(workspace), owner)
            opened[owner] = None
            if kept is not None and kept != ERASED:
                with contextlib.suppress(AdMindError):
                    opened[owner] = self._vault.decrypt(kept)
        key = opened[owner]
        if key is None:
            return None
        return open_part(key, _place(workspace, owner, part), fields[part], fields.get(f"{part}_commitment", ""))

    async def _destroy(self, workspace: str, owner: str) -> bool:
        if self._journal is not None:
            await self._journal.append("erased", workspace=workspace, subject=owner)
        destroyed = await self._bury(workspace, owner)
        if destroyed:
            await self._rewrite_file()
        return destroyed

    async def _bury(self, workspace: str, owner: str) -> bool:
        return await _bury(self._database, workspace, owner)

    async def _rewrite_file(self) -> None:
        """Best effort: a server may rewrite already, or not allow it."""
        with contextlib.suppress(RedisError, AdMindError):
            client = self._database.client
            where = {"target_nodes": client.get_primaries()} if isinstance(client, RedisCluster) else {}
            await cast(Any, client).bgrewriteaof(**where)


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
    return sum([await _bury(database, workspace, owner) for workspace, owner in sorted(erased)])


async def _bury(database: Database, workspace: str, owner: str) -> bool:
    return bool(await database.run(BURY, [_keys(workspace)], [owner, ERASED]))


def _keys(workspace: str) -> str:
    return keys.of(workspace, "keys")


def _place(workspace: str, owner: str, part: str) -> str:
    return f"{workspace}|{owner}|{part}"
