"""A loopback server that ends the process which asks it, at one request, before or after it did what was asked."""

from __future__ import annotations

import signal
from asyncio.subprocess import Process
from dataclasses import dataclass, field

from tests.fakes.faulty_http import FaultyServer, Headers, Seen


@dataclass
class Dying(FaultyServer):
    """Put before the server that it is to be: `class DyingBlog(Dying, Blog)`. Without a `process` nothing dies."""

    deadly_at: int = -1
    after: bool = False
    asked: list[str] = field(default_factory=list)
    process: Process | None = None

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        return (500, b"") if self._dies_before(seen) else super().refusal(seen)

    def commit(self, seen: Seen) -> bytes:
        answer = super().commit(seen)
        self._dies_after()
        return answer

    def route(self, seen: Seen) -> tuple[int, bytes, Headers]:
        if self._dies_before(seen):
            return 500, b"", ()
        answer = super().route(seen)
        self._dies_after()
        return answer

    def _dies_before(self, seen: Seen) -> bool:
        if self.process is None:
            return False
        self.asked.append(f"{seen.method} {seen.path}")
        dies = not self.after and len(self.asked) - 1 == self.deadly_at
        if dies:
            self.process.send_signal(signal.SIGKILL)
        return dies

    def _dies_after(self) -> None:
        if self.process is not None and self.after and len(self.asked) - 1 == self.deadly_at:
            self.process.send_signal(signal.SIGKILL)
