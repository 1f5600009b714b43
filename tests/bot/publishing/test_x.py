"""Posts to X: once, whatever the server does, one post and whole threads; what cannot be told is a question."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.accounts.door import BEGUN
from bot.channels.platform import X as PLATFORM
from bot.channels.registry import Platforms, build_channels
from storage.accounts import Account
from storage.credentials import Credentials
from storage.feed import FeedStore
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.faulty_http import Act
from tests.fakes.x_server import JSON, XServer, x_server
from tests.world import World, world_on

SHORT = "Fresh bread from six. #bread"
LONG = "".join(f"On day {day} we bake from four, and it smells of bread in all of our street. " for day in range(9))
TEXTS = pytest.mark.parametrize("text", [SHORT, LONG])


@dataclass
class Town:
    world: World
    server: XServer
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    async with x_server() as server:
        platform = dataclasses.replace(PLATFORM, api=server.origin, web=server.origin)
        channels = build_channels(
            FeedStore(database), base_url="http://localhost:8484", platforms=Platforms(x=platform)
        )
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, folder, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            account = await world.connected("x", "Velo", {}, {"access_token": server.token_for("velo")})
            yield Town(world, server, account)


@TEXTS
async def test_a_post_stands_there_once_and_was_read_back(database: Database, tmp_path: Path, text: str) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text=text)
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.threads()) == 1


@TEXTS
@pytest.mark.parametrize(
    "act", [Act(504, commits="late"), Act(500), Act(breaks="before answering"), Act(200, body=b"{}")]
)
async def test_what_came_out_is_found_or_asked_about_and_never_doubled(
    database: Database, tmp_path: Path, text: str, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account, text=text)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(3)
        kept = await place.world.post(post)
        if text is LONG:
            assert kept.state is PostState.unknown and len(place.server.posts) == 1
            await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "send", "test")
            await place.world.run_due()
            kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and len(place.server.threads()) == 1


@TEXTS
@pytest.mark.parametrize("good", [0, 1, 2])
async def test_a_worker_that_dies_within_leaves_a_question_and_then_one_whole_thread(
    database: Database, tmp_path: Path, text: str, good: int
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.extend([Act(201)] * good + [Act(commits="never", breaks="before reading")])
        post = await place.world.approved(place.account, text=text)
        kept = await place.world.publish_due(post)
        if text is SHORT and good:
            assert kept.state is PostState.published
            return
        assert kept.state is PostState.unknown and len(place.server.posts) == good
        for _ in range(6):
            await place.later(2)
        assert (await place.world.post(post)).state is PostState.unknown, "a person is asked"
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())
        await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        [thread] = place.server.threads()
        assert len(thread) == len(place.server.posts)


async def test_of_a_thread_that_broke_off_people_read_how_much_of_it_stands_there(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.extend([Act(201), Act(201), Act(commits="never", breaks="before reading")])
        post = await place.world.approved(place.account, text=LONG)
        await place.world.publish_due(post)
        await place.later(3)
        kept = await place.world.post(post)
        assert kept.failure is not None and kept.failure.sentence.endswith("the first 2 stand there."), kept.failure
        [card] = [item.card for item in await place.world.notices() if "can't tell" in str(item.card["title"])]
        assert "posts the first 2 stand there." in str(card["notes"])


async def test_people_read_in_the_drafts_thread_what_differs_from_what_they_approved(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data") as place:
        shown = {"id": "1990000000000000001", "text": "Fresh bread from SEVEN."}
        place.server.answers["/2/tweets"] = [(200, json.dumps({"data": [shown]}).encode(), JSON)]
        post = await place.world.approved(place.account, text=SHORT)
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None
        assert (kept.receipt.compared, kept.receipt.differs) == ("differs", ("text",))
        await place.world.run_due()
        [item] = [item for item in await place.world.notices() if "Posted" in str(item.card["title"])]
        assert item.draft == post.draft and "The text is not the approved one." in str(item.card["notes"])


async def test_a_throttled_account_is_served_when_it_asked_to_be(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account)
        reset = str(int((post.due + timedelta(minutes=2)).timestamp()))
        place.server.plan.append(Act(429, (("x-rate-limit-reset", reset),), commits="never"))
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(1)
        assert place.server.posts == []
        await place.later(2)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.posts) == 1


async def test_an_access_that_was_revoked_fails_the_post_and_breaks_the_account(
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


@TEXTS
async def test_an_access_that_was_renewed_at_that_very_moment_is_used_in_the_next_breath(
    database: Database, tmp_path: Path, text: str
) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text=text)
        credentials = Credentials(database, place.world.vault)
        old, answer = await credentials.get(place.world.ws, place.account.id, "access_token"), place.server._answer

        async def renewed_meanwhile(writer: asyncio.StreamWriter, status: int, *rest: Any) -> None:
            if status == 401:  # another worker keeps the new access before this answer arrives
                await credentials.put(place.world.ws, place.account.id, "access_token", place.server.token_for("velo"))
            await answer(writer, status, *rest)

        place.server.tokens.pop(str(old))
        place.server._answer = renewed_meanwhile  # type: ignore[method-assign, assignment]
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.scheduled and kept.attempts[-1].outcome == "refused"
        assert not [item for item in await place.world.notices() if "late" in str(item.card).casefold()]
        await place.later(0.05)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and len(place.server.threads()) == 1
        assert (
            await place.world.people.store.accounts.get(place.world.ws, place.account.id)
        ).record.health.state == "ok"


async def test_an_access_that_is_being_renewed_is_waited_for_and_one_that_ended_is_not(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text=SHORT)
        credentials = Credentials(database, place.world.vault)
        place.server.tokens.clear()
        await credentials.put(place.world.ws, place.account.id, BEGUN, "some renewal")
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await credentials.put(place.world.ws, place.account.id, "access_token", place.server.token_for("velo"))
        await credentials.put(place.world.ws, place.account.id, BEGUN, "")
        await place.later(0.2)
        assert (await place.world.post(post)).state is PostState.published


async def test_a_renewal_that_was_cut_off_is_not_waited_for_for_ever(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text=SHORT)
        place.server.tokens.clear()
        await Credentials(database, place.world.vault).put(place.world.ws, place.account.id, BEGUN, "cut off")
        await place.world.publish_due(post)
        for _ in range(6):
            await place.later(0.2)
        kept = await place.world.post(post)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        assert len(kept.attempts) == 4 and place.server.posts == []
