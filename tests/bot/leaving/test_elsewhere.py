"""A brand that is gone is gone where a database is a cluster, and where files lie in a bucket; others lost nothing."""

from __future__ import annotations

import random
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio.cluster import RedisCluster

from bot.leaving.exporting import Exporting
from storage.backup import backup, restore
from storage.blobs.files import FileBlobs
from storage.blobs.opening import open_blobs
from storage.redis import connect
from tests.bot.leaving.full import WORD, Full, full, where
from tests.bot.leaving.test_going import PLANTED, Killed, dying, gone_everywhere
from tests.fakes.s3_server import ACCESS_KEY, SECRET_KEY, S3Server, s3_server
from tests.fakes.webhook_server import webhook_server
from tests.world import World, world_on


@dataclass
class Place:
    filled: Full
    bucket: S3Server

    @property
    def world(self) -> World:
        return self.filled.world

    async def where(self) -> set[str]:
        return await where(self.world.database, self.world.folder, self.bucket.objects)

    async def gone_everywhere(self, *, but: frozenset[str] = frozenset()) -> None:
        assert await self.where() - but == set()
        await gone_everywhere(self.filled, but=but)


@pytest.fixture(params=["valkey_cluster", "valkey_url"])
def server_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
async def place(server_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    """A cluster or a single server, with the files of both in a bucket."""
    folder = tmp_path / "data"
    with s3_server() as bucket:
        async with (
            webhook_server() as server,
            connect(server_url) as database,
            open_blobs(folder, bucket.url, access_key=ACCESS_KEY, secret_key=SECRET_KEY) as blobs,
        ):
            client = cast(Any, database.client)
            await client.flushall(**({"target_nodes": "primaries"} if isinstance(client, RedisCluster) else {}))
            allowed = frozenset({f"127.0.0.1:{server.port}"})
            async with world_on(database, folder, allow_hosts=allowed, blobs=blobs) as world:
                yield Place(await full(world, server.url), bucket)


async def test_it_is_taken_along_and_then_no_trace_is_left(place: Place, tmp_path: Path) -> None:
    world = place.world
    assert await place.where() >= (PLANTED - {"blobs"}) | {"bucket"}
    assert not (world.folder / "blobs").exists()
    out = tmp_path / "out" / "all.zip"
    out.parent.mkdir()
    exporting = Exporting(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
    await exporting.to_file(world.ws, world.owner.id, world.brand.id, str(out))
    with zipfile.ZipFile(out) as taken:
        assert taken.testzip() is None
        drafts = [taken.read(name).decode() for name in taken.namelist() if name.startswith("drafts/")]
        pictures = [taken.read(name) for name in taken.namelist() if name.startswith("media/")]
        assert len(drafts) == 4 and any(f"{WORD} of old" in each for each in drafts), "what is archived, too"
        assert f"bytes of {WORD} of old".encode() in pictures
    leaving = await place.filled.go()
    assert {each.kind for each in leaving.leftovers} == {"receiver", "access"}
    assert place.filled.chat.rooms.get(world.brand.id, {}) == {}, "our own messages"
    await place.gone_everywhere(but=frozenset({"leaving"}))
    await place.filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await place.gone_everywhere()


async def test_files_that_were_moved_into_the_bucket_go_from_where_they_lay_before(
    place: Place, tmp_path: Path
) -> None:
    world = place.world
    before = FileBlobs(world.folder / "blobs-in-bucket")
    for data in list(place.bucket.objects.values()):
        await before.put(data)
    out = tmp_path / "out" / "backup.zip"
    await backup(world.database, world.folder, out, now=world.clock.now(), blobs=world.blobs)
    kept = {path: path.read_bytes() for path in before_files(world.folder)}
    await place.filled.go()
    await place.filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await place.gone_everywhere()
    (version,) = place.filled.other_draft.versions
    assert await before.has(version.payload), "what is another brand's stays there, too"
    for path, data in kept.items():  # on another machine nobody took them away
        path.write_bytes(data)
    await restore(world.database, world.folder, out, now=world.clock.now(), force=True, blobs=world.blobs)
    await place.gone_everywhere()


def before_files(folder: Path) -> list[Path]:
    return [path for path in (folder / "blobs-in-bucket").rglob("*") if path.is_file()]


@pytest.mark.parametrize("seed", range(2))
async def test_cut_off_anywhere_it_goes_on(place: Place, seed: int) -> None:
    world, chance, cut = place.world, random.Random(seed), 0
    await place.filled.ask()
    world.clock.move_to((await place.filled.leaving()).ends_at)
    while (await place.filled.leaving()).state != "gone":
        try:
            with dying(world.database, after=chance.randint(1, 60 + 8 * cut)):
                await place.filled.going().leave(world.ws, world.brand.id)
        except Killed:
            cut += 1
    assert cut >= 5
    await place.filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await place.gone_everywhere()


@pytest.mark.parametrize("journal", [True, False])
async def test_a_restore_does_not_bring_it_back(place: Place, tmp_path: Path, journal: bool) -> None:
    world, out = place.world, tmp_path / "out" / "backup.zip"
    await backup(world.database, world.folder, out, now=world.clock.now(), blobs=world.blobs)
    await place.filled.go()
    await place.filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    if not journal:  # it stayed on another machine
        await world.journal.close()
        for path in (world.folder / "journal").glob("*.jsonl"):
            path.unlink()
    await restore(world.database, world.folder, out, now=world.clock.now(), force=True, blobs=world.blobs)
    await place.gone_everywhere()
