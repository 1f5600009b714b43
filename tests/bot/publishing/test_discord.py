"""Posts to Discord: once, whatever the server does; where it cannot tell, people are asked."""

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
from tests.fakes.discord_room import BOT_TOKEN, HOOKED, ROOM, DiscordRoom, discord_room
from tests.fakes.faulty_http import Act
from tests.world import World, world_on

WAYS = pytest.mark.parametrize("way", ["discord", "discord_webhook"])
TEXT = "Fresh *bread* from six.\n1. Rye"
LOST = [
    Act(504, commits="late"),
    Act(500),
    Act(breaks="before answering"),
    Act(breaks="within answer"),
    Act(200, body=b"{}"),
    Act(302, (("location", "/elsewhere"),)),
]


@dataclass
class Town:
    world: World
    server: DiscordRoom
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path, way: str = "discord") -> AsyncIterator[Town]:
    async with (
        discord_room() as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        options, secrets = {"room": ROOM, "server": server.origin}, {"bot_token": BOT_TOKEN}
        if way == "discord_webhook":
            options, secrets = {}, {"webhook_url": f"{server.origin}{HOOKED}"}
        yield Town(world, server, await world.connected(way, "Velo", options, secrets))


@WAYS
async def test_a_post_stands_there_once_and_was_read_back(database: Database, tmp_path: Path, way: str) -> None:
    async with town(database, tmp_path / "data", way) as place:
        post = await place.world.approved(place.account, text=TEXT)
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and kept.receipt.url.endswith(place.server.messages[0].number)
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.messages) == 1 == len(place.server.sent())


@pytest.mark.parametrize("act", LOST)
async def test_what_was_posted_is_found_and_not_repeated(database: Database, tmp_path: Path, act: Act) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(1.1)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and len(place.server.messages) == 1 == len(place.server.sent())


@pytest.mark.parametrize("act", [Act(500, commits="never"), Act(commits="never", breaks="before answering")])
async def test_what_is_not_there_is_sent_again_under_the_same_nonce_while_it_holds(
    database: Database, tmp_path: Path, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        await place.later(1.1)
        assert (await place.world.post(post)).state is PostState.published
        assert len(place.server.sent()) == 2 and len(place.server.messages) == 1


async def test_a_commit_after_the_second_attempt_makes_no_second_post(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(504, commits="late"))
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        await place.later(1.1)
        assert (await place.world.post(post)).state is PostState.published
        place.server.commit_late()
        assert len(place.server.messages) == 1


async def test_once_the_nonce_may_be_forgotten_people_are_asked(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(500, commits="never"))
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        assert (await place.world.post(post)).state is PostState.unknown
        assert len(place.server.sent()) == 1 and place.server.messages == []
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())


@pytest.mark.parametrize("act", [*LOST, Act(500, commits="never"), Act(commits="never", breaks="before reading")])
async def test_a_webhook_in_doubt_is_a_question_and_never_a_second_post(
    database: Database, tmp_path: Path, act: Act
) -> None:
    async with town(database, tmp_path / "data", "discord_webhook") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(1)
        place.server.commit_late()
        assert (await place.world.post(post)).state is PostState.unknown
        assert len(place.server.sent()) == 1 and len(place.server.messages) <= 1
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())


@WAYS
async def test_what_was_throttled_goes_out_when_discord_asked_for_it(
    database: Database, tmp_path: Path, way: str
) -> None:
    async with town(database, tmp_path / "data", way) as place:
        place.server.plan.append(Act(429, body=b'{"message":"x","retry_after":60.0,"global":false}', commits="never"))
        post = await place.world.approved(place.account, text=TEXT)
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(1.5)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.messages) == 1


@WAYS
async def test_a_lost_access_fails_the_post_and_breaks_the_account(
    database: Database, tmp_path: Path, way: str
) -> None:
    async with town(database, tmp_path / "data", way) as place:
        first = await place.world.approved(place.account)
        place.server.token, place.server.hook_gone = "other", True
        kept = await place.world.publish_due(first)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken" and "no longer accepts" in account.health.reason
