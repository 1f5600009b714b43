"""What has rested for long leaves the database and is found as before; what is needed stays; a kill costs nothing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.errors import BadInput
from bot.review.inbox import Inbox
from bot.workflow.erasing import Erasing
from bot.workflow.looking import Looking
from bot.workflow.retention import Retention
from storage import keys, packs, snapshot
from storage.backup import backup, restore
from storage.blobs.base import BlobMissing
from storage.blobs.files import FileBlobs
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus, RevisionMark, Verdict
from storage.export import export
from storage.media import MediaItem, MediaStore
from storage.posts import Post, PostState
from storage.redis import Database
from storage.retention import LIVES
from storage.sealed import Medium, SealedPayload
from storage.team import Policy, Role
from storage.unnamed import UNNAMED
from tests.world import World, world_on

DAY = timedelta(days=1)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path) as found:
        yield found


def raw(world: World) -> Any:
    return cast(Any, world.database.client)


def retention(world: World) -> Retention:
    return Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)


def looking(world: World) -> Looking:
    return Looking(world.database, board=world.board, clock=world.clock)


async def published(world: World, text: str = "Fresh bread from six.") -> Post:
    post = await world.publish_due(await world.approved(text=text))
    await world.run_due()
    return post


async def at_hand(world: World, *things: Draft | Post) -> list[bool]:
    kinds = ["draft" if isinstance(thing, Draft) else "post" for thing in things]
    found = [
        await raw(world).exists(keys.of(world.ws, kind, thing.id)) for kind, thing in zip(kinds, things, strict=True)
    ]
    return [bool(each) for each in found]


async def test_finished_drafts_and_posts_move_and_read_as_before(world: World) -> None:
    post = await published(world)
    draft = (await world.drafts.get(world.ws, post.draft)).record
    before = (await world.post(post), draft)
    world.clock.move(89 * DAY)
    assert not await retention(world).retire()
    world.clock.move(2 * DAY)
    done = await retention(world).retire()
    assert (done["posts"], done["drafts"]) == (1, 1)
    assert await at_hand(world, draft, post) == [False, False]
    kept = await world.drafts.get(world.ws, draft.id)
    assert (kept.record, kept.archived) == (before[1], True)
    assert await world.post(post) == before[0]
    assert [each.id for each in (await world.kept_posts.page(world.ws)).items] == [post.id]
    shown = await looking(world).draft(world.ws, world.owner.id, draft.id)
    assert shown.versions[0].text == "Fresh bread from six."
    assert [each.id for each in (await looking(world).posts(world.ws, world.owner.id)).items] == [post.id]
    history = await world.audit.read(world.ws, draft=draft.id)
    assert {"decision", "post published"} <= {entry.kind for entry in history}
    assert not await retention(world).retire(), "nothing is left to do"


async def test_what_waits_or_asks_stays_however_old(world: World) -> None:
    waiting = await world.draft(text="Waits for a word.")
    held = await world.draft(text="On hold.")
    await world.decide(held, Verdict.hold)
    later = (await world.decide(await world.draft(text="In a year.", due_in=500 * DAY))).posts[0]
    asking = await world.approved(text="Missed.")
    world.clock.move(DAY)
    await world.publisher.publish(world.ws, asking.id)
    assert (await world.post(asking)).state is PostState.missed
    world.clock.move(300 * DAY)
    await retention(world).retire()
    of_asking = (await world.drafts.get(world.ws, asking.draft)).record
    of_later = (await world.drafts.get(world.ws, later.draft)).record
    assert all(await at_hand(world, waiting, held, later, asking, of_asking, of_later))
    world.clock.move(400 * DAY)
    await retention(world).retire()
    assert await at_hand(world, asking, of_asking) == [True, True]
    await world.posts.cancel(world.ws, asking.id, world.owner.id, "test")
    world.clock.move(91 * DAY)
    await retention(world).retire()
    assert await at_hand(world, asking, of_asking) == [False, False], "once it was answered it goes"


async def test_a_lapsed_draft_leaves_the_queue_and_comes_back_when_it_is_wanted(world: World) -> None:
    draft = await world.draft(text="Nobody said a word.")
    world.clock.move(DAY)
    await world.upkeep.expire(world.ws, draft.id)
    assert (await world.drafts.get(world.ws, draft.id)).record.status is DraftStatus.late
    world.clock.move(91 * DAY)
    assert (await retention(world).retire())["drafts"] == 1
    assert not (await looking(world).drafts(world.ws, world.owner.id, status="open")).items
    moved = await world.revise(draft, world.owner, due=world.clock.now() + DAY)
    assert await at_hand(world, moved) == [True]
    decided = await world.decide(moved)
    assert decided.posts[0].state is PostState.scheduled
    world.clock.move(LIVES["drafts"].span / 2)
    assert (await world.publish_due(decided.posts[0])).state is PostState.missed
    assert await at_hand(world, moved, decided.posts[0]) == [True, True]


async def test_a_post_from_the_archive_can_be_taken_down(world: World) -> None:
    post = await published(world)
    world.clock.move(91 * DAY)
    await retention(world).retire()
    assert await world.feed_guids() == [post.id]
    await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert await world.feed_guids() == []
    assert (await world.post(post)).receipt.taken_down_at is not None  # type: ignore[union-attr]
    await retention(world).retire()
    assert await at_hand(world, post) == [True], "it rests anew"
    world.clock.move(91 * DAY)
    await retention(world).retire()
    assert await at_hand(world, post) == [False]
    assert (await world.post(post)).receipt.taken_down_at is not None  # type: ignore[union-attr]


async def test_a_backup_that_listed_the_keys_before_finds_what_was_taken_out_since(
    world: World, tmp_path: Path
) -> None:
    post = await published(world)
    world.clock.move(91 * DAY)
    await retention(world).retire()
    listed = (await snapshot.owners(world.database))[world.ws]
    with pytest.raises(BadInput):
        await world.posts.cancel(world.ws, post.id, world.owner.id, "test")
    assert await at_hand(world, post) == [True]
    assert not await packs.still_here(world.database, world.ws, "post", [post.id])
    lines = [kept async for kept in snapshot.read_workspace(world.database, world.ws, listed)]
    await raw(world).flushall()
    await snapshot.write(world.database, lines, 0)
    assert (await world.post(post)).state is PostState.published
    await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert await at_hand(world, post) == [True], "and it can be taken out again"


async def test_whatever_is_only_looked_at_for_change_goes_back(world: World) -> None:
    post = await published(world)
    world.clock.move(91 * DAY)
    await retention(world).retire()
    with pytest.raises(BadInput):
        await world.posts.cancel(world.ws, post.id, world.owner.id, "test")
    assert await at_hand(world, post) == [True]
    await retention(world).retire()
    assert await at_hand(world, post) == [False]
    assert (await world.post(post)).state is PostState.published


async def test_a_change_at_the_same_moment_is_never_lost(world: World) -> None:
    """The document is changed after it was read for packing, and before the script runs."""
    post = await published(world)
    world.clock.move(91 * DAY)
    files = world.blobs

    class Meddling:
        async def put(self, data: bytes) -> str:
            sha256 = await files.put(data)
            if data[:1] == b"x":  # a pack, compressed
                await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
            return sha256

        get = staticmethod(files.get)

    world.database.files = Meddling()
    done = await retention(world).retire()
    assert done["posts"] == 0
    assert await at_hand(world, post) == [True]
    assert (await world.post(post)).receipt.taken_down_at is not None  # type: ignore[union-attr]


async def test_many_at_once_in_packs_of_limited_size(world: World) -> None:
    posts = [await world.approved(text=f"Loaf {number}.") for number in range(5)]
    for post in posts:
        await world.publish_due(post)
    big = [await world.draft(text="x" * 3000 + str(number)) for number in range(250)]
    for draft in big:
        await world.decide(draft, Verdict.reject)
    world.clock.move(91 * DAY)
    done = await asyncio.gather(retention(world).retire(), retention(world).retire())
    assert sum(each["posts"] for each in done) == 5
    assert not any(await at_hand(world, *posts, *big))
    found = await world.drafts.many(world.ws, [draft.id for draft in big])
    assert [draft.id for draft in found] == [draft.id for draft in big]
    sizes = [len(pack.encoded()) async for _, pack in packs.every(world.database, world.ws)]
    assert len(sizes) >= 4
    listed: list[str] = []
    cursor = ""
    while True:
        page = await world.drafts.page(world.ws, after=cursor, limit=70)
        listed += [draft.id for draft in page.items]
        cursor = page.next
        if not cursor:
            break
    assert len(listed) == len(set(listed)) == 255, "a list leads through the archive"


async def test_archived_ones_leave_the_lists_in_the_end_and_are_found_by_id(world: World) -> None:
    post = await published(world)
    waiting = await world.draft(text="Waits for a word.")
    world.clock.move(91 * DAY)
    await retention(world).retire()
    world.clock.move(LIVES["lists"].span)
    done = await retention(world).retire()
    assert done["lists"] == 2
    assert [each.id for each in (await world.drafts.page(world.ws)).items] == [waiting.id]
    assert not (await world.kept_posts.page(world.ws, index=f"of:{world.brand.id}")).items
    assert (await world.post(post)).state is PostState.published
    assert (await world.drafts.get(world.ws, post.draft)).record.id == post.draft


async def test_old_items_leave_a_feed_beyond_the_newest_hundred(world: World) -> None:
    first = await published(world, "The first of all.")
    for number in range(104):
        await world.publish_due(await world.approved(text=f"Loaf {number}."))
    world.clock.move(LIVES["feed"].span + DAY)
    assert (await retention(world).retire())["feed"] == 5
    listing = await world.feed.newest(world.ws, world.account.id)
    assert len(listing.items) == 100
    assert await world.feed.get(world.ws, world.account.id, first.id) is None
    assert await world.feed.locate(first.id) is None
    assert await raw(world).hlen(keys.of(world.ws, "feeditem", world.account.id)) == 100
    assert not await raw(world).exists(keys.lookup("feeditem", first.id))
    assert (await world.post(first)).state is PostState.published


async def test_messages_of_the_inbox_and_ended_sessions_go(world: World) -> None:
    post = await published(world)
    assert await world.notices()
    index = keys.of(world.ws, "sessions", world.owner.id)
    await raw(world).zadd(index, {"s_gone": 1, "s_here": 2})
    await raw(world).hset(keys.of(world.ws, "session", "s_here"), "doc", "{}")
    world.clock.move(91 * DAY)
    later = await world.draft(text="A new one.")
    await Inbox(world.database, world.ws, world.clock).post(world.brand.id, await world.board.card(later), key="new")
    done = await retention(world).retire()
    assert done["inbox"] > 0 and done["sessions"] == 1
    assert [notice.draft for notice in await world.notices()] == [later.id]
    assert await raw(world).zrange(index, 0, -1) == ["s_here"]
    left = [key async for key in raw(world).scan_iter(match=keys.of(world.ws, "notice", "*").replace("{", "[{]"))]
    assert len(left) == 1
    assert (await world.post(post)).state is PostState.published


async def library_picture(world: World, source: str, data: bytes) -> MediaItem:
    item = MediaItem(
        sha256=await world.blobs.put(data),
        workspace=world.ws,
        brand=world.brand.id,
        mime="image/png",
        size=len(data),
        width=1,
        height=1,
        source="upload" if source == "upload" else "card",
        created_at=world.clock.now(),
    )
    await MediaStore(world.database).put(item)
    return item


async def test_drawn_pictures_leave_the_library_and_stay_readable_what_people_sent_stays(world: World) -> None:
    store = MediaStore(world.database)
    drawn, sent = await library_picture(world, "card", b"drawn"), await library_picture(world, "upload", b"sent")
    world.clock.move(LIVES["pictures"].span + DAY)
    assert (await retention(world).retire())["pictures"] == 1
    assert await store.list(world.ws, world.brand.id) == (sent,)
    assert await store.list(world.ws) == (sent,)
    assert await store.get(world.ws, world.brand.id, drawn.sha256) == drawn
    assert await store.delete(world.ws, world.brand.id, drawn.sha256)
    assert await store.get(world.ws, world.brand.id, drawn.sha256) is None


async def test_files_go_after_the_grace_time_and_never_while_anything_names_them(world: World) -> None:
    def medium(sha256: str) -> Medium:
        return Medium(sha256=sha256, mime="image/png", size=1, width=1, height=1)

    shown, earlier, nobody = [await world.blobs.put(data) for data in (b"shown", b"earlier", b"nobody")]
    draft = await world.draft(text="With a picture.")
    version = draft.versions[0]
    payload = SealedPayload.model_validate_json(await world.blobs.get(version.payload))
    former = payload.model_copy(update={"parts": (payload.parts[0].model_copy(update={"media": (medium(earlier),)}),)})
    old_version = version.model_copy(update={"payload": await world.blobs.put(former.canonical())})
    snapshot = await world.blobs.put(draft.changed(versions=(old_version,)).dump().encode())
    mark = RevisionMark(
        number=1, by=world.owner.id, at=world.clock.now(), why="edit", digest=draft.digest, snapshot=snapshot
    )
    changed = draft.changed(
        versions=(version.model_copy(update={"media": (medium(shown),)}),), history=(mark,), revision=2
    )
    await commit(world.database, world.drafts.save(Change(world.ws), changed, ver=1))
    needed = [shown, earlier, version.payload, old_version.payload, snapshot]
    keep = retention(world)

    async def there() -> list[bool]:
        return [await world.blobs.has(sha256) for sha256 in needed]

    await keep.sweep()
    assert list(await raw(world).hgetall(UNNAMED)) == [nobody]
    world.clock.move(13 * DAY)
    await keep.sweep()
    assert await world.blobs.has(nobody), "there is a grace time"
    world.clock.move(2 * DAY)
    assert await keep.sweep() == 1
    assert not await world.blobs.has(nobody)
    assert all(await there())
    await world.decide(changed, Verdict.reject)
    world.clock.move(91 * DAY)
    assert (await keep.retire())["drafts"] == 1
    for _ in range(3):
        await keep.sweep()
        world.clock.move(20 * DAY)
    assert all(await there()), "an archived document names its files, and those that they name"
    assert [sha256 for sha256, _ in [each async for each in packs.every(world.database, world.ws)]]
    assert (await world.drafts.get(world.ws, draft.id)).record.versions[0].media[0].sha256 == shown


async def test_what_is_put_again_or_named_again_is_not_removed(world: World) -> None:
    again, named = await world.blobs.put(b"again"), await world.blobs.put(b"named")
    keep = retention(world)
    await keep.sweep()
    world.clock.move(15 * DAY)
    await library_picture(world, "upload", b"named")
    assert await keep.sweep() == 1, "only the one that nobody wanted"
    assert not await world.blobs.has(again) and await world.blobs.has(named)


async def test_a_file_put_in_the_moment_of_its_removal_stays(tmp_path: Path, world: World) -> None:
    store = FileBlobs(tmp_path / "b")
    name = await store.put(b"wanted after all")
    from datetime import UTC, datetime

    assert not await store.discard(name, unless_put_since=datetime.now(UTC) - timedelta(seconds=5))
    assert await store.get(name) == b"wanted after all"
    assert await store.discard(name, unless_put_since=datetime.now(UTC) + timedelta(seconds=5))
    with pytest.raises(BlobMissing):
        await store.get(name)
    assert not await store.discard(name, unless_put_since=datetime.now(UTC))
    assert await store.put(b"wanted after all") == name and await store.has(name)


async def test_an_empty_list_of_workspaces_removes_nothing(world: World) -> None:
    name = await world.blobs.put(b"x")
    await raw(world).delete(keys.WORKSPACES)
    for _ in range(3):
        assert await retention(world).sweep() == 0
        world.clock.move(30 * DAY)
    assert await world.blobs.has(name) and not await raw(world).exists(UNNAMED)


async def test_a_rejection_in_the_archive_can_be_taken_back(world: World) -> None:
    await world.policy(Policy())
    ana = await world.member("Ana", Role.approver)
    draft = await world.draft(text="Rejected for now.", due_in=400 * DAY, by=ana)
    await world.decide(draft, Verdict.reject)
    ended = keys.of(world.ws, "drafts", "ended")
    assert await raw(world).zscore(ended, draft.id) > world.clock.now().timestamp(), "its time is still to come"
    world.clock.move(495 * DAY)
    assert (await retention(world).retire())["drafts"] == 1
    await world.decide(draft, Verdict.withdraw)
    kept = await world.drafts.get(world.ws, draft.id)
    assert kept.record.status is not DraftStatus.rejected and not kept.archived


async def test_a_backup_brings_the_archive_back(world: World, database: Database, tmp_path: Path) -> None:
    """On an empty database and an empty disk, and what was erased since stays erased."""
    post, gone = await published(world), await published(world, "Soon to be forgotten.")
    secret = (await world.drafts.get(world.ws, post.draft)).record
    entry = await world.audit.prepare(
        world.ws, "noted", about=gone.draft, at=world.clock.now(), draft=gone.draft, content={"text": "Soon"}
    )
    await world.audit.append(world.ws, entry)
    await world.audit.seal(world.ws)
    world.clock.move(91 * DAY)
    await retention(world).retire()
    world.clock.move(2 * DAY)
    await retention(world).retire()
    assert await raw(world).xlen(keys.audit(world.ws)) == 0
    count = (await world.audit.verify(world.ws)).entries
    out = tmp_path / "out" / "backup.zip"
    await backup(database, tmp_path, out, now=world.clock.now(), with_keys=True)
    exported = [document async for document in export(database, world.vault, world.ws)]
    assert [(each["kind"], each["id"]) for each in exported if each.get("archived")] == [
        *(("post", each) for each in sorted([post.id, gone.id])),
        *(("draft", each) for each in sorted([secret.id, gone.draft])),
    ]
    assert sum(each["kind"] == "audit" for each in exported) == count
    await world.audit.erase_draft(world.ws, gone.draft)
    await raw(world).flushall()
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "journal", other / "journal")
    await restore(database, other, out, now=world.clock.now())
    async with world_on(database, other, clock=world.clock, worker="worker-2") as again:
        assert (await again.drafts.get(world.ws, secret.id)).record == secret
        assert (await again.post(post)).state is PostState.published
        checked = await again.audit.verify(world.ws, await again.journal.read_all())
        assert checked.ok and checked.entries > count
        (noted,) = await again.audit.read(world.ws, kinds={"noted"})
        assert noted.erased and not noted.content
        assert await again.drafts.find(world.ws, gone.draft) is None
        assert await again.kept_posts.find(world.ws, gone.id) is None


async def test_a_backup_made_while_things_move_holds_each_in_one_place(world: World, tmp_path: Path) -> None:
    posts = [await published(world, f"Loaf {number}.") for number in range(12)]
    await world.audit.seal(world.ws)
    world.clock.move(91 * DAY)

    async def move() -> None:
        for _ in range(4):
            await retention(world).retire()
            await world.audit.archive(world.ws, world.clock.now())

    out = tmp_path / "out" / "backup.zip"
    await asyncio.gather(move(), backup(world.database, tmp_path, out, now=world.clock.now()))
    await raw(world).flushall()
    await restore(world.database, tmp_path, out, now=world.clock.now())
    assert len(await world.kept_posts.many(world.ws, [post.id for post in posts])) == 12
    assert (await world.audit.verify(world.ws)).ok


async def test_all_of_it_works_on_a_cluster(cluster_database: Database, tmp_path: Path) -> None:
    async with world_on(cluster_database, tmp_path) as world:
        post, nobody = await published(world), await world.blobs.put(b"nobody")
        await library_picture(world, "card", b"drawn")
        await world.audit.seal(world.ws)
        world.clock.move(91 * DAY)
        keep = retention(world)
        done = await keep.retire()
        assert (done["posts"], done["drafts"]) == (1, 1) and done["inbox"] and done["audit"]
        assert (await world.post(post)).state is PostState.published
        await keep.sweep()
        world.clock.move(LIVES["lists"].span)
        assert {"lists", "pictures", "audit"} <= (await keep.retire()).keys()
        assert await keep.sweep() == 1 and not await world.blobs.has(nobody)
        await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
        erasing = Erasing(cluster_database, audit=world.audit, channels=world.channels, clock=world.clock)
        await erasing.draft(world.ws, world.owner.id, post.draft)
        assert await world.drafts.find(world.ws, post.draft) is None
        assert (await world.audit.verify(world.ws)).ok
