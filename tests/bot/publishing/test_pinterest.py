"""Pins are made once, whatever the server does; what cannot be told is a question."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.platform import PINTEREST
from bot.channels.registry import Platforms, build_channels
from storage.accounts import Account
from storage.feed import FeedStore
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sealed import Medium
from tests.fakes.faulty_http import Act
from tests.fakes.pinterest_server import PinterestServer, pinterest_server
from tests.world import World, world_on

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1000, height=1500, alt="Bread"
)


@dataclass
class Town:
    world: World
    server: PinterestServer
    account: Account

    async def approved(self) -> Post:
        assert await self.world.blobs.put(PNG) == PICTURE.sha256
        draft = await self.world.draft(self.account, text="Fresh bread\n\nFrom six. #bread", media=(PICTURE,))
        return (await self.world.decide(draft)).posts[0]

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    async with pinterest_server() as server:
        platforms = Platforms(pinterest=dataclasses.replace(PINTEREST, api=server.origin, web=server.origin))
        channels = build_channels(FeedStore(database), base_url="http://localhost:8484", platforms=platforms)
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, folder, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            account = await world.connected("pinterest", "Velo", {}, {"access_token": server.token()})
            yield Town(world, server, account)


async def test_a_pin_stands_there_once_and_was_read_back(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved()
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and kept.receipt.url.endswith(f"/pin/{place.server.pins[0].number}/")
        assert place.server.pins[0].pictures == [PNG]
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.pins) == 1


@pytest.mark.parametrize(
    "act", [Act(504, commits="late"), Act(500), Act(breaks="before answering"), Act(200, body=b"")]
)
async def test_what_came_out_is_found_and_not_repeated(database: Database, tmp_path: Path, act: Act) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.approved()
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(2)
        kept = await place.world.post(post)
        assert kept.state is PostState.published, kept.failure
        assert len(place.server.pins) == 1 and len(place.server.posted()) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_what_is_not_found_is_a_question_and_send_again_makes_no_second(
    database: Database, tmp_path: Path, late: bool
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(500, commits="late" if late else "never"))
        post = await place.approved()
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        assert (await place.world.post(post)).state is PostState.unknown and len(place.server.posted()) == 1
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())
        place.server.commit_late()  # after everybody had looked
        await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        kept = await place.world.post(post)
        assert kept.state is PostState.published, kept.failure
        assert len(place.server.pins) == 1


async def test_an_access_that_ended_fails_the_post_and_breaks_the_account(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved()
        place.server.tokens.clear()
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken"
