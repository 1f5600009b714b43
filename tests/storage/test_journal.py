"""The journal survives power cuts, damage and crowds, and never forgets an attempt whose outcome is open."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import journal as module
from storage.journal import Entry, Journal, JournalUnwritable, compact, read_all, unfinished


async def attempt(journal: Journal, number: int) -> None:
    await journal.append(
        "attempt",
        attempt=f"t{number}",
        workspace="w",
        post=f"p{number}",
        digest="d" * 64,
        key="k",
        deadline="2026-01-01T00:00:00+00:00",
    )


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.jsonl"))


def names(entries: list[Entry]) -> list[str]:
    return [entry.fields.get("attempt", "") for entry in entries if entry.kind == "attempt"]


async def test_an_entry_is_on_the_disk_when_append_returns(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        await attempt(journal, 1)
        entry = read_all(tmp_path)[-1]
        assert (entry.kind, entry.fields["post"], entry.fields["digest"]) == ("attempt", "p1", "d" * 64)
    assert (tmp_path / "all.jsonl").stat().st_mode & 0o777 == 0o600


async def test_a_finished_attempt_is_no_longer_open_but_still_known(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        await attempt(journal, 1)
        await attempt(journal, 2)
        await attempt(journal, 3)
        await journal.append("finished", post="p1", attempt="t1")
        await journal.append("finished", post="p3", attempt="")
    async with Journal(tmp_path, "all"):
        entries = read_all(tmp_path)
    assert names(unfinished(entries)) == ["t2"]
    assert {entry.fields["attempt"] for entry in entries if entry.kind == "attempt"} == {"t1", "t2", "t3"}


async def test_a_finish_without_a_name_does_not_cover_a_later_attempt(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        await journal.append("finished", post="p1", attempt="")
        await attempt(journal, 1)
    assert names(unfinished(read_all(tmp_path))) == ["t1"]


async def test_many_at_once_all_get_written_once(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        await asyncio.gather(*(attempt(journal, number) for number in range(200)))
        assert sorted(names(read_all(tmp_path))) == sorted(f"t{number}" for number in range(200))


@given(cut=st.integers(min_value=0, max_value=400))
async def test_a_torn_tail_costs_at_most_the_last_entry(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("journal")
    async with Journal(folder, "all") as journal:
        for number in range(3):
            await attempt(journal, number)
    file = folder / "all.jsonl"
    whole = file.read_bytes()
    kept = whole[: max(0, len(whole) - cut)]
    file.write_bytes(kept)
    complete = kept.count(b"\n")
    found = names(read_all(folder))
    assert found[:complete] == [f"t{number}" for number in range(complete)]
    assert len(found) <= complete + 1  # a line that lost only its end is whole
    async with Journal(folder, "all") as journal:
        await attempt(journal, 9)
        assert names(read_all(folder)) == [*found, "t9"]


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
async def test_any_flipped_bit_is_noticed(tmp_path_factory: pytest.TempPathFactory, at: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("journal")
    async with Journal(folder, "all") as journal:
        for number in range(3):
            await attempt(journal, number)
    file = folder / "all.jsonl"
    data = bytearray(file.read_bytes())
    before = read_all(folder)
    data[at % len(data)] ^= 1 << bit
    file.write_bytes(data)
    after = read_all(folder)
    intact = [entry for entry in after if entry.kind != "damaged"]
    assert all(entry in before for entry in intact)
    tail_lost = len(intact) >= 2 and len(after) < 3
    assert any(entry.kind == "damaged" for entry in after) or tail_lost or after == before


async def test_damage_in_the_middle_is_kept_in_sight(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        await attempt(journal, 1)
        await attempt(journal, 2)
    file = tmp_path / "all.jsonl"
    file.write_bytes(file.read_bytes().replace(b"t1", b"tX"))
    for _ in range(3):
        async with Journal(tmp_path, "all"):
            kinds = [entry.kind for entry in read_all(tmp_path)]
    assert kinds == ["damaged", "attempt"]


async def test_growing_past_its_size_keeps_what_is_open(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all", most_bytes=4_000) as journal:
        await attempt(journal, 0)
        await journal.append("erased", workspace="w", subject="s_1")
        for number in range(1, 200):
            await attempt(journal, number)
            await journal.append("finished", post=f"p{number}", attempt=f"t{number}")
            await journal.append("alive", run_id="r", replid="m", at=number)
            await journal.append("head", workspace="w", epoch=0, seq=number, hash="h")
        size = (tmp_path / "all.jsonl").stat().st_size
        entries = read_all(tmp_path)
    assert size < 9_000
    assert names(unfinished(entries)) == ["t0"]
    assert [entry.fields["subject"] for entry in entries if entry.kind == "erased"] == ["s_1"]
    assert "t199" in names(entries), "the newest finished attempts stay"
    assert max(int(entry.fields["at"]) for entry in entries if entry.kind == "alive") == 199
    assert max(int(entry.fields["seq"]) for entry in entries if entry.kind == "head") == 199


async def test_the_highest_head_of_each_epoch_stays() -> None:
    heads = [
        Entry("a", "head", {"workspace": "w", "epoch": str(epoch), "seq": str(seq), "hash": "h"})
        for epoch, seq in ((0, 5), (0, 9), (0, 7), (1, 6))
    ]
    kept = {(entry.fields["epoch"], entry.fields["seq"]) for entry in compact(heads, 1_000)}
    assert kept == {("0", "9"), ("1", "6")}


async def test_a_second_process_of_the_same_name_is_refused(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        with pytest.raises(JournalUnwritable, match="same name"):
            async with Journal(tmp_path, "all"):
                pass
        await attempt(journal, 1)
    async with Journal(tmp_path, "all"):
        assert names(read_all(tmp_path)) == ["t1"]


async def test_files_of_processes_that_are_gone_are_taken_over(tmp_path: Path) -> None:
    async with Journal(tmp_path, "living") as living:
        await attempt(living, 1)
        async with Journal(tmp_path, "gone") as gone:
            await attempt(gone, 2)
        async with Journal(tmp_path, "new"):
            assert files(tmp_path) == ["living.jsonl", "new.jsonl"]
            assert sorted(names(read_all(tmp_path))) == ["t1", "t2"]
        await attempt(living, 3)
        assert "t3" in names(read_all(tmp_path))


async def test_what_was_appended_outlives_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from storage.journal import Journal\n"
        "async def main():\n"
        "    async with Journal(Path(sys.argv[1]), 'all') as journal:\n"
        "        await journal.append('erased', workspace='w', subject='s')\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    root = Path(module.__file__).parent.parent
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code, str(tmp_path)], cwd=root, check=False, timeout=30
    )
    assert done.returncode == -9
    async with Journal(tmp_path, "all"):
        assert [entry.kind for entry in read_all(tmp_path)] == ["erased"]


async def test_a_full_disk_is_said_and_the_journal_mends_itself(tmp_path: Path) -> None:
    small = "/dev/full"
    async with Journal(tmp_path, "all") as journal:
        await attempt(journal, 1)
        full = os.open(small, os.O_WRONLY)
        os.dup2(full, journal._file)
        os.close(full)
        with pytest.raises(JournalUnwritable) as caught:
            await attempt(journal, 2)
        assert "Nothing was sent" in caught.value.sentence()
        await attempt(journal, 3)
        assert names(read_all(tmp_path)) == ["t1", "t3"]


async def test_a_closed_journal_refuses(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "all")
    async with journal:
        pass
    with pytest.raises(JournalUnwritable):
        await attempt(journal, 1)


async def test_an_entry_without_its_fields_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    async with Journal(tmp_path, "all") as journal:
        with pytest.raises(ValueError, match="deadline"):
            await journal.append("attempt", attempt="t", workspace="w", post="p", digest="d", key="k")
