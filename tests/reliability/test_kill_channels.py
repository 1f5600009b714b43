"""SIGKILL at every step of a post with pictures, before and after it was done: one whole post, or a question.

Each channel has its richest post: a thread where it has threads, pictures where it takes any, a first comment where it
takes one. A step is a request to the channel, a write to the database, or one to the journal. How many there are a run
without a death tells, and what stands there then is what must stand there in the end.

With ADMIND_TEST_KILLS=every (`make kills`) it is every step; otherwise, of those at the channel, the first, the one in
the middle, the last that publishes, and the last of all, and of the writes one each: another one on every channel. One
that takes over what another left dies the same way.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.channels.registry import build_channels
from storage.feed import FeedStore
from storage.journal import read_all
from storage.posts import Post, PostState
from storage.redis import Database
from tests.fakes.faulty_http import listening
from tests.reliability.channel_table import ARTICLE, CASES, Case, Stands
from tests.reliability.dying import EVERY
from tests.reliability.dying_database import DyingDatabase
from tests.reliability.posters import Poster, channels_at, looks
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(900)]

FOUND_AFTER = timedelta(seconds=30)
JOURNAL = "journal: "


@dataclass
class Stage:
    case: Case
    world: World
    server: Any
    between: DyingDatabase
    post: Post

    async def now(self) -> Post:
        return await self.world.post(self.post)

    async def stands(self) -> Stands:
        if self.case.inside is not None:
            return list(await self.case.inside(self.world.feed, self.world.ws))
        return list(self.case.stands(self.server))

    async def tried(self, whole: Stands) -> Stands:
        """What would stand there had the step come to its end: without the comment that follows a post by itself."""
        at_comment = (await self.now()).receipt is not None
        follows = self.world.channels[self.post.channel].capabilities.comments == "after" and not at_comment
        return [each for each in whole if not follows or each[0] != self.case.comment]

    async def lives(self) -> list[str]:
        """Publish it in a process of its own, by the way on which others die; its steps at the channel and before."""
        poster = self.poster(self.between.url)
        self.server.process = self.between.process = Nobody()
        assert await poster.ended() == 0, poster.said()
        self.server.process = self.between.process = None
        kept = [entry.kind for entry in read_all(self.world.folder / "journal") if entry.journal == "poster"]
        return [*self.server.asked, *self.between.asked, *(f"{JOURNAL}{kind}" for kind in kept)]

    async def dies(self, at: int, steps: Sequence[str], *, after: bool) -> None:
        """Publish it in a process that dies at this one of all steps."""
        channel = len([step for step in steps if not step.startswith((JOURNAL, "database: "))])
        journal = len([step for step in steps if step.startswith(JOURNAL)])
        if at >= len(steps) - journal:
            when = "after" if after else "before"
            poster = self.poster(self.world.database.url, "journal", when, str(at - len(steps) + journal + 1))
            assert await poster.ended() == -signal.SIGKILL, poster.said()
            return
        there, number = (self.server, at) if at < channel else (self.between, at - channel)
        there.deadly_at, there.after = number, after
        there.process = poster = self.poster(self.between.url if there is self.between else self.world.database.url)
        assert await poster.ended() == -signal.SIGKILL, poster.said()
        there.process = None
        assert len(there.asked) == number + 1

    async def is_taken_over(self, at: int = -1, *, after: bool = False) -> list[str]:
        """By a process that finds what another left, and dies at this one of its steps at the channel; those steps."""
        self.server.asked.clear()
        self.server.deadly_at, self.server.after = at, after
        self.server.process = poster = self.poster(self.world.database.url, takes_over=True)
        assert await poster.ended() == (0 if at < 0 else -signal.SIGKILL), poster.said()
        self.server.process = None
        return list(self.server.asked)

    def poster(self, url: str, *deadly: str, takes_over: bool = False) -> Poster:
        after = FOUND_AFTER if takes_over else None
        return Poster(url, self.world.folder, self.server.origin, self.post.id, *deadly, after=after)

    async def one_or_a_question(self, whole: Stands, *, doubted: bool = True) -> bool:
        """What becomes of it from here on is one whole post, or a question whose answer makes it one; whether people
        were asked. `doubted`: it may be out.
        """
        case, stood, tried = self.case, await self.stands(), await self.tried(whole)
        kept = await looks(self.world, self.post)
        asked = doubted and (case.asks == "always" or (case.asks == "unless whole" and stood != tried))
        assert kept.state is (PostState.unknown if asked else PostState.published), kept.failure
        if asked:
            assert await self.stands() == stood, "nothing comes by itself"
            assert await self.told()
            if stood and not case.again and (not kept.commenting or stood == whole):
                await self._is_live(kept, whole, stood)
                return True
            kept = await self.resolve("send")
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == case.compared
        assert await self.stands() == whole
        assert await self.told_of_success()
        return asked

    async def _is_live(self, doubted: Post, whole: Stands, stood: Stands) -> None:
        """A person found it there."""
        kept = await self.resolve("live")
        if self.case.comment and not doubted.commenting:  # nobody knows below which post it belongs
            assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "by_hand"
            assert await self.told()
            kept, whole = await self.resolve("live"), stood
        assert kept.state is PostState.published and await self.stands() == whole

    async def told(self) -> bool:
        return any("tell" in item.model_dump_json() for item in await self.world.notices())

    async def told_of_success(self) -> bool:
        return any(str(item.card.get("title", "")).startswith("✅") for item in await self.world.notices())

    async def resolve(self, verdict: Any) -> Post:
        await self.world.posts.resolve(self.world.ws, self.post.id, self.world.owner.id, verdict, "test")
        await self.world.run_due()
        return await self.now()


class Nobody:
    def kill(self) -> None:
        raise AssertionError("nobody shall die here")


@asynccontextmanager
async def stage(case: Case, database: Database, folder: Path) -> AsyncIterator[Stage]:
    """A connected account at a fresh server in an empty database, and an approved post that is due."""
    await cast(Any, database.client).flushall()
    async with AsyncExitStack() as open_ones:
        server = await open_ones.enter_async_context(listening(case.serve()))
        between = await open_ones.enter_async_context(listening(DyingDatabase(socket=database.url[len("unix://") :])))
        for other in server.beside:
            await open_ones.enter_async_context(listening(other))
        hosts = frozenset(f"127.0.0.1:{each.port}" for each in (server, *server.beside))
        channels = channels_at(server.origin, database)
        async with world_on(database, folder, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            account = await world.connected(case.on, "Velo", case.options(server), case.secrets(server))
            media = case.media()
            for data, _ in media:
                await world.blobs.put(data)
            draft = await world.draft(
                account, text=case.text, media=tuple(medium for _, medium in media), comment=case.comment
            )
            [post] = (await world.decide(draft)).posts
            world.clock.move_to(post.due + timedelta(seconds=1))
            yield Stage(case, world, server, between, post)


def test_every_channel_is_killed_at_its_richest(database: Database) -> None:
    channels = build_channels(FeedStore(database), base_url="http://localhost:8484")
    assert {case.on for case in CASES} == set(channels)
    for name, channel in channels.items():
        able, cases = channel.capabilities, [case for case in CASES if case.on == name]
        thread = able.threads and able.text_limit is not None
        assert any(
            case.pictures >= min(able.images_max, 2)
            and (bool(case.comment) or able.comments == "none")
            and (not thread or len(case.text) > cast(int, able.text_limit))
            for case in cases
        ), name


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_post_stands_there_once_and_whole_or_people_are_asked_wherever_its_sender_died(
    database: Database,
    tmp_path: Path,
    case: Case,
    after: bool,
    record_property: Callable[[str, object], None],
) -> None:
    async with stage(case, database, tmp_path / "whole") as alive:
        steps = await alive.lives()
        kept, whole = await alive.now(), await alive.stands()
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == case.compared
        assert sum(pictures for _, pictures in whole) == case.pictures
        assert case.text is ARTICLE or _words(*(text for text, _ in whole)) == _words(case.text, case.comment)
        numbers = range(len(steps)) if EVERY else _some(alive, len(steps), CASES.index(case))
    ends: Counter[str] = Counter()
    for number in numbers:
        async with stage(case, database, tmp_path / str(number)) as dead:
            try:
                await dead.dies(number, steps, after=after)
                asked = await _one_or_a_question(dead, whole)
            except BaseException as error:
                error.add_note(
                    f"It died {'after' if after else 'before'} step {number} of {case.name}: {steps[number]}"
                )
                raise
            ends[_place(steps[number])] += 1
            ends["asked" if asked else "one"] += 1
    record_property("kills", {"case": case.name, "after": after, **ends})


@pytest.mark.parametrize("case", [case for case in CASES if case.inside is None], ids=lambda case: case.name)
async def test_so_it_is_where_the_one_that_took_over_died_too(
    database: Database, tmp_path: Path, case: Case, record_property: Callable[[str, object], None]
) -> None:
    async with stage(case, database, tmp_path / "whole") as alive:
        steps, whole = await alive.lives(), await alive.stands()
        first = alive.server.irreversible[len(alive.server.irreversible) // 2]
    async with stage(case, database, tmp_path / "once") as once:
        await once.dies(first, steps, after=True)
        seconds = await once.is_taken_over()
    turn, ends = CASES.index(case), Counter[str]()
    numbers = range(len(seconds)) if EVERY else [turn % len(seconds)] if seconds else []
    for number in numbers:
        for after in (False, True) if EVERY else (bool(turn % 2),):
            async with stage(case, database, tmp_path / f"{number}-{after}") as dead:
                await dead.dies(first, steps, after=True)
                assert len(await dead.is_taken_over(number, after=after)) == number + 1
                try:
                    asked = await _one_or_a_question(dead, whole)
                except BaseException as error:
                    error.add_note(f"It died at {steps[first]}, and the next one at step {number}: {seconds[number]}")
                    raise
            ends.update(["taker", "asked" if asked else "one"])
    record_property("kills", {"case": case.name, **ends})


def _some(alive: Stage, steps: int, turn: int) -> list[int]:
    channel, database = len(alive.server.asked), len(alive.between.asked)
    journal = steps - channel - database
    found = {channel + turn % database, channel + database + turn % journal}
    if channel:
        found |= {0, channel // 2, alive.server.irreversible[-1], channel - 1}
    return sorted(found)


def _place(step: str) -> str:
    return step.partition(": ")[0] if step.startswith((JOURNAL, "database: ")) else "channel"


async def _one_or_a_question(dead: Stage, whole: Stands) -> bool:
    """Whether people were asked."""
    doubted = (await dead.now()).state in (PostState.sending, PostState.unknown)
    dead.world.clock.move_to(dead.post.due + FOUND_AFTER)
    await dead.world.recovery.recover()
    return await dead.one_or_a_question(whole, doubted=doubted)


def _words(*texts: str) -> list[str]:
    return " ".join(texts).split()
