"""Posts to blogs: once, whatever the server does, and read back as they were approved."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from bot.clock import MovableClock
from storage.accounts import Account
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.faulty_http import Act, Seen
from tests.fakes.forem_server import API_KEY, forem_server
from tests.fakes.ghost_server import KEY, ghost_server
from tests.fakes.wordpress_server import PASSWORD, USER, wordpress_server
from tests.world import World, world_on


class Blog(Protocol):
    """A loopback blog; `entries` are its articles in whatever state."""

    plan: deque[Act]
    port: int

    @property
    def origin(self) -> str: ...

    @property
    def entries(self) -> Sequence[object]: ...

    def public(self) -> Sequence[object]: ...

    def published(self) -> Sequence[Seen]: ...

    def commit_late(self) -> int: ...


@dataclass(frozen=True)
class Kind:
    channel: str
    serve: Callable[..., AbstractAsyncContextManager[Blog]]
    options: Callable[[str], dict[str, str]]
    secrets: dict[str, str]


KINDS = {
    "devto": Kind("devto", forem_server, lambda origin: {"server": origin, "tags": "velo"}, {"api_key": API_KEY}),
    "ghost": Kind("ghost", ghost_server, lambda origin: {"server": origin, "tags": "News"}, {"admin_key": KEY}),
    "wordpress": Kind(
        "wordpress",
        wordpress_server,
        lambda origin: {"server": origin, "user": USER, "tags": "velo"},
        {"app_password": PASSWORD},
    ),
}


@dataclass
class Town:
    world: World
    server: Blog
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(kind: Kind, database: Database, folder: Path) -> AsyncIterator[Town]:
    clocks: list[MovableClock] = []

    def now() -> datetime:
        return clocks[0].now()

    async with (
        kind.serve(now=now) as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        clocks.append(world.clock)
        yield Town(
            world, server, await world.connected(kind.channel, "Velo", kind.options(server.origin), kind.secrets)
        )


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


async def test_a_post_stands_there_once_and_was_read_back(kind: Kind, database: Database, tmp_path: Path) -> None:
    async with town(kind, database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text="# Fresh bread\n\nFrom **six**, every day.")
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and kept.receipt.url
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.public()) == len(place.server.entries) == 1


@pytest.mark.parametrize(
    "act",
    [
        Act(504, commits="late"),
        Act(500),
        Act(500, commits="never"),
        Act(commits="never", breaks="before answering"),
        Act(breaks="within answer"),
        Act(200, body=b""),
        Act(200, body=b"{}", commits="never"),
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["commits first", "looks first"])
async def test_after_a_doubt_it_stands_there_once_and_nobody_is_asked(
    kind: Kind, database: Database, tmp_path: Path, act: Act, first: bool
) -> None:
    async with town(kind, database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        if first:
            place.server.commit_late()
        for _ in range(4):
            await place.later(2)
        place.server.commit_late()
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        assert len(place.server.public()) == len(place.server.entries) == 1


async def test_what_was_throttled_goes_out_when_the_blog_asked_for_it(
    kind: Kind, database: Database, tmp_path: Path
) -> None:
    async with town(kind, database, tmp_path / "data") as place:
        place.server.plan.append(Act(429, (("Retry-After", "60"),), commits="never"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(1.5)
        assert (await place.world.post(post)).state is PostState.published
        assert len(place.server.entries) == 1 and len(place.server.published()) == 2
