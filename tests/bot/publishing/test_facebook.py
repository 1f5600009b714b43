"""Posts to a Facebook page: once, whatever the server does; what cannot be told is a question."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.platform import FACEBOOK
from bot.channels.registry import Platforms, build_channels
from storage.accounts import Account
from storage.feed import FeedStore
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.facebook_server import FacebookServer, facebook_server
from tests.fakes.faulty_http import Act
from tests.fakes.meta_server import SECRET, error
from tests.world import World, world_on


@dataclass
class Town:
    world: World
    server: FacebookServer
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    async with facebook_server() as server:
        platform = dataclasses.replace(FACEBOOK, api=server.origin, web=server.origin, client_secret=SECRET)
        channels = build_channels(
            FeedStore(database), base_url="http://localhost:8484", platforms=Platforms(facebook=platform)
        )
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, folder, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            account = await world.connected("facebook", "Velo", {}, {"access_token": server.page_token()})
            yield Town(world, server, account)


async def test_a_post_stands_there_once_and_was_read_back(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account)
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and kept.receipt.url.startswith("https://www.facebook.com/")
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.posts) == 1


@pytest.mark.parametrize(
    "act",
    [
        Act(504, commits="late"),
        Act(500, body=error(1, "An unknown error occurred")[1]),
        Act(breaks="before answering"),
        Act(200, body=b"{}"),
    ],
)
async def test_what_came_out_is_found_and_never_doubled(database: Database, tmp_path: Path, act: Act) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(4)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and len(place.server.posts) == 1


@pytest.mark.parametrize("act", [Act(500, commits="never"), Act(commits="never", breaks="before answering")])
async def test_what_is_not_found_is_a_question_and_goes_out_once_a_person_says_so(
    database: Database, tmp_path: Path, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(4)
        assert (await place.world.post(post)).state is PostState.unknown and place.server.posts == []
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())
        await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        assert (await place.world.post(post)).state is PostState.published and len(place.server.posts) == 1


async def test_a_throttled_account_is_served_when_it_asked_to_be(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account)
        place.server.plan.append(Act(400, body=error(32, "Page request limit reached")[1], commits="never"))
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(4)
        assert place.server.posts == []
        await place.later(2)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.posts) == 1


async def test_an_access_that_was_taken_away_fails_the_post_and_breaks_the_account(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account)
        place.server.tokens.clear()
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken"
