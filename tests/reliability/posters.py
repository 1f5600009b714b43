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
from multiprocessing.process import BaseProcess
from pathlib import Path

from bot.channels.base import Channel
from bot.channels.registry import DEFAULT, Platforms, build_channels
from storage.feed import FeedStore
from storage.redis import Database, connect
from tests.fakes.meta_server import SECRET
from tests.reliability.worker import die_at
from tests.world import public_roots, world_on

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

    def __init__(self, url: str, folder: Path, origin: str, post_id: str, *deadly: str) -> None:
        """`deadly`: a step, "before" or "after" it, and the how many-th of them it dies at, as workers do."""
        self._log = folder / "poster.log"
        arguments = (url, folder, origin, post_id, self._log, deadly)
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


def _post(url: str, folder: Path, origin: str, post_id: str, log: Path, deadly: Sequence[str]) -> None:
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    asyncio.run(_post_once(url, folder, origin, post_id, deadly))


async def _post_once(url: str, folder: Path, origin: str, post_id: str, deadly: Sequence[str]) -> None:
    async with connect(url) as database:
        hosts, channels = frozenset({origin.rpartition("/")[2]}), channels_at(origin, database)
        async with world_on(database, folder, allow_hosts=hosts, worker="poster", channels=channels) as world:
            if deadly:
                die_at(world, deadly[0], deadly[1], int(deadly[2]))
            kept = await world.kept_posts.get(world.ws, post_id)
            await world.publish_due(kept.record)
