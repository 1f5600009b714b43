"""The audit tells every change to it, keeps personal data sealed, and survives erasure, rollback and restore."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import keys
from storage.audit import AuditWriter
from storage.audit_chain import Epoch, Head, chain_key, heads_key
from storage.audit_entries import hash_of
from storage.audit_segments import Segments, segments_key
from storage.blobs.files import FileBlobs
from storage.credentials import Vault
from storage.journal import Entry, Journal
from storage.redis import Database, connect

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
W = "w_1"
STREAM = keys.audit(W)
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


def raw(database: Database) -> Any:
    return cast(Any, database.client)


async def write(audit: AuditWriter, count: int, workspace: str = W) -> None:
    for number in range(count):
        entry = await audit.prepare(
            workspace,
            "approved",
            subject=f"s{number % 3}",
            about=f"d_{number}aaaa",
            at=AT + timedelta(minutes=number),
            draft=f"d_{number}aaaa",
            brand="b_1",
            details={"reason": f"Ana likes number {number}"},
            content={"text": f"Sale {number}"},
        )
        await audit.append(workspace, entry)


def heads(*found: Head) -> list[Entry]:
    return [
        Entry("j", "head", {"workspace": W, "epoch": str(head.epoch), "seq": str(head.seq), "hash": head.hash})
        for head in found
    ]


async def test_entries_come_back_as_written_and_filtered(database: Database) -> None:
    audit = AuditWriter(database, vault())
    await write(audit, 6)
    entries = await audit.read(W)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[2].details == {"reason": "Ana likes number 2"}
    assert entries[2].content == {"text": "Sale 2"}
    assert (entries[2].about, entries[2].draft, entries[2].brand) == ("d_2aaaa", "d_2aaaa", "b_1")
    assert (entries[2].kind, entries[2].at, entries[2].erased) == ("approved", AT + timedelta(minutes=2), False)
    assert [entry.seq for entry in await audit.read(W, subject="s1")] == [2, 5]
    assert [entry.seq for entry in await audit.read(W, about="d_3aaaa")] == [4]
    assert [entry.seq for entry in await audit.read(W, after_seq=2, limit=2)] == [3, 4]
    assert [entry.seq for entry in await audit.read(W, newest_first=True, limit=2)] == [6, 5]
    assert [entry.seq for entry in await audit.read(W, newest_first=True, before_seq=5, limit=2)] == [4, 3]
    assert await audit.read(W, kinds={"rejected"}) == []
    assert await audit.read(W, brand="b_2") == []
    assert await audit.read("w_2") == []


async def test_nothing_personal_stands_in_the_database_in_clear(database: Database) -> None:
    audit = AuditWriter(database, vault())
    entry = await audit.prepare(W, "paused", about="topic:Ana Meier", at=AT, details={"by": "Ana Meier \ud800"})
    await audit.append(W, entry)
    stored = str(await raw(database).xrange(STREAM)) + str(await raw(database).hgetall(keys.of(W, "keys")))
    assert "Ana" not in stored
    assert [found.about for found in await audit.read(W, about="topic:Ana Meier")] == ["topic:Ana Meier"]
    assert (await audit.read(W))[0].details == {"by": "Ana Meier ?"}


async def test_equal_details_leave_no_equal_traces(database: Database) -> None:
    audit = AuditWriter(database, vault())
    first = await audit.prepare(W, "approved", subject="s1", at=AT, details={"reason": "yes"})
    second = await audit.prepare(W, "approved", subject="s1", at=AT, details={"reason": "yes"})
    for field in ("details", "details_commitment", "hash", "mac"):
        assert first[field] != second[field]


async def test_an_untouched_audit_verifies_sealed_or_not(database: Database) -> None:
    audit = AuditWriter(database, vault())
    assert (await audit.verify(W)).ok
    await write(audit, 600)
    assert (await audit.verify(W)).sealed == 0
    head = await audit.seal(W)
    await write(audit, 5)
    found = await audit.verify(W, heads(head))
    assert (found.ok, found.entries, found.sealed, found.reason) == (True, 605, 600, "")
    assert await audit.head_at(W, 600) == head.hash
    assert (await audit.seal(W)).seq == 605
    assert await audit.checkpoint(W) == await audit.seal(W)


async def test_sealers_at_once_make_one_chain(database: Database) -> None:
    key = vault()
    audits = [AuditWriter(database, key) for _ in range(5)]
    await asyncio.gather(*(write(audit, 20) for audit in audits), *(audit.seal(W) for audit in audits))
    found = await asyncio.gather(*(audit.seal(W) for audit in audits))
    assert {head.seq for head in found} == {100}
    assert len({head.hash for head in found}) == 1
    assert (await audits[0].verify(W)).ok


# The stream as a list of (id, fields), written back after a change to it.


async def dump(database: Database) -> list[tuple[str, dict[str, str]]]:
    return list(await raw(database).xrange(STREAM))


async def put_back(database: Database, entries: Sequence[tuple[str, dict[str, str]]]) -> None:
    await raw(database).delete(STREAM)
    for stream_id, fields in entries:
        await raw(database).xadd(STREAM, fields, id=stream_id)


ENTRIES = 7


@pytest.fixture(scope="module")
def loop_runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Any, ...]:
    """One change to a stream of seven entries: what an intruder with the database's password could do."""
    at = draw(st.integers(0, ENTRIES - 1))
    kind = draw(
        st.sampled_from(["edit", "drop field", "add field", "delete", "swap", "insert", "copy", "cut", "forge"])
    )
    match kind:
        case "swap":
            return kind, at, draw(st.integers(0, ENTRIES - 1).filter(lambda other: other != at))
        case "edit" | "forge":
            return kind, at, draw(st.integers(0, 30)), draw(st.text(max_size=8))
        case "add field":
            return kind, at, draw(st.text("abc", min_size=1)), draw(st.text(max_size=8))
        case "drop field":
            return kind, at, draw(st.integers(0, 30))
        case "cut":
            return kind, draw(st.integers(0, ENTRIES - 1))
        case _:
            return kind, at


def mutate(entries: list[tuple[str, dict[str, str]]], change: tuple[Any, ...]) -> None:
    kind, at = change[0], change[1]
    stream_id, fields = entries[at]
    fields = dict(fields)
    names = sorted(fields)
    match kind:
        case "edit":
            fields[names[change[2] % len(names)]] = change[3]
        case "forge":  # an edit by somebody who knows how hashes are made
            fields["kind"] = change[3]
            fields["hash"] = hash_of(W, fields)
        case "drop field":
            del fields[names[change[2] % len(names)]]
        case "add field":
            fields[change[2]] = change[3]
        case "delete":
            del entries[at]
            return
        case "swap":
            other = change[2]
            entries[at], entries[other] = (stream_id, entries[other][1]), (entries[other][0], fields)
            return
        case "insert" | "copy":
            new = f"{stream_id.partition('-')[0]}-1" if kind == "insert" else f"{len(entries) + 1}-0"
            entries.insert(at + 1 if kind == "insert" else len(entries), (new, fields))
            return
        case "cut":
            del entries[at:]
            return
    entries[at] = (stream_id, fields)


@pytest.mark.parametrize("sealed", [ENTRIES, 4])
def test_any_single_change_to_the_stream_is_found(valkey_url: str, loop_runner: asyncio.Runner, sealed: int) -> None:
    key = vault()

    async def prepared() -> list[tuple[str, dict[str, str]]]:
        async with connect(valkey_url) as database:
            await raw(database).flushall()
            audit = AuditWriter(database, key)
            await write(audit, sealed)
            await audit.seal(W)
            await write(audit, ENTRIES - sealed)
            return await dump(database)

    original = loop_runner.run(prepared())

    @slow
    @given(change=mutations())
    def check(change: tuple[Any, ...]) -> None:
        changed = [(stream_id, dict(fields)) for stream_id, fields in original]
        mutate(changed, change)
        swapped_unsealed = change[0] == "swap" and min(change[1], change[2]) >= sealed  # in no order yet

        async def run() -> None:
            async with connect(valkey_url) as database:
                await put_back(database, changed)
                found = await AuditWriter(database, key).verify(W)
                assert found.ok == (changed == original or swapped_unsealed), (change, found)
                if not found.ok:
                    assert found.reason
                    assert found.first_bad is not None
                    assert 1 <= found.first_bad <= ENTRIES + 1

        loop_runner.run(run())

    check()


async def test_the_first_bad_entry_is_named(database: Database) -> None:
    audit = AuditWriter(database, vault())
    await write(audit, 9)
    await audit.seal(W)
    entries = await dump(database)
    await put_back(database, [*entries[:3], (entries[3][0], entries[3][1] | {"kind": "rejected"}), *entries[4:]])
    assert (await audit.verify(W)).first_bad == 4
    await put_back(database, [*entries[:5], *entries[6:]])
    assert (await audit.verify(W)).first_bad == 6


async def test_truncation_with_everything_made_to_fit_is_found_by_the_journal(database: Database) -> None:
    audit = AuditWriter(database, vault())
    await write(audit, 5)
    await audit.seal(W)
    former = await raw(database).hgetall(chain_key(W))
    await write(audit, 3)
    head = await audit.seal(W)
    await put_back(database, (await dump(database))[:5])
    await raw(database).hset(keys.control(W), "audit_seq", "5")
    await raw(database).hset(chain_key(W), mapping=former)
    assert (await audit.verify(W)).ok, "from the inside this looks whole"
    found = await audit.verify(W, heads(head))
    assert not found.ok
    assert found.first_bad == 6
    assert "journal" in found.reason


async def test_history_rewritten_with_a_stolen_key_is_found_by_the_journal(database: Database) -> None:
    audit = AuditWriter(database, vault())
    await write(audit, 5)
    head = await audit.seal(W)
    await raw(database).flushall()
    await write(audit, 6)
    await audit.seal(W)
    assert (await audit.verify(W)).ok
    found = await audit.verify(W, heads(head))
    assert (found.ok, found.first_bad) == (False, 5)


async def test_a_chain_made_without_our_key_is_refused(database: Database) -> None:
    ours, theirs = AuditWriter(database, vault()), AuditWriter(database, vault())
    await write(theirs, 3)
    assert (await ours.verify(W)).first_bad == 1
    assert (await ours.seal(W)).seq == 0, "what AdMind did not write is not sealed"
    await theirs.seal(W)
    assert "not signed" in (await ours.verify(W)).reason


async def test_a_head_changed_in_the_database_is_found(database: Database) -> None:
    audit = AuditWriter(database, vault())
    await write(audit, 5)
    await audit.seal(W)
    await raw(database).hset(heads_key(W), "3", "0" * 64)
    assert (await audit.verify(W)).first_bad == 3
    await raw(database).hset(chain_key(W), "head", "0" * 64)
    assert not (await audit.verify(W)).ok


async def test_verifying_outlives_the_old_key_once_it_was_rotated(database: Database) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    await write(AuditWriter(database, Vault([old])), 4)
    both = AuditWriter(database, Vault([new, old]))
    await both.seal(W)
    assert await both.rotate(W) == 3 + 4 + 1, "people, drafts, the brand"
    assert await both.rotate(W) == 0
    only_new = AuditWriter(database, Vault([new, old]))
    await write(only_new, 1)
    await only_new.seal(W)
    found = await AuditWriter(database, Vault([new])).verify(W)
    assert (found.ok, found.entries) == (True, 5)
    assert (await AuditWriter(database, Vault([new])).read(W))[0].details == {"reason": "Ana likes number 0"}


async def test_erasing_a_person_leaves_a_chain_that_verifies(database: Database, tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        audit = AuditWriter(database, vault(), journal)
        await write(audit, 6)
        await audit.seal(W)
        assert await audit.erase(W, "s1")
        assert not await audit.erase(W, "s1")
        entries = await audit.read(W)
        assert [entry.erased for entry in entries] == [False, True, False, False, True, False]
        assert entries[1].details == {}
        assert entries[1].content == {"text": "Sale 1"}, "what the post said belongs to the draft"
        assert await audit.erase_draft(W, "d_1aaaa")
        assert (await audit.read(W))[1].content == {}
        later = await audit.prepare(W, "erased", subject="s1", at=AT, details={"name": "Ana"})
        assert "Ana" not in str(later)
        await audit.append(W, later)
        assert (await audit.read(W))[-1].erased
        await audit.seal(W)
        assert (await audit.verify(W, await journal.read_all())).ok


async def test_erasing_a_brand_takes_what_its_people_did_there_and_nothing_else(
    database: Database, tmp_path: Path
) -> None:
    async with Journal(tmp_path, "all") as journal:
        audit = AuditWriter(database, vault(), journal)
        for brand in ("b_1", "b_2", ""):
            for subject in ("s1", ""):
                entry = await audit.prepare(W, "said", subject=subject, at=AT, brand=brand, details={"why": "Velo"})
                await audit.append(W, entry)
        await audit.append(
            W, await audit.prepare(W, "said", at=AT, brand="b_1", draft="d_1aaaa", content={"a": "Velo"})
        )
        await audit.seal(W)
        assert await audit.erase_brand(W, "b_1")
        entries = await audit.read(W)
        assert [entry.erased for entry in entries] == [True, True, False, False, False, False, True]
        assert all("Velo" not in str(entry) for entry in entries if entry.brand == "b_1")
        assert all(entry.details == {"why": "Velo"} for entry in entries if entry.brand != "b_1")
        later = await audit.prepare(W, "said", subject="s1", at=AT, brand="b_1", details={"why": "Velo"})
        assert "erased" in later.values()
        assert await audit.erase(W, "s1")
        assert [entry.erased for entry in await audit.read(W, brand="b_2")] == [True, False], "a person goes everywhere"
        assert (await audit.verify(W, await journal.read_all())).ok


async def test_what_was_erased_stays_erased_after_a_restore(database: Database, tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        audit = AuditWriter(database, vault(), journal)
        await write(audit, 6)
        await audit.seal(W)
        backup = await raw(database).hgetall(keys.of(W, "keys"))
        await audit.erase(W, "s1")
        await raw(database).hset(keys.of(W, "keys"), mapping=backup)
        assert (await audit.read(W))[1].details, "the restored key would open it again"
        assert await audit.replay_erasures(await journal.read_all()) == 1
        assert await audit.replay_erasures(await journal.read_all()) == 0
        entries = await audit.read(W)
        assert entries[1].erased
        assert not entries[0].erased
        assert (await audit.verify(W, await journal.read_all())).ok


@pytest.mark.one_server
async def test_after_a_rollback_the_lost_range_is_named_and_never_numbered_again(
    database: Database, tmp_path: Path
) -> None:
    async with Journal(tmp_path, "all") as journal:
        audit = AuditWriter(database, vault(), journal)
        await write(audit, 4)
        await audit.seal(W)
        names = [STREAM, chain_key(W), heads_key(W), keys.control(W), keys.of(W, "keys")]
        backup = {name: await saved(database, name) for name in names}
        await write(audit, 3)
        await audit.seal(W)
        for name in names:
            await raw(database).restore(name, 0, backup[name], replace=True)
        memory = await journal.read_all()
        assert not (await audit.verify(W, memory)).ok
        assert await audit.lost(W, memory) == (5, 7)
        assert await audit.new_epoch(W, 5, 7, AT)
        assert not await audit.new_epoch(W, 5, 7, AT), "only once"
        await write(audit, 2)
        await audit.seal(W)
        found = await audit.verify(W, await journal.read_all())
        assert (found.ok, found.entries, found.epochs) == (True, 7, (Epoch(1, 8, 5, 7),))
        assert [entry.seq for entry in await audit.read(W)] == [1, 2, 3, 4, 8, 9, 10]
        assert await audit.lost(W, await journal.read_all()) is None


async def saved(database: Database, name: str) -> bytes:
    """DUMP, whose answer is no text."""
    async with connect(database.url) as other:
        client = raw(other)
        client.connection_pool.connection_kwargs["decode_responses"] = False
        return cast(bytes, await client.dump(name))


async def test_an_epoch_cannot_be_claimed_by_an_intruder(database: Database) -> None:
    audit = AuditWriter(database, vault())
    await write(audit, 4)
    entries = await dump(database)
    forged = {"v": "1", "kind": "epoch", "at": AT.isoformat(), "lost_from": "3", "lost_to": "5"}
    forged["hash"] = hash_of(W, forged)
    await put_back(database, [*entries[:2], ("6-0", forged)])
    await raw(database).hset(keys.control(W), "audit_seq", "6")
    assert (await audit.verify(W)).first_bad == 6
    with pytest.raises(ValueError, match="new_epoch"):
        await audit.prepare(W, "epoch", at=AT)


async def test_a_chain_of_one_workspace_does_not_fit_another(database: Database) -> None:
    audit = AuditWriter(database, vault())
    await write(audit, 3)
    for stream_id, fields in await dump(database):
        await raw(database).xadd(keys.audit("w_2"), fields, id=stream_id)
    await raw(database).hset(keys.control("w_2"), "audit_seq", "3")
    assert (await audit.verify("w_2")).first_bad == 1


async def test_the_audit_works_on_a_cluster(cluster_database: Database) -> None:
    audit = AuditWriter(cluster_database, vault())
    await write(audit, 3)
    await audit.seal(W)
    assert (await audit.verify(W)).ok
    assert await audit.erase(W, "s1")
    assert (await audit.read(W))[1].erased


def archive(folder: Path, database: Database) -> FileBlobs:
    database.files = blobs = FileBlobs(folder / "blobs")
    return blobs


async def archived(audit: AuditWriter, now: datetime) -> int:
    """Every step, then those of a day later."""
    moved = 0
    for at in (now, now + timedelta(days=2)):
        while step := await audit.archive(W, at):
            moved += step
    return moved


LONG_AFTER = AT + timedelta(days=70)


async def test_old_entries_move_into_files_and_read_and_verify_as_before(database: Database, tmp_path: Path) -> None:
    archive(tmp_path, database)
    audit = AuditWriter(database, vault())
    await write(audit, 2100)
    head = await audit.seal(W)
    before, marks = await audit.read(W, limit=5000), {seq: await audit.head_at(W, seq) for seq in (1, 1000, 1001, 2100)}
    assert await archived(audit, LONG_AFTER)
    assert await raw(database).xlen(STREAM) == 0
    assert await raw(database).hlen(heads_key(W)) == 0
    assert await audit.read(W, limit=5000) == before
    assert [entry.seq for entry in await audit.read(W, newest_first=True, before_seq=1002, limit=3)] == [
        1001,
        1000,
        999,
    ]
    assert [entry.seq for entry in await audit.read(W, after_seq=999, limit=2)] == [1000, 1001]
    assert [entry.seq for entry in await audit.read(W, draft="d_7aaaa")] == [8]
    assert {seq: await audit.head_at(W, seq) for seq in marks} == marks
    found = await audit.verify(W, heads(head))
    assert (found.ok, found.entries, found.sealed) == (True, 2100, 2100)
    await write(audit, 3)
    assert (await audit.verify(W, heads(head))).entries == 2103
    assert (await audit.seal(W)).seq == 2103
    assert (await audit.verify(W, heads(head))).sealed == 2103
    assert [entry.seq for entry in await audit.read(W, newest_first=True, limit=5)] == [2103, 2102, 2101, 2100, 2099]


async def test_young_unsealed_and_few_entries_stay(database: Database, tmp_path: Path) -> None:
    audit = AuditWriter(database, vault())
    archive(tmp_path, database)
    await write(audit, 10)
    assert not await archived(audit, LONG_AFTER), "not sealed yet"
    await audit.seal(W)
    assert not await archived(audit, AT + timedelta(days=20)), "young"
    assert not await archived(audit, AT + timedelta(days=40)), "a few wait to be more"
    assert await audit.archive(W, LONG_AFTER) == 10
    assert await raw(database).xlen(STREAM) == 10, "what reads on may still read them there"
    assert await audit.archive(W, LONG_AFTER + timedelta(days=1)) == 20
    assert await raw(database).xlen(STREAM) == 0


async def test_archivers_at_once_move_each_entry_once(database: Database, tmp_path: Path) -> None:
    key = vault()
    audits = [AuditWriter(database, key) for _ in range(4)]
    archive(tmp_path, database)
    await write(audits[0], 1500)
    await audits[0].seal(W)
    await asyncio.gather(*(archived(audit, LONG_AFTER) for audit in audits), write(audits[1], 50))
    assert [entry.seq for entry in await audits[0].read(W, limit=5000)] == list(range(1, 1551))
    assert (await audits[0].verify(W)).ok


async def test_a_changed_or_missing_file_of_old_entries_is_named(database: Database, tmp_path: Path) -> None:
    audit = AuditWriter(database, vault())
    blobs = archive(tmp_path, database)
    await write(audit, 1200)
    await audit.seal(W)
    await archived(audit, LONG_AFTER)
    first, second = await Segments(database).all(W)
    lines = await Segments(database).read(second)
    path = blobs.path(first.sha256)
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + b"?")
    found = await audit.verify(W)
    assert (found.ok, found.first_bad, found.reason) == (
        False,
        1,
        "An archived part of the record is missing or was changed.",
    )
    path.write_bytes(kept)
    assert (await audit.verify(W)).ok
    forged = [
        [line.seq, {**line.fields, "kind": "rejected"} if line.seq == 1100 else line.fields, line.head]
        for line in lines
    ]
    sha256 = await blobs.put(zlib.compress(json.dumps(forged).encode()))
    await raw(database).hset(segments_key(W), str(second.first), f"{second.last}|{sha256}|0")
    found = await audit.verify(W)
    assert (found.ok, found.first_bad, found.reason) == (False, 1100, "This entry was changed.")
    await raw(database).delete(segments_key(W))
    assert (await audit.verify(W)).first_bad == 1, "without the list of files, entries are missing"


async def test_erasing_works_on_entries_in_files(database: Database, tmp_path: Path) -> None:
    async with Journal(tmp_path / "journal", "web") as journal:
        audit = AuditWriter(database, vault(), journal)
        archive(tmp_path, database)
        await write(audit, 12)
        await audit.seal(W)
        await archived(audit, LONG_AFTER)
        copy = await raw(database).hgetall(keys.of(W, "keys"))
        assert await audit.erase(W, "s1") and await audit.erase_draft(W, "d_3aaaa")
        entries = await audit.read(W)
        assert [entry.seq for entry in entries if entry.subject == "s1" and not entry.details] == [2, 5, 8, 11]
        assert entries[3].content == {} and entries[4].content == {"text": "Sale 4"}
        assert (await audit.verify(W, await journal.read_all())).ok
        await raw(database).hset(keys.of(W, "keys"), mapping=copy)  # an older backup was restored
        assert (await audit.read(W))[1].details
        assert await audit.replay_erasures(await journal.read_all()) == 2
        assert not (await audit.read(W))[1].details


async def test_the_archive_of_a_rollback_names_what_was_lost(database: Database, tmp_path: Path) -> None:
    audit = AuditWriter(database, vault())
    archive(tmp_path, database)
    await write(audit, 20)
    await audit.seal(W)
    assert await audit.new_epoch(W, 21, 30, AT + timedelta(hours=1))
    await write(audit, 5)
    await audit.seal(W)
    await archived(audit, LONG_AFTER)
    assert await raw(database).xlen(STREAM) == 0
    found = await audit.verify(W)
    assert (found.ok, found.epochs) == (True, (Epoch(1, 31, 21, 30),))
