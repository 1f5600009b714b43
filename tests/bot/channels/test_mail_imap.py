"""What was sent is looked up in the sender's mailbox: found where servers keep it, and never touched."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import (
    Absent,
    Account,
    CannotTell,
    ChannelRefused,
    Found,
    OutcomeUnknown,
    ProvenNotSent,
)
from bot.channels.mail_address import server_of
from bot.errors import BadInput
from bot.fetch import safe_client
from tests.bot.channels.contract import AT, KEY, NetworkBench, NetworkContract, attempt
from tests.bot.channels.mail_bench import LIST, MAIL_OUTCOMES, OPTIONS, PEOPLE, MailBench, looked_into, with_mailbox
from tests.fakes.certificates import Certificates, certificates
from tests.fakes.faulty_http import Act
from tests.fakes.imap_server import Folder, imap_server
from tests.fakes.smtp_server import PASSWORD, USER, smtp_server


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


class TestWithAMailbox(NetworkContract):
    """The sender's mailbox can be read: there it is looked up."""

    believes_a_yes = True
    outcomes = MAIL_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return looked_into()

    async def test_a_date_to_come_back_at_is_understood(self) -> None:
        """As above."""


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


@pytest.mark.parametrize("host", ["10.0.0.1:993", "169.254.169.254:143", "localhost:993", "imap.velo.example:110"])
async def test_no_private_mailbox_is_dialled(host: str) -> None:
    with pytest.raises(ProvenNotSent):
        async with with_mailbox(options={"imap": host}):
            pass


@pytest.mark.parametrize("field", ["imap", "imap_user"])
async def test_nothing_becomes_a_command(field: str) -> None:
    for value in ("velo\r\na1 DELETE INBOX", 'a\0"b'):
        with pytest.raises(BadInput):
            async with with_mailbox(options={field: value}):
                pass
