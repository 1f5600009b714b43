"""Orders are tied to posts once each, signed or apart, without a word of the customer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import pytest
from cryptography.fernet import Fernet

from bot.channels.standard_webhooks import new_signing_key, signed_headers
from bot.clock import MovableClock
from bot.errors import BadInput, NotAllowed
from bot.insights.clicks import Clicks
from bot.insights.orders import SECRET, Orders
from bot.links.tokens import LIVES, code_of_token, new_token
from storage.commit import Change, commit
from storage.credentials import Credentials, Vault
from storage.links import Linking, LinkStore
from storage.redis import Database
from tests.bot.insights.test_clicks import NOON, link_out_at

CODE = "abcdefghjk"


class Shop:
    def __init__(self, database: Database, key: str) -> None:
        self.clock = MovableClock()
        self.clock.move_to(NOON)
        self.credentials = Credentials(database, Vault([Fernet.generate_key().decode()]))
        self.orders = Orders(database, credentials=self.credentials, clock=self.clock)
        self.clicks = Clicks(database, self.clock)
        self.key = key

    async def tells(self, number: str, *, key: str = "", late: int = 0, **more: str) -> bool:
        """`late`: minutes."""
        body = json.dumps({"order": number, "link": CODE, **more}).encode()
        headers = signed_headers(key or self.key, f"msg-{number}", self.clock.now() - timedelta(minutes=late), body)
        return await self.orders.signed(body, headers)


@pytest.fixture
async def shop(database: Database) -> Shop:
    found = Shop(database, new_signing_key())
    leads = await link_out_at(database, found.clock.now(), CODE)
    assert leads.link is not None
    await found.credentials.put(leads.workspace, leads.link.brand, SECRET, found.key)
    return found


async def test_an_order_counts_once_with_what_it_was_worth(shop: Shop, database: Database) -> None:
    assert await shop.tells("A-1", amount="49.90", currency="EUR")
    assert not await shop.tells("A-1", amount="49.90", currency="EUR")
    assert await shop.tells("A-2", amount="0.10", currency="eur") and await shop.tells("A-3")
    click = new_token(CODE, shop.clock.now())
    body = json.dumps({"order": "A-4", "click": click, "amount": "7", "currency": "CHF"}).encode()
    assert await shop.orders.signed(body, signed_headers(shop.key, "m", shop.clock.now(), body))
    found = (await shop.clicks.of_posts("w_sample", ["p_out22222"]))["p_out22222"].ordered
    assert (found.signed, found.amounts, found.pixel) == (4, {"CHF": 7000, "EUR": 50_000}, 0)
    client = cast(Any, database.client)
    assert not [key for key in map(str, await client.keys("*")) if "A-1" in key]


async def test_what_is_not_signed_with_the_brands_key_is_refused(shop: Shop) -> None:
    for wrong in (
        shop.tells("B-1", key=new_signing_key()),
        shop.tells("B-1", late=6),
        shop.tells("B-1", late=-6),
        shop.tells("B-1", link="2222222222"),
        shop.orders.signed(json.dumps({"order": "B-1", "link": CODE}).encode(), {}),
    ):
        with pytest.raises(NotAllowed):
            await wrong
    wrong_ones: tuple[dict[str, str], ...] = (
        {"customer": "Ana"},
        {"amount": "49.90"},
        {"amount": "-1", "currency": "EUR"},
        {"amount": "1", "currency": "XQX"},
        {"amount": "1e9", "currency": "EUR"},
    )
    for said in wrong_ones:
        body = json.dumps({"order": "B-2", "link": CODE, **said}).encode()
        with pytest.raises(BadInput):
            await shop.orders.signed(body, signed_headers(shop.key, "m", shop.clock.now(), body))
    with pytest.raises(BadInput):
        await shop.orders.signed(b"[]", {})


async def test_a_pixel_counts_apart_where_the_brand_takes_it_until_the_shop_itself_tells(
    shop: Shop, database: Database
) -> None:
    said = {"order": "C-1", "link": CODE, "amount": "20.00", "currency": "EUR", "click": ""}
    assert not await shop.orders.pixel(said)
    rules = Linking(workspace="w_sample", brand="b_sample", pixel=True)
    await commit(database, LinkStore.put_rules(Change("w_sample"), rules, None))
    assert await shop.orders.pixel(said) and not await shop.orders.pixel(said)
    assert not await shop.orders.pixel({"order": "C-2", "link": "nonsense"})
    apart = (await shop.clicks.of_links("w_sample", [CODE]))[CODE].ordered
    assert (apart.signed, apart.pixel, apart.pixel_amounts) == (0, 1, {"EUR": 20_000})
    assert await shop.tells("C-1", amount="21.00", currency="EUR")
    assert not await shop.orders.pixel(said)
    told = (await shop.clicks.of_links("w_sample", [CODE]))[CODE].ordered
    assert (told.signed, told.amounts, told.pixel, told.pixel_amounts) == (1, {"EUR": 21_000}, 0, {"EUR": 0})


def test_a_clicks_number_ends_after_thirty_days() -> None:
    token = new_token(CODE, NOON)
    assert code_of_token(token, NOON + LIVES) == CODE
    assert code_of_token(token, NOON + LIVES + timedelta(seconds=1)) == ""
    assert [code_of_token(wrong, NOON) for wrong in ("", "x", f"{CODE}.zz.x", f"{CODE}.{'f' * 40}.x")] == [""] * 4
