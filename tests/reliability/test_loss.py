"""Databases lose what they acknowledged: what may be out is asked about, and nothing is sent again."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.errors import AdMindError
from storage.backup import backup, restore
from storage.embedded import server_binary
from storage.posts import Post, PostState
from storage.redis import Database, connect
from storage.sending import Sending
from tests.fakes.valkey import eventually, throwaway_valkey
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import World, world_on

pytestmark = pytest.mark.crash


def command(path: Path, line: bytes) -> bytes:
    """The first line of the server's answer, or nothing when nobody answers."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(str(path))
        connection.sendall(line + b"\r\n")
        with connection.makefile("rb") as answer:
            return answer.readline().rstrip()
    return b""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def server(folder: Path, at: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server of our own on a socket, with these settings; killed at the end."""
    folder.mkdir(exist_ok=True)
    common = ["--port", "0", "--unixsocket", str(at), "--dir", str(folder), "--save", ""]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([str(server_binary()), *common, *arguments], stdout=log, stderr=log)
    try:
        eventually(lambda: command(at, b"PING") == b"+PONG", "the server answers")
        yield process
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as found:
        yield found


@contextlib.asynccontextmanager
async def on(database: Database, folder: Path, site: WebhookServer, name: str = "worker-1") -> AsyncIterator[World]:
    hosts = frozenset({f"127.0.0.1:{site.port}"})
    async with world_on(database, folder, allow_hosts=hosts, lease=timedelta(seconds=1), worker=name) as world:
        yield world


def copies(site: WebhookServer) -> Counter[str]:
    return Counter(json.loads(posted.body)["digest"] for posted in site.posts)


async def run_on(world: World) -> None:
    """A day in which everything that wants to happen by itself may happen."""
    for _ in range(8):
        world.clock.move(timedelta(minutes=3))
        with contextlib.suppress(AdMindError):
            await world.run_due()


async def none_again(world: World, site: WebhookServer, post: Post) -> None:
    await run_on(world)
    assert copies(site)[post.digest] <= 1
    kept = await world.post(post)
    told = [item.card["title"] for item in await world.notices()]
    assert kept.state is PostState.unknown, (kept.state, kept.failure)
    assert any(title.startswith("❓") for title in told), told


@pytest.mark.parametrize("step", ["claim", "attempt", "finish"])
async def test_a_log_cut_to_its_last_sync_leaves_a_question(tmp_path: Path, site: WebhookServer, step: str) -> None:
    """Everysec: the power goes after `step`, and the file ends before the claim."""
    valkey, at = tmp_path / "v", tmp_path / "v.sock"
    options = ("--appendonly", "yes", "--appendfsync", "everysec")
    aof = valkey / "appendonlydir"
    with server(valkey, at, *options) as process:
        async with connect(f"unix://{at}") as database, on(database, tmp_path / "data", site) as world:
            await world.recovery.recover()
            post = (await world.decide(await world.draft(await world.webhook(site.url)))).posts[0]
            world.clock.move_to(post.due + timedelta(seconds=1))
            await world.recovery.sign_of_life()
            shutil.copytree(aof, tmp_path / "synced")
            if step == "claim":
                sending = Sending(database, lease_ms=1000)
                now_ms = round(world.clock.now().timestamp() * 1000)
                offset_ms = round(world.clock.offset().total_seconds() * 1000)
                await sending.claim(post, now_ms=now_ms, offset_ms=offset_ms)
            else:
                if step == "attempt":  # sent, and the end never recorded
                    world.publisher.sending.finish = _gone  # type: ignore[method-assign]
                with contextlib.suppress(ConnectionAbortedError):
                    await world.publisher.publish(world.ws, post.id)
                assert copies(site)[post.digest] == 1
            offset = world.clock.offset()
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    shutil.rmtree(aof)
    shutil.copytree(tmp_path / "synced", aof)
    at.unlink(missing_ok=True)
    with server(valkey, at, *options):
        async with connect(f"unix://{at}") as database, on(database, tmp_path / "data", site, "worker-2") as world:
            world.clock.move(offset)
            assert (await world.post(post)).state is PostState.scheduled, "the database forgot"
            with pytest.raises(AdMindError, match="restarted"):  # before anybody looked, nothing is sent either
                await world.publisher.publish(world.ws, post.id)
            await world.recovery.recover()
            await none_again(world, site, post)


async def _gone(*_: object, **__: object) -> None:
    raise ConnectionAbortedError


async def test_without_a_second_copy_nothing_is_sent_and_a_promoted_replica_asks(
    tmp_path: Path, site: WebhookServer
) -> None:
    port, replica_port = free_port(), free_port()
    primary_at, replica_at = tmp_path / "p.sock", tmp_path / "r.sock"
    open_port = ("--port", str(port), "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0")
    follow = ("--port", str(replica_port), "--bind", "127.0.0.1", "--replicaof", f"127.0.0.1 {port}")
    with (
        server(tmp_path / "p", primary_at, *open_port) as primary,
        server(tmp_path / "r", replica_at, *follow),
    ):
        async with connect(f"unix://{primary_at}") as database, on(database, tmp_path / "data", site) as world:
            eventually(lambda: command(replica_at, b"ROLE") == b"*5", "it is a replica")
            while (await database.identity()).replicas < 1 or await database.wait_replicas(1, 500) < 1:
                pass
            await world.recovery.recover()
            account = await world.webhook(site.url)
            sent, unsent = [
                (await world.decide(await world.draft(account, text=text))).posts[0] for text in ("One.", "Two.")
            ]
            world.clock.move_to(sent.due + timedelta(seconds=1))
            assert await database.wait_replicas(1, 500) == 1
            scripts: Any = world.publisher.sending
            scripts.finish = _cut_first(scripts.finish, replica_at)
            await world.publisher.publish(world.ws, sent.id)  # its end is recorded on the primary alone
            assert (await world.post(sent)).state is PostState.published
            await world.publisher.publish(world.ws, unsent.id)
            assert copies(site) == Counter({sent.digest: 1}), "sent without a second copy of the attempt"
            assert (await world.post(unsent)).attempts[-1].outcome == "not sent"
            offset = world.clock.offset()
        primary.send_signal(signal.SIGKILL)
        primary.wait(10)
        async with connect(f"unix://{replica_at}") as database, on(database, tmp_path / "data", site, "w-2") as world:
            world.clock.move(offset)
            await world.recovery.recover()
            await none_again(world, site, sent)


def _cut_first(call: Any, replica: Path) -> Any:
    """The replica leaves right before the end is recorded, and stands as it is."""

    async def cut(*args: Any, **options: Any) -> Any:
        assert command(replica, b"REPLICAOF NO ONE") == b"+OK"
        return await call(*args, **options)

    return cut


async def test_an_old_backup_resends_nothing_and_starts_paused(tmp_path: Path, site: WebhookServer) -> None:
    with throwaway_valkey() as url:
        async with connect(url) as database, on(database, tmp_path / "data", site) as world:
            await world.recovery.recover()
            account = await world.webhook(site.url)
            posts = [(await world.decide(await world.draft(account, text=f"Post {n}."))).posts[0] for n in range(3)]
            archive = tmp_path / "backup.zip"
            await backup(database, tmp_path / "data", archive, now=world.clock.now(), with_keys=True)
            world.clock.move_to(posts[-1].due + timedelta(seconds=1))
            await world.run_due()
            assert len(site.posts) == 3
            now, offset = world.clock.now(), world.clock.offset()
    with throwaway_valkey() as url:
        async with connect(url) as database:
            await restore(database, tmp_path / "data", archive, now=now, force=True)
            async with on(database, tmp_path / "data", site, "worker-2") as world:
                world.clock.move(offset)
                report = await world.recovery.recover()
                assert set(report.doubtful) == {post.id for post in posts}
                assert [pause.scope for pause in (await world.pausing.now(world.ws)).holding()] == ["workspace"]
                for post in posts:
                    await none_again(world, site, post)
                assert len(site.sent) == 3, "0 resends"


async def test_a_full_database_sends_nothing_unrecorded_and_goes_on_when_there_is_room(
    tmp_path: Path, site: WebhookServer
) -> None:
    with throwaway_valkey() as url:
        async with connect(url) as database, on(database, tmp_path / "data", site) as world:
            await world.recovery.recover()
            account = await world.webhook(site.url)
            posts = [(await world.decide(await world.draft(account, text=f"Post {n}."))).posts[0] for n in range(3)]
            world.clock.move_to(posts[-1].due + timedelta(seconds=1))
            client = cast(Any, database.client)
            await client.config_set("maxmemory", "1mb")
            with pytest.raises(AdMindError, match="full"):
                await world.publisher.publish(world.ws, posts[0].id)
            assert site.sent == [], "sent although the attempt could not be recorded"
            await client.config_set("maxmemory", "0")
            world.publisher.sending.finish = _full_at_the_end(world, client)  # type: ignore[method-assign]
            with pytest.raises(AdMindError, match="full"):
                await world.publisher.publish(world.ws, posts[1].id)
            assert copies(site)[posts[1].digest] == 1
            await client.config_set("maxmemory", "0")
            del world.publisher.sending.finish
            await world.recovery.fence_all()
            await none_again(world, site, posts[1])
            for post in (posts[0], posts[2]):
                assert (await world.post(post)).state is PostState.published
            assert set(copies(site).values()) == {1}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.publishing.endings.RECORD_PAUSES_SECONDS", (0.05,))


def _full_at_the_end(world: World, client: Any) -> Any:
    finish = Sending(world.database, lease_ms=1000).finish

    async def full(*args: Any, **options: Any) -> Any:
        await client.config_set("maxmemory", "1mb")
        return await finish(*args, **options)

    return full


async def test_a_database_that_goes_and_comes_back_leaves_one_copy(tmp_path: Path, site: WebhookServer) -> None:
    """Always synced: nothing is lost, so what was sent is recorded, or asked about, once it is back."""
    valkey, at = tmp_path / "v", tmp_path / "v.sock"
    options = ("--appendonly", "yes", "--appendfsync", "always")
    with contextlib.ExitStack() as servers:
        first = servers.enter_context(server(valkey, at, *options))
        async with connect(f"unix://{at}") as database, on(database, tmp_path / "data", site) as world:
            await world.recovery.recover()
            post = (await world.decide(await world.draft(await world.webhook(site.url)))).posts[0]
            world.clock.move_to(post.due + timedelta(seconds=1))
            send = world.channels["webhook"].send

            async def send_and_lose(*args: Any) -> Any:
                receipt = await send(*args)
                first.kill()
                first.wait(10)
                return receipt

            hook: Any = world.channels["webhook"]
            hook.send = send_and_lose
            with pytest.raises(AdMindError):
                await world.publisher.publish(world.ws, post.id)
            hook.send = send
            at.unlink(missing_ok=True)
            servers.enter_context(server(valkey, at, *options))
            assert await world.recovery.changed()
            await world.recovery.recover()
            await world.recovery.fence_all()
            await none_again(world, site, post)
