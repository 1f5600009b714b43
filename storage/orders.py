"""Orders that were tied to short links: how many, and worth what. No customer and no order's own number is in here.

HASH `orders:<code>`: `brand`, and by source (`s` signed, `p` pixel) the number of orders and, by currency, their sums
in thousandths (`sEUR`). STRING `order:<brand>:<hash>`: `<source>|<code>|<currency>|<thousandths>` of one that is known,
so that it counts once; a signed word takes the place of a pixel's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, cast

from storage import keys
from storage.links import key_of
from storage.redis import Database, Script

Source = Literal["s", "p"]
KNOWN_FOR: Final = timedelta(days=400)
TRIES: Final = 5

# KEYS: 1 order, 2 its link's sums, 3 those of the link that it was counted for, 4 its link. ARGV: 1 what is known of it
# (or empty), 2 what is now, 3 life in ms, 4 brand, 5 source, 6 currency or empty, 7 thousandths, 8-10 these three of
# what was.
TAKE: Final = Script(
    "order-take",
    """
if redis.call('EXISTS', KEYS[4]) == 0 then return -1 end
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('HSET', KEYS[2], 'brand', ARGV[4])
redis.call('HINCRBY', KEYS[2], ARGV[5], 1)
if ARGV[6] ~= '' then redis.call('HINCRBY', KEYS[2], ARGV[5] .. ARGV[6], ARGV[7]) end
if ARGV[8] ~= '' then
  redis.call('HINCRBY', KEYS[3], ARGV[8], -1)
  if ARGV[9] ~= '' then redis.call('HINCRBY', KEYS[3], ARGV[8] .. ARGV[9], '-' .. ARGV[10]) end
end
return 1
""",
)


@dataclass(frozen=True, slots=True)
class Order:
    """`number` is the shop's own; `thousandths` of the currency, which is empty where no amount was said."""

    workspace: str
    brand: str
    code: str
    number: str
    currency: str = ""
    thousandths: int = 0


@dataclass(frozen=True, slots=True)
class Ordered:
    """Sums by currency in thousandths; what a pixel said stands apart, for nobody vouches for it."""

    signed: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    pixel: int = 0
    pixel_amounts: Mapping[str, int] = field(default_factory=dict)

    def plus(self, more: Ordered) -> Ordered:
        return Ordered(
            self.signed + more.signed,
            _sums(self.amounts, more.amounts),
            self.pixel + more.pixel,
            _sums(self.pixel_amounts, more.pixel_amounts),
        )


NOTHING_ORDERED: Final = Ordered()


class OrderStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._client = cast(Any, database.client)

    async def take(self, order: Order, source: Source) -> bool:
        """Count it, once; False: it is known already."""
        name = hashlib.sha256(order.number.encode("utf-8", "replace")).hexdigest()[:24]
        key = keys.of(order.workspace, "order", order.brand, name)
        now = f"{source}|{order.code}|{order.currency}|{order.thousandths}"
        for _ in range(TRIES):
            was = str(await self._client.get(key) or "")
            known, code, currency, thousandths = was.split("|") if was else ("", order.code, "", "0")
            if was and not (known == "p" and source == "s"):
                return False
            sums = [_key(order.workspace, each) for each in (order.code, code)]
            given: list[str | int | float | bytes] = [
                *(was, now, round(KNOWN_FOR.total_seconds() * 1000), order.brand),
                *(source, order.currency, order.thousandths, known, currency, thousandths),
            ]
            names = [key, *sums, key_of(order.workspace, order.code)]
            if done := int(await self._database.run(TAKE, names, given)):
                return done > 0
        return False

    async def totals(self, workspace: str, codes: Sequence[str]) -> dict[str, Ordered]:
        """By code."""
        pipe = self._client.pipeline(transaction=False)
        for code in codes:
            pipe.hgetall(_key(workspace, code))
        found = await pipe.execute() if codes else []
        return {code: _ordered(fields) for code, fields in zip(codes, found, strict=True)}


def _ordered(fields: Mapping[str, str]) -> Ordered:
    def amounts(source: Source) -> dict[str, int]:
        return {name[1:]: int(sum_) for name, sum_ in sorted(fields.items()) if len(name) == 4 and name[0] == source}

    return Ordered(int(fields.get("s", 0)), amounts("s"), int(fields.get("p", 0)), amounts("p"))


def _sums(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {currency: one.get(currency, 0) + other.get(currency, 0) for currency in sorted({*one, *other})}


def _key(workspace: str, code: str) -> str:
    return keys.of(workspace, "orders", code)
