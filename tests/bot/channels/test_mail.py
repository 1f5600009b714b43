"""E-mail keeps the contract of channels: one transaction, and nothing is sent again after a doubt."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.door import HttpClient, always
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    ChannelRefused,
    Content,
    Door,
    Found,
    OutcomeUnknown,
    ProvenNotSent,
    Receipt,
)
from bot.channels.mail import PATIENCE, Email
from bot.channels.mail_address import recipients_of, server_of
from bot.channels.mail_message import message_of, text_of
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.certificates import Certificates, certificates
from tests.fakes.faulty_http import Act
from tests.fakes.imap_server import Folder, ImapServer, imap_server
from tests.fakes.smtp_server import PASSWORD, USER, Mail, SmtpServer, smtp_server

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


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


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


class TestEmail(NetworkContract):
    looks_up = False
    outcomes = MAIL_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()

    async def test_a_date_to_come_back_at_is_understood(self) -> None:
        """SMTP names none: two minutes, as greylisting servers want."""
        async with open_bench() as bench:
            bench.server.plan.append(Act(450, commits="never"))
            outcome = await attempt(bench, bench.sealed())
            assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == 120


class TestSeveral(NetworkContract):
    looks_up = False
    outcomes = MAIL_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return several()

    async def test_a_date_to_come_back_at_is_understood(self) -> None:
        """As above."""


class TestWithAMailbox(NetworkContract):
    """The sender's mailbox can be read: there it is looked up."""

    outcomes = MAIL_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return looked_into()

    async def test_a_date_to_come_back_at_is_understood(self) -> None:
        """As above."""


async def test_the_bytes_on_the_wire_come_from_the_sealed_payload_alone() -> None:
    async with open_bench() as bench:
        payload = bench.sealed("Neu 🚲\n\nPreview: Ab heute & <hier>\n\n.Ein *Punkt*\n..zwei", media=(PICTURE,))
        again = SealedPayload.model_validate_json(payload.canonical())
        await bench.channel.send(payload, KEY, bench.door())
        await bench.channel.send(again, KEY, bench.door())
        one, other = bench.server.offered
        assert one == other
        mail = bench.server.mails[0]
        assert (mail.sender, mail.recipients) == ("news@velo.example", [LIST])
        message = mail.message
        assert message["message-id"] == f"<{KEY.key}@velo.example>"
        assert message["date"].datetime == AT
        assert str(message["subject"]) == "Neu 🚲"
        assert str(message["from"]) == '"Velo, Zürich" <news@velo.example>'
        assert str(message["to"]) == f"Velo-Neuigkeiten <{LIST}>"
        assert message.get_content_type() == "multipart/alternative"
        plain, page = message.get_body(("plain",)), message.get_body(("html",))
        assert plain is not None and page is not None
        assert plain.get_content().replace("\r\n", "\n").startswith(".Ein Punkt\n..zwei\n\n-- \n")
        markup = page.get_content()
        assert payload.extra["html"] == markup.replace("\r\n", "\n")
        assert "Ab heute &amp; &lt;hier&gt;</div>" in markup and "<em>Punkt</em>" in markup
        [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
        assert picture.get_content() == PNG
        assert f'src="cid:{str(picture["content-id"])[1:-1]}" alt="Rotes Velo „neu“"' in markup


async def test_every_line_is_short() -> None:
    async with open_bench({"list": "Ü" * 80}) as bench:
        await bench.send("👩‍🚒 Ein langer Betreff " * 7 + "\n\n" + "wort" * 900 + "\n" + "é" * 3000, media=(PICTURE,))
        long = [line for line in bench.server.offered[0].split(b"\r\n") if len(line) > 78]
        assert long == []
        assert "é" * 3000 in bench.server.mails[0].words


ANY = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n. =\t-"), max_size=300)


@given(ANY, ANY, st.sampled_from(["Velo", "Vélo “neu”, „ü“", "a" * 80, "=?x?="]))
def test_whatever_is_written_is_read_as_it_was_sealed(text: str, name: str, sender: str) -> None:
    account = blank_account("email", options=OPTIONS | {"to": LIST, "from": f"{sender} <news@velo.example>"})
    account = account.changed(remote_id="news@velo.example", destination=LIST)
    payload = Email().build(Content(text=text, title=name, media=(PICTURE,)), account)
    raw = message_of(payload, [PNG], f"{KEY.key}@velo.example", AT)
    assert raw.isascii() and not set(raw.replace(b"\r\n", b"")) & set(b"\r\n\0")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    mail = Mail("news@velo.example", [LIST], raw)
    plain, page = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
    assert plain is not None and page is not None
    assert unfolded(mail) == payload.title
    assert plain.get_payload(decode=True) == text_of(payload).replace("\n", "\r\n").encode()
    assert page.get_payload(decode=True) == payload.extra["html"].replace("\n", "\r\n").encode()
    assert "Velo AG, Bahnhofstrasse 1" in text_of(payload)


def unfolded(mail: Mail) -> str:
    """The subject, read without the standard library's own ideas about white space."""
    head = mail.raw.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", "\n").split("\r\n")
    words = next(line for line in head if line.startswith("Subject: ")).removeprefix("Subject: ").split("\n")
    marked = [re.fullmatch(r"=\?utf-8\?B\?(.*)\?=", each) for each in words]
    return "".join(
        base64.b64decode(match[1]).decode() if match else each for match, each in zip(marked, words, strict=True)
    )


async def test_every_e_mail_says_who_sends_it_and_how_to_stop_it() -> None:
    async with open_bench() as bench:
        for language, words in (("de", "Abmelden"), ("en", "Unsubscribe"), ("fr", "Unsubscribe")):
            payload = bench.sealed(language=language)
            await bench.channel.send(payload, KEY, bench.door())
            message = bench.server.mails[-1].message
            for kind in ("plain", "html"):
                part = message.get_body((kind,))
                assert part is not None
                shown = part.get_content()
                assert "Velo AG, Bahnhofstrasse 1, 8001 Zürich" in shown and words in shown, kind
                assert "https://velo.example/stop?l=1&" in shown and "stop@velo.example" in shown
            unsubscribe = str(message["list-unsubscribe"])
            assert "<mailto:stop@velo.example?subject=unsubscribe>" in unsubscribe
            assert "<https://velo.example/stop?l=1&x=%20a>" in unsubscribe
            assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


async def test_several_get_one_e_mail_in_one_transaction_and_do_not_see_each_other() -> None:
    async with several() as bench:
        await bench.send()
        [mail] = bench.server.mails
        assert mail.recipients == list(PEOPLE)
        assert not any(each.encode() in mail.raw for each in PEOPLE)
        assert str(mail.message["to"]) == "Velo-Neuigkeiten:;"
        assert "<velo-neuigkeiten.velo.example>" in mail.message["list-id"]
        assert mail.message["list-unsubscribe-post"] is None, "one click cannot know whom it is for"
        assert sum(command.startswith("MAIL") for command in bench.server.commands) == 1
        kept = bench.account.model_dump_json() + bench.sealed().canonical().decode()
        assert not any(each in kept for each in PEOPLE), "their addresses lie with the secrets alone"


async def test_who_was_taken_off_gets_nothing_and_who_came_later_waits_for_the_next() -> None:
    async with several() as bench:
        payload = bench.sealed()
        bench.people = ["dora@d.example", *PEOPLE[1:]]
        receipt = await bench.channel.send(payload, KEY, bench.door())
        assert bench.server.mails[0].recipients == list(PEOPLE[1:])
        assert "1 who came onto the list after the approval" in receipt.answer["note"]
        bench.people = ["dora@d.example"]
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "recipients" and len(bench.server.mails) == 1


async def test_refused_recipients_are_told_and_the_others_get_it() -> None:
    async with several(recipients={PEOPLE[0]: "550 5.1.1 nobody"}) as bench:
        receipt = await bench.send()
        assert bench.server.mails[0].recipients == list(PEOPLE[1:])
        assert receipt.answer["note"] == "2 recipients got it; for 1 the mail server refused it: a…@a.example."


async def test_when_all_are_refused_nothing_is_sent() -> None:
    async with several(recipients=dict.fromkeys(PEOPLE, "550 5.1.1 nobody")) as bench:
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "recipients"
        assert not any(command == "DATA" for command in bench.server.commands)


async def test_who_shall_come_later_is_waited_for_together_and_not_for_ever() -> None:
    async with several(recipients={PEOPLE[0]: "450 4.2.0 greylisted"}) as bench:
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "rate_limited"
        assert not any(command == "DATA" for command in bench.server.commands)
        later = AttemptKey(KEY.post, KEY.key, AT, AT + PATIENCE + bench.channel.capabilities.deadline)
        receipt = await bench.channel.send(bench.sealed(), later, bench.door())
        assert bench.server.mails[0].recipients == list(PEOPLE[1:]) and "refused" in receipt.answer["note"]


BEFORE = ("CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA")


@pytest.mark.parametrize("step", BEFORE)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, (ProvenNotSent,)),
        ("421 4.3.2 closing", (ProvenNotSent, ChannelRefused)),
        ("450 4.7.1 later", (ChannelRefused,)),
        ("554 5.7.1 no", (ChannelRefused,)),
        ("299 what", (ProvenNotSent, ChannelRefused)),
        ("rubbish", (ProvenNotSent, ChannelRefused)),
        ("x" * 40_000, (ProvenNotSent, ChannelRefused)),
    ],
)
async def test_before_the_e_mail_itself_nothing_can_be_out(
    step: str, answer: str | None, expected: tuple[type[Exception], ...]
) -> None:
    async with open_bench() as bench:
        bench.server.answers[step] = [answer] * 3
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, expected), (step, answer, outcome)
        assert not bench.server.offered and not bench.server.mails


@pytest.mark.parametrize(("scheme", "implicit"), [("smtps", True), ("smtp", False)])
async def test_it_goes_over_tls_with_a_certificate_that_is_checked(
    certified: Certificates, scheme: str, implicit: bool
) -> None:
    async with open_bench(scheme=scheme, trusted=certified.client, tls=certified.server, implicit=implicit) as bench:
        await bench.send()
        assert len(bench.server.mails) == 1 and bench.account.server.startswith(f"{scheme}://")
    with pytest.raises(ChannelRefused) as told:  # a root that nobody trusts
        async with open_bench(scheme=scheme, tls=certified.server, implicit=implicit):
            pass
    assert told.value.code == "tls"


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    other = certificates(tmp_path, "mail.other.example")
    for scheme, implicit in (("smtps", True), ("smtp", False)):
        with pytest.raises(ChannelRefused) as told:
            async with open_bench(scheme=scheme, trusted=other.client, tls=other.server, implicit=implicit):
                pass
        assert told.value.code == "tls"


async def test_nothing_goes_unencrypted_to_a_server_elsewhere() -> None:
    with pytest.raises(ChannelRefused) as told:
        async with open_bench(scheme="smtp"):  # it offers no STARTTLS
            pass
    assert told.value.code == "tls"
    for server in ("smtp+plain://mail.velo.example:25", "smtp+plain://10.0.0.7:25", "http://127.0.0.1:25"):
        with pytest.raises(BadInput):
            async with open_bench({"server": server}):
                pass


@pytest.mark.parametrize("host", ["10.0.0.1:587", "169.254.169.254:465", "localhost:2525", "mail.velo.example:25"])
async def test_no_private_address_is_dialled(host: str) -> None:
    with pytest.raises(ProvenNotSent):
        async with open_bench({"server": host}):
            pass


@pytest.mark.parametrize("auth", ["PLAIN", "LOGIN"])
async def test_it_signs_in_either_way_and_the_password_reaches_no_log(
    auth: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_bench(auth=auth) as bench:
        await bench.send()
        assert len(bench.server.mails) == 1
    assert PASSWORD not in caplog.text


async def test_a_password_that_ended_is_told_so() -> None:
    async with open_bench() as bench:
        bench.server.answers["AUTH"] = ["535 5.7.8 no", "535 5.7.8 no"]
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert "app password" in outcome.sentence()


async def test_a_sender_that_the_mailbox_may_not_use_is_not_connected() -> None:
    with pytest.raises(ChannelRefused) as told:
        async with open_bench(senders=frozenset({"other@velo.example"})):
            pass
    assert "from this sender" in told.value.what


async def test_what_is_too_large_is_told_before_it_is_approved_and_never_sent() -> None:
    async with open_bench(extensions=("SIZE 5000",)) as bench:
        assert bench.account.options["size"] == "5000"
        payload = bench.sealed(media=(PICTURE,) * 3)
        assert "mail_too_large" in {problem.rule for problem in bench.channel.validate(payload, bench.account)}
        outcome = await attempt(bench, bench.sealed("Neu\n\n" + "wort " * 2000))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "too_large" and not bench.server.mails
        assert "DATA" not in bench.server.commands


async def test_addresses_beyond_ascii_need_a_server_that_takes_them() -> None:
    async with open_bench({"to": "zürich@bücher.example", "from": "news@velo.example"}) as bench:
        await bench.send()
        [mail] = bench.server.mails
        assert mail.recipients == ["zürich@xn--bcher-kva.example"]
    async with open_bench({"to": "velo@bücher.example"}, extensions=()) as bench:
        await bench.send()
    with pytest.raises(ChannelRefused) as told:
        async with open_bench({"to": "zürich@velo.example"}, extensions=()):
            pass
    assert told.value.code == "address"


INJECTED = "Velo\r\nBcc: all@evil.example\r\n\r\nBuy"


@pytest.mark.parametrize("field", ["from", "reply_to", "list", "postal", "to", "unsubscribe", "user", "server"])
async def test_nothing_becomes_a_header_or_a_command(field: str) -> None:
    for value in (
        INJECTED,
        f"{INJECTED} <a@velo.example>",
        "a@velo.example\r\nRCPT TO:<b@evil.example>",
        "a\0@b.example",
    ):
        try:
            async with open_bench({field: value}) as bench:
                await bench.send("Be\rtreff\n\nBcc: x@evil.example\nText", title=INJECTED)
                [mail] = bench.server.mails
        except (BadInput, ChannelRefused):
            continue
        assert mail.recipients == [LIST] and mail.message["bcc"] is None
        assert not any("evil" in command for command in bench.server.commands)
        [sender] = mail.message["from"].addresses
        assert sender.domain == "velo.example" and "evil" not in str(mail.message["reply-to"])


@pytest.mark.parametrize(
    "options",
    [
        {"postal": ""},
        {"unsubscribe": ""},
        {"unsubscribe": "http://velo.example"},
        {"list": ""},
        {"from": "Velo"},
        {"to": ""},
        {"to": "x"},
        {"list": "x" * 81},
        {"server": "mail server"},
    ],
)
async def test_what_the_law_or_the_mail_needs_is_asked_for_when_connecting(options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        async with open_bench(options):
            pass


async def test_recipients_who_did_not_consent_are_none() -> None:
    for options in ({"consent": ""}, {"consent": "no"}, {"to": LIST}):
        with pytest.raises(BadInput):
            async with open_bench(options, PEOPLE):
                pass
    with pytest.raises(BadInput):
        recipients_of("\n".join(f"a{number}@velo.example" for number in range(101)), 100)


async def test_a_doubt_is_a_question_and_what_was_sent_stays_sent() -> None:
    async with open_bench() as bench:
        can = bench.channel.capabilities_for(bench.account)
        assert can.key_life is None and not can.prompt_read_back and not can.reads_back
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary


async def test_a_mailbox_is_known_by_its_sender_and_its_list() -> None:
    async with open_bench() as bench:
        account = bench.account
        assert (account.remote_id, account.destination) == ("news@velo.example", LIST)
        shown = await bench.channel.introduce(account, bench.door())
        assert (shown.name, shown.last_post) == ("Velo, Zürich", None)
        assert not bench.server.mails, "connecting sends nothing"


def marked(**marks: str) -> dict[str, Folder]:
    return {"INBOX": Folder("\\HasNoChildren")} | {
        name.replace("_", " "): Folder(f"\\HasNoChildren {mark}") for name, mark in marks.items()
    }


@pytest.mark.parametrize(
    ("folders", "where", "switches"),
    [
        (marked(Versendet="\\Sent"), "Versendet", {}),
        (marked(Versendet="\\Sent"), "Versendet", {"special_use": True}),
        (marked(Versendet="\\Sent"), "Versendet", {"literal_names": True}),
        (marked(Sent_Items="", Drafts="\\Drafts"), "Sent Items", {}),
        ({"INBOX": Folder(), "INBOX.Sent": Folder()}, "INBOX.Sent", {}),
        ({"INBOX": Folder(), 'My "own" \\ sent': Folder("\\Sent")}, 'My "own" \\ sent', {}),
        (marked(Sent="\\Sent"), "INBOX", {"plain": False, "password": 'a "quoted" \\ one'}),
        (marked(All="\\All", Sent="\\Sent"), "All", {}),
    ],
)
async def test_what_was_taken_is_found_where_servers_keep_it_and_nothing_is_touched(
    folders: dict[str, Folder], where: str, switches: dict[str, Any]
) -> None:
    async with with_mailbox(options={"imap_user": USER}, folders=folders, **switches) as (bench, mailbox):
        payload = bench.sealed()
        bench.server.copies = folders[where].mails
        bench.server.plan.append(Act(breaks="before answering"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found)
        assert (found.receipt.remote_id, found.receipt.at) == (f"{KEY.key}@velo.example", AT)
        assert not any(command.startswith(("SELECT", "STORE", "UID STORE")) for command in mailbox.commands)


async def test_another_e_mail_that_has_the_id_as_a_part_of_its_own_is_not_taken_for_it() -> None:
    async with with_mailbox() as (bench, mailbox):
        payload = bench.sealed()
        near = f"Message-ID: <x{KEY.key}@velo.example>\r\n\r\n", f"Message-ID: <{KEY.key}@velo.example.x>\r\n\r\n"
        mailbox.folders["Sent"].mails += [each.encode() for each in near]
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Absent)
        assert any("SEARCH" in command for command in mailbox.commands)


async def test_of_several_it_is_told_that_refusals_are_not_known_any_more() -> None:
    async with with_mailbox(PEOPLE) as (bench, _):
        await bench.send()
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, Found) and "cannot be told any more" in found.receipt.answer["note"]


@pytest.mark.parametrize("step", ["CONNECT", "CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "UID"])
@pytest.mark.parametrize(
    "answer",
    [
        None,
        "* BYE going down",
        "TAG BAD what",
        "rubbish",
        "* OK " + "x" * 40_000 + "\r\nTAG NO",
        "* LIST () NIL {99999999999}\r\nxx",
        '* LIST ((((( "/" \xff\r\n* SEARCH 1 x -1\r\nTAG OK done',
    ],
)
async def test_a_mailbox_that_answers_anything_else_tells_nothing(step: str, answer: str | None) -> None:
    async with with_mailbox() as (bench, mailbox):
        await bench.send()
        mailbox.answers[step] = [answer] * 5
        door = bench.door(deadline=timedelta(seconds=2))
        found = await bench.channel.look_up(bench.sealed(), KEY, door)
        assert isinstance(found, CannotTell | Absent), (step, answer)
        assert len(bench.server.mails) == 1


async def test_a_mailbox_that_says_nothing_is_not_waited_for() -> None:
    async with with_mailbox() as (bench, mailbox):
        mailbox.answers["UID"] = [""]
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door(deadline=timedelta(seconds=0.5)))
        assert isinstance(found, CannotTell) and found.temporary
        await mailbox.stop()
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and found.temporary


async def test_a_mailbox_that_lets_nobody_in_is_not_connected_and_breaks_no_account(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with with_mailbox() as (bench, mailbox):
        mailbox.answers["AUTHENTICATE"] = ["TAG NO [AUTHENTICATIONFAILED] no"] * 2
        with pytest.raises(ChannelRefused) as told:
            await bench.channel.connect(bench.account, bench.door())
        assert told.value.code == "mailbox" and "IMAP" in told.value.sentence()
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary
    assert PASSWORD not in caplog.text


async def test_a_mailbox_may_have_its_own_user_and_password() -> None:
    async with smtp_server(auth="") as server, imap_server() as mailbox:
        server.copies = mailbox.folders["Sent"].mails
        allowed = {f"127.0.0.1:{server.port}", f"127.0.0.1:{mailbox.port}"}
        async with safe_client(allow_hosts=allowed) as client:
            options = OPTIONS | {"to": LIST, "user": "", "server": f"smtp+plain://127.0.0.1:{server.port}"}
            options |= {"imap": f"imap+plain://127.0.0.1:{mailbox.port}", "imap_user": USER}
            bench = MailBench(server, client, options, ())
            with pytest.raises(ChannelRefused):
                await bench.channel.connect(bench.account, bench.door())
            bench.given = {"imap_password": PASSWORD}
            bench.account = await bench.channel.connect(bench.account, bench.door())
            await bench.send()
            assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)


@pytest.mark.parametrize(("scheme", "implicit"), [("imaps", True), ("imap", False)])
async def test_a_mailbox_is_read_over_tls_alone(
    certified: Certificates, tmp_path: Path, scheme: str, implicit: bool
) -> None:
    for trusted, tls, fits in (
        (certified.client, certified.server, True),
        (True, certified.server, False),
        (True, None, False),
    ):
        async with (
            smtp_server() as server,
            imap_server(tls=tls, implicit=implicit and tls is not None) as mailbox,
            safe_client(
                allow_hosts={f"127.0.0.1:{server.port}", f"127.0.0.1:{mailbox.port}"}, verify=trusted
            ) as client,
        ):
            options = OPTIONS | {"to": LIST, "server": f"smtp+plain://127.0.0.1:{server.port}"}
            bench = MailBench(server, client, options | {"imap": f"{scheme}://127.0.0.1:{mailbox.port}"}, ())
            outcome: object
            try:
                outcome = await bench.channel.connect(bench.account, bench.door())
            except (ChannelRefused, ProvenNotSent) as error:
                outcome = error
            assert isinstance(outcome, Account) == fits, outcome
            assert fits or not {"LOGIN", "AUTHENTICATE"} & set(mailbox.commands), "no password goes there"


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("imap.velo.example", "imaps://imap.velo.example:993"),
        ("imap.velo.example:143", "imap://imap.velo.example:143"),
        ("imaps://imap.velo.example", "imaps://imap.velo.example:993"),
    ],
)
def test_a_mailbox_is_written_as_people_write_it(given: str, origin: str) -> None:
    assert server_of(given, "imap").origin == origin
    for wrong in ("smtp://imap.velo.example", "imap+plain://imap.velo.example:143", "http://x.example", "a b"):
        with pytest.raises(BadInput):
            server_of(wrong, "imap")
