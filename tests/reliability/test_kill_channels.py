"""SIGKILL at every step of a post with pictures, before and after the server acted: one whole post, or a question.

How many steps there are a run without a death tells, and what stands there then is what must stand there in the end.
With ADMIND_TEST_KILLS=every (`make kills`) it is every step, otherwise the first, the one in the middle, the last that
publishes, and the last of all.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from storage.posts import Post, PostState
from storage.redis import Database
from tests.fakes.faulty_http import listening
from tests.reliability.channel_table import ARTICLE, CASES, Case, Stands
from tests.reliability.posters import Poster, channels_at
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

EVERY = os.environ.get("ADMIND_TEST_KILLS") == "every"
LOOKS = [timedelta(seconds=31)] * 6 + [timedelta(minutes=5)] * 2


@dataclass
class Stage:
    case: Case
    world: World
    server: Any
    post: Post

    async def now(self) -> Post:
        return await self.world.post(self.post)

    def stands(self) -> Stands:
        return list(self.case.stands(self.server))

    async def tried(self, whole: Stands) -> Stands:
        """What would stand there had the step come to its end: without the comment that follows a post by itself."""
        at_comment = (await self.now()).receipt is not None
        follows = self.world.channels[self.post.channel].capabilities.comments == "after" and not at_comment
        return [each for each in whole if not follows or each[0] != self.case.comment]

    async def looks(self) -> Post:
        """What becomes of it while time goes by."""
        for pause in LOOKS:
            await self.world.run_due()
            kept = await self.now()
            if kept.state is PostState.published:
                break
            self.world.clock.move(pause)
        return kept

    async def told(self) -> bool:
        return any("tell" in item.model_dump_json() for item in await self.world.notices())

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
        for other in server.beside:
            await open_ones.enter_async_context(listening(other))
        hosts = frozenset(f"127.0.0.1:{each.port}" for each in (server, *server.beside))
        channels = channels_at(server.origin, database)
        async with world_on(database, folder, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            channel = case.channel or case.name
            account = await world.connected(channel, "Velo", case.options(server), case.secrets(server))
            media = case.media()
            for data, _ in media:
                await world.blobs.put(data)
            draft = await world.draft(
                account, text=case.text, media=tuple(medium for _, medium in media), comment=case.comment
            )
            [post] = (await world.decide(draft)).posts
            world.clock.move_to(post.due + timedelta(seconds=1))
            yield Stage(case, world, server, post)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_post_stands_there_once_and_whole_or_people_are_asked_wherever_its_sender_died(
    valkey_url: str, database: Database, tmp_path: Path, case: Case, after: bool
) -> None:
    async with stage(case, database, tmp_path / "whole") as alive:
        alive.server.process = Nobody()
        kept = await alive.world.publish_due(alive.post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == case.compared
        steps, whole = alive.server.asked, alive.stands()
        assert sum(pictures for _, pictures in whole) == case.pictures
        assert case.text is ARTICLE or _words(*(text for text, _ in whole)) == _words(case.text, case.comment)
    some = {0, len(steps) // 2, alive.server.irreversible[-1], len(steps) - 1}
    for number in range(len(steps)) if EVERY else sorted(some):
        async with stage(case, database, tmp_path / str(number)) as dead:
            dead.server.deadly_at, dead.server.after = number, after
            poster = Poster(valkey_url, dead.world.folder, dead.server.origin, dead.post.id)
            dead.server.process = poster
            try:
                assert await poster.ended() == -signal.SIGKILL, poster.said()
                dead.server.process = None
                assert len(dead.server.asked) == number + 1
                await _one_or_a_question(dead, whole)
            except BaseException as error:
                error.add_note(
                    f"It died {'after' if after else 'before'} step {number} of {case.name}: {steps[number]}"
                )
                raise


async def _one_or_a_question(dead: Stage, whole: Stands) -> None:
    case, stood = dead.case, dead.stands()
    dead.world.clock.move_to(dead.post.due + timedelta(seconds=30))
    await dead.world.recovery.recover()
    tried = await dead.tried(whole)
    kept = await dead.looks()
    asked = case.asks == "always" or (case.asks == "unless whole" and stood != tried)
    assert kept.state is (PostState.unknown if asked else PostState.published), kept.failure
    if asked:
        assert dead.stands() == stood, "nothing comes after the death, unless a person says so"
        assert await dead.told()
        if stood and not case.again and (not kept.commenting or stood == whole):
            doubted = kept
            kept = await dead.resolve("live")
            if case.comment and not doubted.commenting:  # nobody knows below which post it belongs
                assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "by_hand"
                assert await dead.told()
                kept, whole = await dead.resolve("live"), stood
            assert kept.state is PostState.published and dead.stands() == whole
            return
        kept = await dead.resolve("send")
    assert kept.state is PostState.published and kept.receipt is not None, kept.failure
    assert kept.receipt.compared == case.compared
    assert dead.stands() == whole


def _words(*texts: str) -> list[str]:
    return " ".join(texts).split()
