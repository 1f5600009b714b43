"""SIGKILL at every request of a post with pictures to a room, before and after the server acted: one, or a question."""

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
from tests.fakes import discord_room, slack_room
from tests.fakes.discord_room import BOT_TOKEN, HOOKED, DiscordRoom
from tests.fakes.faulty_http import listening
from tests.fakes.slack_room import TOKEN, SlackRoom
from tests.reliability.dying import Dying
from tests.world import world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

TEXT = "Fresh *bread* from six. 🥖\n1. Rye"
PICTURES = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 300 for number in range(2)]


@dataclass
class DyingDiscord(Dying, DiscordRoom):
    pass


@dataclass
class DyingSlack(Dying, SlackRoom):
    pass


@dataclass(frozen=True)
class Room:
    """`requests` in the order in which they come, of which one is `publishing`.

    `looks`: whether a look finds what stands there; `repeats`: whether what is not there may be sent again.
    """

    channel: str
    serve: Callable[..., Any]
    options: Callable[[str], dict[str, str]]
    secrets: Callable[[str], dict[str, str]]
    requests: Sequence[str]
    publishing: int
    looks: bool
    repeats: bool


UPLOAD = ("files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info", "files.info")
ROOMS = [
    Room(
        "discord",
        DyingDiscord,
        lambda origin: {"room": discord_room.ROOM, "server": origin},
        lambda origin: {"bot_token": BOT_TOKEN},
        ("GET users/@me", "POST messages", "GET messages/ID"),
        publishing=1,
        looks=True,
        repeats=True,
    ),
    Room(
        "discord_webhook",
        DyingDiscord,
        lambda origin: {},
        lambda origin: {"webhook_url": f"{origin}{HOOKED}"},
        ("GET hook", "POST hook", "GET hook/messages/ID"),
        publishing=1,
        looks=False,
        repeats=False,
    ),
    Room(
        "slack",
        DyingSlack,
        lambda origin: {"room": slack_room.ROOM, "server": origin},
        lambda origin: {"bot_token": TOKEN},
        ("auth.test", *UPLOAD, *UPLOAD, "chat.postMessage", "chat.getPermalink", "conversations.history"),
        publishing=11,
        looks=True,
        repeats=False,
    ),
]
STEPS = [(room, step) for room in ROOMS for step in range(len(room.requests))]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("room", "step"), STEPS, ids=[f"{room.channel}-{step}" for room, step in STEPS])
async def test_a_post_stands_there_once_or_people_are_asked_wherever_its_sender_died(
    valkey_url: str, database: Database, tmp_path: Path, room: Room, step: int, after: bool
) -> None:
    async with (
        listening(room.serve(deadly_at=step, after=after)) as server,
        world_on(database, tmp_path, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        account = await world.connected(room.channel, "Velo", room.options(server.origin), room.secrets(server.origin))
        for data in PICTURES:
            await world.blobs.put(data)
        media = tuple(_medium(data) for data in PICTURES)
        [post] = (await world.decide(await world.draft(account, text=TEXT, media=media))).posts
        world.clock.move_to(post.due)

        command = [sys.executable, "-m", "tests.reliability.bluesky_poster", valkey_url, str(tmp_path)]
        process = await asyncio.create_subprocess_exec(*command, str(server.port), post.id, stdout=DEVNULL, stderr=PIPE)
        server.process = process
        _, said = await process.communicate()
        assert process.returncode == -signal.SIGKILL, said.decode()
        server.process = None
        assert [_short(each) for each in server.asked] == list(room.requests[: step + 1])
        stood = step > room.publishing or (step == room.publishing and after)
        assert len(server.messages) == stood

        world.clock.move_to(post.due + timedelta(seconds=30))
        await world.recovery.recover()
        for _ in range(12):
            await world.run_due()
            world.clock.move(timedelta(seconds=31))
        kept = await world.post(post)
        if room.repeats or (room.looks and stood):
            assert kept.state is PostState.published and kept.receipt is not None, kept.failure
            assert kept.receipt.compared == "same"
            assert len(server.messages) == 1
        else:
            assert kept.state is PostState.unknown and len(server.messages) == stood
            assert any("tell" in item.model_dump_json() for item in await world.notices())


def _short(asked: str) -> str:
    method, _, path = asked.partition(" ")
    if path.startswith("/upload/"):
        return "upload"
    if not path.startswith("/api/v10/"):
        return path.removeprefix("/api/")
    path = re.sub(r"^/api/v10/(channels/[0-9]+/)?", "", path.replace(HOOKED, "/api/v10/hook"))
    return f"{method} {re.sub(r'messages/[0-9]+', 'messages/ID', path)}"


def _medium(data: bytes) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime="image/png", size=len(data), width=1200, height=675, alt="Bread")
