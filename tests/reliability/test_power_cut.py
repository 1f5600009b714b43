"""The power goes at any step of sending, and the database's file ends at any earlier one: one copy, or a question.

With `appendfsync everysec` a server acknowledges what is not on its disk yet. Here one post is sent on a real server,
and the sizes of its append-only file, of the journal, and what the receiver has taken are noted after each step. Then
every pair of "the power went here" and "the file's last sync was there" is started again and left to run for an hour.
"""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.errors import AdMindError
from storage.posts import Post, PostState
from storage.redis import connect
from tests.fakes.durable_valkey import DurableValkey, durable_valkey
from tests.fakes.webhook_server import Posted, WebhookServer, webhook_server
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow]

SETUP = ("drafted", "approved", "due")
STEPS = ("claim", "attempt", "journal", "check", "send", "finish")
MOMENTS = (*SETUP, *STEPS, "told")


@dataclass(frozen=True)
class Moment:
    """What would be left of this moment: bytes of both files, and what stands on the channel."""

    name: str
    database_bytes: int
    journal_bytes: int
    posts: tuple[Posted, ...]


@dataclass
class Recorded:
    moments: list[Moment]
    clock: datetime
    post: Post
    bystander: Post


class Recorder:
    """Notes a moment after each step of the publisher, which knows nothing of it."""

    def __init__(self, world: World, server: DurableValkey, site: WebhookServer) -> None:
        self.moments: list[Moment] = []
        self._world, self._server, self._site = world, server, site
        publisher = world.publisher
        self._wrap(publisher.journal, "append", "journal")
        self._wrap(world.channels["webhook"], "send", "send")
        for step in ("claim", "attempt", "check", "finish"):
            self._wrap(publisher.sending, step, step)

    def note(self, name: str) -> None:
        journal = self._world.folder / "journal" / "worker-1.jsonl"
        self.moments.append(
            Moment(name, self._server.written(), journal.stat().st_size, tuple(self._site.posts)),
        )

    def _wrap(self, owner: Any, name: str, step: str) -> None:
        call: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def wrapped(*args: Any, **options: Any) -> Any:
            answer = await call(*args, **options)
            if step not in {moment.name for moment in self.moments} and "due" in {m.name for m in self.moments}:
                self.note(step)
            return answer

        setattr(owner, name, wrapped)


def world_for(database: Any, folder: Path, site: WebhookServer, worker: str, clock: MovableClock) -> Any:
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    return world_on(database, folder, allow_hosts=hosts, worker=worker, clock=clock)


async def record(room: Path, site: WebhookServer, **options: str) -> Recorded:
    """Send one post, note every moment, and kill the server. Leaves `room`/valkey and `room`/data."""
    with durable_valkey(room / "valkey", fsync="everysec") as server:
        async with (
            connect(server.url) as database,
            world_for(database, room / "live", site, "worker-1", MovableClock()) as world,
        ):
            await world.recovery.recover()
            account = await world.webhook(site.url, **options)
            later = await world.draft(account, text="Something for the evening.", due_in=timedelta(hours=4))
            (bystander,) = (await world.decide(later)).posts
            recorder = Recorder(world, server, site)
            draft = await world.draft(account)
            recorder.note("drafted")
            (post,) = (await world.decide(draft)).posts
            recorder.note("approved")
            world.clock.move_to(post.due + timedelta(seconds=1))
            await world.recovery.sign_of_life()
            recorder.note("due")
            await world.publisher.publish(world.ws, post.id)
            await world.run_due()
            recorder.note("told")
            server.kill()
            shutil.copytree(world.folder, room / "data")
            return Recorded(recorder.moments, world.clock.now(), post, bystander)


def power_cut(room: Path, to: Path, cut: Moment, synced: Moment) -> DurableValkey:
    """The disk as it was when the power went at `cut`, the database's file last synced at `synced`."""
    shutil.copytree(room / "valkey", to / "valkey")
    shutil.copytree(room / "data", to / "data")
    with (to / "data" / "journal" / "worker-1.jsonl").open("r+b") as journal:
        journal.truncate(cut.journal_bytes)
    server = DurableValkey(to / "valkey", fsync="everysec")
    server.forget_after(synced.database_bytes)
    return server


async def an_hour(world: World) -> None:
    """Everything that AdMind does by itself within an hour."""
    for minutes in (0, 1, 2, 7, 20, 30):
        world.clock.move(timedelta(minutes=minutes))
        with suppress(AdMindError):  # held by a claim of before the cut
            await world.run_due()


async def judge(world: World, site: WebhookServer, found: Recorded, cut: Moment) -> PostState | None:
    """One copy if it was sent and none if not, nothing sent since, and somebody knows."""
    mine = [posted for posted in site.posts if found.post.digest.encode() in posted.body]
    assert len(mine) == (1 if reached(cut, "send") else 0)
    notices = await world.notices()
    titles = [str(item.card["title"]) for item in notices if item.draft in ("", found.post.draft)]
    kept = await world.kept_posts.find(world.ws, found.post.id)
    if kept is None:
        assert not reached(cut, "journal") or "Sent, but forgotten" in titles, titles
        return None
    state = kept.record.state
    assert state in (PostState.published, PostState.unknown)
    wanted = "✅" if state is PostState.published else "❓"
    assert any(title.startswith(wanted) for title in titles), (state, titles)
    assert state is not PostState.published or len(mine) == 1, "a receipt without a post"
    return state


def reached(moment: Moment, name: str) -> bool:
    return MOMENTS.index(moment.name) >= MOMENTS.index(name)


async def evening(world: World, site: WebhookServer, found: Recorded, *, paused: bool) -> None:
    """What was not in doubt goes out at its time, unless everything waits for a person."""
    before = len(site.sent)
    world.clock.move_to(found.bystander.due + timedelta(seconds=1))
    await world.run_due()
    assert len(site.sent) - before == (0 if paused else 1)
    state = (await world.post(found.bystander)).state
    assert state is (PostState.paused if paused else PostState.published)


@pytest.mark.parametrize("options", [{}, {"lookup": "yes"}], ids=["silent", "can be asked"])
async def test_wherever_the_file_ends_there_is_one_copy_and_somebody_knows(
    tmp_path: Path, options: dict[str, str]
) -> None:
    async with webhook_server() as site:
        found = await record(tmp_path, site, **({"lookup_url": site.url} if options else {}))
        assert [moment.name for moment in found.moments] == list(MOMENTS)
        for number, cut in enumerate(found.moments):
            for synced in found.moments[: number + 1]:
                if options and not reached(cut, "send"):
                    continue  # nothing can be found there; the silent one has shown it
                room = tmp_path / f"{cut.name}-{synced.name}"
                await _started_again(power_cut(tmp_path, room, cut, synced), room, site, found, cut, synced)
                shutil.rmtree(room)


async def _started_again(
    server: DurableValkey, room: Path, site: WebhookServer, found: Recorded, cut: Moment, synced: Moment
) -> None:
    site.posts[:], sent = cut.posts, len(site.sent)
    where = f"power cut after {cut.name}, synced at {synced.name}"
    clock = MovableClock(found.clock)
    with server.running():
        async with (
            connect(server.url) as database,
            world_for(database, room / "data", site, "worker-2", clock) as world,
        ):
            report = await world.recovery.recover()
            with suppress(AdMindError):  # the engine delivers the old message again
                await world.publisher.publish(world.ws, found.post.id)
            await an_hour(world)
            assert len(site.sent) == sent, f"sent by the clock: {where}"
            state = await judge(world, site, found, cut)
            went_back = reached(cut, "due") and not reached(synced, "due")
            assert bool(report.paused) == went_back, where
            if reached(synced, "finish"):
                assert state is PostState.published, where
            await evening(world, site, found, paused=went_back)
