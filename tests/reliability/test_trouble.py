"""The database is full, frozen, or killed at any step of sending, for a moment or for long: never a second copy."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import AdMindError
from storage.posts import Post, PostState
from storage.redis import Database, connect
from tests.fakes.durable_valkey import DurableValkey, durable_valkey
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow]

STEPS = ("claim", "attempt", "journal", "check", "send", "finish")
POINTS = [(step, when) for step in STEPS for when in ("before", "after")]
SENDS = POINTS.index(("send", "after"))
Break = Callable[[DurableValkey], None]


TROUBLES: dict[str, tuple[Break, Break]] = {
    "full": (DurableValkey.fill, DurableValkey.empty),
    "frozen": (DurableValkey.freeze, DurableValkey.thaw),
    "killed": (DurableValkey.kill, DurableValkey.start),
}


def at(world: World, step: str, when: str, happens: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Let it happen once, before or after the step; the answer undoes the wrapping."""
    publisher = world.publisher
    owner: Any = {"journal": publisher.journal, "send": world.channels["webhook"]}.get(step, publisher.sending)
    name = "append" if step == "journal" else step
    call, pending = getattr(owner, name), [happens]

    async def wrapped(*args: Any, **options: Any) -> Any:
        if pending and when == "before":
            await pending.pop()()
        answer = await call(*args, **options)
        if pending:
            await pending.pop()()
        return answer

    setattr(owner, name, wrapped)
    return lambda: setattr(owner, name, call)


async def settle(world: World, database: Database) -> None:
    """What the watch over the database and the clock do in the next minutes, all within the late window."""
    for seconds in (5, 60, 60, 120, 180, 240):
        world.clock.move(timedelta(seconds=seconds))
        if await world.recovery.changed():
            await world.recovery.recover()
        with suppress(AdMindError):
            await world.run_due()


async def one_post(
    world: World, server: DurableValkey, post: Post, point: tuple[str, str], name: str, long: bool
) -> None:
    """Publish it, with trouble at the point that ends when the publisher gave up (long) or a moment later."""
    begin, end = TROUBLES[name]
    endings: list[asyncio.Task[None]] = []

    async def soon() -> None:
        await asyncio.sleep(0.4 if name == "frozen" else 0.05)  # what timed out is carried out when it thaws
        await asyncio.to_thread(end, server)

    async def happens() -> None:
        await asyncio.to_thread(begin, server)
        if not long:
            endings.append(asyncio.create_task(soon()))

    undo = at(world, *point, happens)
    try:
        with suppress(AdMindError):
            await world.publisher.publish(world.ws, post.id)
    finally:
        undo()
        await asyncio.gather(*endings)
        if long:
            await asyncio.to_thread(end, server)
    if await world.recovery.changed():
        await world.recovery.recover()


@pytest.mark.parametrize("long", [False, True], ids=["for a moment", "for long"])
@pytest.mark.parametrize("name", TROUBLES)
async def test_trouble_with_the_database_never_makes_a_second_copy_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, long: bool
) -> None:
    monkeypatch.setattr("bot.publishing.endings.RECORD_PAUSES_SECONDS", (0.01, 0.02) if long else (0.1, 0.3, 1.0))
    with durable_valkey(tmp_path / "valkey") as server:
        async with (
            webhook_server() as site,
            connect(server.url) as database,
            world_on(database, tmp_path / "data", allow_hosts=frozenset({f"127.0.0.1:{site.port}"})) as world,
        ):
            await world.recovery.recover()
            accounts = [await world.webhook(site.url), await world.webhook(site.url, lookup_url=site.url)]
            posts: dict[tuple[str, str], Post] = {}
            for number, point in enumerate(POINTS):
                draft = await world.draft(accounts[number % 2], text=f"Loaf {number}.", due_in=timedelta(seconds=90))
                (posts[point],) = (await world.decide(draft)).posts
            world.clock.move(timedelta(seconds=95))
            await world.recovery.sign_of_life()
            for point, post in posts.items():
                await one_post(world, server, post, point, name, long)
            await settle(world, database)
            await judge(world, site, posts)


async def judge(world: World, site: WebhookServer, posts: dict[tuple[str, str], Post]) -> None:
    copies = Counter(posted.key for posted in site.posts)
    asked = {item.draft for item in await world.notices() if str(item.card["title"]).startswith("❓")}
    assert len(site.sent) == len(site.posts) == len(copies), "something was sent twice"
    for number, (point, planned) in enumerate(posts.items()):
        post = await world.post(planned)
        count = sum(post.digest.encode() in posted.body for posted in site.posts)
        assert post.state in (PostState.published, PostState.unknown), (point, post.state, post.failure)
        if post.state is PostState.published:
            assert count == 1, point
        else:
            assert post.draft in asked, (point, "nobody was told")
            assert count == 0 or number >= SENDS - 1, (point, "sent although it could not be recorded")
        if number < POINTS.index(("attempt", "before")):
            assert post.state is PostState.published, (point, "nothing had been tried: it goes out when all is well")
