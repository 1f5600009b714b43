"""Posts to Telegram: a doubt is a question to a person, never a second post."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from storage.accounts import Account
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.faulty_http import Act
from tests.fakes.telegram_server import TOKEN, TelegramServer, telegram_server
from tests.world import World, world_on


@dataclass
class Town:
    world: World
    server: TelegramServer
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    async with (
        telegram_server() as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        options = {"chat": "@velo", "server": server.origin}
        yield Town(world, server, await world.connected("telegram", "Velo", options, {"bot_token": TOKEN}))


async def test_a_post_stands_there_once(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account)
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.url == "https://t.me/velo/41" and kept.receipt.compared == ""
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.messages) == 1


@pytest.mark.parametrize(
    "act",
    [Act(502, commits="late"), Act(500), Act(500, commits="never"), Act(breaks="before answering"), Act(200, body=b"")],
)
async def test_after_a_doubt_people_are_asked_and_nothing_is_sent_again(
    database: Database, tmp_path: Path, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        place.server.commit_late()
        assert (await place.world.post(post)).state is PostState.unknown
        assert len(place.server.sent()) == 1 and len(place.server.messages) <= 1
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())


async def test_what_was_throttled_goes_out_when_telegram_asked_for_it(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        body = b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":60}}'
        place.server.plan.append(Act(429, body=body, commits="never"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(1.5)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.messages) == 1
