"""What was backed up comes back whole, paused and still erased; a hostile or damaged file changes nothing."""

from __future__ import annotations

import asyncio
import io
import json
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import keys, pauses
from storage.archive import ArchiveDamaged, ArchiveReader
from storage.audit import AuditWriter
from storage.backup import NotEmpty, backup, restore
from storage.blobs.files import FileBlobs
from storage.commit import Change, commit
from storage.credentials import Credentials, KeyMismatch, check_keys, load_or_create_keys
from storage.errors import AdMindError
from storage.export import export
from storage.journal import Journal, read_all
from storage.redis import Database
from storage.snapshot import SnapshotDamaged, parse, read
from storage.stores import TeamStore
from storage.team import Identity, Member
from storage.tokens import TokenStore

W = "w_1"
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


def raw(database: Database) -> Any:
    return cast(Any, database.client)


async def contents(database: Database) -> dict[tuple[str, str], Any]:
    """Everything, pieces put together; the order of hashes and sets does not matter."""
    found: dict[tuple[str, str], list[Any]] = {}
    async for kept in read(database):
        found.setdefault((kept.key, kept.kind), []).extend([kept.value] if kept.kind == "string" else kept.value)
    return {
        place: sorted(value)
        if place[1] == "set"
        else dict(zip(value[::2], value[1::2], strict=True))
        if place[1] in ("hash", "zset")
        else value
        for place, value in found.items()
    }


async def living(database: Database, data: Path) -> AuditWriter:
    """A workspace with some of everything."""
    vault = load_or_create_keys(data)
    await check_keys(database, vault)
    audit = AuditWriter(database, vault)
    team = TeamStore(database)
    await team.enter(W)
    change = Change(W)
    member = Member(id="m_1", workspace=W, name="Ana Meier", subject="subject1", created_at=NOW)
    team.members.put(change, member, member.id, ver=None, at=1)
    identity = Identity(platform="slack", team="T", user="U", workspace=W, member="m_1")
    team.identities.put(change, identity, "slack|T|U", ver=None, at=1)
    change.due("post:p_1", 1_800_000_000_000).hset(keys.control(W), {"pver": "4"})
    change.do("SADD", keys.of(W, "tags"), "b", "a").do("RPUSH", keys.of(W, "list"), "2", "1", "2")
    for _ in range(2):
        change.audit(await audit.prepare(W, "made", subject="subject1", at=NOW, details={"name": "Ana Meier"}))
    await commit(database, change)
    await audit.seal(W)
    await raw(database).set(keys.of(W, "brief"), "gone soon", px=1)
    await raw(database).set(keys.of(W, "lasting"), "Grüße\n\0", ex=5000)
    await raw(database).set(keys.OWNER, "7")
    await raw(database).zadd(keys.wake("w03"), {W: 1})
    await Credentials(database, vault).put(W, "a_1", "password", "hunter2")
    await FileBlobs(data / "blobs").put(b"a picture")
    return audit


async def wiped(database: Database) -> None:
    await raw(database).flushall()
    await raw(database).set(keys.OWNER, "9")


async def test_what_was_backed_up_comes_back(database: Database, tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out" / "backup.zip"
    await living(database, data)
    _, secret = await TokenStore(database).create(W, name="t", scopes=["read"], member="m_1")
    await raw(database).delete(keys.of(W, "brief"))
    before = await contents(database)
    manifest, size = await backup(database, data, out, now=NOW)
    assert out.stat().st_mode & 0o777 == 0o600
    assert (manifest.workspaces, manifest.blobs, size) == ((W,), 1, out.stat().st_size)
    assert [path.name for path in out.parent.iterdir()] == ["backup.zip"]
    await wiped(database)
    done = await restore(database, data, out, now=LATER)
    assert (done.created_at, done.workspaces, done.blobs, done.aside) == (NOW, (W,), 1, None)
    after = await contents(database)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {
        (keys.control(W), "hash"),
        (keys.audit(W), "stream"),
        (keys.of(W, "keys"), "hash"),
    }, "only the pause, its entry and the key that this is sealed under"
    assert 0 < await raw(database).ttl(keys.of(W, "lasting")) <= 5000
    assert await raw(database).get(keys.OWNER) == "9", "an owner of the data directory never goes back"
    assert not await raw(database).exists(keys.wake("w03")), "hints are made again"
    vault = load_or_create_keys(data)
    await check_keys(database, vault)
    assert await Credentials(database, vault).get(W, "a_1", "password") == "hunter2"
    assert await TokenStore(database).authenticate(secret) is not None


async def test_a_restore_starts_paused_and_says_since_when_posts_are_unknown(
    database: Database, tmp_path: Path
) -> None:
    audit = await living(database, tmp_path)
    await backup(database, tmp_path, tmp_path / "b.zip", now=NOW)
    await restore(database, tmp_path, tmp_path / "b.zip", now=LATER, force=True)
    found = await pauses.read(database, W)
    assert [(pause.scope, pause.by) for pause in found.holding()] == [("workspace", "restore")]
    assert int(found.version) > 4
    control = await raw(database).hgetall(keys.control(W))
    assert control["restored_from_ms"] == str(round(NOW.timestamp() * 1000))
    assert control["restored_at"] == LATER.isoformat()
    assert (await audit.read(W))[-1].kind == "restored"
    assert (await audit.verify(W)).ok


async def test_what_is_here_is_kept_aside_and_can_come_back(database: Database, tmp_path: Path) -> None:
    await living(database, tmp_path)
    await backup(database, tmp_path, tmp_path / "b.zip", now=NOW)
    await raw(database).set(keys.of(W, "newer"), "x")
    with pytest.raises(NotEmpty):
        await restore(database, tmp_path, tmp_path / "b.zip", now=LATER)
    assert await raw(database).get(keys.of(W, "newer")) == "x"
    done = await restore(database, tmp_path, tmp_path / "b.zip", now=LATER, force=True)
    assert not await raw(database).exists(keys.of(W, "newer"))
    assert done.aside is not None
    assert done.aside.is_relative_to(tmp_path)
    await restore(database, tmp_path, done.aside, now=LATER, force=True)
    assert await raw(database).get(keys.of(W, "newer")) == "x"


async def test_a_person_erased_since_the_backup_stays_erased(database: Database, tmp_path: Path) -> None:
    await living(database, tmp_path)
    await backup(database, tmp_path, tmp_path / "b.zip", now=NOW)
    async with Journal(tmp_path / "journal", "all") as journal:
        audit = AuditWriter(database, load_or_create_keys(tmp_path), journal)
        await audit.erase(W, "subject1")
    await restore(database, tmp_path, tmp_path / "b.zip", now=LATER, force=True)
    entries = await audit.read(W)
    assert entries[0].erased
    assert entries[0].details == {}
    team = TeamStore(database)
    member = (await team.members.get(W, "m_1")).record
    assert (member.name, member.erased_at) == ("Somebody who left", LATER)
    assert await team.all(team.identities, W) == ()
    assert (await audit.verify(W, await asyncio.to_thread(read_all, tmp_path / "journal"))).ok
    assert "Ana Meier" not in str(await contents(database))


async def test_entries_lost_by_the_restore_are_named_in_a_new_epoch(database: Database, tmp_path: Path) -> None:
    await living(database, tmp_path)
    await backup(database, tmp_path, tmp_path / "b.zip", now=NOW)
    async with Journal(tmp_path / "journal", "all") as journal:
        audit = AuditWriter(database, load_or_create_keys(tmp_path), journal)
        for _ in range(3):
            await audit.append(W, await audit.prepare(W, "made", at=NOW))
        await audit.seal(W)
    await restore(database, tmp_path, tmp_path / "b.zip", now=LATER, force=True)
    found = await audit.verify(W, await asyncio.to_thread(read_all, tmp_path / "journal"))
    assert found.ok, found
    assert [(epoch.lost_from, epoch.lost_to) for epoch in found.epochs] == [(3, 5)]


async def test_attempts_of_the_backup_reach_the_journals_here(database: Database, tmp_path: Path) -> None:
    await living(database, tmp_path / "a")
    async with Journal(tmp_path / "a" / "journal", "all") as journal:
        await journal.append("attempt", attempt="t_1", workspace=W, post="p", digest="d", key="k", deadline="x")
    await backup(database, tmp_path / "a", tmp_path / "b.zip", now=NOW, with_keys=True)
    await wiped(database)
    await restore(database, tmp_path / "new", tmp_path / "b.zip", now=LATER)
    async with Journal(tmp_path / "new" / "journal", "all") as journal:
        assert [entry.fields["attempt"] for entry in await journal.read_all()] == ["t_1"]


async def test_the_key_is_in_the_backup_only_when_asked_for(database: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    await living(database, data)
    await backup(database, data, tmp_path / "without.zip", now=NOW)
    await backup(database, data, tmp_path / "with.zip", now=NOW, with_keys=True)
    key = (data / "secret.key").read_bytes().strip()
    assert "secret.key" not in zipfile.ZipFile(tmp_path / "without.zip").namelist()
    await wiped(database)
    with pytest.raises(KeyMismatch) as caught:
        await restore(database, tmp_path / "new", tmp_path / "without.zip", now=LATER)
    assert "Nothing was restored" in caught.value.sentence()
    assert not (tmp_path / "new").exists()
    other = load_or_create_keys(tmp_path / "new")
    await restore(database, tmp_path / "new", tmp_path / "with.zip", now=LATER)
    lines = (tmp_path / "new" / "secret.key").read_bytes().split()
    assert lines[0] == key
    vault = load_or_create_keys(tmp_path / "new")
    assert vault.decrypt(other.encrypt(b"x")) == b"x", "the key that was here is kept too"
    assert await Credentials(database, vault).get(W, "a_1", "password") == "hunter2"


async def test_configured_keys_are_never_replaced_by_those_of_a_backup(database: Database, tmp_path: Path) -> None:
    await living(database, tmp_path / "data")
    await backup(database, tmp_path / "data", tmp_path / "b.zip", now=NOW, with_keys=True)
    await wiped(database)
    with pytest.raises(KeyMismatch):
        await restore(
            database,
            tmp_path / "new",
            tmp_path / "b.zip",
            now=LATER,
            configured_keys=[Fernet.generate_key().decode()],
        )
    assert await contents(database) == {}


async def test_a_damaged_picture_does_not_keep_the_rest_from_being_backed_up(
    database: Database, tmp_path: Path
) -> None:
    await living(database, tmp_path)
    blobs = FileBlobs(tmp_path / "blobs")
    name = await blobs.put(b"spoilt")
    blobs.path(name).write_bytes(b"spoilT")
    manifest, _ = await backup(database, tmp_path, tmp_path / "b.zip", now=NOW)
    assert (manifest.blobs, manifest.damaged_blobs) == (1, (name,))


async def test_a_backup_never_takes_the_place_of_a_file(database: Database, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(AdMindError, match="already a file"):
        await backup(database, tmp_path, tmp_path / "b.zip", now=NOW)
    assert (tmp_path / "b.zip").read_text() == "mine"
    (tmp_path / "file").write_text("")
    with pytest.raises(AdMindError, match="cannot be written"):
        await backup(database, tmp_path, tmp_path / "file" / "b.zip", now=NOW)


async def test_a_large_workspace_is_taken_in_pieces_and_comes_back_whole(database: Database, tmp_path: Path) -> None:
    audit = await living(database, tmp_path)
    await raw(database).hset(keys.of(W, "big"), mapping={f"f{n}": "x" * 50 for n in range(5000)})
    change = Change(W)
    entry = await audit.prepare(W, "made", at=NOW)
    for _ in range(2500):
        change.audit(entry)
    await commit(database, change)
    await audit.seal(W)
    before = await contents(database)
    await backup(database, tmp_path, tmp_path / "b.zip", now=NOW)
    await wiped(database)
    await restore(database, tmp_path, tmp_path / "b.zip", now=LATER)
    after = await contents(database)
    for kind in ("big", "heads"):
        assert after[keys.of(W, kind), "hash"] == before[keys.of(W, kind), "hash"]
    assert after[keys.audit(W), "stream"][:2502] == before[keys.audit(W), "stream"]
    assert (await audit.verify(W)).ok


async def test_a_snapshot_taken_amid_writes_fits_together(database: Database, tmp_path: Path) -> None:
    audit = await living(database, tmp_path)
    stop = asyncio.Event()

    async def writing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            change = Change(W).due(f"post:x{number}", number).hset(keys.of(W, "post", f"x{number}"), {"n": str(number)})
            await commit(database, change.audit(await audit.prepare(W, "made", at=NOW)))
            await audit.seal(W)

    task = asyncio.create_task(writing())
    for number in range(5):
        await backup(database, tmp_path, tmp_path / f"{number}.zip", now=NOW)
    stop.set()
    await task
    await wiped(database)
    await restore(database, tmp_path, tmp_path / "4.zip", now=LATER)
    found = await audit.verify(W)
    assert found.ok, found


# Files made by others.


@pytest.fixture
async def good(database: Database, tmp_path: Path) -> Path:
    """A backup of a workspace that is gone; the database is empty."""
    await living(database, tmp_path / "data")
    await backup(database, tmp_path / "data", tmp_path / "good.zip", now=NOW)
    await wiped(database)
    return tmp_path / "good.zip"


def rebuilt(good: Path, change: Callable[[dict[str, bytes], zipfile.ZipFile], object]) -> bytes:
    """The same archive with some members changed; what is not in the dictionary any more was added by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        members = {name: source.read(name) for name in source.namelist()}
        change(members, target)
        for name, data in members.items():
            target.writestr(name, data)
    return out.getvalue()


def blob_name(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("blobs/"))


def link(members: dict[str, bytes], target: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo(blob_name(members))
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    members.pop(info.filename)
    target.writestr(info, b"/etc/passwd")


def bomb(members: dict[str, bytes], target: zipfile.ZipFile) -> None:
    members["blobs/" + "0" * 64] = bytes(80 * 1024 * 1024)


def newer(members: dict[str, bytes], target: zipfile.ZipFile) -> None:
    manifest = json.loads(members["manifest.json"]) | {"version": 2}
    members["manifest.json"] = json.dumps(manifest).encode()


def other_compression(members: dict[str, bytes], target: zipfile.ZipFile) -> None:
    target.writestr("journal.jsonl", members.pop("journal.jsonl"), zipfile.ZIP_LZMA)


HOSTILE: dict[str, Callable[[dict[str, bytes], zipfile.ZipFile], object]] = {
    "path upwards": lambda m, t: m.update({"../../evil": b"x"}),
    "absolute path": lambda m, t: m.update({"/tmp/evil": b"x"}),
    "blob upwards": lambda m, t: m.update({"blobs/../secret.key": b"x"}),
    "windows path": lambda m, t: m.update({"blobs\\..\\x": b"x"}),
    "folder": lambda m, t: m.update({"blobs/": b""}),
    "unknown member": lambda m, t: m.update({"extra": b"x"}),
    "unlisted key": lambda m, t: m.update({"secret.key": b"x"}),
    "link": link,
    "bomb": bomb,
    "newer": newer,
    "other compression": other_compression,
    "no manifest": lambda m, t: m.pop("manifest.json"),
    "no keys": lambda m, t: m.pop("keys.jsonl"),
    "manifest is no JSON": lambda m, t: m.update({"manifest.json": b"{"}),
    "manifest is a number": lambda m, t: m.update({"manifest.json": b"1"}),
    "keys changed": lambda m, t: m.update({"keys.jsonl": m["keys.jsonl"] + b"\n"}),
    "journal changed": lambda m, t: m.update({"journal.jsonl": b"x\n"}),
    "blob missing": lambda m, t: m.pop(blob_name(m)),
    "blob changed": lambda m, t: m.update({blob_name(m): b"another"}),
    "blob added": lambda m, t: m.update({"blobs/" + "0" * 64: b"x"}),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_archive_changes_nothing(database: Database, good: Path, tmp_path: Path, name: str) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(rebuilt(good, HOSTILE[name]))
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    with pytest.raises(ArchiveDamaged) as caught:
        await restore(database, tmp_path / "data", bad, now=LATER, force=True)
    assert "Nothing was restored" in caught.value.sentence()
    assert await contents(database) == {}
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


async def test_members_twice_are_refused(good: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    with pytest.warns(UserWarning, match="Duplicate"):
        bad.write_bytes(rebuilt(good, lambda m, t: t.writestr("keys.jsonl", b"")))
    with pytest.raises(ArchiveDamaged):
        ArchiveReader(bad)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keep=st.floats(0, 0.999))
def test_a_file_that_was_cut_off_is_no_backup(good: Path, keep: float) -> None:
    data = good.read_bytes()
    cut = good.with_name("cut.zip")
    cut.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ArchiveDamaged):
        ArchiveReader(cut)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(min_value=0), byte=st.integers(1, 255))
def test_a_flipped_byte_is_noticed_or_harmless(good: Path, at: int, byte: int) -> None:
    data = bytearray(good.read_bytes())
    data[at % len(data)] ^= byte
    bad = good.with_name("flipped.zip")
    bad.write_bytes(data)
    original, flipped = ArchiveReader(good), None
    try:
        flipped = ArchiveReader(bad)
        flipped.verify()
        assert flipped.manifest.members == original.manifest.members
        assert flipped.blobs == original.blobs
    except ArchiveDamaged:
        pass
    finally:
        original.close()
        if flipped is not None:
            flipped.close()


@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_a_line_that_is_not_ours_is_refused(data: bytes) -> None:
    with pytest.raises(SnapshotDamaged):
        parse(data)


@pytest.mark.parametrize(
    "line",
    [
        ["admind:{sys}:owner", "string", None, "99"],
        ["admind:{w01}:wake", "zset", None, ["w", "1"]],
        ["other:{w_1}:x", "string", None, "x"],
        ["admind:{w_1}:x", "string", -5, "x"],
        ["admind:{w_1}:x", "string", True, "x"],
        ["admind:{w_1}:x", "hash", None, ["a"]],
        ["admind:{w_1}:x", "hash", None, {"a": "b"}],
        ["admind:{w_1}:x", "zset", None, ["a", "nan"]],
        ["admind:{w_1}:x", "module", None, "x"],
        ["admind:{w_1}:x", "stream", None, [["1-0", ["a"]]]],
        ["admind:{w_1}:x", "list", None, []],
    ],
)
def test_a_line_of_the_wrong_form_is_refused(line: list[Any]) -> None:
    with pytest.raises(SnapshotDamaged):
        parse(json.dumps(line).encode())


async def test_an_export_is_readable_and_holds_no_secret(database: Database, tmp_path: Path) -> None:
    await living(database, tmp_path)
    await TokenStore(database).create(W, name="Robot", scopes=["read"], member="m_1")
    vault = load_or_create_keys(tmp_path)
    found = [json.loads(json.dumps(item)) async for item in export(database, vault, W)]
    by_kind: dict[str, list[Any]] = {}
    for item in found:
        by_kind.setdefault(item["kind"], []).append(item)
    assert by_kind["member"][0]["record"]["name"] == "Ana Meier"
    assert by_kind["audit"][0]["record"]["details"] == {"name": "Ana Meier"}
    assert by_kind["token"][0]["record"]["name"] == "Robot"
    assert by_kind["secrets"] == [{"kind": "secrets", "id": "", "names": ["a_1|password"]}]
    text = json.dumps(found)
    assert "hunter2" not in text
    hidden = await raw(database).hgetall(keys.of(W, "secrets")) | await raw(database).hgetall(keys.of(W, "keys"))
    assert not any(value in text for value in hidden.values())
    assert [item async for item in export(database, vault, "w_2")] == []


async def test_backup_and_restore_work_on_a_cluster(cluster_database: Database, tmp_path: Path) -> None:
    await living(cluster_database, tmp_path)
    await backup(cluster_database, tmp_path, tmp_path / "b.zip", now=NOW)
    before = await contents(cluster_database)
    await restore(cluster_database, tmp_path, tmp_path / "b.zip", now=LATER, force=True)
    after = await contents(cluster_database)
    assert before.keys() - {(keys.of(W, "brief"), "string")} <= after.keys()
    assert (await pauses.read(cluster_database, W)).holding()
