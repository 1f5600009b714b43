"""The real `admind` as its own process, on a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect

from tests.handlers.serving import until

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "handlers"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class AdMindHere:
    """Commands on one data directory."""

    folder: Path
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ADMIND_")}
        ours = {
            "ADMIND_DATA_DIR": str(self.data),
            "ADMIND_PORT": str(self.port),
            "ADMIND_TIMEZONE": "UTC",
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm",
        }
        return kept | ours | self.extra | more

    def run(self, *arguments: str, code: int | None = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """A command without a terminal. `code` is the exit status it must have; None: any but 0."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environ(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = done.stdout + done.stderr
        assert (done.returncode == code) if code is not None else done.returncode != 0, told
        assert "Traceback" not in told, told
        return done

    def json(self, *arguments: str, **more: str) -> Any:
        return json.loads(self.run(*arguments, "--json", code=0, **more).stdout)

    def json_of_any_status(self, *arguments: str) -> Any:
        """What a command prints that also tells by its status whether all is well."""
        done = subprocess.run(
            [*COMMAND, *arguments, "--json"],
            cwd=self.folder,
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return json.loads(done.stdout)

    def terminal(self, *arguments: str, **more: str) -> pexpect.spawn[str]:
        """A command at a terminal."""
        return pexpect.spawn(
            COMMAND[0],
            [*COMMAND[1:], *arguments],
            cwd=str(self.folder),
            env=self.environ(**more),
            encoding="utf-8",
            timeout=40,
            dimensions=(50, 110),
        )

    def answered(self, *arguments: str, answer: str = "y") -> str:
        """A command that asks whether to go on, answered; what it said."""
        child = self.terminal(*arguments)
        child.expect(r"\[y/N\]")
        asked = child.before or ""
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        return asked + str(child.before)

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def text(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return str(answer.read().decode())

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """`admind run`, ready; stopped at the end, within ten seconds and with status 0."""
        log = (self.folder / "log").open("ab")
        process = subprocess.Popen(
            [*COMMAND, "run", *arguments],
            cwd=self.folder,
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            until(lambda: self.status("/readyz"), lambda code: code == 200, self.log(), seconds=40)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(10) in (0, -signal.SIGKILL), self.log()
            log.close()

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""
