"""Access that servers give: renewed before it ends, kept apart by account, and broken with words when it is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.accounts.access import Access, packed, renewal
from bot.accounts.book import TeamBook
from bot.accounts.care import Care
from bot.accounts.connect import Accounts
from bot.accounts.door import Doors
from bot.channels.base import Account
from bot.channels.mastodon import Mastodon
from bot.channels.mastodon_oauth import MastodonOAuth
from bot.channels.oauth import App, Tokens
from bot.clock import MovableClock
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.audit import AuditWriter
from storage.credentials import Credentials, Vault
from storage.ledger import Ledger
from storage.redis import Database
from storage.stores import TeamStore
from tests.bot.channels.benches import BASE_URL, Blobs
from tests.bot.channels.contract import AT
from tests.fakes.mastodon_server import MastodonServer, Registered, mastodon_server

KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
APP = App("client", "secret", "https://velo.example/oauth/return", "read write")


@dataclass
class Office:
    """An account at a server whose tokens live for an hour, and who looks after it."""

    server: MastodonServer
    clock: MovableClock
    book: TeamBook
    credentials: Credentials
    accounts: Accounts
    care: Care
    account: Account

    async def now(self) -> Account:
        return next(account for account, _ in await self.book.all("w_1") if account.id == self.account.id)

    async def secret(self, name: str) -> str | None:
        return await self.credentials.get("w_1", self.account.id, name)


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    clock = MovableClock(AT)
    async with (
        mastodon_server(token_life=3600) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        vault = Vault([KEY])
        credentials, book = Credentials(database, vault), _book(database, vault, clock)
        doors = Doors(secrets=credentials, blobs=Blobs(), client=client, base_url=BASE_URL, clock=clock)
        servers = {"mastodon": MastodonOAuth()}
        access = Access(servers, book=book, secrets=credentials, ledger=Ledger(database), client=client, clock=clock)
        channels = {"mastodon": Mastodon()}
        accounts = Accounts(
            book, channels=channels, secrets=credentials, open_door=doors, clock=clock, give_back=access.give_back
        )
        care = Care(book, channels=dict(channels), access=access, open_door=doors, clock=clock)
        server.apps["client"] = Registered("client", "secret", APP.redirect, APP.scope, "AdMind")
        server.refreshes["first"] = "velo"
        tokens = Tokens(server.token_for("velo"), "first", timedelta(hours=1))
        options = {"server": server.origin, **renewal(tokens, clock.now())}
        account = await accounts.connect("w_1", "b_1", "mastodon", "Velo", options, packed(APP, tokens))
        yield Office(server, clock, book, credentials, accounts, care, account)


def _book(database: Database, vault: Vault, clock: MovableClock) -> TeamBook:
    return TeamBook(database, TeamStore(database), AuditWriter(database, vault), clock)


async def test_an_access_is_renewed_after_two_thirds_of_its_life_and_not_before(office: Office) -> None:
    before = await office.secret("access_token")
    await office.care.renew_all(["w_1"])
    assert await office.secret("access_token") == before
    office.clock.move(timedelta(minutes=41))
    await office.care.renew_all(["w_1"])
    after, refresh = await office.secret("access_token"), await office.secret("refresh_token")
    assert after != before and refresh != "first" and office.server.tokens[str(after)] == "velo"
    await office.care.renew_all(["w_1"])
    assert await office.secret("access_token") == after, "once"
    office.clock.move(timedelta(minutes=41))
    await office.care.renew_all(["w_1"])
    assert await office.secret("access_token") != after


async def test_an_access_that_cannot_be_renewed_breaks_the_account_only_when_it_is_refused(office: Office) -> None:
    office.server.refreshes.clear()
    office.clock.move(timedelta(minutes=41))
    await office.care.renew_all(["w_1"])
    assert (await office.now()).health.state == "attention", "it still holds for a while"
    office.server.tokens.clear()
    await office.care.renew_all(["w_1"])
    broken = (await office.now()).health
    assert broken.state == "broken" and "no longer accepts" in broken.reason and broken.since is not None


async def test_an_access_that_ended_while_admind_slept_is_renewed_before_it_is_looked_at(office: Office) -> None:
    office.server.tokens.clear()
    office.clock.move(timedelta(hours=9))
    await office.care.examine("w_1", office.account.id)
    assert (await office.now()).health.state == "ok"
    assert office.server.tokens[str(await office.secret("access_token"))] == "velo"


async def test_what_was_broken_is_well_again_once_it_is_renewed(office: Office) -> None:
    office.server.tokens.clear()
    await office.care.examine("w_1", office.account.id)
    assert (await office.now()).health.state == "broken"
    office.clock.move(timedelta(minutes=41))
    await office.care.renew_all(["w_1"])
    assert (await office.now()).health.state == "ok"


async def test_an_access_for_somebody_else_breaks_the_account(office: Office) -> None:
    office.server.tokens[str(await office.secret("access_token"))] = "ana"
    await office.care.examine_all(["w_1"])
    found = await office.now()
    assert found.health.state == "broken" and "another account" in found.health.reason
    assert found.remote_id == office.account.remote_id


async def test_a_look_brings_the_servers_new_limits_and_heals(office: Office) -> None:
    token = str(await office.secret("access_token"))
    office.server.tokens.pop(token)
    await office.care.examine("w_1", office.account.id)
    assert (await office.now()).health.state == "broken"
    office.server.tokens[token] = "velo"
    office.server.limits["max_characters"] = 1000
    await office.care.examine("w_1", office.account.id)
    found = await office.now()
    assert found.health.state == "ok" and Mastodon().capabilities_for(found).text_limit == 1000


async def test_a_server_that_says_nothing_useful_changes_nothing(office: Office) -> None:
    before = await office.now()
    await office.server.stop()
    await office.care.examine("w_1", office.account.id)
    assert await office.now() == before


async def test_a_closed_account_is_left_alone(office: Office) -> None:
    await office.accounts.close("w_1", office.account.id)
    assert office.server.tokens == {}, "its access was given back"
    seen = len(office.server.seen)
    office.clock.move(timedelta(hours=2))
    await office.care.renew_all(["w_1"])
    await office.care.examine_all(["w_1"])
    assert len(office.server.seen) == seen


async def test_the_clock_asks_no_channel_more_often_than_it_bears(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = timedelta(minutes=10)

    async def asked_in_an_hour() -> int:
        before = len([seen for seen in office.server.seen if seen.path.endswith("verify_credentials")])
        for number in range(6):
            await office.care.examine_all(["w_1"], AT + timedelta(minutes=7) + number * every, every)
        return len([seen for seen in office.server.seen if seen.path.endswith("verify_credentials")]) - before

    assert await asked_in_an_hour() == 6
    rare = dataclasses.replace(Mastodon.capabilities, asked_every=timedelta(hours=1))
    monkeypatch.setattr(Mastodon, "capabilities", rare)
    assert await asked_in_an_hour() == 1


async def test_an_account_serves_one_brand_until_it_is_disconnected_there(office: Office) -> None:
    secrets = await office.credentials.all("w_1", office.account.id)
    with pytest.raises(BadInput, match="serves another brand already"):
        await office.accounts.connect("w_1", "b_2", "mastodon", "Velo", dict(office.account.options), secrets)
    assert office.server.tokens[secrets["access_token"]] == "velo", "the refusal ended nothing"
    assert [account.brand for account, _ in await office.book.all("w_1")] == ["b_1"]
    await office.accounts.close("w_1", office.account.id)
    assert office.server.tokens == {}
    fresh = packed(APP, Tokens(office.server.token_for("velo"), "second", timedelta(hours=1)))
    other = await office.accounts.connect("w_1", "b_2", "mastodon", "Velo", dict(office.account.options), fresh)
    assert (other.brand, other.remote_id) == ("b_2", office.account.remote_id) and other.id != office.account.id
