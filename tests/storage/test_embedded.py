"""AdMind's own database survives what happens to AdMind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pexpect
import psutil
import pytest

from storage.embedded import EmbeddedValkey
from storage.embedded_paths import SOCKET_PATH_LIMIT
from storage.errors import AdMindError
from storage.redis import StorageUnavailable, connect
from tests.fakes.waiting import until

KEEPER = [sys.executable, "-m", "tests.fakes.keeper"]


async def _write(server: EmbeddedValkey, value: str) -> None:
    async with connect(server.url) as database:
        await cast(Any, database.client).set("admind:{sys}:x", value)


async def _read(server: EmbeddedValkey, name: str = "x") -> str | None:
    async with connect(server.url) as database:
        return cast(str | None, await cast(Any, database.client).get(f"admind:{{sys}}:{name}"))


@asynccontextmanager
async def _ended_afterwards(pid: int) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if not _is_gone(pid):
            os.kill(pid, signal.SIGKILL)


async def test_it_opens_quickly_keeps_what_was_written_and_counts_its_owners(tmp_path: Path) -> None:
    took = []
    for epoch in (1, 2, 3):
        began = time.monotonic()
        async with EmbeddedValkey(tmp_path) as server:
            took.append(time.monotonic() - began)
            assert server.owner_epoch == epoch
            assert not server.adopted
            assert await _read(server) == (None if epoch == 1 else str(epoch - 1))
            await _write(server, str(epoch))
    assert min(took) < 0.5  # 65 ms on an idle machine
    assert not psutil.pid_exists(server.pid)


async def test_only_this_user_can_reach_it(embedded: EmbeddedValkey) -> None:
    assert stat.S_IMODE(embedded.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(embedded.socket.stat().st_mode) == 0o700
    server = psutil.Process(embedded.pid)
    assert [c for c in server.net_connections() if c.status == psutil.CONN_LISTEN and c.family != 1] == []
    async with connect(embedded.url) as database:
        identity = await database.identity()
    assert identity.durable
    assert identity.maxmemory_policy == "noeviction"


async def test_a_second_admind_on_the_data_directory_is_told_who_runs(embedded: EmbeddedValkey) -> None:
    with pytest.raises(AdMindError) as caught:
        async with EmbeddedValkey(embedded.data_dir):
            pytest.fail("two owners")
    assert str(os.getpid()) in caught.value.what
    await _write(embedded, "still served")
    assert await _read(embedded) == "still served"


async def test_a_long_data_directory_gets_a_short_private_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("with space " * 6)
    sockets = []
    for _ in range(2):
        async with EmbeddedValkey(deep) as server:
            await _write(server, "reached")
            assert len(os.fsencode(server.socket)) <= SOCKET_PATH_LIMIT
            assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
            sockets.append(server.socket)
    assert sockets[0] == sockets[1]
    sockets[0].parent.rmdir()


def _killed_while_writing(data_dir: Path, *, database_too: bool) -> tuple[int, int]:
    """Kill an AdMind in the middle of writing: its database's pid, and the last number it knew to be kept."""
    with subprocess.Popen([*KEEPER, "write", str(data_dir)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[3])
        lines = [parent.stdout.readline() for _ in range(200)]
        parent.kill()
        if database_too:
            os.kill(pid, signal.SIGKILL)
        lines += parent.stdout.readlines()
    return pid, max(int(line) for line in lines if line.endswith("\n"))


@pytest.mark.crash
async def test_killing_admind_loses_no_acknowledged_write_and_the_next_one_adopts_the_database(tmp_path: Path) -> None:
    pid, acknowledged = _killed_while_writing(tmp_path, database_too=False)
    async with _ended_afterwards(pid):
        assert psutil.pid_exists(pid), "the database died with its parent"
        async with EmbeddedValkey(tmp_path) as server:
            assert server.adopted
            assert server.pid == pid
            assert server.owner_epoch == 2
            assert int(await _read(server, "number") or 0) >= acknowledged >= 200
        await until(lambda: _is_gone(pid), "an adopted database is stopped like any other")


@pytest.mark.crash
async def test_killing_both_loses_no_acknowledged_write(tmp_path: Path) -> None:
    _, acknowledged = _killed_while_writing(tmp_path, database_too=True)
    async with EmbeddedValkey(tmp_path) as server:
        assert not server.adopted
        assert int(await _read(server, "number") or 0) >= acknowledged >= 200


def _is_gone(pid: int) -> bool:
    """Ended, even where nobody has collected it yet: an orphan's new parent takes its time."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.crash
def test_ctrl_c_in_a_terminal_reaches_admind_before_the_database_ends(tmp_path: Path) -> None:
    child = pexpect.spawn(KEEPER[0], [*KEEPER[1:], "hold", str(tmp_path)], timeout=20, encoding="utf-8")
    child.expect(r"ready (\d+)")
    match = child.match
    assert isinstance(match, re.Match)
    pid = int(match.group(1))
    child.sendintr()
    child.expect("receipt kept True")
    child.expect("ended")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert _is_gone(pid)


@pytest.mark.crash
async def test_a_database_that_is_killed_is_started_again_with_all_it_had(embedded: EmbeddedValkey) -> None:
    await _write(embedded, "before")
    first = embedded.pid
    os.kill(first, signal.SIGKILL)

    async def back() -> bool:
        try:
            return await _read(embedded) == "before"
        except StorageUnavailable:
            return False

    await until(lambda: embedded.pid != first, "another process serves")
    await until(back, "what was written is there")
    assert embedded.owner_epoch == 1
    assert embedded.trouble is not None


async def test_a_truncated_last_command_is_forgiven_and_a_damaged_file_is_explained(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path) as server:
        await _write(server, "kept")
        await _write(server, "cut off by the power cut")
    log = next((tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof"))
    whole = log.read_bytes()
    log.write_bytes(whole[:-5])
    async with EmbeddedValkey(tmp_path) as server:
        assert await _read(server) == "kept"
    log.write_bytes(b"*3\r\n$3\r\nSET\r\n" + b"garbage that is no length\r\n" * 20)
    with pytest.raises(AdMindError) as caught:
        async with EmbeddedValkey(tmp_path):
            pytest.fail("it opened a damaged file")
    assert "damaged" in caught.value.what
    assert "restore" in caught.value.do_next
    log.write_bytes(whole)
    async with EmbeddedValkey(tmp_path) as server:  # the failed start let go of the directory
        assert await _read(server) == "cut off by the power cut"


async def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AdMindError) as caught:
        async with EmbeddedValkey(tmp_path / "file" / "data"):
            pytest.fail("it opened")
    assert str(tmp_path) in caught.value.what


async def test_a_cancelled_start_leaves_nothing_behind(tmp_path: Path) -> None:
    async def start() -> None:
        async with EmbeddedValkey(tmp_path):
            pytest.fail("it was to be cancelled while starting")

    starting = asyncio.create_task(start())
    await until((tmp_path / "valkey" / "valkey.log").exists, "the process was launched")
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with EmbeddedValkey(tmp_path) as server:
        assert not server.adopted
