"""Posts to Mastodon and its kin: once, whatever the server does, with and without keys that hold."""

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
from tests.fakes.faulty_http import Act
from tests.fakes.mastodon_server import MastodonServer, mastodon_server
from tests.world import World, world_on


@dataclass
class Town:
    world: World
    server: MastodonServer
    account: Account
    token: str

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path, **switches: Any) -> AsyncIterator[Town]:
    async with (
        mastodon_server(**switches) as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        token = server.token_for("velo")
        account = await world.connected("mastodon", "Velo", {"server": server.origin}, {"access_token": token})
        yield Town(world, server, account, token)


async def test_a_post_stands_there_once_and_was_read_back(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text="Hello @ana@velo.example, from six.")
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and kept.receipt.url.endswith(place.server.statuses[0].id)
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.statuses) == 1


@pytest.mark.parametrize("kin", [{}, {"software": "akkoma", "honours_key": False}])
async def test_a_late_commit_is_found_and_not_repeated(database: Database, tmp_path: Path, kin: dict[str, Any]) -> None:
    async with town(database, tmp_path / "data", **kin) as place:
        place.server.plan.append(Act(504, commits="late"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(2)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert len(place.server.statuses) == 1 and len(place.server.posted()) == 1


async def test_what_is_not_there_is_sent_again_with_the_same_key_where_it_holds(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(commits="never", breaks="before answering"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        await place.later(2)
        assert (await place.world.post(post)).state is PostState.published
        assert len({seen.key for seen in place.server.posted()}) == 1 and len(place.server.posted()) == 2
        assert len(place.server.statuses) == 1


async def test_where_keys_do_not_hold_a_person_is_asked_and_nothing_is_repeated(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data", software="pixelfed", honours_key=False) as place:
        place.server.plan.append(Act(commits="never", breaks="before answering"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        assert (await place.world.post(post)).state is PostState.unknown
        assert len(place.server.posted()) == 1 and place.server.statuses == []
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())


async def test_a_refused_token_fails_the_post_and_breaks_the_account(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        first = await place.world.approved(place.account)
        place.server.tokens.clear()
        kept = await place.world.publish_due(first)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken" and "no longer accepts" in account.health.reason
        second, asked = await place.world.approved(place.account, text="Two"), len(place.server.seen)
        stopped = await place.world.publish_due(second)
        assert stopped.state is PostState.paused and stopped.failure is not None
        assert stopped.failure.code == "account" and "no longer accepts" in stopped.failure.sentence
        assert len(place.server.seen) == asked, "nothing is asked of a server that refused"
