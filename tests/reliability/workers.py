"""Starting, freezing and ending publishing processes."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

_numbers = itertools.count(1)


class Worker:
    """A real process that publishes; see `tests.reliability.worker`."""

    def __init__(self, url: str, folder: Path, port: int, deadly: tuple[str, ...] = ()) -> None:
        self.deadly = deadly
        name = f"worker-{os.getpid()}-{next(_numbers)}"
        self._log = (folder / f"{name}.log").open("wb")
        command = [sys.executable, "-m", "tests.reliability.worker", url, str(folder), name, str(port), *deadly]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self._log)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def killed_itself(self) -> bool:
        return self._process.poll() == -signal.SIGKILL

    def send(self, sign: signal.Signals) -> None:
        self._process.send_signal(sign)

    def log(self) -> str:
        """What it wrote to its standard error."""
        return Path(self._log.name).read_text(errors="replace")

    def end(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._log.close()
