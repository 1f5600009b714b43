"""One conversation with a mail server: https://www.rfc-editor.org/rfc/rfc5321, by aiosmtplib over a judged address.

Until the first byte of the e-mail leaves, nothing that goes wrong can have sent it. From then on only the server's own
answer tells: 250, and it has the e-mail for every recipient that it took; 4yz or 5yz, and it has it for none (§6.1). A
connection that ends in between says nothing (RFC 1047), nor does a 421, with which servers end conversations.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException

from bot.channels.answers import later
from bot.channels.base import ChannelRefused, Door, OutcomeUnknown, ProvenNotSent
from bot.channels.handed import MAIL, Carries
from bot.channels.mail_address import Mailbox, MailServer
from bot.channels.mail_login import NOTHING_SENT, Login
from bot.fetch import NotSent

WAIT_SECONDS = 120.0  # after a 4yz: greylisting servers want some minutes (RFC 6647 §2)
STEP_SECONDS = 15.0
TOO_LARGE = (523, 552)  # RFC 3463 and RFC 1870
GO_ON, DONE, CLOSING = 354, (250, 251, 252), 421


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of each recipient before the e-mail itself: taken, refused for good, or told to come back."""

    good: tuple[str, ...]
    bad: tuple[str, ...]
    waiting: tuple[str, ...]
    code: int = 0  # of the last one that was not taken


class Session:
    """Signed in; made by `opened`."""

    def __init__(self, smtp: SMTP, door: Door) -> None:
        self._smtp = smtp
        self._door = door
        self._name = door.account.name

    @property
    def most_bytes(self) -> int:
        """The largest e-mail that the server takes, 0 when it does not say (RFC 1870)."""
        said = self._smtp.esmtp_extensions.get("size", "").split(" ")[0]
        return int(said) if said.isascii() and said.isdigit() and len(said) < 13 else 0

    async def begin(self, sender: str, size: int, *, beyond_ascii: bool) -> None:
        """MAIL FROM. Raises ChannelRefused, ProvenNotSent."""
        smtp = self._smtp
        if self.most_bytes and size > self.most_bytes:
            raise _too_large(self._name)
        if beyond_ascii and not smtp.supports_extension("smtputf8"):
            raise ChannelRefused(
                f"The mail server of {self._name} takes no addresses with such letters.",
                code="address",
                kept=NOTHING_SENT,
                do_next="Use addresses of plain letters, or another mail server.",
            )
        options = [f"SIZE={size}"] if size and smtp.supports_extension("size") else []
        options += ["SMTPUTF8"] if beyond_ascii else []
        encoding = "utf-8" if beyond_ascii else "ascii"
        try:
            await smtp.mail(sender, options=options, encoding=encoding)
        except SMTPResponseException as no:
            raise self._no(no.code, "sender") from None
        except (SMTPException, OSError, ValueError) as error:
            raise self._broken(error) from None

    async def recipients(self, addresses: Sequence[str], *, beyond_ascii: bool) -> Taken:
        """RCPT TO each. Raises ProvenNotSent."""
        good, bad, waiting, code = list[str](), list[str](), list[str](), 0
        for address in addresses:
            try:
                await self._smtp.rcpt(address, encoding="utf-8" if beyond_ascii else "ascii")
                good.append(address)
            except SMTPResponseException as no:
                if no.code == CLOSING or not 400 <= no.code < 600:
                    raise self._no(no.code, "message") from None
                (bad if no.code >= 500 else waiting).append(address)
                code = no.code
            except (SMTPException, OSError, ValueError) as error:
                raise self._broken(error) from None
        return Taken(tuple(good), tuple(bad), tuple(waiting), code)

    async def end(self) -> None:
        """RSET: forget what was begun. Raises ProvenNotSent."""
        try:
            await self._smtp.rset()
        except (SMTPException, OSError) as error:
            raise self._broken(error) from None

    async def data(self, message: bytes, carries: Carries | None) -> None:
        """The e-mail itself, right after the door's check and look; returns when the server has it. Without `carries`
        it is no post, and who sends it has looked.

        Raises ChannelRefused, ProvenNotSent (before its first byte), OutcomeUnknown (after it).
        """
        await self._door.check()
        if carries is not None:
            await self._door.compare(message, MAIL, carries)
        smtp = self._smtp
        try:
            start = await smtp.execute_command(b"DATA")
        except SMTPResponseException as no:
            raise self._no(no.code, "message") from None
        except (SMTPException, OSError) as error:
            raise self._broken(error) from None
        if start.code != GO_ON or smtp.protocol is None:
            raise self._no(start.code, "message")
        answer = await self._handed_over(message)
        if answer.code in DONE:
            return
        if 400 <= answer.code < 600 and answer.code != CLOSING:
            raise self._no(answer.code, "message")
        raise OutcomeUnknown(f"{self._name} gave no answer that says whether it took the e-mail.")

    async def _handed_over(self, message: bytes) -> SMTPResponse:
        protocol = self._smtp.protocol
        doubt = f"{self._name} gave no answer that says whether it took the e-mail."
        if protocol is None:
            raise ProvenNotSent(f"{self._name} ended the connection.", kept=NOTHING_SENT)
        try:
            protocol.write(stuffed(message))
            return await protocol.read_response(timeout=self._door.seconds)
        except (SMTPException, OSError):
            raise OutcomeUnknown(doubt) from None

    def _no(self, code: int, step: str) -> ChannelRefused | ProvenNotSent:
        """What a code means before, or in answer to, the whole e-mail. Nothing of it was taken."""
        if code in TOO_LARGE:
            return _too_large(self._name)
        if 400 <= code < 500:
            return later(self._name, WAIT_SECONDS)
        if not 500 <= code < 600:
            return ProvenNotSent(f"The mail server of {self._name} did not answer properly.", kept=NOTHING_SENT)
        if code in (530, 534, 535, 538):
            return _no_access(self._name)
        told = {
            "sender": (
                f"The mail server of {self._name} takes no e-mail from this sender.",
                "Use an address that this mailbox may send from, then connect it again.",
            ),
            "message": (
                f"The mail server of {self._name} refused the e-mail.",
                "Ask whoever runs it why: often it is taken for spam. Then send it again.",
            ),
        }[step]
        return ChannelRefused(told[0], code="refused", kept=NOTHING_SENT, do_next=told[1])

    def _broken(self, error: Exception) -> ProvenNotSent:
        return ProvenNotSent(f"{self._name} ended the connection before anything was sent.", kept=NOTHING_SENT)


@asynccontextmanager
async def opened(door: Door, server: MailServer, login: Login | None, sender: Mailbox) -> AsyncIterator[Session]:
    """A conversation that is encrypted and signed in. Raises ChannelRefused, ProvenNotSent."""
    try:
        line = await door.dial_mail(server.host, server.port)
    except NotSent as error:
        raise ProvenNotSent(
            f"The mail server of {door.account.name} could not be reached. " + error.what,
            kept=NOTHING_SENT,
            retry_after_seconds=error.retry_after_seconds,
        ) from error
    smtp = SMTP(
        hostname=server.host,
        sock=line.socket,
        use_tls=server.way == "tls",
        start_tls=server.way == "starttls",
        tls_context=None if server.way == "none" else line.tls,
        local_hostname=sender.domain,  # not this machine's name
        timeout=min(STEP_SECONDS, door.seconds),
    )
    try:
        await _agreed(smtp.connect, door.account.name, server)
        await _agreed(smtp.ehlo, door.account.name, server)  # what it offers after TLS
        if login is not None:
            await _signed_in(smtp, login, door.account.name)
        yield Session(smtp, door)
        with contextlib.suppress(SMTPException, OSError):
            await asyncio.wait_for(smtp.quit(), 1.0)  # the e-mail is taken, or nothing is: a goodbye changes neither
    finally:
        smtp.close()  # and with it the socket, which is its own since it connected


def stuffed(message: bytes) -> bytes:
    """RFC 5321 §4.5.2: a dot before each dot that begins a line, and the dot that ends it all."""
    dotted = message.replace(b"\r\n.", b"\r\n..")
    return (
        (b"." if dotted.startswith(b".") else b"") + dotted + (b"" if dotted.endswith(b"\r\n") else b"\r\n") + b".\r\n"
    )


async def _agreed(step: Callable[[], Awaitable[object]], name: str, server: MailServer) -> None:
    try:
        await step()
    except SMTPResponseException as no:
        if 400 <= no.code < 500:
            raise later(name, WAIT_SECONDS) from None
        raise ChannelRefused(
            f"The mail server of {name} lets AdMind not in (SMTP {no.code}).",
            code="refused",
            kept=NOTHING_SENT,
            do_next="Ask whoever runs it why.",
        ) from None
    except (SMTPException, OSError, ValueError) as error:
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            raise ChannelRefused(
                f"The mail server of {name} has no certificate for its name that can be trusted.",
                code="tls",
                kept=NOTHING_SENT,
                do_next="Write the name that its certificate has, or have whoever runs it renew that.",
            ) from None
        if "STARTTLS" in str(error):
            raise ChannelRefused(
                f"The mail server of {name} does not encrypt on port {server.port}.",
                code="tls",
                kept=NOTHING_SENT,
                do_next="Use another port, such as 465.",
            ) from None
        raise ProvenNotSent(f"The mail server of {name} did not answer properly.", kept=NOTHING_SENT) from None


async def _signed_in(smtp: SMTP, login: Login, name: str) -> None:
    try:
        await (smtp.auth_xoauth2 if login.given else smtp.login)(login.user, login.secret)
    except SMTPResponseException as no:
        raise (later(name, WAIT_SECONDS) if 400 <= no.code < 500 else _no_access(name, given=login.given)) from None
    except (SMTPException, ValueError) as error:
        if smtp.is_connected:
            raise _no_access(name, given=login.given) from None
        raise ProvenNotSent(f"The mail server of {name} did not answer properly.", kept=NOTHING_SENT) from error
    except OSError:
        raise ProvenNotSent(f"The mail server of {name} did not answer properly.", kept=NOTHING_SENT) from None


def _no_access(name: str, *, given: bool = False) -> ChannelRefused:
    if given:
        return ChannelRefused(
            f"The mail server of {name} does not accept AdMind's access.",
            code="unauthorized",
            kept=NOTHING_SENT,
            do_next="Is it for this user, and may it send e-mail? Then connect it again.",
        )
    return ChannelRefused(
        f"The mail server of {name} did not accept user and password.",
        code="unauthorized",
        kept=NOTHING_SENT,
        do_next="Some want an app password, made in the mailbox's settings. Then connect it again.",
    )


def _too_large(name: str) -> ChannelRefused:
    return ChannelRefused(
        f"The e-mail is larger than the mail server of {name} takes.",
        code="too_large",
        kept=NOTHING_SENT,
        do_next="Use smaller pictures, or fewer.",
    )
