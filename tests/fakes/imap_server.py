"""A loopback mailbox, strict about RFC 3501: tags, states, quoting, TLS before a login; it can only be read.

`answers` is what single commands are answered instead, without their tag; None drops the connection.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

from tests.fakes.faulty_http import listening
from tests.fakes.smtp_server import PASSWORD, USER, Drop, xoauth2

_TAG = re.compile(r"[A-Za-z0-9]{1,20}")
_PIECE = re.compile(r'"((?:\\["\\]|[^"\\\r\n])*)"|(\([^()]*\)|BODY\.PEEK\[[^\]]*\]|\(BODY\.PEEK\[[^\]]*\]\)|[^\s"()]+)')
STATES = {"EXAMINE": "in", "LIST": "in", "UID": "open"}


@dataclass
class Folder:
    marks: str = ""
    mails: list[bytes] = field(default_factory=list)


def folders() -> dict[str, Folder]:
    return {"INBOX": Folder("\\HasNoChildren"), "Sent": Folder("\\HasNoChildren \\Sent")}


@dataclass
class ImapServer:
    """`tls`: its certificate, none: nothing is encrypted. `tokens`: one of these is wanted, and no password."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    tokens: set[str] | None = None
    password: str = PASSWORD
    plain: bool = True  # takes AUTHENTICATE PLAIN; else LOGIN alone
    special_use: bool = False  # tells marks when asked for them alone
    literal_names: bool = False
    folders: dict[str, Folder] = field(default_factory=folders)
    answers: dict[str, list[str | None]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    listener: asyncio.Server | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError)
        with suppress(*ends, ssl.SSLError):
            await _Talk(self, reader, writer).run()
        with suppress(Exception):
            writer.close()

    async def stop(self) -> None:
        assert self.listener is not None
        self.listener.close()
        await asyncio.sleep(0)


@dataclass
class _Talk:
    server: ImapServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    secure: bool = False
    state: str = "new"
    folder: Folder = field(default_factory=Folder)

    async def run(self) -> None:
        if self.server.implicit:
            assert self.server.tls is not None
            await self.writer.start_tls(self.server.tls)
            self.secure = True
        await self.say(self.instead("CONNECT") or "* OK IMAP4rev1 ready")
        while True:
            line = (await self.reader.readuntil(b"\r\n"))[:-2].decode("ascii")
            tag, _, rest = line.partition(" ")
            verb, _, words = rest.partition(" ")
            verb = verb.upper()
            assert _TAG.fullmatch(tag) and verb, line
            self.server.commands.append(verb if verb in ("LOGIN", "AUTHENTICATE") else rest)
            other = self.instead(verb)
            if other is not None:
                await self.say(other.replace("TAG", tag))
            elif verb in STATES and self.state != "open" and self.state != STATES[verb]:
                await self.say(f"{tag} BAD not now")
            elif not await self.obey(tag, verb, words):
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
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def obey(self, tag: str, verb: str, words: str) -> bool:
        known = {"CAPABILITY": self.capability, "STARTTLS": self.start_tls, "LOGIN": self.login, "LIST": self.list}
        known |= {"AUTHENTICATE": self.authenticate, "EXAMINE": self.examine, "UID": self.uid}
        if verb == "LOGOUT":
            await self.say(f"* BYE bye\r\n{tag} OK done")
            return False
        if verb in known:
            await known[verb](tag, words)
        else:
            await self.say(f"{tag} BAD unknown command")
        return True

    async def capability(self, tag: str, words: str) -> None:
        offered = ["IMAP4rev1"]
        if self.server.tls and not self.secure:
            offered += ["STARTTLS", "LOGINDISABLED"]
        elif self.server.tokens is not None:
            offered.append("AUTH=XOAUTH2")
        elif self.server.plain:
            offered.append("AUTH=PLAIN")
        if self.server.special_use:
            offered.append("SPECIAL-USE")
        await self.say(f"* CAPABILITY {' '.join(offered)}\r\n{tag} OK done")

    async def start_tls(self, tag: str, words: str) -> None:
        if not self.server.tls or self.secure or words:
            await self.say(f"{tag} BAD no TLS here")
            return
        await self.say(f"{tag} OK go on")
        await self.writer.start_tls(self.server.tls)
        self.secure = True

    async def login(self, tag: str, words: str) -> None:
        pieces = _pieces(words)
        right = (
            pieces == [USER, self.server.password]
            and self.server.tokens is None
            and (self.secure or not self.server.tls)
        )
        await self.entered(tag, right)

    async def authenticate(self, tag: str, words: str) -> None:
        if self.server.tls and not self.secure:
            await self.say(f"{tag} NO encrypt first")
            return
        await self.say("+ ")
        said = base64.b64decode((await self.reader.readuntil(b"\r\n"))[:-2], validate=True).decode()
        if words.upper() == "XOAUTH2":
            right = said in {xoauth2(each) for each in self.server.tokens or ()}
            if not right:
                why = base64.b64encode(json.dumps({"status": "400", "schemes": "Bearer"}).encode()).decode()
                await self.say(f"+ {why}")
                assert await self.reader.readuntil(b"\r\n") == b"\r\n", "an empty word, to hear the end"
        elif words.upper() == "PLAIN" and self.server.plain:
            right = said == f"\0{USER}\0{self.server.password}" and self.server.tokens is None
        else:
            await self.say(f"{tag} NO no such way")
            return
        await self.entered(tag, right)

    async def entered(self, tag: str, right: bool) -> None:
        self.state = "in" if right else self.state
        await self.say(f"{tag} OK in" if right else f"{tag} NO [AUTHENTICATIONFAILED] not with {self.server.password}")

    async def list(self, tag: str, words: str) -> None:
        special = words.startswith("(SPECIAL-USE) ")
        if words.removeprefix("(SPECIAL-USE) ") != '"" "*"' or (special and not self.server.special_use):
            await self.say(f"{tag} BAD syntax")
            return
        for name, folder in self.server.folders.items():
            marks = folder.marks
            if self.server.special_use and not special:
                marks = " ".join(each for each in marks.split() if each.startswith("\\Has") or each == "\\Noselect")
            if special and marks.split()[-1:] == ["\\HasNoChildren"]:
                continue
            shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
            if self.server.literal_names:
                shown = f"{{{len(name)}}}\r\n{name}"
            await self.say(f'* LIST ({marks}) "/" {shown}')
        await self.say(f"{tag} OK done")

    async def examine(self, tag: str, words: str) -> None:
        pieces = _pieces(words)
        if len(pieces) != 1 or pieces[0] not in self.server.folders:
            await self.say(f"{tag} NO [NONEXISTENT] no such mailbox")
            return
        self.folder, self.state = self.server.folders[pieces[0]], "open"
        await self.say(f"* {len(self.folder.mails)} EXISTS\r\n* 0 RECENT\r\n{tag} OK [READ-ONLY] done")

    async def uid(self, tag: str, words: str) -> None:
        match words.split(" ", maxsplit=1)[0].upper(), _pieces(words)[1:]:
            case "SEARCH", ["HEADER", "Message-ID", text]:
                found = [n for n, raw in enumerate(self.folder.mails, 101) if text.lower() in _id_of(raw).lower()]
                await self.say("* SEARCH" + "".join(f" {each}" for each in found) + f"\r\n{tag} OK done")
            case "FETCH", [uid, what] if uid.isdigit() and what == "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)])":
                raw = self.folder.mails[int(uid) - 101]
                message = message_from_bytes(raw, policy=SMTP)
                head = f"Date: {message['date']}\r\nMessage-ID: {_id_of(raw)}\r\n\r\n"
                fields = f"UID {uid} BODY[HEADER.FIELDS (MESSAGE-ID DATE)] {{{len(head.encode())}}}\r\n{head}"
                await self.say(f"* {int(uid) - 100} FETCH ({fields})\r\n{tag} OK done")
            case _:
                await self.say(f"{tag} BAD syntax")


def _id_of(raw: bytes) -> str:
    return str(message_from_bytes(raw, policy=SMTP)["message-id"] or "")


def _pieces(words: str) -> list[str]:
    """What a command is made of; quoted strings without their quotes."""
    found, at = list[str](), 0
    while at < len(words):
        match = _PIECE.match(words, at) or re.compile(r"\(.*\)").match(words, at)
        assert match is not None, words
        quoted = match.re is _PIECE and match[1] is not None
        found.append(re.sub(r"\\(.)", r"\1", match[1]) if quoted else match[0])
        at = match.end()
        assert at == len(words) or words[at] == " ", words
        at += 1
    return found


@asynccontextmanager
async def imap_server(**switches: Any) -> AsyncIterator[ImapServer]:
    """A mailbox on a free port of this machine, gone at the end with all its connections."""
    async with listening(ImapServer(**switches)) as fake:
        yield fake
