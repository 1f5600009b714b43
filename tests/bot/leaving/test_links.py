"""Short links of a brand that leaves: they end, or lead on by code and destination alone, as its owner chose."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from bot.leaving.exporting import Exporting
from bot.workflow.linking import Leads, LinkRules
from storage import keys
from storage.backup import backup, restore
from storage.clicks import ClickStore, Heap
from storage.credentials import Credentials
from storage.leaving import Leaving
from storage.redis import Database
from tests.bot.leaving.full import LED, WAITS, WORD, Full, full, office, where
from tests.bot.leaving.test_going import gone_everywhere
from tests.fakes.webhook_server import webhook_server
from tests.world import World, world_on


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> AsyncIterator[Full]:
    async with webhook_server() as server:
        allowed = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, tmp_path / "data", allow_hosts=allowed) as world:
            yield await full(world, server.url)


async def _lead(world: World, code: str) -> Leads | None:
    """As a process that has just begun."""
    return await LinkRules(
        world.database,
        office=office(world),
        audit=world.audit,
        credentials=Credentials(world.database, world.vault),
        base_url="https://go.example",
        clock=world.clock,
    ).lead(code)


async def _go(filled: Full, links: Literal["keep", "end"]) -> Leaving:
    world = filled.world
    name, by = f"{WORD} Bikes", world.owner.id
    await filled.farewells.ask(world.ws, by, world.brand.id, name, surface="test", links=links)
    world.clock.move(timedelta(days=7, seconds=1))
    await filled.going().leave(world.ws, world.brand.id)
    return await filled.leaving()


async def _hints(world: World) -> set[str]:
    client = cast(Any, world.database.client)
    return {code for code in (LED, WAITS) if await client.get(keys.lookup("link", code))}


@pytest.mark.parametrize("journal", [True, False])
async def test_links_that_are_kept_lead_on_and_nothing_else_stays(filled: Full, tmp_path: Path, journal: bool) -> None:
    world, out = filled.world, tmp_path / "out" / "backup.zip"
    before = await _lead(world, LED)
    assert before is not None and before.link is not None
    await backup(world.database, world.folder, out, now=world.clock.now())
    leaving = await _go(filled, "keep")
    assert [each.url for each in leaving.leftovers if each.kind == "link"] == [before.destination]
    for restored in (False, True):
        if restored:
            if not journal:  # it stayed on another machine
                await world.journal.close()
                for path in (world.folder / "journal").glob("*.jsonl"):
                    path.unlink()
            await restore(world.database, world.folder, out, now=world.clock.now(), force=True)
        else:
            await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
        found = await _lead(world, LED)
        assert found is not None and (found.state, found.link, found.post) == ("leads", None, "")
        assert found.destination == before.destination and await _lead(world, WAITS) is None
        assert await where(world.database, world.folder) == {"keptlinks"} and await _hints(world) == {LED}


async def test_links_that_end_say_so_and_leave_no_trace(filled: Full, tmp_path: Path) -> None:
    world, out = filled.world, tmp_path / "out" / "backup.zip"
    await backup(world.database, world.folder, out, now=world.clock.now())
    leaving = await _go(filled, "end")
    late = Heap(world.ws, LED, world.brand.id, 1, all=1)  # was still under way
    assert await ClickStore(world.database).count(late) == 0
    assert not [each for each in leaving.leftovers if each.kind == "link"]
    await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await gone_everywhere(filled)
    for _ in range(2):
        found = await _lead(world, LED)
        assert found is not None and (found.state, found.destination) == ("ended", "")
        assert await _lead(world, WAITS) is None and await _hints(world) == {LED}
        await restore(world.database, world.folder, out, now=world.clock.now(), force=True)
    await gone_everywhere(filled)


async def test_the_export_lists_them(filled: Full) -> None:
    world = filled.world
    exporting = Exporting(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
    found = await exporting.brand(world.ws, world.owner.id, world.brand.id)
    data = b"".join([part async for part in found.parts])
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        [name] = [each for each in opened.namelist() if each.endswith("links.csv")]
        [row] = csv.DictReader(io.StringIO(opened.read(name).decode("utf-8-sig")))
    assert (row["code"], row["state"], row["clicks"], row["looks"]) == (LED, "leads", "2", "3")
    assert row["destination"].endswith(f"utm_source={WORD}")
