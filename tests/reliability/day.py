"""A day of posts on many accounts: the real `admind run` is killed while channels fail, and every post accounted for.

The clock is moved from one moment at which something falls due to the next, and only while nothing is on its way: how
late a post was is then real time, and no request is overtaken.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bot.clock import from_milliseconds, milliseconds
from bot.workflow.upkeep import BUMP_MS
from storage import keys
from storage.embedded_paths import socket_path
from storage.inbox import InboxItem, inbox_store
from storage.posts import Post, PostState
from storage.redis import connect
from tests.fakes.clocks import SharedClock
from tests.fakes.waiting import until
from tests.handlers.cli.admind import AdMindHere
from tests.reliability.unreliable import Town, connected, servers
from tests.world import World, world_on

SHARE = 0.05
AT_ONCE = 10  # drafts in the making
ENDS = {PostState.published, PostState.failed, PostState.unknown}
SIGNS = {PostState.published: "✅", PostState.failed: "❌", PostState.unknown: "❓"}


def text_of(number: int) -> str:
    """No two alike, so that each is known again wherever it stands."""
    return f"Loaf number {number}, fresh from six."


@dataclass(frozen=True)
class Size:
    """How large the day is. `kinds`: accounts of each kind; posts of one moment are spread over the accounts."""

    posts: int
    moments: int
    kinds: Mapping[str, int]
    deadline_seconds: float
    settle_seconds: float
    restarts: int = 3


@dataclass
class Life:
    """One `admind run` after the other on the same data, and the processor time that all of them took."""

    here: AdMindHere
    command: tuple[str, ...]
    seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    async def begin(self) -> None:
        """A new life, ready to publish."""
        self._spawn()

        async def answers() -> bool:
            return await asyncio.to_thread(self.here.status, "/readyz") == 200

        await until(answers, "it is ready", seconds=90)

    def _spawn(self) -> None:
        with (self.here.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.reliability.moved", *self.command],
                cwd=self.here.folder,
                env=self.here.environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def end(self, sign: signal.Signals = signal.SIGKILL) -> int:
        """Its exit status; what it used is added up."""
        assert self.process is not None
        self.seconds += self.spent()
        self.process.send_signal(sign)
        return self.process.wait(30)

    def finish(self) -> None:
        """Nothing is left, the database included: only a life that ends well takes it with it."""
        if self.process is None or self.process.poll() is not None:
            with contextlib.suppress(OSError, psutil.Error, ValueError):
                psutil.Process(self.database_pid).terminate()
        elif self.end(signal.SIGTERM) != 0:
            raise AssertionError(self.here.log())

    def spent(self) -> float:
        """Processor seconds of this life until now."""
        return spent(self.process.pid) if self.process is not None else 0.0

    @property
    def database_pid(self) -> int:
        return int((self.here.data / "valkey" / "valkey.pid").read_text())


def spent(pid: int) -> float:
    """Processor seconds of a process until now."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@dataclass
class Reckoning:
    """How the day ended. `wrong`: each post that is not accounted for, and why."""

    ends: Counter[PostState] = field(default_factory=Counter)
    rolled: Counter[str] = field(default_factory=Counter)
    by_kind: dict[str, Counter[PostState]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # seconds, of all that were published
    late_at_once: list[float] = field(default_factory=list)  # of those that went out at the first attempt
    attempts: int = 0
    rates: list[float] = field(default_factory=list)  # posts a second, of moments in which nobody was killed


class Day:
    """Posts for every moment of 24 hours. Build it with `day_in`."""

    def __init__(self, world: World, town: Town, life: Life, clock: SharedClock, size: Size) -> None:
        self.world, self.town, self.life, self.clock, self.size = world, town, life, clock, size
        self.posts: list[Post] = []
        self.killed_at: list[datetime] = []

    async def schedule(self) -> None:
        """Every post drafted and approved, as people do it."""
        start = self.clock.now() + timedelta(hours=1)
        for first in range(0, self.size.posts, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.size.posts))
            self.posts += await asyncio.gather(*[self._scheduled(number, start) for number in numbers])
        await self._tell_nothing_of_drafts()

    async def _scheduled(self, number: int, start: datetime) -> Post:
        place = self.town.places[number % len(self.town.places)]
        due = start + timedelta(hours=24) / self.size.moments * (number * self.size.moments // self.size.posts)
        draft = await self.world.draft(place.account, text=text_of(number), due_in=due - self.clock.now())
        [post] = (await self.world.decide(draft)).posts
        return post

    async def _tell_nothing_of_drafts(self) -> None:
        """What their makers would have seen while they made them: thousands of cards that the day would begin with."""
        client: Any = self.world.database.client
        due = keys.due(self.world.ws)
        cards = [entry for entry in await client.zrange(due, 0, -1) if entry.startswith("note:draft:")]
        for first in range(0, len(cards), 1000):
            await client.zrem(due, *cards[first : first + 1000])

    async def pass_by(self) -> None:
        """All day long. A third of a moment's posts went out when its process is killed."""
        moments = 0
        share = self.size.moments / self.size.restarts
        kills = {int((number + 0.5) * share) + 1 for number in range(self.size.restarts)}
        many = self.size.posts / self.size.moments
        while True:
            await until(self._quiet, "nothing is on its way", seconds=180)
            following = await self._next()
            if following is None:
                return
            at, posts = following
            before = self.town.asked()
            self.clock.move_to(at)
            if posts < many / 2:
                continue  # what was put off
            moments += 1
            if moments in kills:
                await until(lambda before=before: self.town.asked() >= before + many / 3, "it sends", seconds=90)
                assert self.life.end() == -signal.SIGKILL
                self.killed_at.append(at)
                await self.life.begin()

    async def _quiet(self) -> bool:
        await asyncio.sleep(0.05)
        soon = milliseconds(self.clock.now()) + BUMP_MS
        return not await self._entries("-inf", soon, 1)

    async def _next(self) -> tuple[datetime, int] | None:
        """When something falls due next, and how many posts do."""
        entries = await self._entries("-inf", "+inf", self.size.posts)
        if not entries:
            return None
        first = min(entries.values())
        return from_milliseconds(round(first)), sum(
            entry.startswith("post:") and at <= first + 1000 for entry, at in entries.items()
        )

    async def _entries(self, least: object, most: object, limit: int) -> dict[str, float]:
        client: Any = self.world.database.client
        found = await client.zrange(keys.due(self.world.ws), least, most, byscore=True, withscores=True)
        kinds = ("post:", "reconcile:", "note:")
        return dict([(entry, at) for entry, at in found if entry.startswith(kinds)][:limit])

    async def reckon(self) -> Reckoning:
        """Each post: once on its channel, or failed or unknown and told; nothing twice, nothing else."""
        found = Reckoning(rolled=self.town.rolled)
        standing = self.town.standing()
        told = await self._told()
        kinds = {place.account.id: place.kind for place in self.town.places}
        moments: dict[int, list[Post]] = defaultdict(list)  # by the minute: approving them one by one took its time
        kept = await self.world.kept_posts.many(self.world.ws, [post.id for post in self.posts])
        for number, post in enumerate(kept):
            text = text_of(number)
            there = standing.pop(text, 0)
            found.ends[post.state] += 1
            found.by_kind[kinds[post.account]][post.state] += 1
            found.attempts += len(post.attempts)
            moments[_minute(post.due)].append(post)
            for why in wrong_with(post, there, told[post.draft]):
                found.wrong.append(f"{why}: {text} on {kinds[post.account]}, {[a.outcome for a in post.attempts]}")
            if post.receipt is not None:
                found.late.append((post.receipt.at - post.due).total_seconds())
                if len(post.attempts) == 1 and post.attempts[0].outcome == "published":
                    found.late_at_once.append(found.late[-1])
        found.wrong += [f"nobody scheduled this: {text}" for text in standing]
        killed = {_minute(at) for at in self.killed_at}
        for minute, posts in moments.items():
            late = sorted((each.receipt.at - each.due).total_seconds() for each in posts if each.receipt)
            if late and minute not in killed:
                most = late[round(len(late) * 0.9) - 1]  # the rest waited for faults
                found.rates.append(len(late) * 0.9 / max(most, 0.001))
        return found

    async def _told(self) -> Mapping[str, set[str]]:
        """Draft → the first signs of the messages about it."""
        told: dict[str, set[str]] = defaultdict(set)
        cursor = ""
        while True:
            page = await inbox_store(self.world.database).page(self.world.ws, after=cursor, limit=1000)
            for item in page.items:
                told[item.draft].add(_sign(item))
            cursor = page.next
            if not cursor:
                return told


def _minute(at: datetime) -> int:
    return round(at.timestamp() / 60)


def _sign(item: InboxItem) -> str:
    return str(item.card.get("title", ""))[:1]


def wrong_with(post: Post, there: int, told: set[str]) -> list[str]:
    """Why this post is not accounted for: `there` times on its channel, told of by messages that begin so."""
    found = []
    if there > 1:
        found.append(f"stands there {there} times")
    if post.state not in ENDS:
        found.append(f"is still {post.state}")
    elif SIGNS[post.state] not in told:
        found.append(f"{post.state}, and nobody was told")
    if post.state is PostState.published and there != 1:
        found.append(f"published, and stands there {there} times")
    if post.state is PostState.failed and there:
        found.append("failed, and stands there")
    return found


@asynccontextmanager
async def day_in(folder: Path, size: Size) -> AsyncIterator[Day]:
    """Everything for one day, in this folder: accounts connected, the run not begun."""
    clock = SharedClock(folder / "clock")
    async with servers(size.kinds, clock) as opened:
        hosts = frozenset(f"127.0.0.1:{server.port}" for _, server in opened)
        extra = {"ADMIND_ALLOW_HOSTS": ",".join(sorted(hosts)), "ADMIND_LEASE_SECONDS": "5"}
        here = AdMindHere(folder, extra=extra)
        life = Life(here, (str(folder / "clock"), str(size.deadline_seconds), str(size.settle_seconds)))
        try:
            await life.begin()  # the database lives on; what is scheduled waits for the next life
            life.end()
            life.seconds = 0.0
            async with (
                connect(f"unix://{socket_path(here.data / 'valkey')}") as database,
                world_on(database, here.data, allow_hosts=hosts, worker="people", clock=clock) as world,
            ):
                day = Day(world, await connected(world, opened), life, clock, size)
                await day.schedule()
                day.town.fail(SHARE, seed=20261127)
                yield day
        finally:
            life.finish()


async def lived(day: Day) -> tuple[Reckoning, float]:
    """The day, from the first post to the last word about one; the seconds that it took."""
    await day.life.begin()
    started = time.monotonic()
    await day.pass_by()
    return await day.reckon(), time.monotonic() - started
