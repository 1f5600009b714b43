"""A mailbox by an access in place of a password: got with what was pasted, and renewed before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.accounts.access import Access
from bot.accounts.book import TeamBook
from bot.accounts.care import Care
from bot.accounts.connect import Accounts
from bot.accounts.door import Doors
from bot.channels.base import Account, CannotTell, ChannelRefused, Content, Found
from bot.channels.mail import Email
from bot.channels.mail_oauth import MailOAuth, token_url_of
from bot.clock import MovableClock
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.audit import AuditWriter
from storage.credentials import Credentials, Vault
from storage.ledger import Ledger
from storage.redis import Database
from storage.stores import TeamStore
from tests.bot.channels.benches import BASE_URL, Blobs
from tests.bot.channels.contract import AT, KEY
from tests.fakes.imap_server import ImapServer, imap_server
from tests.fakes.smtp_server import USER, SmtpServer, smtp_server
from tests.fakes.token_server import CLIENT, SECRET, TokenServer, token_server

VAULT_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


@dataclass
class Office:
    tokens: TokenServer
    smtp: SmtpServer
    imap: ImapServer
    clock: MovableClock
    book: TeamBook
    credentials: Credentials
    accounts: Accounts
    access: Access
    care: Care
    doors: Doors

    async def connect(self, **changed: Any) -> Account:
        options = {
            "server": f"smtp+plain://127.0.0.1:{self.smtp.port}",
            "imap": f"imap+plain://127.0.0.1:{self.imap.port}",
            "user": USER,
            "oauth": self.tokens.url,
            "client_id": CLIENT,
            "from": "Velo <news@velo.example>",
            "list": "Velo News",
            "to": "news@lists.example",
            "postal": "Velo AG, 8001 Zürich",
            "unsubscribe": "stop@velo.example",
        }
        secrets: Mapping[str, str] = {"client_secret": SECRET, "refresh_token": "first"}
        given = {name: value for name, value in (secrets | changed.pop("secrets", {})).items() if value}
        return await self.accounts.connect("w_1", "b_1", "email", "News", options | changed, given)

    async def now(self) -> Account:
        [(account, _)] = await self.book.all("w_1")
        return account

    async def secret(self, name: str) -> str | None:
        return await self.credentials.get("w_1", (await self.now()).id, name)

    async def sent(self) -> Found:
        account, channel = await self.now(), Email()
        payload = channel.build(Content(text="Neu\n\nBrot.", not_before=AT), account)
        await channel.send(payload, KEY, self.doors(account))
        found = await channel.look_up(payload, KEY, self.doors(account))
        assert isinstance(found, Found)
        return found


@asynccontextmanager
async def office_on(database: Database, **switches: Any) -> AsyncIterator[Office]:
    clock = MovableClock(AT)
    async with token_server(**switches) as tokens, smtp_server(auth="XOAUTH2") as smtp, imap_server() as imap:
        smtp.tokens, imap.tokens, smtp.copies = tokens.good, tokens.good, imap.folders["Sent"].mails
        allowed = {f"127.0.0.1:{each.port}" for each in (tokens, smtp, imap)}
        async with safe_client(allow_hosts=allowed) as client:
            vault = Vault([VAULT_KEY])
            book = TeamBook(database, TeamStore(database), AuditWriter(database, vault), clock)
            credentials = Credentials(database, vault)
            doors = Doors(secrets=credentials, blobs=Blobs(), client=client, base_url=BASE_URL, clock=clock)
            access = Access(
                {"email": MailOAuth()},
                book=book,
                secrets=credentials,
                ledger=Ledger(database),
                client=client,
                clock=clock,
            )
            accounts = Accounts(
                book,
                channels={"email": Email()},
                secrets=credentials,
                open_door=doors,
                clock=clock,
                give_back=access.give_back,
                admitted=access.admitted,
            )
            care = Care(book, channels={"email": Email()}, access=access, open_door=doors, clock=clock)
            yield Office(tokens, smtp, imap, clock, book, credentials, accounts, access, care, doors)


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    async with office_on(database) as found:
        yield found


async def test_what_was_pasted_becomes_an_access_that_sends_and_looks(office: Office) -> None:
    account = await office.connect()
    assert await office.secret("access_token") == "access-1"
    assert await office.secret("refresh_token") == "refresh-1", "the next one, for the first is used up"
    kept = account.model_dump_json()
    assert not any(each in kept for each in (SECRET, "access-1", "refresh-1"))
    assert await office.secret("client_secret") is None, "it lies with the app"
    await office.sent()
    assert len(office.smtp.mails) == 1


async def test_it_is_renewed_before_it_ends_and_by_one_worker(office: Office) -> None:
    await office.connect()
    office.clock.move(timedelta(minutes=41))
    await asyncio.gather(*(office.care.renew_all(["w_1"]) for _ in range(3)))
    assert office.tokens.renewed == 2 and await office.secret("access_token") == "access-2"
    assert await office.secret("refresh_token") == "refresh-2"
    office.tokens.good.remove("access-1")
    await office.sent()
    assert (await office.now()).health.state == "ok"


async def test_a_provider_that_keeps_the_refresh_token_is_asked_with_it_again(database: Database) -> None:
    async with office_on(database, rotates=False, secret="") as office:
        await office.connect(secrets={"client_secret": ""})
        for number in (2, 3):
            office.clock.move(timedelta(minutes=41))
            await office.care.renew_all(["w_1"])
            assert await office.secret("access_token") == f"access-{number}"
        assert await office.secret("refresh_token") == "first"


async def test_what_the_provider_took_back_breaks_the_account_with_words(office: Office) -> None:
    await office.connect()
    office.tokens.refreshes.clear()
    office.clock.move(timedelta(minutes=41))
    await office.care.renew_all(["w_1"])
    assert (await office.now()).health.state == "attention", "it still holds for a while"
    office.tokens.good.clear()
    with pytest.raises(ChannelRefused) as told:
        await office.sent()
    assert told.value.code == "unauthorized" and "access" in told.value.what and not office.smtp.mails
    await office.care.examine_all(["w_1"])
    assert (await office.now()).health.state == "broken"
    office.tokens.refreshes.add("first")
    await office.connect()
    assert (await office.now()).health.state == "ok"


async def test_a_mailbox_that_refuses_the_access_is_told_from_one_that_is_away(office: Office) -> None:
    account = await office.connect()
    payload = Email().build(Content(text="Neu\n\nBrot.", not_before=AT), account)
    office.imap.tokens = set()
    found = await Email().look_up(payload, KEY, office.doors(account))
    assert isinstance(found, CannotTell) and not found.temporary
    await office.care.examine_all(["w_1"])
    assert (await office.now()).health.state == "ok", "it can still send"


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": ""},
        {"secrets": {"refresh_token": ""}},
        {"secrets": {"refresh_token": "two words"}},
        {"oauth": "yahoo"},
        {"oauth": "microsoft/../evil"},
        {"oauth": "http://login.example/token"},
        {"user": ""},
    ],
)
async def test_what_cannot_be_an_access_is_said_at_once(office: Office, changed: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        await office.connect(**changed)
    assert not await office.book.all("w_1") and not office.smtp.commands


@pytest.mark.parametrize("secrets", [{"refresh_token": "other"}, {"client_secret": "other"}])
async def test_what_the_provider_does_not_know_is_not_connected(office: Office, secrets: dict[str, str]) -> None:
    with pytest.raises(ChannelRefused):
        await office.connect(secrets=secrets)
    assert not await office.book.all("w_1")


async def test_what_was_pasted_is_not_ended_there_when_it_is_disconnected(office: Office) -> None:
    account = await office.connect()
    assert not await office.access.end(account)
    await office.accounts.close("w_1", account.id)
    assert await office.secret("refresh_token") is None and "access-1" in office.tokens.good


async def test_a_password_in_its_place_is_used_from_then_on(office: Office) -> None:
    await office.connect()
    with pytest.raises(ChannelRefused):  # this server takes none
        await office.connect(
            oauth="", client_id="", secrets={"client_secret": "", "refresh_token": "", "password": "p"}
        )
    office.smtp.auth = "PLAIN"
    office.imap.tokens = None
    office.imap.password = "pa55 wörd-of-velo"
    await office.connect(
        oauth="",
        client_id="",
        secrets={"client_secret": "", "refresh_token": "", "password": office.imap.password},
    )
    await office.sent()
    office.clock.move(timedelta(hours=2))
    await office.care.renew_all(["w_1"])
    assert office.tokens.renewed == 1 and (await office.now()).health.state == "ok"


def test_providers_are_known_by_their_names() -> None:
    assert token_url_of("google") == "https://oauth2.googleapis.com/token"
    assert token_url_of("Microsoft") == "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    assert token_url_of("microsoft/velo.example").endswith("/velo.example/oauth2/v2.0/token")
    assert token_url_of("https://login.velo.example/token") == "https://login.velo.example/token"
