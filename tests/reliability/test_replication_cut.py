"""Replication ends while posts stand at every step of their way, and the replica takes over: one copy, or a question.

One post waits before and one after each step of sending; then the link is cut, all go on, the primary dies, and its
replica is promoted without anything that came after the cut.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.errors import AdMindError
from storage import keys
from storage.posts import Post, PostState
from storage.redis import Database, connect
from tests.fakes.valkey import replicated_cluster, replicated_valkey, stop_following
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

STEPS = ("claim", "attempt", "journal", "check", "send", "finish")
POINTS = [(step, when) for step in STEPS for when in ("before", "after")]
ENDS = {PostState.published: "✅", PostState.unknown: "❓", PostState.missed: "⏰"}


@dataclass(frozen=True)
class Servers:
    """A primary that holds the workspace, and its replica, by their ports."""

    url: str
    pick: Callable[[str], tuple[subprocess.Popen[bytes], int, int]]


@contextmanager
def sentinel() -> Iterator[Servers]:
    with replicated_valkey() as found:
        yield Servers(found.url, lambda workspace: (found.primary, *found.ports))


@contextmanager
def cluster() -> Iterator[Servers]:
    with replicated_cluster() as found:

        def pick(workspace: str) -> tuple[subprocess.Popen[bytes], int, int]:
            place = found.place_of(keys.control(workspace))
            return found.primaries[place], found.ports[place], found.ports[3 + place]

        yield Servers(found.url, pick)


class Gates:
    """Each post waits once at its own point until all may go on."""

    def __init__(self, world: World, points: dict[str, tuple[str, str]]) -> None:
        self.reached: set[str] = set()
        self.open = asyncio.Event()
        self._points = points
        publisher = world.publisher
        self._wrap(publisher.journal, "append", "journal")
        self._wrap(world.channels["webhook"], "send", "send")
        for step in ("claim", "attempt", "check", "finish"):
            self._wrap(publisher.sending, step, step)

    def _wrap(self, owner: Any, name: str, step: str) -> None:
        call: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def wrapped(*args: Any, **options: Any) -> Any:
            post = str(options.get("post") or (args[0].id if step == "claim" else args[step == "send"].post))
            await self._wait(post, (step, "before"))
            answer = await call(*args, **options)
            await self._wait(post, (step, "after"))
            return answer

        setattr(owner, name, wrapped)

    async def _wait(self, post: str, point: tuple[str, str]) -> None:
        if self._points.get(post) == point:
            self.reached.add(post)
            await self.open.wait()

    async def all_reached(self) -> bool:
        return self.reached == self._points.keys()


async def due(world: World, site: WebhookServer) -> dict[tuple[str, str], Post]:
    """For each point a post of its own account, in turn to a receiver that can be asked and to one that cannot, whose
    time has just come.
    """
    await world.recovery.recover()
    posts = {}
    for number, point in enumerate(POINTS):
        url = f"{site.url}?{number}"
        account = await (world.webhook(url, lookup_url=site.url) if number // 2 % 2 else world.webhook(url))
        draft = await world.draft(account, text=f"Loaf {number}.")
        (posts[point],) = (await world.decide(draft)).posts
    world.clock.move_to(max(post.due for post in posts.values()) + timedelta(seconds=1))
    await world.recovery.sign_of_life()
    return posts


async def promoted(database: Database, workspace: str, before: str) -> None:
    async def another() -> bool:
        with suppress(AdMindError):
            if (await database.identity()).run_id == before:
                return False
            await database.client.set(keys.of(workspace, "once", "probe"), "1", ex=60)
            return True
        return False

    await until(another, "the replica took over", seconds=40)


@pytest.mark.parametrize("journals", [True, False], ids=["with the journal", "on another machine"])
@pytest.mark.parametrize("serve", [sentinel, cluster])
async def test_what_a_promoted_replica_never_heard_of_is_out_once_or_asked_about(
    tmp_path: Path, serve: Callable[[], Any], journals: bool
) -> None:
    clock = MovableClock()
    with serve() as servers:
        async with webhook_server() as site, connect(servers.url) as database:
            hosts = frozenset({f"127.0.0.1:{site.port}"})
            async with world_on(database, tmp_path, allow_hosts=hosts, clock=clock) as world:
                posts = await due(world, site)
                gates = Gates(world, {post.id: point for point, post in posts.items()})
                primary, port, replica = servers.pick(world.ws)
                work = [asyncio.create_task(world.publisher.publish(world.ws, post.id)) for post in posts.values()]
                await until(gates.all_reached, "each is at its point")
                assert await database.wait_replicas(1, 500, near=keys.control(world.ws)) == 1
                stop_following(port, replica)
                gates.open.set()
                ended = await asyncio.gather(*work, return_exceptions=True)
                assert not [error for error in ended if error and not isinstance(error, AdMindError)], ended
                before = (await database.identity()).run_id
                primary.kill()
                primary.wait(10)
                await promoted(database, world.ws, before)
            if not journals:
                shutil.rmtree(tmp_path / "journal")
            async with world_on(database, tmp_path, allow_hosts=hosts, clock=clock, worker="worker-2") as world:
                await world.recovery.recover()
                for minutes in (1, 2, 7, 20, 30):
                    clock.move(timedelta(minutes=minutes))
                    await world.run_due()
                await judge(world, site, posts)


async def judge(world: World, site: WebhookServer, posts: dict[tuple[str, str], Post]) -> None:
    copies = Counter(json.loads(posted.body)["digest"] for posted in site.posts)
    assert len(site.sent) == len(site.posts) == len(copies), "something was sent twice"
    titles = {(item.draft, str(item.card["title"])[:1]) for item in await world.notices()}
    states = Counter[PostState]()
    for number, (point, planned) in enumerate(posts.items()):
        post = await world.post(planned)
        states[post.state] += 1
        assert post.state in ENDS and (post.draft, ENDS[post.state]) in titles, (point, post.state, post.failure)
        assert post.state is not PostState.published or copies[post.digest] == 1, (point, "a receipt without a post")
        if number <= POINTS.index(("attempt", "before")):
            assert not copies[post.digest], (point, "sent without a second copy of the attempt")
        else:
            assert copies[post.digest] == 1, (point, "its attempt was on the replica")
    assert states[PostState.published] >= 4, states
