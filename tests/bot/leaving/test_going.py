"""A brand that is gone is gone everywhere, however its going was cut off; the audit verifies, others lost nothing."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.errors import NotFound
from storage.backup import backup, restore
from storage.posts import PostState
from storage.redis import Database
from tests.bot.leaving.full import Full, full, in_audit, where
from tests.fakes.webhook_server import webhook_server
from tests.world import world_on

PLANTED = {
    "brand", "draft", "post", "account", "media", "request", "thread", "notice", "token", "idem", "ctl",
    "feeditem", "blobs", "watched", "linking", "shortlink",
}  # fmt: skip


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> AsyncIterator[Full]:
    async with webhook_server() as server:
        allowed = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, tmp_path / "data", allow_hosts=allowed) as world:
            yield await full(world, server.url)


class Killed(BaseException):
    """The process is no more."""


@contextlib.contextmanager
def dying(database: Database, *, after: int) -> Iterator[None]:
    """After so many commands none reaches the database any more."""
    client = cast(Any, database.client)
    send, left = client.execute_command, after

    async def sent(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return await send(*arguments, **options)

    client.execute_command = sent
    try:
        yield
    finally:
        del client.execute_command


async def gone_everywhere(filled: Full, *, but: frozenset[str] = frozenset()) -> None:
    world = filled.world
    assert await where(world.database, world.folder) - but == set()
    assert await in_audit(world) == []
    checked = await world.audit.verify(world.ws, await world.journal.read_all())
    assert checked.ok, checked.reason
    for draft in (filled.other_draft, filled.other_old):
        assert (await world.drafts.get(world.ws, draft.id)).record == draft, "the other brand's"
        (version,) = draft.versions
        assert await world.blobs.get(version.payload)
        assert (await world.kept_posts.get(world.ws, version.post)).record.state is PostState.published
    home = (await world.people.store.workspaces.get(world.ws, world.ws)).record
    assert (home.default_brand, home.name) == (filled.other.id, "Other Ltd")
    eva = (await world.people.store.members.get(world.ws, filled.eva.id)).record
    assert set(eva.roles) == {filled.other.id} and eva.name == "Eva"
    ana = (await world.people.store.members.get(world.ws, filled.ana.id)).record
    assert ana.erased_at is not None


async def test_no_trace_is_left(filled: Full) -> None:
    world = filled.world
    assert await where(world.database, world.folder) >= PLANTED
    assert {"paused", "member added", "account connected"} & set(await in_audit(world))
    leaving = await filled.go()
    assert leaving.state == "gone"
    assert {each.kind for each in leaving.leftovers} == {"receiver", "access"}
    assert filled.chat.rooms.get(world.brand.id, {}) == {}, "our own messages"
    await gone_everywhere(filled, but=frozenset({"leaving"}))
    (erased,) = await world.audit.read(world.ws, kinds={"brand erased"})
    assert (erased.about, erased.subject, erased.brand) == (world.brand.id, world.owner.subject, "")
    await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await gone_everywhere(filled)
    told = [item.card["title"] for item in await world.notices()]
    assert "The brand that you asked to erase is gone" in told


@pytest.mark.parametrize("seed", range(4))
async def test_cut_off_anywhere_it_goes_on(filled: Full, seed: int) -> None:
    world, chance, cut, at = filled.world, random.Random(seed), 0, set[str]()
    await filled.ask()
    world.clock.move_to((await filled.leaving()).ends_at)
    while (await filled.leaving()).state != "gone":
        try:
            with dying(world.database, after=chance.randint(1, 60 + 8 * cut)):
                await filled.going().leave(world.ws, world.brand.id)
        except Killed:
            cut += 1
            at.add((await filled.leaving()).step)
    assert cut >= 5 and len(at) >= 3, at
    assert [each.kind for each in await world.audit.read(world.ws, kinds={"brand erased"})] == ["brand erased"]
    kinds = sorted(each.kind for each in (await filled.leaving()).leftovers)
    assert kinds == ["access", "access", "receiver"], "what waits for an owner, too"
    await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    await gone_everywhere(filled)


@pytest.mark.parametrize("journal", [True, False])
async def test_a_restore_does_not_bring_it_back(filled: Full, tmp_path: Path, journal: bool) -> None:
    world, out = filled.world, tmp_path / "out" / "backup.zip"
    await backup(world.database, world.folder, out, now=world.clock.now())
    await filled.go()
    await filled.farewells.throw_away(world.ws, world.owner.id, world.brand.id)
    if not journal:  # it stayed on another machine
        await world.journal.close()
        for path in (world.folder / "journal").glob("*.jsonl"):
            path.unlink()
    await restore(world.database, world.folder, out, now=world.clock.now(), force=True)
    await gone_everywhere(filled)
    with pytest.raises(NotFound):
        await world.drafts.get(world.ws, filled.posted.draft)
    if journal:
        assert (await world.recovery.recover()).orphans == (), "nobody misses what was erased"


async def test_what_a_restore_finds_about_to_go_gets_all_its_time_again(filled: Full, tmp_path: Path) -> None:
    world, out = filled.world, tmp_path / "out" / "backup.zip"
    await filled.ask()
    await backup(world.database, world.folder, out, now=world.clock.now())
    await filled.farewells.undo(world.ws, world.owner.id, world.brand.id, surface="test")
    world.clock.move((await filled.leaving()).ends_at - world.clock.now())
    now = world.clock.now()
    await restore(world.database, world.folder, out, now=now, force=True)
    await filled.going().leave(world.ws, world.brand.id)
    leaving = await filled.leaving()
    assert (leaving.state, leaving.asked_at) == ("cooling", now)
    assert (await world.drafts.get(world.ws, filled.posted.draft)).record
