"""SIGKILL at every request of an article with pictures, before and after the blog acted: one whole article."""

from __future__ import annotations

import asyncio
import hashlib
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.posts import PostState
from storage.redis import Database
from storage.sealed import Medium
from tests.fakes.faulty_http import listening
from tests.fakes.forem_server import API_KEY, ForemServer
from tests.fakes.ghost_server import KEY, GhostServer
from tests.fakes.wordpress_server import PASSWORD, USER, WordPressServer
from tests.reliability.dying import Dying
from tests.world import world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

TEXT = "# Fresh bread\n\nEvery morning we bake from **four**.\n\n- Rye\n- Wheat"
PICTURES = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 300 for number in range(2)]


@dataclass
class DyingWordPress(Dying, WordPressServer):
    pass


@dataclass
class DyingGhost(Dying, GhostServer):
    pass


@dataclass
class DyingForem(Dying, ForemServer):
    pass


@dataclass(frozen=True)
class Blog:
    """`requests` in the order in which they come, before the process that sends them would end well."""

    channel: str
    serve: Callable[..., Any]
    options: Callable[[str], dict[str, str]]
    secrets: dict[str, str]
    requests: Sequence[str]
    pictures: int


BLOGS = [
    Blog(
        "wordpress",
        DyingWordPress,
        lambda origin: {"server": origin, "user": USER},
        {"app_password": PASSWORD},
        (
            "GET users/me",
            "GET posts",
            "GET media",
            "POST media",
            "GET media",
            "POST media",
            "POST posts",
            "POST posts/ID",
            "GET posts/ID",
            "GET media/ID",
        ),
        pictures=2,
    ),
    Blog(
        "ghost",
        DyingGhost,
        lambda origin: {"server": origin},
        {"admin_key": KEY},
        (
            "GET posts/slug/fresh-bread-KEY",
            "POST images/upload",
            "POST images/upload",
            "POST posts",
            "PUT posts/ID",
            "GET posts/ID",
        ),
        pictures=2,
    ),
    Blog(
        "devto",
        DyingForem,
        lambda origin: {"server": origin},
        {"api_key": API_KEY},
        ("GET users/me", "GET articles/me/all", "POST articles", "PUT articles/ID", "GET articles/ID"),
        pictures=0,
    ),
]
STEPS = [(blog, step) for blog in BLOGS for step in range(len(blog.requests))]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("blog", "step"), STEPS, ids=[f"{blog.channel}-{step}" for blog, step in STEPS])
async def test_an_article_stands_there_once_and_whole_wherever_its_sender_died(
    valkey_url: str, database: Database, tmp_path: Path, blog: Blog, step: int, after: bool
) -> None:
    async with (
        listening(blog.serve(deadly_at=step, after=after)) as server,
        world_on(database, tmp_path, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        account = await world.connected(blog.channel, "Velo", blog.options(server.origin), blog.secrets)
        for data in PICTURES:
            await world.blobs.put(data)
        media = tuple(_medium(data) for data in PICTURES[: blog.pictures])
        [post] = (await world.decide(await world.draft(account, text=TEXT, media=media))).posts
        world.clock.move_to(post.due)

        command = [sys.executable, "-m", "tests.reliability.bluesky_poster", valkey_url, str(tmp_path)]
        process = await asyncio.create_subprocess_exec(*command, str(server.port), post.id, stdout=DEVNULL, stderr=PIPE)
        server.process = process
        _, said = await process.communicate()
        assert process.returncode == -signal.SIGKILL, said.decode()
        server.process = None
        assert [_short(each) for each in server.asked] == list(blog.requests[: step + 1])

        world.clock.move_to(post.due + timedelta(minutes=1))
        await world.recovery.recover()
        for _ in range(6):
            await world.run_due()
            world.clock.move(timedelta(minutes=1))
        kept = await world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        assert len(server.public()) == len(server.entries) == 1


def _short(asked: str) -> str:
    path = re.sub(r"/wp-json/wp/v2/|/ghost/api/admin/|/api/", "", asked)
    return re.sub(r"-[0-9a-z]{12}\b", "-KEY", re.sub(r"/[0-9a-f]{3,}\b", "/ID", path)).rstrip("/")


def _medium(data: bytes) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime="image/png", size=len(data), width=1200, height=675, alt="Bread")
