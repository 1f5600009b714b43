"""Looking into a mailbox: https://www.rfc-editor.org/rfc/rfc3501, by the standard library over a judged address.

Mailboxes are opened for reading alone (EXAMINE), and nothing is marked as read. `imaplib` waits where it stands, so
each look is a thread of its own; whoever waits no longer ends its connection, and with it the thread.

An e-mail is known by its Message-ID. That it lies in a mailbox proves that it was taken; that it does not proves
nothing: many servers keep no copy of what they send, and some give it another Message-ID.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from typing import TypeVar

from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.mail_address import MailServer
from bot.channels.mail_login import NOTHING_SENT, Login
from bot.fetch import NotSent

T = TypeVar("T")

STEP_SECONDS = 15.0
MOST_BYTES = 4_000_000  # of all answers in one look
MOST_FOUND = 20  # e-mails whose Message-ID is compared
PIECE = 65_536
# Without the marks of RFC 6154 a mailbox for what was sent is known by its name: these are what the usual servers and
# mail programs make.
SENT_NAMES = frozenset({"sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete objekte"})
_LISTED = re.compile(rb'\((?P<marks>[^)]*)\) (?P<parted>"(?:\\.|[^"\\])*"|NIL) ?(?P<name>.*)', re.DOTALL)
_SAFE_ID = re.compile(r"[!#-\[\]-~]+")  # printable, without blanks, quotes and backslashes


@dataclass(frozen=True, slots=True)
class Seen:
    """An e-mail that lies in a mailbox; `at` is its own date, None when it has none."""

    mailbox: str
    at: datetime | None


async def find_mail(door: Door, server: MailServer, login: Login, message_id: str) -> Seen | None:
    """Where the e-mail of this Message-ID (without its angle brackets) lies: in the mailbox of all e-mails, in that of
    the sent ones, or among those that came in. Raises ChannelRefused (`mailbox`), ProvenNotSent.
    """
    if not _SAFE_ID.fullmatch(message_id):
        return None

    def look(imap: Reader) -> Seen | None:
        for name in _searched(imap):
            seen = _found_in(imap, name, message_id)
            if seen is not None:
                return seen
        return None

    return await _read(door, server, login, look)


async def mailboxes(door: Door, server: MailServer, login: Login) -> tuple[str, ...]:
    """Names of the mailboxes that are searched, in order. Raises ChannelRefused (`mailbox`), ProvenNotSent."""
    return await _read(door, server, login, lambda imap: tuple(map(_name_of, _searched(imap))))


class Reader(imaplib.IMAP4):
    """An `IMAP4` over a socket that is connected already. Reads a few megabytes at most, whatever a server sends."""

    def __init__(self, line: socket.socket, server: MailServer, tls: ssl.SSLContext) -> None:
        self._line = line
        self._held = b""
        self._held_of: socket.socket | None = None
        self._left = MOST_BYTES
        super().__init__(server.host, server.port)
        if server.way == "starttls":
            self.starttls(tls)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = self._line

    def read(self, size: int) -> bytes:
        if size > self._left:
            raise self.abort("too much")
        while len(self._buffer()) < size:
            self._more()
        found, self._held = self._held[:size], self._held[size:]
        return found

    def readline(self) -> bytes:
        while b"\n" not in self._buffer():
            self._more()
        line, end, self._held = self._held.partition(b"\n")
        return line + end

    def shutdown(self) -> None:
        self.sock.close()

    def _buffer(self) -> bytes:
        """What came and was not read. What came before TLS is nothing that the server said under it."""
        if self._held_of is not self.sock:
            self._held, self._held_of = b"", self.sock
        return self._held

    def _more(self) -> None:
        piece = self.sock.recv(PIECE)
        self._left -= len(piece)
        if not piece or self._left < 0:
            raise self.abort("the end" if not piece else "too much")
        self._held += piece


async def _read(door: Door, server: MailServer, login: Login, work: Callable[[Reader], T]) -> T:
    name = door.account.name
    try:
        line = await door.dial_mail(server.host, server.port)
    except NotSent as error:
        raise ProvenNotSent(
            f"The mailbox of {name} could not be reached. " + error.what,
            kept=NOTHING_SENT,
            retry_after_seconds=error.retry_after_seconds,
        ) from error
    with _ends_with(line.socket):
        line.socket.settimeout(min(STEP_SECONDS, door.seconds))
        try:
            async with asyncio.timeout(door.seconds):
                return await asyncio.to_thread(_talk, line.socket, server, line.tls, login, name, work)
        except TimeoutError:
            raise ProvenNotSent(f"The mailbox of {name} did not answer in time.", kept=NOTHING_SENT) from None


@contextlib.contextmanager
def _ends_with(line: socket.socket) -> Iterator[None]:
    """End the connection with the block: a thread that still waits for it must not wait on."""
    other = line.dup()  # TLS takes the first one over
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
        other.close()
        line.close()


def _talk(
    line: socket.socket,
    server: MailServer,
    tls: ssl.SSLContext,
    login: Login,
    name: str,
    work: Callable[[Reader], T],
) -> T:
    try:
        if server.way == "tls":
            line = tls.wrap_socket(line, server_hostname=server.host)
        imap = Reader(line, server, tls)
    except ssl.SSLCertVerificationError:
        raise _refused(
            f"The mail server of {name} has no certificate for its name that can be trusted.",
            "Write the name that its certificate has, or have whoever runs it renew that.",
        ) from None
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        line.close()
        if "STARTTLS" in str(error):
            raise _refused(
                f"The mailbox of {name} is not read unencrypted.", "Use another port, such as 993."
            ) from None
        raise _unclear(name) from None
    try:
        _sign_in(imap, login, name)
        found = work(imap)
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            imap.logout()
        return found
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise _unclear(name) from error
    finally:
        imap.shutdown()


def _sign_in(imap: Reader, login: Login, name: str) -> None:
    try:
        if login.given:
            # After a no the server says why, and waits for an empty word before it ends.
            imap.authenticate("XOAUTH2", lambda said: b"" if said else login.xoauth2)
        elif "AUTH=PLAIN" in imap.capabilities or not (login.user + login.secret).isascii():
            imap.authenticate("PLAIN", lambda said: f"\0{login.user}\0{login.secret}".encode())
        else:
            imap.login(login.user, login.secret)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeError):
        raise _refused(
            f"The mailbox of {name} did not let AdMind in.",
            "Is reading by IMAP allowed in the mailbox's settings? Some want an app password. Then connect it again.",
        ) from None


def _searched(imap: Reader) -> list[bytes]:
    """The mailboxes to look into, as the server writes them. One of all e-mails holds those of the others."""
    marked = dict[bytes, bytes]()
    named = list[bytes]()
    for marks, name in _listed(imap):
        for mark in (b"\\all", b"\\sent"):
            if mark in marks:
                marked.setdefault(mark, name)
        if re.split(r"[./]", _name_of(name).lower())[-1] in SENT_NAMES:
            named.append(name)
    sent = [marked[b"\\sent"]] if b"\\sent" in marked else named[:3]
    every = [marked[b"\\all"]] if b"\\all" in marked else []
    return [*every, *sent, b"INBOX"]


def _listed(imap: Reader) -> Iterator[tuple[list[bytes], bytes]]:
    found = list[bytes | tuple[bytes, bytes]]()
    for reference in ('""', '(SPECIAL-USE) ""'):  # RFC 6154 §2: a plain LIST need not tell the marks
        if reference != '""' and "SPECIAL-USE" not in imap.capabilities:
            continue
        _, lines = imap.list(reference, '"*"')
        found += [each for each in lines if isinstance(each, bytes | tuple)]
    for each in found:
        head, literal = (each[0], each[1]) if isinstance(each, tuple) else (each, None)
        match = _LISTED.match(head)
        if match is None or b"\\noselect" in match["marks"].lower():
            continue
        name = _quoted(literal) if literal is not None else match["name"].strip()
        if name.isascii() and name and not set(name) & set(b"\r\n\0"):
            yield match["marks"].lower().split(), name


def _found_in(imap: Reader, mailbox: bytes, message_id: str) -> Seen | None:
    if imap.select(mailbox.decode("ascii"), readonly=True)[0] != "OK":
        return None
    _, found = imap.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"')
    for uid in (found[0] or b"").split()[-MOST_FOUND:]:
        _, parts = imap.uid("FETCH", uid.decode("ascii"), "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)])")
        for part in parts:
            if isinstance(part, tuple):
                head = message_from_bytes(part[1])
                if str(head.get("message-id", "")).strip() == f"<{message_id}>":  # SEARCH finds parts of words, too
                    return Seen(_name_of(mailbox), _date(str(head.get("date", ""))))
    return None


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _quoted(name: bytes) -> bytes:
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _name_of(mailbox: bytes) -> str:
    return mailbox.decode("ascii", "replace").strip('"')[:80]


def _refused(what: str, do_next: str) -> ChannelRefused:
    """Not `unauthorized`: an account whose mailbox cannot be looked into can still send."""
    return ChannelRefused(what, code="mailbox", kept=NOTHING_SENT, do_next=do_next)


def _unclear(name: str) -> ProvenNotSent:
    return ProvenNotSent(f"The mailbox of {name} did not answer properly.", kept=NOTHING_SENT)
