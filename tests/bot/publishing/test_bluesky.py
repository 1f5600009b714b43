"""Posts to Bluesky: once, whatever the server does, one post and whole threads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.accounts import Account
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.bluesky_server import VELO, BlueskyServer, bluesky_server
from tests.fakes.faulty_http import Act
from tests.world import World, world_on

SHORT = "Fresh bread from six. #bread"
LONG = "Every morning we bake from four, and every morning it smells of bread in our street. " * 8
TEXTS = pytest.mark.parametrize("text", [SHORT, LONG])


@dataclass
class Town:
    world: World
    server: BlueskyServer
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path, **switches: Any) -> AsyncIterator[Town]:
    async with (
        bluesky_server(**switches) as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        options = {"handle": "velo.bsky.example", "app_view": server.origin, "directory": server.origin}
        secrets = {"app_password": server.people[VELO].password}
        yield Town(world, server, await world.connected("bluesky", "Velo", options, secrets))


@TEXTS
async def test_a_post_stands_there_once_and_was_read_back(database: Database, tmp_path: Path, text: str) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text=text)
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and kept.receipt.url.startswith("https://bsky.app/profile/did:plc:")
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.threads()) == 1 and len(place.server.written()) == 1


@TEXTS
@pytest.mark.parametrize(
    "act",
    [
        Act(504, commits="late"),
        Act(500),
        Act(breaks="before answering"),
        Act(breaks="within answer"),
        Act(200, body=b'{"uri":"at://somewhere/else"}'),
        Act(302, (("location", "/elsewhere"),)),
    ],
)
async def test_what_was_written_is_found_and_not_repeated(
    database: Database, tmp_path: Path, text: str, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account, text=text)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(2)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        assert len(place.server.threads()) == 1 and len(place.server.written()) == 1


@TEXTS
@pytest.mark.parametrize(
    "act",
    [
        Act(500, commits="never"),
        Act(commits="never", breaks="before answering"),
        Act(commits="never", breaks="before reading"),
        Act(200, body=b"{}", commits="never"),
    ],
)
async def test_what_is_not_there_is_sent_again_under_the_same_key(
    database: Database, tmp_path: Path, text: str, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account, text=text)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        await place.later(2)
        assert (await place.world.post(post)).state is PostState.published
        assert len(place.server.written()) == 2 and len(place.server.threads()) == 1


@TEXTS
async def test_a_commit_after_the_second_attempt_makes_no_second_post(
    database: Database, tmp_path: Path, text: str
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(504, commits="late"))
        post = await place.world.approved(place.account, text=text)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        await place.later(2)
        assert (await place.world.post(post)).state is PostState.published
        place.server.commit_late()
        assert len(place.server.threads()) == 1


async def test_a_throttled_account_is_served_when_it_asked_to_be(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(429, (("retry-after", "60"),), commits="never"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(0.5)
        assert place.server.threads() == []
        await place.later(1)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.threads()) == 1


async def test_a_revoked_app_password_fails_the_post_and_breaks_the_account(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        first = await place.world.approved(place.account)
        place.server.people[VELO].password = "another"
        kept = await place.world.publish_due(first)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        assert "app password" in kept.failure.sentence
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken" and "no longer accepts" in account.health.reason
        second, asked = await place.world.approved(place.account, text="Two"), len(place.server.seen)
        assert (await place.world.publish_due(second)).state is PostState.paused, "held until it is connected again"
        assert len(place.server.seen) == asked, "nothing is asked of a server that refused"
