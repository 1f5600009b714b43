"""A real Valkey with an append-only file, to be killed, frozen, filled up and robbed of its latest writes."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from storage.embedded import server_binary
from tests.fakes.valkey import _answer, _command, _ready, eventually


class DurableValkey:
    """A server on `directory`; `start` again finds what the file holds. Clients of `url` wait for a quarter second."""

    def __init__(self, directory: Path, *, fsync: str = "always") -> None:
        self.directory = directory
        self._fsync = fsync
        self._sockets = Path(tempfile.mkdtemp(prefix="admind-test-"))  # short: a socket's path has 107 bytes
        self._socket = self._sockets / "v.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}?socket_timeout=0.25"

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        arguments = ["--port", "0", "--unixsocket", str(self._socket), "--dir", str(self.directory), "--save", ""]
        arguments += ["--appendonly", "yes", "--appendfsync", self._fsync, "--maxmemory-policy", "noeviction"]
        with (self.directory / "log").open("ab") as output:
            self._process = subprocess.Popen(
                [str(server_binary()), *arguments], stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        eventually(partial(_ready, self._socket), "the server answers", seconds=20)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """It runs from now on, and is gone at the end with its socket; the files stay."""
        try:
            self.start()
            yield
        finally:
            self.kill()
            shutil.rmtree(self._sockets, ignore_errors=True)

    def kill(self) -> None:
        """SIGKILL, at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def fill(self) -> None:
        """From now on there is no room for anything."""
        assert _command(self._socket, b"CONFIG SET maxmemory 1") == b"+OK"

    def empty(self) -> None:
        """There is room again."""
        assert _command(self._socket, b"CONFIG SET maxmemory 0") == b"+OK"

    @property
    def file(self) -> Path:
        """The append-only file's growing part."""
        (found,) = (self.directory / "appendonlydir").glob("*.incr.aof")
        return found

    def written(self) -> int:
        """The file's size once everything that was acknowledged is handed to the system."""
        eventually(lambda: b"aof_buffer_length:0\r\n" in _answer(self._socket, b"INFO persistence"), "it is written")
        return self.file.stat().st_size

    def forget_after(self, size: int) -> None:
        """What a power cut leaves of a stopped server whose last sync was at this size."""
        with self.file.open("r+b") as file:
            file.truncate(size)


@contextlib.contextmanager
def durable_valkey(directory: Path, *, fsync: str = "always") -> Iterator[DurableValkey]:
    """A new server, or one on what `directory` holds; gone at the end."""
    server = DurableValkey(directory, fsync=fsync)
    with server.running():
        yield server
