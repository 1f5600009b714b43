"""SIGKILL at every request of a thread with pictures, before and after the server acted: one whole thread."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from storage.posts import PostState
from storage.redis import Database
from storage.sealed import Medium
from tests.fakes.bluesky_server import VELO, Answer, BlueskyServer
from tests.fakes.faulty_http import Seen, listening
from tests.world import world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

TEXT = "Every morning we bake from four, and every morning it smells of bread in our street. " * 8
PICTURES = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 300 for number in range(2)]
# In the order in which they come: the session, both pictures, the write, whether it stands there.
REQUESTS = ("createSession", "uploadBlob", "uploadBlob", "applyWrites", "getRecord")


@dataclass
class DeadlyServer(BlueskyServer):
    """Ends the process that asks at its `deadly_at`-th request, before or after it did what was asked."""

    deadly_at: int = -1
    after: bool = False
    asked: list[str] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        refused = super().refusal(seen)
        return None if self._dies(seen, now=not self.after) else refused

    def commit(self, seen: Seen) -> bytes:
        dies = self.process is not None and len(self.asked) - 1 == self.deadly_at
        if dies and not self.after:
            return b""  # whoever asked is dead, and the server as well: nothing was done
        answer = super().commit(seen)
        if dies:
            self._kill()
        return answer

    def route(self, seen: Seen) -> Answer:
        if self._dies(seen, now=not self.after):
            return 500, b"", ()
        answer = super().route(seen)
        if self.process is not None and len(self.asked) - 1 == self.deadly_at:
            self._kill()
        return answer

    def _dies(self, seen: Seen, *, now: bool) -> bool:
        if self.process is None:
            return False
        self.asked.append(seen.path.rpartition(".")[2])
        dies = now and len(self.asked) - 1 == self.deadly_at
        if dies:
            self._kill()
        return dies

    def _kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(len(REQUESTS)))
async def test_a_thread_stands_there_once_and_whole_wherever_its_sender_died(
    valkey_url: str, database: Database, tmp_path: Path, step: int, after: bool
) -> None:
    async with (
        listening(DeadlyServer(deadly_at=step, after=after)) as server,
        world_on(database, tmp_path, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        options = {"handle": "velo.bsky.example", "app_view": server.origin, "directory": server.origin}
        secrets = {"app_password": server.people[VELO].password}
        account = await world.connected("bluesky", "Velo", options, secrets)
        for data in PICTURES:
            await world.blobs.put(data)
        draft = await world.draft(account, text=TEXT, media=tuple(_medium(data) for data in PICTURES))
        [post] = (await world.decide(draft)).posts

        command = [sys.executable, "-m", "tests.reliability.bluesky_poster", valkey_url, str(tmp_path)]
        process = await asyncio.create_subprocess_exec(*command, str(server.port), post.id, stdout=DEVNULL, stderr=PIPE)
        server.process = process
        _, said = await process.communicate()
        assert process.returncode == -signal.SIGKILL, said.decode()
        server.process = None
        assert server.asked == list(REQUESTS[: step + 1])

        world.clock.move_to(post.due + timedelta(minutes=1))
        await world.recovery.recover()
        for _ in range(6):
            await world.run_due()
            world.clock.move(timedelta(minutes=1))
        kept = await world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        [thread] = server.threads()
        assert " ".join(thread.split()) == TEXT.strip()
        assert len(server.records) > 1


def _medium(data: bytes) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime="image/png", size=len(data), width=1200, height=675, alt="Bread")
