"""What a draft said goes for good, live or archived; that it was there stays in the audit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.errors import AdMindError, BadInput, NotAllowed, NotFound
from bot.workflow.erasing import Erasing
from bot.workflow.retention import Retention
from storage.backup import backup, restore
from storage.commit import Change, commit
from storage.drafts import Draft, Verdict
from storage.media import MediaItem, MediaStore
from storage.packs import every
from storage.redis import Database
from storage.sealed import Medium
from storage.team import Role
from tests.world import World, world_on

DAY = timedelta(days=1)
SAID = "Ana Meier opens the new shop."


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


def erasing(world: World) -> Erasing:
    return Erasing(world.database, audit=world.audit, channels=world.channels, clock=world.clock)


def retention(world: World) -> Retention:
    return Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)


async def over(world: World) -> Draft:
    """A draft with a post that was out and was taken down, a drawn picture, and its words in the audit."""
    draft = await world.draft(text=SAID)
    picture = MediaItem(
        sha256=await world.blobs.put(b"a card that says it"),
        workspace=world.ws,
        brand=world.brand.id,
        mime="image/png",
        size=1,
        width=1,
        height=1,
        alt=SAID,
        source="card",
        from_draft=draft.id,
        created_at=world.clock.now(),
    )
    await MediaStore(world.database).put(picture)
    shown = Medium(sha256=picture.sha256, mime="image/png", size=1, width=1, height=1, alt=SAID)
    version = draft.versions[0].model_copy(update={"media": (shown,)})
    await commit(world.database, world.drafts.save(Change(world.ws), draft.changed(versions=(version,)), ver=1))
    post = await world.publish_due((await world.decide(draft)).posts[0])
    await world.run_due()
    entry = await world.audit.prepare(
        world.ws, "noted", about=post.draft, at=world.clock.now(), draft=post.draft, content={"text": SAID}
    )
    await world.audit.append(world.ws, entry)
    await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    return (await world.drafts.get(world.ws, post.draft)).record


async def said_anywhere(world: World) -> list[str]:
    """Where the words still stand: in the database, and in the archive's files."""
    client = cast(Any, world.database.client)
    found = []
    async for key in client.scan_iter(count=1000):
        kind = await client.type(key)
        value = await (client.hgetall(key) if kind == "hash" else client.get(key) if kind == "string" else _nothing())
        if "Ana Meier" in str(value):
            found.append(str(key))
    found += [sha256 async for sha256, pack in every(world.database, world.ws) if "Ana Meier" in str(pack.documents)]
    return found


async def _nothing() -> str:
    return ""


@pytest.mark.parametrize("days", [0, 100, 600])
async def test_a_draft_is_erased_wherever_it_lies(world: World, days: int) -> None:
    draft, other = await over(world), await world.draft(text="Something else.")
    await world.decide(other, Verdict.reject)
    world.clock.move(days * DAY)
    await retention(world).retire()
    await world.audit.seal(world.ws)
    await retention(world).retire()
    before = (await world.audit.verify(world.ws)).entries
    assert await said_anywhere(world)
    assert (await erasing(world).draft(world.ws, world.owner.id, draft.id)).startswith("Erased.")
    assert await said_anywhere(world) == []
    assert await world.drafts.find(world.ws, draft.id) is None
    assert not (await world.kept_posts.page(world.ws)).items
    assert [each.id for each in (await world.drafts.page(world.ws)).items] == [other.id] * (days < 600)
    assert (await world.drafts.get(world.ws, other.id)).record.title == "Something else."
    checked = await world.audit.verify(world.ws, await world.journal.read_all())
    assert (checked.ok, checked.entries) == (True, before + 1)
    (noted,) = await world.audit.read(world.ws, kinds={"noted"})
    assert noted.erased and not noted.content
    (erased,) = await world.audit.read(world.ws, kinds={"draft erased"})
    assert (erased.about, erased.subject) == (draft.id, world.owner.subject)
    with pytest.raises(NotFound):
        await erasing(world).draft(world.ws, world.owner.id, draft.id)


async def test_what_waits_is_out_or_asks_is_not_erased(world: World) -> None:
    waiting = await world.draft(text="Waits.")
    scheduled = await world.approved(text="Goes out soon.")
    out = await world.publish_due(await world.approved(text="Is out."))
    for draft, sentence in (
        (waiting.id, "still waits"),
        (scheduled.draft, "on its way"),
        (out.draft, "still out"),
    ):
        with pytest.raises(BadInput, match=sentence):
            await erasing(world).draft(world.ws, world.owner.id, draft)
        assert await world.drafts.find(world.ws, draft) is not None


async def test_only_an_owner_erases(world: World) -> None:
    draft, ana = await over(world), await world.member("Ana", Role.approver)
    stranger = await world.member("Ben")
    refused: list[tuple[str, type[AdMindError]]] = [(ana.id, NotAllowed), (stranger.id, NotFound)]
    for member, error in refused:
        with pytest.raises(error):
            await erasing(world).draft(world.ws, member, draft.id)
    assert await world.drafts.find(world.ws, draft.id) is not None


@pytest.mark.parametrize("days", [0, 100])
async def test_a_restore_erases_it_again(world: World, database: Database, tmp_path: Path, days: int) -> None:
    draft = await over(world)
    world.clock.move(days * DAY)
    await retention(world).retire()
    out = tmp_path / "out" / "backup.zip"
    await backup(database, tmp_path / "data", out, now=world.clock.now())
    await erasing(world).draft(world.ws, world.owner.id, draft.id)
    await restore(database, tmp_path / "data", out, now=world.clock.now(), force=True)
    assert await said_anywhere(world) == []
    assert await world.drafts.find(world.ws, draft.id) is None
