"""Mail accounts at loopback servers, alone and with the sender's mailbox, for the tests of e-mail."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.accounts.door import HttpClient, always
from bot.channels.base import (
    Account,
    ChannelRefused,
    Content,
    Door,
    OutcomeUnknown,
    Receipt,
)
from bot.channels.mail import Email
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, TEXT
from tests.fakes.faulty_http import Act
from tests.fakes.imap_server import ImapServer, imap_server
from tests.fakes.smtp_server import PASSWORD, USER, SmtpServer, smtp_server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(),
    mime="image/png",
    size=len(PNG),
    width=1200,
    height=675,
    alt="Rotes Velo „neu“",
)
LIST = "velo-news@lists.example"
PEOPLE = ("ana@a.example", "beat@b.example", "cem@c.example")
OPTIONS = {
    "user": USER,
    "from": "Velo, Zürich <news@velo.example>",
    "list": "Velo-Neuigkeiten",
    "postal": "Velo AG, Bahnhofstrasse 1, 8001 Zürich",
    "unsubscribe": "https://velo.example/stop?l=1&x=%20a, stop@velo.example",
}


class MailBench:
    secrets: Sequence[str] = (PASSWORD,)

    def __init__(self, server: SmtpServer, client: HttpClient, options: dict[str, str], people: Sequence[str]) -> None:
        self.channel = Email()
        self.server = server
        self.client = client
        self.people = list(people)
        self.given: dict[str, str] = {}
        self.account: Account = blank_account("email", options=options)

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        secrets = {"password": PASSWORD} | self.given | ({"recipients": "\n".join(self.people)} if self.people else {})
        return door_for(self.account, client=self.client, secrets=secrets, blobs=(PNG,), check=check, deadline=deadline)

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [mail.words for mail in self.server.mails]


@asynccontextmanager
async def open_bench(
    options: dict[str, str] | None = None,
    people: Sequence[str] = (),
    *,
    scheme: str = "smtp+plain",
    trusted: ssl.SSLContext | bool = True,
    **switches: Any,
) -> AsyncIterator[MailBench]:
    async with (
        smtp_server(**switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}, verify=trusted) as client,
    ):
        to = {"consent": "yes"} if people else {"to": LIST}
        given = OPTIONS | to | {"server": f"{scheme}://127.0.0.1:{server.port}"} | (options or {})
        bench = MailBench(server, client, given, people)
        bench.account = await bench.channel.connect(bench.account, bench.door())
        server.commands.clear()
        yield bench


def several(**switches: Any) -> AbstractAsyncContextManager[MailBench]:
    return open_bench(None, PEOPLE, **switches)


@asynccontextmanager
async def with_mailbox(
    people: Sequence[str] = (), *, options: dict[str, str] | None = None, **switches: Any
) -> AsyncIterator[tuple[MailBench, ImapServer]]:
    """A server that saves what it sends in the sender's mailbox, which AdMind may read. `switches`: the mailbox's."""
    async with smtp_server() as server, imap_server(**switches) as mailbox:
        server.copies = mailbox.folders["Sent"].mails if "Sent" in mailbox.folders else []
        allowed = {f"127.0.0.1:{server.port}", f"127.0.0.1:{mailbox.port}"}
        async with safe_client(allow_hosts=allowed) as client:
            to = {"consent": "yes"} if people else {"to": LIST}
            given = OPTIONS | to | {"server": f"smtp+plain://127.0.0.1:{server.port}"}
            given |= {"imap": f"imap+plain://127.0.0.1:{mailbox.port}"} | (options or {})
            bench = MailBench(server, client, given, people)
            bench.given = {"imap_password": mailbox.password}
            bench.account = await bench.channel.connect(bench.account, bench.door())
            mailbox.commands.clear()
            yield bench, mailbox


@asynccontextmanager
async def looked_into() -> AsyncIterator[MailBench]:
    async with with_mailbox() as (bench, _):
        yield bench


# What ends an e-mail, in SMTP's own numbers: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.
MAIL_OUTCOMES: dict[str, tuple[Act, type[object], str]] = {
    "taken": (Act(250), Receipt, ""),
    "taken for somewhere else": (Act(251), Receipt, ""),
    "taken, without a word": (Act(250, body=b""), Receipt, ""),
    "taken, with rubbish": (Act(250, body=b"\xff\xfe{"), Receipt, ""),
    "spam": (Act(554, body=b"5.7.1 spam", commits="never"), ChannelRefused, "refused"),
    "no room": (Act(552, commits="never"), ChannelRefused, "too_large"),
    "wants a login": (Act(530, commits="never"), ChannelRefused, "unauthorized"),
    "later": (Act(451, commits="never"), ChannelRefused, "rate_limited"),
    "no disk": (Act(452, commits="never"), ChannelRefused, "rate_limited"),
    "going down, taken": (Act(421), OutcomeUnknown, ""),
    "going down, not taken": (Act(421, commits="never"), OutcomeUnknown, ""),
    "go on, after the end": (Act(354), OutcomeUnknown, ""),
    "no number": (Act(999), OutcomeUnknown, ""),
    "reset before reading": (Act(commits="never", breaks="before reading"), OutcomeUnknown, ""),
    "reset, not taken": (Act(commits="never", breaks="before answering"), OutcomeUnknown, ""),
    "reset, taken": (Act(breaks="before answering"), OutcomeUnknown, ""),
    "reset, taken late": (Act(breaks="before answering", commits="late"), OutcomeUnknown, ""),
    "cut within the answer": (Act(breaks="within answer"), OutcomeUnknown, ""),
}
