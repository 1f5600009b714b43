"""Loopback servers that end the process which asks them, at one step, before or after they did what was asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.fakes.faulty_http import FaultyServer, Headers, Listens, Seen
from tests.fakes.imap_server import ImapServer
from tests.fakes.smtp_server import Drop, SmtpServer

EVERY = os.environ.get("ADMIND_TEST_KILLS") == "every"  # else some of the steps


class Killable(Protocol):
    def kill(self) -> None: ...


@dataclass
class Steps:
    """While there is a `process` its steps are kept, and it dies at `deadly_at`."""

    deadly_at: int = -1
    after: bool = False
    asked: list[str] = field(default_factory=list)
    process: Killable | None = None

    def met(self, step: str) -> bool:
        """Something is asked; whether whoever asked is dead."""
        if self.process is None:
            return False
        self.asked.append(step)
        return not self.after and self._dies()

    def done(self) -> None:
        """It was done, and is not yet answered."""
        if self.process is not None and self.after:
            self._dies()

    def undone(self) -> None:
        """It was no step after all."""
        if self.process is not None:
            self.asked.pop()

    def _dies(self) -> bool:
        dies = len(self.asked) - 1 == self.deadly_at
        if dies and self.process is not None:
            self.process.kill()
        return dies


@dataclass
class Dying(Steps, FaultyServer):
    """`dying` puts this before a server.

    `irreversible`: those of the steps that publish.
    """

    irreversible: list[int] = field(default_factory=list)
    beside: list[Listens] = field(default_factory=list)  # others that belong to it, and kill nobody

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        if self.process is not None:
            self.irreversible.append(len(self.asked))
        return (500, b"") if self.met(f"{seen.method} {seen.path}") else super().refusal(seen)

    def commit(self, seen: Seen) -> bytes:
        answer = super().commit(seen)
        self.done()
        return answer

    def route(self, seen: Seen) -> tuple[int, bytes, Headers]:
        if self.met(f"{seen.method} {seen.path}"):
            return 500, b"", ()
        answer = super().route(seen)
        self.done()
        return answer


@dataclass
class Nowhere(FaultyServer):
    """Of a channel that asks nobody."""

    def publishes(self, method: str, path: str) -> bool:
        return False

    def route(self, seen: Seen) -> tuple[int, bytes, Headers]:
        raise AssertionError("nobody asks")


@dataclass
class DyingMail(Dying, SmtpServer):
    """Each command is a step, and so are the connection and the end of the message."""

    def takes(self, step: str) -> None:
        if step == "MESSAGE" and self.process is not None:
            self.irreversible.append(len(self.asked))
        if self.met(step):
            raise Drop

    def answers_now(self) -> None:
        self.done()


def mail_with_mailbox() -> DyingMail:
    """Beside it the sender's mailbox, in which it saves what it took."""
    server, mailbox = DyingMail(), ImapServer()
    server.copies = mailbox.folders["Sent"].mails
    server.beside.append(mailbox)
    return server


def dying(server: type[FaultyServer]) -> Callable[..., Any]:
    """The server, which ends processes."""
    return dataclass(type(f"Dying{server.__name__}", (Dying, server), {}))
