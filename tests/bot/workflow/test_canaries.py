"""Every process of AdMind is heard by the others for as long as it is there and reaches its blobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from bot.workflow.canaries import GONE_SECONDS, QUIET_SECONDS, Canaries
from storage import keys
from storage.blobs.base import BlobsUnavailable
from storage.blobs.files import FileBlobs
from storage.redis import Database


class Shared(FileBlobs):
    """A store that may be away."""

    away = False

    async def get(self, sha256: str) -> bytes:
        if self.away:
            raise BlobsUnavailable("away", "wait")
        return await super().get(sha256)


async def age(database: Database, worker: str, seconds: float) -> None:
    client = cast(Any, database.client)
    for member in await client.zrange(keys.CANARIES, 0, -1):
        if member.endswith(f":{worker}"):
            await client.zincrby(keys.CANARIES, -seconds * 1000, member)


async def seen_by(canaries: Canaries) -> dict[str, str]:
    return {process.worker: process.state for process in await canaries.others()}


async def test_processes_hear_each_other_and_who_leaves_takes_its_canary_along(
    database: Database, tmp_path: Path
) -> None:
    blobs = Shared(tmp_path / "shared")
    web, worker = Canaries(database, blobs, "a-web"), Canaries(database, blobs, "b:1-worker")
    await web.sing()
    await worker.sing()
    await worker.sing()
    assert await seen_by(web) == {"b:1-worker": "shares"} and await seen_by(worker) == {"a-web": "shares"}
    await worker.leave()
    await worker.leave()
    assert await seen_by(web) == {}
    await web.leave()
    assert [name async for name in blobs.iterate()] == []


async def test_who_keeps_its_blobs_elsewhere_is_found(database: Database, tmp_path: Path) -> None:
    web = Canaries(database, Shared(tmp_path / "a"), "web")
    worker = Canaries(database, Shared(tmp_path / "b"), "worker")
    await web.sing()
    await worker.sing()
    assert await seen_by(web) == {"worker": "elsewhere"} and await seen_by(worker) == {"web": "elsewhere"}


async def test_who_does_not_reach_its_blobs_falls_silent(database: Database, tmp_path: Path) -> None:
    here, there = Shared(tmp_path / "shared"), Shared(tmp_path / "shared")
    web, worker = Canaries(database, here, "web"), Canaries(database, there, "worker")
    await worker.sing()
    there.away = True
    with pytest.raises(BlobsUnavailable):
        await worker.sing()
    await age(database, "worker", QUIET_SECONDS - 5)
    assert await seen_by(web) == {"worker": "shares"}
    await age(database, "worker", 10)
    assert await seen_by(web) == {"worker": "quiet"}
    there.away = False
    await worker.sing()
    assert await seen_by(web) == {"worker": "shares"}


async def test_what_a_killed_process_left_behind_is_buried(database: Database, tmp_path: Path) -> None:
    blobs = Shared(tmp_path / "shared")
    for worker in ("killed", "gone"):
        await Canaries(database, blobs, worker).sing()
    await age(database, "gone", GONE_SECONDS + 1)
    again = Canaries(database, blobs, "killed")
    await again.sing()
    assert len([name async for name in blobs.iterate()]) == 1
    assert await cast(Any, database.client).zcard(keys.CANARIES) == 1
    assert await seen_by(again) == {}


async def test_a_canary_that_somebody_took_away_is_kept_again(database: Database, tmp_path: Path) -> None:
    blobs = Shared(tmp_path / "shared")
    web, worker = Canaries(database, blobs, "web"), Canaries(database, blobs, "worker")
    await worker.sing()
    for name in [name async for name in blobs.iterate()]:
        await blobs.delete(name)
    await worker.sing()
    assert await seen_by(web) == {"worker": "shares"}
