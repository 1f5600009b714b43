"""E-mail keeps the contract of channels: one transaction, and nothing is sent again after a doubt."""

from __future__ import annotations

import base64
import logging
import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import (
    AttemptKey,
    CannotTell,
    ChannelRefused,
    Content,
    ProvenNotSent,
)
from bot.channels.mail import PATIENCE, Email
from bot.channels.mail_address import address_of, page_of, recipients_of
from bot.channels.mail_message import message_of, text_of
from bot.errors import BadInput
from storage.sealed import SealedPayload
from tests.bot.channels.benches import blank_account
from tests.bot.channels.contract import AT, KEY, NetworkBench, NetworkContract, attempt
from tests.bot.channels.mail_bench import LIST, MAIL_OUTCOMES, OPTIONS, PEOPLE, PICTURE, PNG, open_bench, several
from tests.fakes.certificates import Certificates, certificates
from tests.fakes.faulty_http import Act
from tests.fakes.smtp_server import PASSWORD, Mail


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


class TestEmail(NetworkContract):
    believes_a_yes = True
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
    believes_a_yes = True
    looks_up = False
    outcomes = MAIL_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return several()

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
        {"postal": "x" * 301},
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


@pytest.mark.parametrize("more", [0, 1])
def test_addresses_are_as_long_as_every_server_takes_them_and_no_longer(more: int) -> None:
    """RFC 5321 §4.5.3.1: 64 octets before the @, and 254 in all; a page's address is ours."""
    domain = f"{'x' * 62}.{'y' * 62}.{'z' * (60 + more)}.ch"
    given = [
        (address_of, "a" * (64 + more) + "@velo.example"),
        (address_of, f"{'a' * 64}@{domain}"),
        (page_of, "https://velo.example/".ljust(500 + more, "x")),
    ]
    for read, text in given:
        if more:
            with pytest.raises(BadInput):
                read(text)
        else:
            assert str(read(text)) == text
