"""New keys while everything goes on, and look-ups made again from what they lead to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.fernet import Fernet

from bot.workflow.keeping import Keeping
from storage import keys
from storage.audit import AuditWriter
from storage.credentials import KEY_FILE, Credentials, KeyMismatch, Vault, check_keys, load_or_create_keys
from storage.drafts import Verdict
from storage.redis import Database
from storage.retention import LIVES
from storage.tokens import TokenStore
from tests.world import World, world_on


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path) as found:
        await check_keys(database, found.vault)
        yield found


def keeping(world: World, vault: Vault | None = None) -> Keeping:
    vault = vault or world.vault
    audit = AuditWriter(world.database, vault, world.journal)
    return Keeping(world.database, vault, world.blobs, audit, world.folder, world.clock, [])


async def with_secrets(world: World) -> None:
    await Credentials(world.database, world.vault).put(world.ws, "a_1", "password", "hunter2")
    await world.publish_due(await world.approved())


async def test_a_new_key_takes_over_and_the_old_one_may_go(world: World) -> None:
    await with_secrets(world)
    elsewhere = load_or_create_keys(world.folder)  # another process, which nobody tells
    done = await keeping(world).rotate(world.ws, world.owner.id)
    assert done.added and done.older == 1 and done.file == str(world.folder / KEY_FILE)
    assert done.renewed >= 3
    assert (world.folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert await Credentials(world.database, elsewhere).get(world.ws, "a_1", "password") == "hunter2"
    await AuditWriter(world.database, elsewhere).append(
        world.ws, await AuditWriter(world.database, elsewhere).prepare(world.ws, "noted", at=world.clock.now())
    )
    assert (await world.audit.verify(world.ws)).ok
    await world.audit.seal(world.ws)
    newest, *older = (world.folder / KEY_FILE).read_text().split()
    only_new = Vault([newest])
    await check_keys(world.database, only_new)
    assert await Credentials(world.database, only_new).get(world.ws, "a_1", "password") == "hunter2"
    audit = AuditWriter(world.database, only_new)
    assert (await audit.verify(world.ws, await world.journal.read_all())).ok
    assert not any(entry.erased for entry in await audit.read(world.ws, limit=1000))
    (rotated,) = await audit.read(world.ws, kinds={"keys rotated"})
    assert rotated.subject == world.owner.subject
    with pytest.raises(KeyMismatch):
        await check_keys(world.database, Vault(older))


async def test_configured_keys_are_used_newest_first(world: World) -> None:
    await with_secrets(world)
    (former,) = (world.folder / KEY_FILE).read_text().split()
    newest = Fernet.generate_key().decode()
    done = await keeping(world, Vault([newest, former])).rotate(world.ws, world.owner.id)
    assert not done.added and done.older == 1 and done.file == "" and done.renewed >= 3
    assert (world.folder / KEY_FILE).read_text().split() == [former], "the file is not touched"
    again = await keeping(world, Vault([newest, former])).rotate(world.ws, world.owner.id)
    assert again.renewed == 0
    assert (await AuditWriter(world.database, Vault([newest])).verify(world.ws)).ok


async def test_a_rotation_that_was_cut_off_leaves_everything_readable(world: World) -> None:
    await with_secrets(world)
    world.vault.add_key()  # and then the process died
    fresh = load_or_create_keys(world.folder)
    await check_keys(world.database, fresh)
    assert await Credentials(world.database, fresh).get(world.ws, "a_1", "password") == "hunter2"
    assert (await AuditWriter(world.database, fresh).verify(world.ws)).ok
    assert (await keeping(world, fresh).rotate(world.ws, world.owner.id)).older == 2


async def test_look_ups_and_lists_are_made_again(world: World) -> None:
    post = await world.publish_due(await world.approved())
    waiting, rejected = await world.draft(text="Waits."), await world.draft(text="No.")
    await world.decide(rejected, Verdict.reject)
    asking = await world.approved(text="Missed.")
    world.clock.move_to(asking.due.replace(year=asking.due.year + 1))
    await world.publisher.publish(world.ws, asking.id)
    _, secret = await TokenStore(world.database).create(world.ws, name="t", scopes=["read"], member=world.owner.id)
    client = cast(Any, world.database.client)
    brand = world.brand.id
    lists = [keys.of(world.ws, "drafts", name) for name in ("open", f"open:{brand}", f"of:{brand}", "ended")]
    lists += [keys.of(world.ws, "posts", name) for name in (f"of:{brand}", "asking", "ended")]
    before = {name: await client.zrange(name, 0, -1, withscores=True) for name in lists}
    assert all(before.values())
    hints = [key async for key in client.scan_iter(match="admind:[{]sys}:lookup:*")]
    await client.delete(*lists, *hints, *[keys.wake(shard) for shard in keys.shards()])
    assert await TokenStore(world.database).authenticate(secret) is None
    done = await keeping(world).repair()
    assert done == {"tokens": 1, "homes": 0, "feed_pages": 1, "pictures": 0, "drafts": 4, "posts": 2, "due": 1}
    after = {name: await client.zrange(name, 0, -1, withscores=True) for name in lists}
    assert {name: [member for member, _ in found] for name, found in after.items()} == {
        name: [member for member, _ in found] for name, found in before.items()
    }
    assert await TokenStore(world.database).authenticate(secret) is not None
    located = await world.feed.locate(post.id)
    assert located is not None and located.guid == post.id
    assert await client.zscore(keys.wake(keys.shard_of(world.ws)), world.ws) is not None
    assert [each.id for each in (await world.drafts.page(world.ws, index="open")).items] == [waiting.id]


def test_the_page_about_keeping_tells_the_table_that_is_carried_out() -> None:
    page = (Path(__file__).parents[3] / "docs" / "keeping.md").read_text(encoding="utf-8")
    rows = [tuple(part.strip() for part in line.split("|")[1:4]) for line in page.splitlines() if line.startswith("| ")]
    assert rows[2:] == [(family, str(life.days), life.then) for family, life in LIVES.items()]
