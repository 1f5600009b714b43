"""SIGKILL at every request of a LinkedIn post with pictures, as such and as a document: one post, or a question."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.platform import LINKEDIN
from bot.channels.registry import Platforms, build_channels
from storage.feed import FeedStore
from storage.posts import PostState
from storage.redis import Database
from storage.sealed import Medium
from tests.bot.channels.photos import picture
from tests.fakes.faulty_http import listening
from tests.fakes.linkedin_server import PAGES_SCOPE, LinkedInServer
from tests.reliability.dying import Dying
from tests.world import world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

TEXT = "Fresh bread (from six). #bread"
PICTURES = [picture(1200, 675, turn=turn) for turn in (0, 45)]
POSTED = ("POST posts", "GET posts/ID")


@dataclass
class DyingLinkedIn(Dying, LinkedInServer):
    pass


@dataclass(frozen=True)
class Shape:
    """How the pictures go out, and its requests in the order in which they come."""

    name: str
    options: dict[str, str]
    requests: Sequence[str]


UPLOAD = ("POST images", "PUT upload", "GET images/ID")
SHAPES = [
    Shape("pictures", {}, (*UPLOAD, *UPLOAD, *POSTED)),
    Shape("document", {"pictures": "document"}, ("POST documents", "PUT upload", "GET documents/ID", *POSTED)),
]
STEPS = [(shape, step) for shape in SHAPES for step in range(len(shape.requests))]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("shape", "step"), STEPS, ids=[f"{shape.name}-{step}" for shape, step in STEPS])
async def test_a_post_stands_there_once_and_whole_or_people_are_asked_wherever_its_sender_died(
    valkey_url: str, database: Database, tmp_path: Path, shape: Shape, step: int, after: bool
) -> None:
    async with listening(DyingLinkedIn(deadly_at=step, after=after)) as server:
        platform = dataclasses.replace(LINKEDIN, api=server.origin, web=server.origin)
        channels = build_channels(FeedStore(database), base_url="http://localhost:8484", platforms=Platforms(platform))
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, tmp_path, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            secrets = {"access_token": server.token_for(PAGES_SCOPE, velo="ADMINISTRATOR")}
            account = await world.connected("linkedin", "Velo", {"page": "4711"} | shape.options, secrets)
            for data in PICTURES:
                await world.blobs.put(data)
            media = tuple(_medium(data) for data in PICTURES)
            [post] = (await world.decide(await world.draft(account, text=TEXT, media=media))).posts
            world.clock.move_to(post.due)

            command = [sys.executable, "-m", "tests.reliability.bluesky_poster", valkey_url, str(tmp_path)]
            process = await asyncio.create_subprocess_exec(
                *command, str(server.port), post.id, stdout=DEVNULL, stderr=PIPE
            )
            server.process = process
            _, said = await process.communicate()
            assert process.returncode == -signal.SIGKILL, said.decode()
            server.process = None
            assert [_short(each) for each in server.asked] == list(shape.requests[: step + 1])
            publishing = shape.requests.index("POST posts")
            stood = step > publishing or (step == publishing and after)
            assert len(server.posts) == stood

            world.clock.move_to(post.due + timedelta(seconds=40))
            await world.recovery.recover()
            for _ in range(8):
                await world.run_due()
                world.clock.move(timedelta(seconds=61))
            kept = await world.post(post)
            if stood:
                assert kept.state is PostState.published and kept.receipt is not None, kept.failure
                assert kept.receipt.compared == "same" and len(server.posts) == 1
                return
            assert kept.state is PostState.unknown and not server.posts
            assert any("tell" in item.model_dump_json() for item in await world.notices())
            await world.posts.resolve(world.ws, post.id, world.owner.id, "send", "test")
            await world.run_due()
            assert (await world.post(post)).state is PostState.published and len(server.posts) == 1


def _short(asked: str) -> str:
    asked = re.sub(r"/dms-uploads/[0-9]+", "/rest/upload", asked)
    return re.sub(r"/(urn|[0-9]).*", "/ID", asked.replace("/rest/", ""))


def _medium(data: bytes) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime="image/png", size=len(data), width=1200, height=675, alt="Bread")
