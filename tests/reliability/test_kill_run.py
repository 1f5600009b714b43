"""The real `admind run` is killed again and again, at each step of publishing and anywhere: one copy, or a question."""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.clock import milliseconds
from bot.workflow.upkeep import BUMP_MS
from storage.accounts import Account
from storage.embedded_paths import socket_path
from storage.posts import Post, PostState
from storage.redis import connect
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.handlers.cli.admind import AdMindHere
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 20260302
POINTS = (
    ("claim", "after"),
    ("attempt", "after"),
    ("journal", "after"),
    ("check", "after"),
    ("webhook", "after"),
    ("feed", "after"),
    ("finish", "before"),
    ("finish", "after"),
    ("note", "after"),
    ("recover", "after"),
)
ANYWHERE = 2  # kills from outside, at no step in particular
SHORT = {"ADMIND_LEASE_SECONDS": "0.8", "ADMIND_REDELIVERY_SECONDS": "1.6"}


class Lives:
    """One `admind run` after the other, on the same data."""

    def __init__(self, here: AdMindHere, *, log: Path | None = None) -> None:
        self._here = here
        self._log = log or here.folder / "log"
        self._all: list[subprocess.Popen[bytes]] = []

    def begin(self, *point: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.reliability.deadly", *point],
                cwd=self._here.folder,
                env=self._here.environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._all.append(process)
        return process

    async def ready(self) -> None:
        async def answers() -> bool:
            return await asyncio.to_thread(self._here.status, "/readyz") == 200

        await until(answers, "it is ready", seconds=40)

    def end(self) -> None:
        for process in self._all:
            process.kill()
            process.wait(10)


class Work:
    """Posts that keep coming, for the feed and for receivers that can and cannot be asked, or know a key again."""

    def __init__(self, world: World, accounts: list[Account]) -> None:
        self.posts: list[Post] = []
        self._world, self._accounts = world, accounts

    async def top_up(self) -> None:
        for account in self._accounts:
            text = f"Loaf {len(self.posts)}."
            draft = await self._world.draft(account, text=text, due_in=timedelta(seconds=0.5))
            self.posts += (await self._world.decide(draft)).posts

    async def keep_coming(self) -> None:
        """More, whenever nothing waits: what timed out on a busy machine comes to no death."""
        if not [post for post in await self.states() if post.state in (PostState.scheduled, PostState.sending)]:
            await self.top_up()

    async def states(self) -> list[Post]:
        return list(await self._world.kept_posts.many(self._world.ws, [post.id for post in self.posts]))

    async def settled(self) -> bool:
        """Nothing is on its way any more, and nothing is left to be told or looked up."""
        soon = milliseconds(self._world.clock.now()) + BUMP_MS
        left = await self._world.entries()
        return not [entry for entry, at in left.items() if entry.startswith(("post:", "reconcile:")) or at <= soon]


async def test_a_run_that_is_killed_at_every_step_sends_each_post_once_or_asks(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    async with webhook_server() as site, webhook_server(honours_key=True) as keyed:
        hosts = frozenset(f"127.0.0.1:{server.port}" for server in (site, keyed))
        here = AdMindHere(tmp_path, extra={**SHORT, "ADMIND_ALLOW_HOSTS": ",".join(sorted(hosts))})
        lives = Lives(here)
        try:
            first = lives.begin()
            await lives.ready()
            first.kill()
            async with (
                connect(f"unix://{socket_path(here.data / 'valkey')}") as database,
                world_on(database, here.data, allow_hosts=hosts, worker="seed") as world,
            ):
                work = Work(
                    world,
                    [
                        world.account,
                        await world.webhook(site.url + "?silent"),
                        await world.webhook(site.url, lookup_url=site.url),
                        await world.webhook(keyed.url, honours_key="yes"),
                    ],
                )
                kills = await _killed(lives, work, site, rng)
                last = lives.begin()
                await lives.ready()
                try:
                    await until(work.settled, "every post came to an end", seconds=60)
                except AssertionError as error:
                    raise AssertionError(f"left: {await world.entries()} {here.log()}") from error
                await _judge(work, world, site, keyed)
                last.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(last.wait, 10) == 0, here.log()
        finally:
            lives.end()
    adopted = re.findall(r"embedded database ready pid=(\d+) adopted=(\w+)", (tmp_path / "log").read_text())
    assert [each for _, each in adopted] == ["False"] + ["True"] * (kills + 1)
    assert len({pid for pid, _ in adopted}) == 1, "the database outlived every death"


async def _killed(lives: Lives, work: Work, site: WebhookServer, rng: random.Random) -> int:
    """How many lives ended; each had something to do."""
    points: list[tuple[str, str] | None] = [*POINTS, *[None] * ANYWHERE]
    rng.shuffle(points)
    for point in points:
        await work.top_up()
        if point is not None:
            process = lives.begin(*point, str(1 if point[0] == "recover" else rng.randint(1, 2)))
            await until(partial(_died, process, work), f"it died {point}", seconds=40)
        else:
            process, before = lives.begin(), len(site.sent)
            await until(lambda before=before: len(site.sent) > before, "it sends", seconds=40)
            await asyncio.sleep(rng.random() * 0.3)
            process.kill()
            process.wait(10)
        assert process.poll() == -signal.SIGKILL, point
    return len(points)


async def _died(process: subprocess.Popen[bytes], work: Work) -> bool:
    await work.keep_coming()
    return process.poll() is not None


async def _judge(work: Work, world: World, site: WebhookServer, keyed: WebhookServer) -> None:
    sent = Counter(json.loads(seen.body)["digest"] for seen in site.sent)
    stands = Counter(json.loads(posted.body)["digest"] for posted in (*site.posts, *keyed.posts))
    asked = {item.draft for item in await world.notices() if str(item.card.get("title", "")).startswith("❓")}
    told = {item.draft for item in await world.notices() if str(item.card.get("title", "")).startswith("✅")}
    ends: Counter[tuple[str, PostState]] = Counter()
    for number, post in enumerate(await work.states()):
        kind = ("feed", "silent", "can be asked", "knows keys")[number % 4]
        ends[kind, post.state] += 1
        assert sent[post.digest] <= 1, (kind, post)
        if kind == "feed":
            assert post.state is PostState.published, post
            assert await world.feed.get(world.ws, post.account, post.id) is not None
        elif post.state is PostState.published:
            assert stands[post.digest] == 1, (kind, post)
        else:
            assert post.state is PostState.unknown, (kind, post)
            assert post.draft in asked, (kind, "a doubt that nobody was told")
        assert post.state is not PostState.published or post.draft in told, (kind, "a receipt that nobody was told")
    assert ends["knows keys", PostState.published] == len(work.posts) // 4, ends
    assert ends["silent", PostState.unknown] < len(work.posts) // 4, ends
