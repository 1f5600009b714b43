"""SIGKILL at every request of a post with a picture, before and after the server acted: one whole post, or a question.

Where it is a question, "send again" brings out what is missing, and only that.
"""

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
from tests.fakes.facebook_server import FacebookServer
from tests.fakes.faulty_http import listening
from tests.fakes.instagram_server import InstagramServer
from tests.fakes.threads_server import ThreadsServer
from tests.reliability.dying import Dying
from tests.reliability.meta_poster import channels_at
from tests.world import world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

LONG = "".join(f"On day {day} we bake from four, and it smells of bread in all of our street. " for day in range(16))
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200))
SHA256 = hashlib.sha256(JPEG).hexdigest()
PICTURE = Medium(sha256=SHA256, mime="image/jpeg", size=len(JPEG), width=1080, height=1080, alt="Bread")


@dataclass
class DyingThreads(Dying, ThreadsServer):
    pass


@dataclass
class DyingFacebook(Dying, FacebookServer):
    pass


@dataclass
class DyingInstagram(Dying, InstagramServer):
    pass


@dataclass(frozen=True)
class Case:
    """`requests` in the order in which they come, to the end of the read-back."""

    channel: str
    serve: Callable[..., Any]
    text: str
    requests: Sequence[str]


CONTAINER = ("POST USER/threads", "GET ID", "POST USER/threads_publish")
CASES = [
    Case(
        "threads",
        DyingThreads,
        LONG,
        ("GET me", "GET USER/threads_publishing_limit", *CONTAINER * 3, "GET ID", "GET ID", "GET ID", "GET ID"),
    ),
    Case(
        "facebook",
        DyingFacebook,
        LONG.strip(),
        (
            "GET me",
            "GET USER",
            "POST USER/photos",
            "POST USER/feed",
            *("GET ID", "GET me", "GET USER", "GET ID", "GET "),
        ),
    ),
    Case(
        "instagram",
        DyingInstagram,
        LONG.strip(),
        (
            *("GET me", "GET USER/content_publishing_limit"),
            *("POST USER/media", "GET ID", "POST USER/media_publish", "GET ID", "GET ID"),
        ),
    ),
]
STEPS = [(case, step) for case in CASES for step in range(len(case.requests))]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("case", "step"), STEPS, ids=[f"{case.channel}-{step}" for case, step in STEPS])
async def test_a_post_stands_there_once_and_whole_wherever_its_sender_died(
    valkey_url: str, database: Database, tmp_path: Path, case: Case, step: int, after: bool
) -> None:
    async with listening(case.serve(deadly_at=step, after=after, pictures=_fetched)) as server:
        channels, hosts = channels_at(server.origin, database), frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, tmp_path, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            account = await world.connected(case.channel, "Velo", {}, {"access_token": server.token_for("velo")})
            await world.blobs.put(JPEG)
            [post] = (await world.decide(await world.draft(account, text=case.text, media=(PICTURE,)))).posts
            world.clock.move_to(post.due)

            command = [sys.executable, "-m", "tests.reliability.meta_poster", valkey_url, str(tmp_path)]
            process = await asyncio.create_subprocess_exec(
                *command, str(server.port), post.id, stdout=DEVNULL, stderr=PIPE
            )
            server.process = process
            _, said = await process.communicate()
            assert process.returncode == -signal.SIGKILL, said.decode()
            server.process = None
            assert [_short(each) for each in server.asked] == list(case.requests[: step + 1])

            stood = len(server.posts)
            world.clock.move_to(post.due + timedelta(minutes=1))
            await world.recovery.recover()
            for _ in range(6):
                await world.run_due()
                world.clock.move(timedelta(minutes=2))
            kept = await world.post(post)
            if kept.state is PostState.unknown:  # a question: nothing came after the death, and people were told
                assert len(server.posts) == stood
                assert any("tell" in item.model_dump_json() for item in await world.notices())
                await world.posts.resolve(world.ws, post.id, world.owner.id, "send", "test")
                await world.run_due()
                kept = await world.post(post)
            assert kept.state is PostState.published and kept.receipt is not None, kept.failure
            assert kept.receipt.compared == "same"
            [(text, alts)] = server.stands()
            assert " ".join(text.split()) == case.text.strip() and alts == ["Bread"]


def _fetched(url: str) -> bytes | None:
    return JPEG if url.endswith(f"/media/{SHA256}.jpg") else None


def _short(asked: str) -> str:
    path = re.sub(r"/v[0-9.]+/", "", asked)
    path = re.sub(r"(?<=[ ])(?:26[0-9]{15}|104[0-9]{12}|178414[0-9]{11})(?![_0-9])", "USER", path)
    return re.sub(r"(?<=[ ])[0-9_]{16,}", "ID", path)
