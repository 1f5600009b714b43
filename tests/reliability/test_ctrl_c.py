"""Ctrl-C in a terminal while a post is on its way: the receipt is kept, or the doubt is, and the database ends last."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pexpect
import pytest

from storage.embedded import EmbeddedValkey
from storage.embedded_paths import socket_path
from storage.journal import read_all, unfinished
from storage.posts import Post, PostState
from storage.redis import connect
from storage.stores import PostStore
from tests.fakes.faulty_http import Act, Seen, listening
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.cli.admind import AdMindHere
from tests.world import world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(180)]


@dataclass
class Slow(WebhookServer):
    """It has the post, and while it is `patient` answers only when it is told to."""

    patient: bool = False
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def _act(self, writer: asyncio.StreamWriter, seen: Seen, act: Act) -> None:
        if not self.patient:
            await super()._act(writer, seen, act)
            return
        answer = self.commit(seen)
        await self.answers.wait()
        await self._answer(writer, 200, answer)


@asynccontextmanager
async def in_the_middle(folder: Path) -> AsyncIterator[tuple[AdMindHere, pexpect.spawn[str], Slow, Post]]:
    """`admind run` in a terminal, whose post has just reached its receiver."""
    async with listening(Slow()) as site:
        here = AdMindHere(folder, extra={"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{site.port}"})
        child = here.terminal("run")
        for question in ("1. What", "2. Your", "3. Your"):
            await asyncio.to_thread(child.expect, question)
            child.sendline("")
        await asyncio.to_thread(child.expect, "Try this first")
        async with (
            connect(f"unix://{socket_path(here.data / 'valkey')}") as database,
            world_on(database, here.data, allow_hosts=frozenset({f"127.0.0.1:{site.port}"}), worker="seed") as world,
        ):
            account = await world.webhook(site.url)
            site.patient = True
            draft = await world.draft(account, due_in=timedelta(seconds=1))
            (post,) = (await world.decide(draft)).posts
        await until(lambda: len(site.posts) == 1, "it is out", seconds=30)
        try:
            yield here, child, site, post
        finally:
            child.close(force=True)


async def ended(child: pexpect.spawn[str]) -> None:
    await asyncio.to_thread(child.expect, "Stopped")
    await asyncio.to_thread(child.expect, pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("answered", [True, False], ids=["answered meanwhile", "never answered"])
async def test_what_was_under_way_is_recorded_before_the_database_ends(tmp_path: Path, answered: bool) -> None:
    async with in_the_middle(tmp_path) as (here, child, site, post):
        database = int((here.data / "valkey" / "valkey.pid").read_text())
        child.sendcontrol("c")
        if answered:
            site.answers.set()
        await ended(child)
        with pytest.raises(ProcessLookupError):
            os.kill(database, 0)
        async with EmbeddedValkey(here.data) as kept, connect(kept.url) as found:
            now = (await PostStore(found).get(post.workspace, post.id)).record
        left = [entry.fields["post"] for entry in unfinished(read_all(here.data / "journal"))]
        if answered:
            assert now.state is PostState.published and now.receipt is not None and left == []
        else:
            assert now.state in (PostState.unknown, PostState.sending) and left == [post.id]
        assert len(site.sent) == len(site.posts) == 1
