"""Posts to Slack: once, whatever the server does; what is found by its key is not repeated, else people are asked."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from storage.accounts import Account
from storage.posts import PostState
from storage.redis import Database
from storage.sealed import Medium
from tests.fakes.faulty_http import Act
from tests.fakes.slack_room import ROOM, TOKEN, SlackRoom, slack_room
from tests.world import World, world_on

TEXT = "Fresh *bread* from six. 🥖"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(300)


@dataclass
class Town:
    world: World
    server: SlackRoom
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    async with (
        slack_room() as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        options = {"room": ROOM, "server": server.origin}
        yield Town(world, server, await world.connected("slack", "Velo", options, {"bot_token": TOKEN}))


async def test_a_post_with_a_picture_stands_there_once_and_was_read_back(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        sha256 = hashlib.sha256(PICTURE).hexdigest()
        await place.world.blobs.put(PICTURE)
        shown = Medium(sha256=sha256, mime="image/png", size=len(PICTURE), width=1200, height=675, alt="Bread")
        [post] = (await place.world.decide(await place.world.draft(place.account, text=TEXT, media=(shown,)))).posts
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and "/archives/" in kept.receipt.url
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.messages) == 1 == len(place.server.sent())


@pytest.mark.parametrize(
    "act",
    [
        Act(504, commits="late"),
        Act(500),
        Act(breaks="before answering"),
        Act(breaks="within answer"),
        Act(200, body=b'{"ok":true}'),
        Act(200, body=b'{"ok":false,"error":"internal_error"}'),
        Act(302, (("location", "/elsewhere"),)),
    ],
)
async def test_what_was_posted_is_found_and_not_repeated(database: Database, tmp_path: Path, act: Act) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        place.server.somebody(TEXT)
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(3)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        assert len(place.server.texts()) == 1 == len(place.server.sent())


@pytest.mark.parametrize(
    "act",
    [
        Act(500, commits="never"),
        Act(commits="never", breaks="before reading"),
        Act(200, body=b'{"ok":false,"error":"fatal_error"}', commits="never"),
    ],
)
async def test_what_is_not_there_is_a_question_and_never_sent_again(
    database: Database, tmp_path: Path, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        assert (await place.world.post(post)).state is PostState.unknown
        assert len(place.server.sent()) == 1 and place.server.texts() == []
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())


async def test_a_throttled_look_is_taken_again_until_it_tells(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(500))
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.limits = True
        await place.later(3)
        assert (await place.world.post(post)).state is PostState.unknown
        place.server.limits = False
        await place.later(3)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.sent()) == 1


async def test_what_was_throttled_goes_out_when_slack_asked_for_it(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(429, (("retry-after", "60"),), commits="never"))
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(1.5)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.texts()) == 1


async def test_a_lost_access_fails_the_post_and_breaks_the_account(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        first = await place.world.approved(place.account)
        place.server.token = "xoxb-other"
        kept = await place.world.publish_due(first)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken" and "no longer accepts" in account.health.reason
