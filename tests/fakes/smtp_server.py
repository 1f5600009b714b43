"""A loopback mail server for submission, strict about RFC 5321: order, line lengths, TLS before AUTH, SIZE, SMTPUTF8.

`plan` says how each e-mail ends, `answers` what single commands are answered instead; None drops the connection.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from tests.fakes.faulty_http import GOOD, Act, FaultyServer, Seen, listening

USER, PASSWORD = "news@velo.example", "pa55 wörd-of-velo"
LONGEST_COMMAND, LONGEST_LINE = 512, 1000  # octets with CRLF: RFC 5321 §4.5.3.1.4 and .6
ONCE = ("from", "to", "date", "message-id", "subject", "mime-version", "list-unsubscribe")
SAID = {200: 250, 201: 250}  # what acts written for HTTP mean here


def xoauth2(token: str) -> str:
    """https://developers.google.com/workspace/gmail/imap/xoauth2-protocol#the_sasl_xoauth2_mechanism"""
    return f"user={USER}\x01auth=Bearer {token}\x01\x01"


@dataclass
class Mail:
    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=SMTP)

    @property
    def words(self) -> str:
        """Subject and text, without the footer: what a marketer wrote."""
        part = self.message.get_body(("plain",))
        assert part is not None
        text = str(part.get_content()).replace("\r\n", "\n")
        return f"{self.message['subject']}\n\n{text.rpartition(chr(10) * 2 + '-- ' + chr(10))[0]}"


@dataclass
class SmtpServer(FaultyServer):
    """`tls`: its certificate, none: nothing is encrypted. Build it with `smtp_server`."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False  # TLS from the first byte
    starttls: bool = True
    auth: str = "PLAIN LOGIN"
    tokens: set[str] = field(default_factory=set)  # what XOAUTH2 takes
    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 5000000", "SMTPUTF8")
    senders: frozenset[str] | None = None
    recipients: dict[str, str] = field(default_factory=dict)  # refused ones and how
    answers: dict[str, list[str | None]] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)  # of what was taken, as servers keep that save what they send
    commands: list[str] = field(default_factory=list)
    offered: list[bytes] = field(default_factory=list)  # every e-mail that was handed over to its end
    _pending: list[Mail] = field(default_factory=list)

    def commit_late(self) -> int:
        late, self._pending = self._pending, []
        self.mails += late
        self.copies += [mail.raw for mail in late]
        return len(late)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError)
        with suppress(*ends, ssl.SSLError):
            await _Talk(self, reader, writer).run()
        with suppress(Exception):
            writer.close()

    def takes(self, step: str) -> None:
        """Called with each step of a talk before it is obeyed: CONNECT, a command, MESSAGE. May raise Drop."""

    def answers_now(self) -> None:
        """Called once a step was obeyed, right before its answer."""

    def ended(self, mail: Mail) -> Act:
        act = self.plan.popleft() if self.plan else GOOD
        if act.breaks != "before reading":
            self.offered.append(mail.raw)
            self.seen.append(Seen("DATA", "", {}, {}, mail.raw))
        if act.commits == "now" and act.breaks != "before reading":
            self.mails.append(mail)
            self.copies.append(mail.raw)
        elif act.commits == "late":
            self._pending.append(mail)
        return act


class Drop(ConnectionError):
    pass


@dataclass
class _Talk:
    server: SmtpServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    secure: bool = False
    greeted: bool = False
    signed_in: bool = False
    utf8: bool = False
    sender: str | None = None
    to: list[str] = field(default_factory=list)

    async def run(self) -> None:
        if self.server.implicit:
            assert self.server.tls is not None
            await self.writer.start_tls(self.server.tls)
            self.secure = True
        self.server.takes("CONNECT")
        await self.say(self.instead("CONNECT") or "220 mail.velo.example ESMTP")
        while True:
            line = await self.reader.readuntil(b"\r\n")
            if len(line) > LONGEST_COMMAND or b"\r" in line[:-2] or b"\n" in line[:-2] or b"\0" in line:
                await self.say("500 5.5.2 syntax")
                continue
            command = line[:-2].decode()
            verb = command.split(" ")[0].upper()
            self.server.commands.append("AUTH" if verb == "AUTH" else command)
            self.server.takes(verb)
            other = self.instead(verb)
            if other is not None:
                await self.say(other)
            elif not await self.obey(verb, command[len(verb) + 1 :]):
                return

    def instead(self, verb: str) -> str | None:
        if not self.server.answers.get(verb):
            return None
        found = self.server.answers[verb].pop(0)
        if found is None:
            self.writer.transport.abort()
            raise Drop
        return found

    async def say(self, text: str) -> None:
        self.server.answers_now()
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def obey(self, verb: str, rest: str) -> bool:
        known = {"EHLO": self.ehlo, "STARTTLS": self.start_tls, "AUTH": self.sign_in, "MAIL": self.mail}
        known |= {"RCPT": self.rcpt, "RSET": self.reset}
        if verb == "DATA":
            return await self.data()
        if verb in known:
            await known[verb](rest)
        else:
            await self.say("221 2.0.0 bye" if verb == "QUIT" else "500 5.5.1 unknown command")
        return verb != "QUIT"

    async def ehlo(self, rest: str) -> None:
        self.greeted = True
        offered = [*self.server.extensions]
        if self.server.tls and self.server.starttls and not self.secure:
            offered.append("STARTTLS")
        if self.server.auth and (self.secure or not self.server.tls):
            offered.append(f"AUTH {self.server.auth}")
        lines = [f"hello {rest}", *offered]
        await self.say("\r\n".join(f"250{'-' if each is not lines[-1] else ' '}{each}" for each in lines))

    async def start_tls(self, rest: str) -> None:
        if not self.server.tls or self.secure or rest:
            await self.say("503 5.5.1 no TLS here")
            return
        await self.say("220 2.0.0 go on")
        await self.writer.start_tls(self.server.tls)
        self.secure, self.greeted = True, False

    async def sign_in(self, rest: str) -> None:
        if self.server.tls and not self.secure:
            await self.say("538 5.7.11 encrypt first")
            return
        way, _, first = rest.partition(" ")
        if way.upper() == "PLAIN":
            _, user, password = base64.b64decode(first or await self.ask("")).decode().split("\0")
        elif way.upper() == "LOGIN":
            user = base64.b64decode(first or await self.ask("VXNlcm5hbWU6")).decode()
            password = base64.b64decode(await self.ask("UGFzc3dvcmQ6")).decode()
        elif way.upper() == "XOAUTH2" and "XOAUTH2" in self.server.auth:
            await self.with_token(base64.b64decode(first, validate=True).decode())
            return
        else:
            await self.say("504 5.5.4 no such way")
            return
        self.signed_in = (user, password) == (USER, PASSWORD)
        await self.say("235 2.7.0 in" if self.signed_in else f"535 5.7.8 not with {password}")

    async def with_token(self, said: str) -> None:
        self.signed_in = said in {xoauth2(each) for each in self.server.tokens}
        if not self.signed_in:
            answer = await self.ask(base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode())
            assert answer == b"", "an empty word, to hear the end"
        await self.say("235 2.7.0 in" if self.signed_in else "535 5.7.8 not with this access")

    async def ask(self, what: str) -> bytes:
        await self.say(f"334 {what}")
        return (await self.reader.readuntil(b"\r\n"))[:-2]

    async def mail(self, rest: str) -> None:
        match = re.fullmatch(r"FROM:<([^<>\s]+)>((?: [A-Z0-9]+(?:=\S+)?)*)", rest)
        if not self.greeted or self.sender is not None:
            await self.say("503 5.5.1 order")
        elif self.server.auth and not self.signed_in:
            await self.say("530 5.7.0 sign in")
        elif match is None:
            await self.say("501 5.5.4 syntax")
        else:
            given = match[2].split()
            self.utf8 = "SMTPUTF8" in given
            size = next((int(each[5:]) for each in given if each.startswith("SIZE=")), 0)
            if size > self.most:
                await self.say("552 5.3.4 too big")
            elif not match[1].isascii() and not self.utf8:
                await self.say("553 5.6.7 SMTPUTF8")
            elif self.server.senders is not None and match[1] not in self.server.senders:
                await self.say("553 5.7.1 not your address")
            else:
                self.sender = match[1]
                await self.say("250 2.1.0 ok")

    async def rcpt(self, rest: str) -> None:
        match = re.fullmatch(r"TO:<([^<>\s]+)>", rest)
        if self.sender is None or match is None or len(self.to) >= 100:
            await self.say("503 5.5.1 order" if match else "501 5.5.4 syntax")
        elif not match[1].isascii() and not self.utf8:
            await self.say("553 5.6.7 SMTPUTF8")
        elif match[1] in self.server.recipients:
            await self.say(self.server.recipients[match[1]])
        else:
            self.to.append(match[1])
            await self.say("250 2.1.5 ok")

    async def data(self) -> bool:
        if self.sender is None or not self.to:
            await self.say("503 5.5.1 order")
            return True
        await self.say("354 go on")
        act = self.server.plan[0] if self.server.plan else GOOD
        if act.breaks == "before reading":
            self.server.ended(Mail("", [], b""))
            self.writer.transport.abort()
            return False
        raw = await self.read()
        self.server.takes("MESSAGE")
        wrong = self.wrong(raw)
        if wrong:
            await self.say(wrong)
            return True
        act = self.server.ended(Mail(self.sender, self.to, raw))
        self.sender, self.to = None, []
        return await self.end(act)

    async def end(self, act: Act) -> bool:
        self.server.answers_now()
        if act.hangs:
            await asyncio.Event().wait()
        if act.breaks == "before answering":
            self.writer.transport.abort()
            return False
        status = SAID.get(act.status, act.status)
        said = b"queued" if act.body is None else act.body
        if act.breaks == "within answer":
            self.writer.write(f"{status}-2.0".encode())
            await self.writer.drain()
            self.writer.transport.abort()
            return False
        self.writer.write(f"{status} ".encode() + said + b"\r\n")
        await self.writer.drain()
        return status != 421

    async def read(self) -> bytes:
        lines = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
            assert line[:1] != b"." or line.startswith(b".."), "a dot that nobody doubled"
        return b"".join(lines)

    def wrong(self, raw: bytes) -> str:
        if len(raw) > self.most:
            return "552 5.3.4 too big"
        lines = raw.split(b"\r\n")
        if any(len(line) > LONGEST_LINE - 2 or b"\r" in line or b"\n" in line or b"\0" in line for line in lines):
            return "554 5.6.0 lines"
        head = raw.partition(b"\r\n\r\n")[0]
        if not raw.isascii() and (raw.removeprefix(head).isascii() is False or not self.utf8):
            return "554 5.6.1 8 bits"
        names = [
            line.split(b":")[0].decode("ascii", "replace").lower() for line in head.split(b"\r\n") if line[:1] != b" "
        ]
        if any(names.count(name) != 1 for name in ONCE) or len(set(names)) != len(names):
            return "554 5.6.0 headers"
        return ""

    async def reset(self, rest: str) -> None:
        self.sender, self.to = None, []
        await self.say("250 2.0.0 ok")

    @property
    def most(self) -> int:
        return next((int(each[5:]) for each in self.server.extensions if each.startswith("SIZE ")), 10**9)


@asynccontextmanager
async def smtp_server(**switches: Any) -> AsyncIterator[SmtpServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(SmtpServer(**switches)) as fake:
        yield fake
