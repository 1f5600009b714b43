"""Everything in one file, and back again.

A backup holds the database, the pictures and payloads, and the journals; the encryption key only when asked for. A
restore looks at all of it before it writes anything, keeps what was there aside, and leaves every workspace paused:
what was due since the backup may have gone out, so it counts as unknown. What had been erased is erased again.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet

from storage import keys, own_file, snapshot
from storage.archive import JOURNAL, KEYS, SECRET, ArchiveReader, ArchiveWriter, Manifest, blobs_hash, damaged
from storage.audit import AuditWriter, replay_erasures, tombstones
from storage.blobs.base import BlobDamaged, BlobMissing, BlobStore
from storage.blobs.files import FOLDER, FileBlobs
from storage.blobs.opening import set_aside
from storage.commit import Change, commit
from storage.credentials import KEY_CHECK, KEY_FILE, KeyMismatch, SecretUnreadable, Vault
from storage.ending import ended
from storage.epoch import EPOCH, Needs, of_fields, stricter
from storage.erasing import forget_draft
from storage.errors import AdMindError
from storage.files import make_folder, write_whole
from storage.forgotten_brands import discard_brands, forget_brands
from storage.journal import Entry, encode, parse_line, read_all
from storage.links import LinkStore
from storage.pauses import Pause, put
from storage.redis import Database
from storage.snapshot import CHUNK, Kept
from storage.stores import TeamStore

AT_ONCE = 8  # blobs on their way, and in memory
REASON = "Restored from a backup. Look at what is unknown before you resume."


class NotEmpty(AdMindError):
    """There is something here already, and nobody said that it may go."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`created_at` is when the backup was made; `aside` the file that holds what was here before."""

    created_at: datetime
    workspaces: tuple[str, ...]
    keys: int
    blobs: int
    aside: Path | None = None


async def backup(
    database: Database,
    data_dir: Path,
    out: Path,
    *,
    now: datetime,
    with_keys: bool = False,
    configured_keys: Sequence[str] = (),
    blobs: BlobStore | None = None,
) -> tuple[Manifest, int]:
    """Write a new file (0600) that `restore` takes; what it holds, and its size in bytes.

    `blobs` are those in the data directory unless others are given. `with_keys` puts the encryption keys in: the
    configured ones, or those in the data directory.

    Raises AdMindError when the file is there already or cannot be written; then there is none.
    """
    writer: ArchiveWriter | None = None
    blobs = blobs or FileBlobs(data_dir / FOLDER)
    try:
        if await asyncio.to_thread(out.exists):
            raise FileExistsError
        writer = await asyncio.to_thread(ArchiveWriter, out)
        found_keys = await asyncio.to_thread(_keys_here, data_dir, configured_keys) if with_keys else []
        manifest = await _fill(writer, database, blobs, data_dir, now, found_keys)
        return manifest, await asyncio.to_thread(writer.finish, manifest)
    except FileExistsError as error:
        raise AdMindError(
            "There is already a file of this name.", kept="It was left as it is.", do_next="Choose another name."
        ) from error
    except OSError as error:
        raise AdMindError(
            "The backup cannot be written there.",
            kept="Nothing was changed.",
            do_next="Check the folder's rights and the disk's room.",
        ) from error
    finally:
        if writer is not None:
            await asyncio.to_thread(writer.abandon)


async def _fill(
    writer: ArchiveWriter,
    database: Database,
    blobs: BlobStore,
    data_dir: Path,
    now: datetime,
    found_keys: Sequence[str],
) -> Manifest:
    """The database first: every file that it speaks of was there before it."""
    lines, workspaces = 0, set[str]()
    with writer.member(KEYS):
        batch: list[bytes] = []
        async for kept in snapshot.read(database):
            batch.append(kept.line())
            lines += 1
            workspaces.update({kept.workspace} - {""})
            if len(batch) >= CHUNK:
                await asyncio.to_thread(writer.add, b"".join(batch))
                batch.clear()
        await asyncio.to_thread(writer.add, b"".join(batch))
    with writer.member(JOURNAL):
        entries = await asyncio.to_thread(read_all, data_dir / "journal")
        await asyncio.to_thread(writer.add, b"".join(map(encode, entries)))
    if found_keys:
        with writer.member(SECRET):
            writer.add("\n".join([*found_keys, ""]).encode())
    broken = await _take_blobs(writer, blobs)
    return Manifest(
        created_at=now.astimezone(UTC),
        keys=lines,
        workspaces=tuple(sorted(workspaces)),
        blobs=len(writer.blobs),
        blobs_sha256=blobs_hash(writer.blobs),
        damaged_blobs=tuple(broken),
        members=writer.members,
    )


async def _take_blobs(writer: ArchiveWriter, blobs: BlobStore) -> list[str]:
    """Every blob into the archive, some fetched ahead; those that are damaged."""
    broken, ahead = list[str](), deque[tuple[str, asyncio.Task[bytes]]]()

    async def take(sha256: str, fetched: asyncio.Task[bytes]) -> None:
        try:
            await asyncio.to_thread(writer.blob, sha256, await fetched)
        except BlobDamaged:
            broken.append(sha256)
        except BlobMissing:
            return  # deleted a moment ago

    try:
        async for sha256 in blobs.iterate():
            ahead.append((sha256, asyncio.create_task(blobs.get(sha256))))
            if len(ahead) == AT_ONCE:
                await take(*ahead.popleft())
        while ahead:
            await take(*ahead.popleft())
    finally:
        await ended(*(fetched for _, fetched in ahead))
    return broken


async def restore(
    database: Database,
    data_dir: Path,
    archive: Path,
    *,
    now: datetime,
    force: bool = False,
    configured_keys: Sequence[str] = (),
    blobs: BlobStore | None = None,
) -> Restored:
    """Put a backup in place of what is here. AdMind must not be running on this database.

    Blobs go into the data directory unless a store is given.

    Everything is checked before anything is written: the file, and that its secrets can be read with the configured
    keys, with those in the data directory, or with those in the backup, which then are put beside them.

    Raises ArchiveDamaged, SnapshotDamaged, TooOld, NotEmpty, KeyMismatch; then nothing was changed.
    """
    reader = await asyncio.to_thread(ArchiveReader, archive)
    blobs = blobs or FileBlobs(data_dir / FOLDER)
    try:
        check = await asyncio.to_thread(_verified, reader)
        found_keys, new_keys = await asyncio.to_thread(_fitting_keys, reader, check, data_dir, configured_keys)
        aside = await _keep_aside(database, blobs, data_dir, now, force=force)
        await asyncio.to_thread(make_folder, data_dir)
        if new_keys:
            await asyncio.to_thread(write_whole, data_dir / KEY_FILE, "\n".join([*found_keys, ""]).encode())
        database.files = blobs
        await _put_blobs(reader, blobs)
        # A journal may have stayed on another machine; what this database knows of erasures must not go with it.
        erased = await _tombstones(database)
        links = {name: await LinkStore(database).left_behind(name) for name in reader.manifest.workspaces}
        journal = await asyncio.to_thread(_put_journal, reader, data_dir / "journal", now, erased)
        await snapshot.clear(database)
        count = await _put_keys(database, reader)
        await _settle(database, reader.manifest, Vault(found_keys), journal, now)
        for workspace, left in links.items():
            await LinkStore(database).put_left_behind(workspace, *left)
        await discard_brands(database, blobs, reader.manifest.workspaces, now, set_aside(data_dir))
        # Last: a restore that was cut off leaves no workspace that anybody works in.
        await _enter(database, reader)
        if any(entry.kind == "erased" for entry in journal):  # what has just come and gone must not stay in its file
            await own_file.rewritten(database)
        return Restored(reader.manifest.created_at, reader.manifest.workspaces, count, len(reader.blobs), aside)
    finally:
        await asyncio.to_thread(reader.close)


def _verified(reader: ArchiveReader) -> str:
    """Read the whole archive once; the key check that it holds, "" for none."""
    reader.verify()
    check, lines, workspaces, asked = "", 0, set[str](), Needs()
    for line in reader.lines(KEYS):
        kept = snapshot.parse(line)
        lines += 1
        workspaces.update({kept.workspace} - {""})
        if kept.key == KEY_CHECK and kept.kind == "string":
            check = kept.value
        if kept.kind == "hash" and kept.key == keys.control(kept.workspace):
            asked = stricter(asked, of_fields(snapshot.pairs(kept.value)))
    if (lines, tuple(sorted(workspaces))) != (reader.manifest.keys, reader.manifest.workspaces):
        raise damaged("The backup does not hold what it says it holds.")
    too_old = EPOCH.refusal(asked)
    if too_old is not None:
        raise too_old
    for line in reader.lines(JOURNAL):
        parse_line("backup", line.rstrip(b"\n"))
    return check


def _fitting_keys(
    reader: ArchiveReader, check: str, data_dir: Path, configured: Sequence[str]
) -> tuple[list[str], bool]:
    """The keys that open what is in the archive, newest first, and whether the key file must be written for it."""
    here = _keys_here(data_dir, configured)
    if here and _opens(here, check):
        return here, False
    theirs = reader.small(SECRET).decode("ascii", "replace").split() if reader.has(SECRET) else []
    if not configured:
        if theirs and _opens(theirs, check):
            return [*theirs, *here], True
        if not check:
            return here or [Fernet.generate_key().decode()], not here
    raise KeyMismatch(
        "The encryption key here does not fit the backup.",
        kept="Nothing was restored, and nothing here was changed.",
        do_next="Put the key of that time in place first: in ADMIND_SECRET_KEYS after the present one, or as a "
        f"further line of {KEY_FILE} in the data directory.",
    )


def _keys_here(data_dir: Path, configured: Sequence[str]) -> list[str]:
    file = data_dir / KEY_FILE
    return list(configured) or (file.read_text(encoding="ascii").split() if file.exists() else [])


def _opens(found: Sequence[str], check: str) -> bool:
    vault = Vault(found)
    with contextlib.suppress(SecretUnreadable):
        return not check or bool(vault.decrypt(check))
    return False


async def _keep_aside(
    database: Database, blobs: BlobStore, data_dir: Path, now: datetime, *, force: bool
) -> Path | None:
    """What is here goes into a backup of its own. Raises NotEmpty unless forced."""
    if not [tag for tag in await snapshot.owners(database) if tag != "sys"]:
        return None
    if not force:
        raise NotEmpty(
            "There is already a workspace here.",
            kept="Nothing was restored, and nothing here was changed.",
            do_next="Restore with --force: what is here is then kept in a file of its own.",
        )
    aside = data_dir / "backups" / f"before-restore-{_stamp(now)}.zip"
    await backup(database, data_dir, aside, now=now, blobs=blobs)
    return aside


async def _put_blobs(reader: ArchiveReader, blobs: BlobStore) -> None:
    for start in range(0, len(reader.blobs), AT_ONCE):
        datas = [await asyncio.to_thread(reader.blob, sha256) for sha256 in reader.blobs[start : start + AT_ONCE]]
        await asyncio.gather(*(blobs.put(data) for data in datas))


async def _tombstones(database: Database) -> list[Entry]:
    found = list[Entry]()
    for workspace in await snapshot.owners(database):
        for owner in await tombstones(database, workspace):
            found.append(Entry("database", "erased", {"workspace": workspace, "subject": owner}))
    return found


def _put_journal(reader: ArchiveReader, folder: Path, now: datetime, erased: Sequence[Entry]) -> list[Entry]:
    """The backup's journal beside those that are here, as that of a process that is gone; all entries."""
    make_folder(folder)
    restored = [*erased]
    restored += [parse_line("backup", line.rstrip(b"\n")) for line in reader.lines(JOURNAL)]
    if restored:
        name = f"restored-{_stamp(now)}.jsonl"
        write_whole(folder / name, b"".join(map(encode, restored)))
    return read_all(folder)


async def _put_keys(database: Database, reader: ArchiveReader) -> int:
    """Everything but the list of workspaces."""
    count, batch, size, now_ms = 0, list[Kept](), 0, await database.server_time_ms()
    for line in reader.lines(KEYS):
        kept = snapshot.parse(line)
        if kept.key != keys.WORKSPACES:
            batch.append(kept)
            size += len(line)
            count += 1
        if len(batch) >= CHUNK or size > 4 * 1024 * 1024:
            await snapshot.write(database, batch, now_ms)
            batch, size = [], 0
    await snapshot.write(database, batch, now_ms)
    return count


async def _settle(
    database: Database, manifest: Manifest, vault: Vault, journal: Sequence[Entry], now: datetime
) -> None:
    """Pause every workspace, name what was lost, and erase again what had been erased."""
    audit = AuditWriter(database, vault)
    await replay_erasures(database, journal)
    for workspace in manifest.workspaces:
        lost = await audit.lost(workspace, journal)
        if lost is not None:
            await audit.new_epoch(workspace, *lost, at=now)
        change = put(Change(workspace), Pause(scope="workspace", by="restore", reason=REASON, since=now))
        marks = {
            "restored_at": now.astimezone(UTC).isoformat(),
            "restored_from_ms": str(round(manifest.created_at.timestamp() * 1000)),
        }
        change.hset(keys.control(workspace), marks)
        details = {"made": manifest.created_at.isoformat()}
        change.audit(await audit.prepare(workspace, "restored", about="workspace", at=now, details=details))
        await commit(database, change)
        await _forget_members(database, workspace, journal, now)
        await forget_brands(database, workspace, journal, now)  # with what their drafts name, so before those go
        await _forget_drafts(database, workspace, journal)


async def _forget_members(database: Database, workspace: str, journal: Iterable[Entry], now: datetime) -> None:
    """Members who were erased after the backup was made lose their names and identities again."""
    erased = {
        entry.fields["subject"].removeprefix("s:")
        for entry in journal
        if entry.kind == "erased" and entry.fields["workspace"] == workspace
    }
    team = TeamStore(database)
    for member in await team.all(team.members, workspace):
        if member.subject not in erased or member.erased_at is not None:
            continue
        kept = await team.members.get(workspace, member.id)
        gone = kept.record.changed(name="Somebody who left", roles={}, away=None, zone="", erased_at=now)
        change = Change(workspace)
        team.members.put(change, gone, gone.id, ver=kept.ver, at=gone.created_at.timestamp())
        for identity in await team.all(team.identities, workspace):
            if identity.member == member.id:
                name = team.identity_id(identity.platform, identity.team, identity.user)
                change.do("DEL", team.identities.key(workspace, name))
                team.identities.leave(change, name, "all")
        await commit(database, change)


async def _forget_drafts(database: Database, workspace: str, journal: Iterable[Entry]) -> None:
    """Drafts that were erased after the backup was made go again, with all that was made from them."""
    for entry in journal:
        kind, _, draft = entry.fields.get("subject", "").partition(":")
        if entry.kind == "erased" and kind == "d" and entry.fields["workspace"] == workspace:
            await forget_draft(database, workspace, draft)


def _stamp(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


async def _enter(database: Database, reader: ArchiveReader) -> None:
    if reader.manifest.workspaces:
        await cast(Any, database.client).sadd(keys.WORKSPACES, *reader.manifest.workspaces)


__all__ = ["NotEmpty", "Restored", "backup", "restore"]
