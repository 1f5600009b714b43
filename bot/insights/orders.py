"""Ties orders to posts: a shop's signed word, or a pixel on its last page. Nothing of the customer is taken.

The signed word has the form of Standard Webhooks (https://www.standardwebhooks.com); its body is JSON:
`{"order": "A-1001", "link": "<code>", "amount": "49.90", "currency": "EUR"}`, or `click` with a click's own number in
place of `link`. An order counts once, whoever tells of it how often.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import regex
from babel.numbers import is_currency

from bot.channels.standard_webhooks import is_signed
from bot.clock import Clock
from bot.errors import BadInput, NotAllowed
from bot.links.codes import ALPHABET, LENGTH
from bot.links.tokens import code_of_token
from storage.credentials import Credentials
from storage.links import LinkStore, ShortLink
from storage.orders import Order, OrderStore
from storage.redis import Database

__all__ = ["SECRET", "Orders"]

SECRET: Final = "orders"  # noqa: S105 - the name of a brand's key among its secrets
MOST_NUMBER: Final = 200
_AMOUNT: Final = regex.compile(r"\d{1,12}(?:\.\d{1,3})?")
_TAKES: Final = frozenset({"order", "link", "click", "amount", "currency"})


class Orders:
    def __init__(self, database: Database, *, credentials: Credentials, clock: Clock) -> None:
        self._store = OrderStore(database)
        self._links = LinkStore(database)
        self._credentials = credentials
        self._clock = clock

    async def signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Count what a shop tells of; False: it was known. Raises BadInput, NotAllowed."""
        said = _read(body)
        link = await self._link(said)
        key = await self._credentials.get(link.workspace, link.brand, SECRET) if link else None
        if link is None or key is None or not is_signed(key, headers, body, self._clock.now()):
            raise NotAllowed(
                "This order is not signed with the key of the link's brand.",
                kept="It was not counted.",
                do_next="Sign it as Standard Webhooks says, with the brand's own key, within five minutes.",
            )
        return await self._store.take(_order(said, link), "s")

    async def pixel(self, said: Mapping[str, str]) -> bool:
        """Count what a page tells of, if the brand takes that; False: it does not, or there is nothing to count."""
        try:
            link = await self._link({name: value for name, value in said.items() if value})
            if link is None or not (await self._links.rules(link.workspace, link.brand))[0].pixel:
                return False
            return await self._store.take(_order({name: each for name, each in said.items() if each}, link), "p")
        except BadInput:
            return False

    async def _link(self, said: Mapping[str, str]) -> ShortLink | None:
        """The link that an order came by, if it leads."""
        click = said.get("click", "")
        code = code_of_token(click, self._clock.now()) if click else said.get("link", "").rpartition("/")[2]
        if len(code) != LENGTH or set(code) - set(ALPHABET):
            return None
        workspace = await self._links.workspace_of(code)
        found = await self._links.find(workspace, code) if workspace else None
        return found.link if found is not None and found.post else None


def _read(body: bytes) -> dict[str, str]:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise _unfit("It is no JSON object of texts.")
    if more := sorted(set(found) - _TAKES):
        raise _unfit(f"It holds “{more[0][:40]}”, which is not taken: nothing of a customer belongs in it.")
    return found


def _order(said: Mapping[str, str], link: ShortLink) -> Order:
    """Raises BadInput for what cannot be counted."""
    number, amount, currency = said.get("order", "").strip(), said.get("amount", ""), said.get("currency", "").upper()
    if not number or len(number) > MOST_NUMBER:
        raise _unfit("The order's number is missing, or too long.")
    if bool(amount) != bool(currency) or (amount and not _AMOUNT.fullmatch(amount)):
        raise _unfit("An amount is written as 49.90, with its currency.")
    if currency and not (regex.fullmatch("[A-Z]{3}", currency) and is_currency(currency)):
        raise _unfit("The currency is none that is known (ISO 4217, such as EUR).")
    thousandths = int(Decimal(amount) * 1000) if amount else 0
    return Order(link.workspace, link.brand, link.code, number, currency, thousandths)


def _unfit(why: str) -> BadInput:
    return BadInput("This is no order that can be counted.", kept="It was not counted.", do_next=why)
