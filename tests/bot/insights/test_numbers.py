"""How posts did is read at each step once, gets in nobody's way, and ends; what nobody told is missing, not zero."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.platform import X as PLATFORM
from bot.channels.registry import Platforms, build_channels
from bot.insights.numbers import AT_ONCE
from bot.leaving.exporting import Exporting
from bot.workflow.erasing import Erasing
from bot.workflow.looking import Looking
from bot.workflow.retention import Retention
from storage.accounts import Account, Health
from storage.belongings import Belongings
from storage.commit import Change, commit
from storage.feed import FeedStore
from storage.numbers import STEPS, entry_of
from storage.posts import Post
from storage.redis import Database, connect
from storage.retention import LIVES
from tests.fakes.faulty_http import Seen, listening
from tests.fakes.mastodon_server import MastodonServer
from tests.fakes.waiting import until
from tests.fakes.x_server import x_server
from tests.world import World, world_on

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Town(MastodonServer):
    """Says nothing about a post while it is `dumb`."""

    dumb: bool = False

    def asked(self) -> list[Seen]:
        """Who asked for a post, after it went out and was read back."""
        return [seen for seen in self.seen if seen.method == "GET" and self._of_a_status(seen)]

    def silent(self, seen: Seen) -> bool:
        return self.dumb and self._of_a_status(seen)

    def _of_a_status(self, seen: Seen) -> bool:
        return seen.path.startswith("/api/v1/statuses/") and not seen.path.endswith("/source")


@dataclass
class Place:
    server: Town
    world: World
    account: Account

    async def out(self, text: str = "Fresh bread from six.") -> Post:
        """A post that went out a minute later, and nobody asked about yet."""
        draft = await self.world.draft(self.account, text=text, due_in=MINUTE)
        [post] = (await self.world.decide(draft)).posts
        post = await self.world.publish_due(post)
        await self.world.run_due()
        self.server.seen.clear()
        return post

    async def at(self, post: Post, span: timedelta) -> Post:
        """So long after it went out, with everything done that was due."""
        assert post.receipt is not None
        self.world.clock.move_to(post.receipt.at + span + timedelta(milliseconds=500))
        await self.world.run_due()
        return await self.world.post(post)

    async def later(self, span: timedelta) -> None:
        self.world.clock.move(span)
        await self.world.run_due()

    async def planned(self, post: Post) -> float | None:
        return (await self.world.entries()).get(entry_of(post.id))


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Place]:
    async with (
        listening(Town()) as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        token = server.token_for("velo")
        account = await world.connected("mastodon", "Velo", {"server": server.origin}, {"access_token": token})
        yield Place(server, world, account)


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> AsyncIterator[Place]:
    async with town(database, tmp_path / "data") as found:
        yield found


def looking(world: World) -> Looking:
    return Looking(world.database, board=world.board, clock=world.clock, numbers_come=world.numbers.come)


async def test_numbers_change_from_step_to_step_and_the_newest_are_kept(place: Place) -> None:
    post = await place.out()
    assert post.numbers is None and (await place.at(post, 14 * MINUTE)).numbers is None and not place.server.asked()
    for number, span in enumerate(STEPS, 1):
        place.server.numbers["favourites"] = number * 10
        kept = await place.at(post, span)
        assert kept.numbers is not None and kept.numbers.counts == {
            "favourites": number * 10,
            "reblogs": 1,
            "replies": 0,
        }
        assert kept.numbers.at <= place.world.clock.now() < kept.numbers.at + MINUTE
        assert len(place.server.asked()) == number
        assert kept.ver == post.ver  # nobody's word is refused because numbers came
    assert await place.planned(post) is None
    await place.at(post, 90 * DAY)
    assert len(place.server.asked()) == len(STEPS)


async def test_what_was_missed_is_not_made_up_for(place: Place) -> None:
    post = await place.out()
    kept = await place.at(post, 2 * DAY)
    assert kept.numbers is not None and len(place.server.asked()) == 1
    assert post.receipt is not None
    assert await place.planned(post) == pytest.approx((post.receipt.at + 3 * DAY).timestamp() * 1000, abs=1)


async def test_what_a_channel_does_not_tell_is_missing_and_what_was_read_stays(place: Place) -> None:
    del place.server.numbers["replies"]
    post = await place.out()
    kept = await place.at(post, 15 * MINUTE)
    assert kept.numbers is not None and kept.numbers.counts == {"favourites": 3, "reblogs": 1}
    place.server.numbers.clear()
    assert (await place.at(post, HOUR)).numbers == kept.numbers


async def test_an_account_that_fails_is_asked_at_the_next_step_and_nobody_is_told(place: Place) -> None:
    post = await place.out()
    told = await place.world.notices()
    path = f"/api/v1/statuses/{place.server.statuses[0].id}"
    place.server.answers[path] = [(500, b"", ()), (200, b"[nonsense", ())]
    assert (await place.at(post, 15 * MINUTE)).numbers is None
    assert (await place.at(post, HOUR)).numbers is None
    kept = await place.at(post, 6 * HOUR)
    assert kept.numbers is not None and len(place.server.asked()) == 3
    assert await place.world.notices() == told


async def test_a_throttled_account_is_left_alone_and_its_posts_go_out_meanwhile(place: Place) -> None:
    one, other = await place.out("One loaf."), await place.out("Two loaves.")
    path = f"/api/v1/statuses/{one.receipt and one.receipt.remote_id}"
    place.server.answers[path] = [(429, b"{}", (("retry-after", "3600"),))]
    assert (await place.at(one, 15 * MINUTE)).numbers is None
    asked = len(place.server.asked())
    assert asked == 1
    assert (await place.out("Three loaves.")).receipt is not None
    assert (await place.at(other, 16 * MINUTE)).numbers is None and not place.server.asked()
    await place.at(one, 6 * HOUR)
    for _ in range(5):  # all three are due: they take turns
        await place.later(2 * MINUTE)
    assert (await place.world.post(one)).numbers is not None and (await place.world.post(other)).numbers is not None


async def test_a_post_that_was_taken_down_is_not_asked_about_and_keeps_its_numbers(place: Place) -> None:
    post = await place.out()
    kept = await place.at(post, 15 * MINUTE)
    await place.world.posts.take_down(place.world.ws, post.id, place.world.owner.id, "test")
    place.server.seen.clear()
    assert (await place.at(post, HOUR)).numbers == kept.numbers
    assert not place.server.asked() and await place.planned(post) is None


async def test_two_replicas_read_a_step_once(place: Place, tmp_path: Path) -> None:
    posts = [await place.out(f"Bread number {number}.") for number in range(2)]
    hosts = frozenset({f"127.0.0.1:{place.server.port}"})
    async with (
        connect(place.world.database.url) as second,
        world_on(second, tmp_path / "data", allow_hosts=hosts, clock=place.world.clock, worker="worker-2") as other,
    ):
        for post in posts:
            assert post.receipt is not None
            place.world.clock.move_to(post.receipt.at + 16 * MINUTE)
            both = (each.numbers.look(post.workspace, post.id) for each in (place.world, other) for _ in range(3))
            await asyncio.gather(*both)
            assert len([seen for seen in place.server.asked() if seen.path.endswith(post.receipt.remote_id)]) == 1
            assert (await place.world.post(post)).numbers is not None


@pytest.mark.crash
async def test_a_worker_that_is_killed_while_it_asks_leaves_it_to_the_next_step(place: Place, tmp_path: Path) -> None:
    post = await place.out()
    assert post.receipt is not None
    place.server.dumb = True
    place.world.clock.move_to(post.receipt.at + 16 * MINUTE)
    command = [sys.executable, "-m", "tests.reliability.asker", place.world.database.url, str(tmp_path / "data")]
    now = place.world.clock.now().isoformat()
    process = await asyncio.create_subprocess_exec(*command, str(place.server.port), now, post.id)
    try:
        await until(lambda: bool(place.server.asked()), "the channel is asked", seconds=30)
    finally:
        process.kill()
        await process.wait()
    place.server.dumb = False
    assert (await place.at(post, 59 * MINUTE)).numbers is None and len(place.server.asked()) == 1
    assert (await place.at(post, HOUR)).numbers is not None and len(place.server.asked()) == 2


async def test_what_hangs_holds_few_places_and_the_others_come_later(place: Place) -> None:
    posts = [await place.out(f"Bread number {number}.") for number in range(AT_ONCE + 2)]
    assert posts[-1].receipt is not None
    place.server.dumb = True
    place.world.clock.move_to(posts[-1].receipt.at + 20 * MINUTE)
    tasks = list[asyncio.Task[None]]()
    for number, post in enumerate(posts, 1):
        place.world.clock.move(timedelta(seconds=2))  # the account is not asked twice in a second
        task = asyncio.create_task(place.world.numbers.look(post.workspace, post.id))
        tasks.append(task)
        await until(lambda n=number, t=task: t.done() or len(place.server.asked()) == n, "it asks, or comes later")
    assert [task.done() for task in tasks] == [False] * AT_ONCE + [True, True] and len(place.server.asked()) == AT_ONCE
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    place.server.dumb = False
    for post in posts[AT_ONCE:]:
        for _ in range(5):  # they take turns
            await place.later(MINUTE)
        assert (await place.world.post(post)).numbers is not None


async def test_an_account_that_does_not_work_or_was_closed_is_not_asked(place: Place) -> None:
    post = await place.out()
    kept = await place.world.people.store.accounts.get(place.world.ws, place.account.id)
    broken = kept.record.changed(health=Health(state="broken", reason="unauthorized"))
    change = Change(place.world.ws)
    place.world.people.store.accounts.put(change, broken, broken.id, ver=kept.ver, at=1.0)
    await commit(place.world.database, change)
    assert (await place.at(post, 15 * MINUTE)).numbers is None and not place.server.asked()
    assert await place.planned(post) is not None


async def test_a_channel_without_numbers_is_never_asked(place: Place) -> None:
    world = place.world
    post = await world.publish_due(await world.approved(text="For the feed."))
    await world.run_due()
    assert post.receipt is not None and await place.planned(post) is None
    view = await looking(world).post(world.ws, world.owner.id, post.id)
    assert view.numbers is None and not view.numbers_come


async def test_people_see_them_with_their_time_and_what_is_still_to_come(place: Place) -> None:
    post, world = await place.out(), place.world
    view = await looking(world).post(world.ws, world.owner.id, post.id)
    assert view.numbers is None and view.numbers_come
    kept = await place.at(post, 15 * MINUTE)
    [listed] = (await looking(world).posts(world.ws, world.owner.id)).items
    assert kept.numbers is not None and listed.numbers is not None
    assert (listed.numbers.at, listed.numbers.counts) == (kept.numbers.at, kept.numbers.counts)
    await place.at(post, 40 * DAY)
    assert not (await looking(world).post(world.ws, world.owner.id, post.id)).numbers_come


async def test_they_move_with_their_post_and_go_with_it(place: Place) -> None:
    post, world = await place.out(), place.world
    kept = await place.at(post, 30 * DAY)
    assert kept.numbers is not None
    world.clock.move(LIVES["posts"].span + DAY)
    await Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock).retire()
    archived = await world.kept_posts.get(world.ws, post.id)
    assert archived.archived and archived.record.numbers == kept.numbers
    assert [each.numbers async for each in Belongings(world.database, world.ws, world.brand.id).posts()] == [
        kept.numbers
    ]
    exporting = Exporting(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
    found = await exporting.brand(world.ws, world.owner.id, world.brand.id)
    taken = zipfile.ZipFile(io.BytesIO(b"".join([part async for part in found.parts])))
    assert json.loads(taken.read("data/posts.jsonl"))["numbers"]["counts"] == dict(kept.numbers.counts)
    assert "3 favourites, 0 replies, 1 boost" in taken.read("posts.csv").decode()
    pages = [taken.read(name).decode() for name in taken.namelist() if name.startswith("drafts/")]
    assert "How it did: 3 favourites · 0 replies · 1 boost (" in "".join(pages)
    await world.numbers.look(world.ws, post.id)  # an entry of an archived post asks nothing
    assert (await world.kept_posts.get(world.ws, post.id)).archived
    opened = await world.kept_posts.open(world.ws, post.id)
    change = world.kept_posts.save(Change(world.ws), opened.record.changed(numbers=None), ver=opened.ver)
    await commit(world.database, change)  # whoever writes the rest, the numbers stay
    assert (await world.post(post)).numbers == kept.numbers


async def test_an_erased_post_leaves_no_entry_and_does_not_come_back(place: Place) -> None:
    post, world = await place.out(), place.world
    await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    erasing = Erasing(world.database, audit=world.audit, channels=world.channels, clock=world.clock)
    await erasing.draft(world.ws, world.owner.id, post.draft)
    assert await place.planned(post) is None
    await world.numbers.look(world.ws, post.id)
    assert await world.kept_posts.find(world.ws, post.id) is None


@pytest.mark.parametrize("paid", [False, True])
async def test_what_costs_money_is_read_only_where_the_setting_allows_it(
    database: Database, tmp_path: Path, paid: bool
) -> None:
    async with x_server() as server:
        platform = dataclasses.replace(PLATFORM, api=server.origin, web=server.origin)
        channels = build_channels(
            FeedStore(database), base_url="http://localhost:8484", platforms=Platforms(x=platform)
        )
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        folder = tmp_path / "data"
        async with world_on(database, folder, allow_hosts=hosts, channels=channels, paid_numbers=paid) as world:
            server.now = world.clock.now
            account = await world.connected("x", "Velo", {}, {"access_token": server.token_for("velo")})
            post = await world.publish_due(await world.approved(account))
            await world.run_due()
            server.seen.clear()
            view = await looking(world).post(world.ws, world.owner.id, post.id)
            assert view.numbers_come is paid
            for span in STEPS:
                assert post.receipt is not None
                world.clock.move_to(post.receipt.at + span + timedelta(milliseconds=500))
                await world.run_due()
            kept = await world.post(post)
            assert (kept.numbers is not None) is paid and bool(server.seen) is paid
            assert entry_of(post.id) not in await world.entries()
