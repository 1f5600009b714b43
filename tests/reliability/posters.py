"""Processes that publish one post, to be killed: the real publisher on a given database and clock.

They are forked from one process that has imported everything, so that one more costs a fork and no start of Python.
"""

from __future__ import annotations

import asyncio
import dataclasses
import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from bot.channels.base import Channel
from bot.channels.registry import DEFAULT, Platforms, build_channels
from storage.feed import FeedStore
from storage.posts import Post, PostState
from storage.redis import Database, connect
from tests.fakes.meta_server import SECRET
from tests.reliability.worker import die_at
from tests.world import World, public_roots, world_on

LOOKS = [timedelta(seconds=31)] * 6 + [timedelta(minutes=5)] * 2

public_roots()  # once, for all that are forked
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])


def channels_at(origin: str, database: Database) -> Mapping[str, Channel]:
    """All channels, with every platform that has one address for everybody at this server."""
    names = [each.name for each in dataclasses.fields(Platforms)]
    at = {name: dataclasses.replace(getattr(DEFAULT, name), api=origin, web=origin) for name in names}
    at["facebook"] = dataclasses.replace(at["facebook"], client_secret=SECRET)
    return build_channels(FeedStore(database), base_url="http://localhost:8484", platforms=Platforms(**at))


class Poster:
    """A process that publishes this post at its time, and then ends."""

    def __init__(
        self, url: str, folder: Path, origin: str, post_id: str, *deadly: str, after: timedelta | None = None
    ) -> None:
        """`deadly`: a step, "before" or "after" it, and the how many-th of them it dies at, as workers do. `after`: it
        comes so long after the post's time and takes over what another left.
        """
        self._log = folder / "poster.log"
        arguments = (url, folder, origin, post_id, self._log, deadly, after)
        self._process: BaseProcess = _forks.Process(target=_post, args=arguments, daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self._pid = self._process.pid

    def kill(self) -> None:
        """By SIGKILL."""
        self._process.kill()

    def freeze(self) -> None:
        """By SIGSTOP."""
        os.kill(self._pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    async def ended(self) -> int | None:
        """Its exit code, negative for a signal."""
        await asyncio.to_thread(self._process.join, 60)
        code = self._process.exitcode
        self._process.close()
        return code

    def said(self) -> str:
        return self._log.read_text(errors="replace")


def _post(
    url: str, folder: Path, origin: str, post_id: str, log: Path, deadly: Sequence[str], after: timedelta | None
) -> None:
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    asyncio.run(_post_once(url, folder, origin, post_id, deadly, after))


async def _post_once(
    url: str, folder: Path, origin: str, post_id: str, deadly: Sequence[str], after: timedelta | None
) -> None:
    async with connect(url) as database:
        hosts, channels = frozenset({origin.rpartition("/")[2]}), channels_at(origin, database)
        async with world_on(database, folder, allow_hosts=hosts, worker="poster", channels=channels) as world:
            if deadly:
                die_at(world, deadly[0], deadly[1], int(deadly[2]))
            kept = await world.kept_posts.get(world.ws, post_id)
            if after is None:
                await world.publish_due(kept.record)
            else:
                world.clock.move_to(kept.record.due + after)
                await world.recovery.recover()
                await looks(world, kept.record)


async def looks(world: World, post: Post) -> Post:
    """What becomes of it while time goes by."""
    for pause in LOOKS:
        await world.run_due()
        kept = await world.post(post)
        if kept.state is PostState.published:
            break
        world.clock.move(pause)
    return kept
