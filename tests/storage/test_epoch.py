"""Code that is too old for what is kept says so, changes nothing, and lets newer code do the work."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from storage import keys
from storage.backup import backup, restore
from storage.commit import Change, commit
from storage.epoch import EPOCH, Epoch, Needs, TooOld, needs
from storage.redis import Database, connect
from tests.fakes.valkey import throwaway_valkey

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD = Epoch(own=1, needs=Needs(1, 1))
NEW = Epoch(own=3, needs=Needs(reader=2, writer=3))


async def test_what_nobody_raised_is_open_to_the_first_code(database: Database) -> None:
    assert await needs(database, ["w_1", "w_2"]) == Needs(1, 1, "")
    assert EPOCH.refusal(Needs()) is None
    await EPOCH.raise_in(database, ["w_1"], "0.1.0")
    assert await database.client.exists(keys.control("w_1")) == 0, "nothing to say, nothing written"


async def test_it_rises_and_never_falls(database: Database) -> None:
    await NEW.raise_in(database, ["w_1"], "0.9.0")
    await OLD.raise_in(database, ["w_1"], "0.1.0")
    await Epoch(own=3, needs=Needs(3, 2)).raise_in(database, ["w_1"], "0.9.1")
    assert await needs(database, ["w_1"]) == Needs(3, 3, "0.9.1")
    assert await needs(database, ["w_2", "w_1"]) == Needs(3, 3, "0.9.1")


async def test_each_code_is_told_what_it_may_do() -> None:
    asked = Needs(2, 3, "0.9.0")
    assert NEW.refusal(asked) is None
    middle, old = Epoch(2, Needs()).refusal(asked), OLD.refusal(asked)
    assert middle is not None and "cannot write" in middle.what and Epoch(2, Needs()).reads(asked)
    assert old is not None and "cannot read" in old.what and not OLD.reads(asked)
    for told in (middle, old):
        assert "AdMind 0.9.0" in told.what and told.kept and told.do_next and told.retry_after_seconds


async def test_who_only_looks_reads_everything_and_changes_nothing(database: Database) -> None:
    await commit(database, Change("w_1").hset(keys.of("w_1", "x"), {"a": "1"}))
    refusal = OLD.refusal(Needs(1, 2))
    assert refusal is not None
    database.refuse_writes(refusal)
    client = cast(Any, database.client)
    assert await client.hgetall(keys.of("w_1", "x")) == {"a": "1"}
    assert await database.run("return redis.call('HGET', KEYS[1], 'a')", [keys.of("w_1", "x")], []) == "1"
    assert (await database.identity()).run_id
    pipe = client.pipeline(transaction=False)
    pipe.hget(keys.of("w_1", "x"), "a")
    assert await pipe.execute() == ["1"]
    with pytest.raises(TooOld):
        await commit(database, Change("w_1").hset(keys.of("w_1", "x"), {"a": "2"}))
    with pytest.raises(TooOld):
        await client.hset(keys.of("w_1", "x"), "a", "2")
    with pytest.raises(TooOld):
        client.pipeline(transaction=False).hset(keys.of("w_1", "x"), "a", "2")
    with pytest.raises(TooOld):
        await database.wait_replicas(1, 10, near=keys.of("w_1", "x"))
    assert await client.hgetall(keys.of("w_1", "x")) == {"a": "1"}
    await client.set("admind:{sys}:nonce:x", "1", ex=5)  # who may look is still a matter of these


async def test_a_backup_carries_it_and_older_code_restores_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await commit(database, Change("w_1").hset(keys.of("w_1", "x"), {"a": "1"}))
    await NEW.raise_in(database, ["w_1"], "0.9.0")
    await backup(database, tmp_path / "here", tmp_path / "b.zip", now=NOW)
    with throwaway_valkey() as url:
        async with connect(url) as other:
            with pytest.raises(TooOld, match=r"0\.9\.0"):
                await restore(other, tmp_path / "there", tmp_path / "b.zip", now=NOW)
            assert await other.client.dbsize() == 0
            assert not (tmp_path / "there").exists()
            monkeypatch.setattr("storage.backup.EPOCH", NEW)
            await restore(other, tmp_path / "there", tmp_path / "b.zip", now=NOW)
            assert await needs(other, ["w_1"]) == Needs(2, 3, "0.9.0")
