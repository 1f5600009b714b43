"""Connecting tries a place with what was given, keeps it once, and tells two places apart."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

from bot.accounts.access import Access
from bot.accounts.book import TeamBook
from bot.accounts.connect import Accounts
from bot.accounts.door import Doors
from bot.channels.base import Account
from bot.channels.registry import build_channels
from bot.errors import BadInput, ChannelRefused, Conflict, NotFound
from bot.fetch import safe_client
from storage import keys
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.credentials import Credentials, Vault
from storage.feed import FeedStore
from storage.ledger import Ledger
from storage.redis import Database
from storage.serving import ServedPlaces
from storage.stores import TeamStore
from storage.team import Member
from tests.bot.channels.benches import BASE_URL, Blobs, Standing
from tests.bot.channels.contract import AT
from tests.fakes.webhook_server import Act, WebhookServer, webhook_server

SECRETS = {"signing_key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}


@dataclass
class Place:
    """Accounts of workspace w_1 over a real database, and a webhook that may be connected."""

    accounts: Accounts
    book: TeamBook
    credentials: Credentials
    audit: AuditWriter
    server: WebhookServer
    database: Database

    async def connect(
        self, name: str = "Shop", *, brand: str = "b_1", path: str = "/hook", workspace: str = "w_1"
    ) -> Account:
        return await self.accounts.connect(
            workspace, brand, "webhook", name, {"url": self.server.origin + path}, SECRETS, by="m_ana"
        )


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    async with webhook_server() as server, safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client:
        vault = Vault([base64.b64encode(b"k" * 32).decode()])
        credentials, audit, team = Credentials(database, vault), AuditWriter(database, vault), TeamStore(database)
        ana = Member(id="m_ana", workspace="w_1", name="Ana", subject="s_ana", created_at=AT)
        await commit(database, team.members.put(Change("w_1"), ana, ana.id, ver=None, at=0))
        book = TeamBook(database, team, audit, Standing())
        doors = Doors(secrets=credentials, blobs=Blobs(), client=client, base_url=BASE_URL, clock=Standing())
        accounts = Accounts(
            book,
            channels=build_channels(FeedStore(database), base_url=BASE_URL),
            secrets=credentials,
            open_door=doors,
            clock=Standing(),
            give_back=Access(
                {}, book=book, secrets=credentials, ledger=Ledger(database), client=client, clock=Standing()
            ).give_back,
        )
        yield Place(accounts, book, credentials, audit, server, database)


async def test_a_place_that_answers_is_kept_with_its_secrets_and_an_audit_entry(place: Place) -> None:
    account = await place.connect()
    assert [found for found, _ in await place.book.all("w_1")] == [account]
    assert await place.credentials.all("w_1", account.id) == SECRETS
    [entry] = await place.audit.read("w_1")
    assert (entry.kind, entry.about, entry.subject) == ("account connected", account.id, "s_ana")
    assert entry.details["server"] == place.server.origin


async def test_a_place_that_says_no_leaves_nothing_behind(place: Place) -> None:
    place.server.plan.append(Act(401))
    with pytest.raises(ChannelRefused):
        await place.connect()
    assert await place.book.all("w_1") == ()
    assert await cast(Any, place.database.client).exists(keys.of("w_1", "secrets")) == 0


async def test_the_same_place_again_is_the_same_account_renewed(place: Place) -> None:
    first = await place.connect("Shop")
    again = await place.connect("Online shop")
    assert (again.id, again.name) == (first.id, "Online shop")
    assert len(await place.book.all("w_1")) == 1


async def test_connecting_one_place_twice_at_once_makes_one_account(place: Place) -> None:
    found = await asyncio.gather(*(place.connect() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(one, Account | Conflict) for one in found)
    assert len(await place.book.all("w_1")) == 1


async def test_another_place_is_another_account_and_needs_another_name(place: Place) -> None:
    first = await place.connect("Shop")
    with pytest.raises(BadInput):
        await place.connect("shop", path="/other")
    other = await place.connect("Shop 2", path="/other")
    assert other.id != first.id
    assert {account.id for account, _ in await place.book.all("w_1")} == {first.id, other.id}


async def test_brands_do_not_share_accounts(place: Place) -> None:
    first = await place.connect("Shop", brand="b_1")
    with pytest.raises(BadInput, match="serves another brand already"):
        await place.connect("Shop", brand="b_2")
    other = await place.connect("Shop", brand="b_2", path="/hook?brand=2")
    assert first.id != other.id


async def test_of_two_brands_that_connect_one_place_at_once_one_gets_it(place: Place) -> None:
    ways = [place.connect("Shop", brand=f"b_{number}") for number in range(1, 6)]
    found = await asyncio.gather(*ways, return_exceptions=True)
    [account] = [one for one in found if isinstance(one, Account)]
    assert all("serves another brand" in str(one) for one in found if isinstance(one, BadInput))
    assert sum(isinstance(one, BadInput) for one in found) == 4
    assert [one.id for one, _ in await place.book.all("w_1")] == [account.id]
    kept = await cast(Any, place.database.client).hkeys(keys.of("w_1", "secrets"))
    assert {str(name).split(":")[0].split("|")[0] for name in kept} == {account.id}, "nothing is left of the others"


async def test_one_place_serves_no_brand_of_another_workspace_either(place: Place) -> None:
    first = await place.connect()
    with pytest.raises(BadInput, match="another workspace of this AdMind") as refused:
        await place.connect(brand="b_9", workspace="w_2")
    assert refused.value.kept == "Nothing was connected."
    assert await place.book.all("w_2") == () and await place.credentials.all("w_1", first.id) == SECRETS
    candidate = first.changed(workspace="w_2", brand="b_9", id="a_9")
    with pytest.raises(BadInput, match="another workspace of this AdMind"):
        await place.accounts.fits(candidate)
    assert (await place.connect()).id == first.id, "renewed where it serves"
    await place.connect(brand="b_9", workspace="w_2", path="/hook?brand=9")
    await place.accounts.close("w_1", first.id)
    moved = await place.connect("Moved", brand="b_9", workspace="w_2")
    with pytest.raises(BadInput, match="another workspace of this AdMind"):
        await place.connect()
    assert [found.id for found, _ in await place.book.all("w_2") if found.name == "Moved"] == [moved.id]


async def test_of_workspaces_that_connect_one_place_at_once_one_gets_it(place: Place) -> None:
    ways = [place.connect(brand=f"b_{number}", workspace=f"w_{number}") for number in range(1, 7)]
    found = await asyncio.gather(*ways, return_exceptions=True)
    [account] = [one for one in found if isinstance(one, Account)]
    assert all("another workspace" in str(one) for one in found if isinstance(one, BadInput))
    assert sum(isinstance(one, BadInput) for one in found) == 5
    for number in range(1, 7):
        every = [each for each, _ in await place.book.all(f"w_{number}") if each.closed_at is None]
        assert [each.id for each in every] == ([account.id] if account.workspace == f"w_{number}" else [])
        kept = await cast(Any, place.database.client).hkeys(keys.of(f"w_{number}", "secrets"))
        assert bool(kept) == (account.workspace == f"w_{number}"), "nothing is left of the others"


async def test_a_claim_without_an_account_behind_it_holds_nobody_up(place: Place) -> None:
    served = ServedPlaces(place.database)
    first = await place.connect()
    await served.release(first)
    assert await served.claim(first.changed(workspace="w_2", id="a_2")), "then its process died"
    assert (await place.connect()).id == first.id and not await served.elsewhere(first)
    assert await served.elsewhere(first.changed(workspace="w_2", id="a_2"))
    [key] = [each async for each in cast(Any, place.database.client).scan_iter(match="*lookup:serves*")]
    await cast(Any, place.database.client).delete(key)
    assert await served.rebuild("w_1") == 1
    with pytest.raises(BadInput, match="another workspace of this AdMind"):
        await place.connect(brand="b_9", workspace="w_2")


async def test_places_that_are_connected_at_once_are_all_connected(place: Place) -> None:
    ways = [place.connect(f"Shop {number}", path=f"/hook{number}") for number in range(4)]
    await asyncio.gather(*ways)
    assert len(await place.book.all("w_1")) == 4


async def test_a_closed_account_loses_its_secrets_and_comes_back_as_itself(place: Place) -> None:
    account = await place.connect()
    closed = await place.accounts.close("w_1", account.id)
    assert closed.closed_at is not None
    assert await place.credentials.all("w_1", account.id) == {}
    with pytest.raises(NotFound):
        await place.accounts.close("w_1", account.id)
    again = await place.connect()
    assert (again.id, again.closed_at) == (account.id, None)


async def test_a_feed_needs_nothing_but_a_name(place: Place) -> None:
    feed = await place.accounts.connect("w_1", "b_1", "feed", "  Velo\u0007 News ", {}, {})
    same = await place.accounts.connect("w_1", "b_1", "feed", "velo news", {}, {})
    assert feed.name == "Velo News"
    assert same.id == feed.id


@pytest.mark.parametrize("name", ["", " \n", "x" * 81])
async def test_a_name_that_nobody_could_say_is_refused(place: Place, name: str) -> None:
    with pytest.raises(BadInput):
        await place.accounts.connect("w_1", "b_1", "feed", name, {}, {})


async def test_an_unknown_channel_is_answered_with_those_there_are(place: Place) -> None:
    with pytest.raises(BadInput) as told:
        await place.accounts.connect("w_1", "b_1", "pigeon", "Post", {}, {})
    for channel in ("bluesky", "discord", "discord_webhook", "feed", "ghost", "slack", "telegram", "webhook", "x"):
        assert channel in told.value.sentence()
