"""A model's price, and how one is written down in a setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from storage.usage import Usage

MILLION: Final = Decimal(1_000_000)
_FORM: Final = "write it as provider:model=in/out or provider:model=in/cached/out, separated by commas"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    read: Decimal
    cached: Decimal
    written: Decimal

    def of(self, usage: Usage) -> Decimal:
        fresh = max(0, usage.tokens_in - usage.tokens_cached)
        cost = fresh * self.read + usage.tokens_cached * self.cached + usage.tokens_out * self.written
        return cost / MILLION


Prices = Mapping[str, Price]
"""By `provider:model`."""


def read_prices(text: str) -> Prices:
    """`openai:gpt-5.5=5/0.5/30, ollama:llama3.1=0/0`. Raises ValueError, saying how it is written."""
    found: dict[str, Price] = {}
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        name, equals, figures = part.rpartition("=")
        given = figures.split("/")
        if not equals or ":" not in name or len(given) not in (2, 3):
            raise ValueError(_FORM)
        try:
            amounts = [Decimal(each.strip()) for each in given]
        except InvalidOperation:
            raise ValueError(_FORM) from None
        if not all(each.is_finite() and 0 <= each <= 100_000 for each in amounts):
            raise ValueError("write prices from 0 to 100000 US dollars for a million tokens")
        found[name.strip()] = Price(amounts[0], amounts[1] if len(amounts) == 3 else amounts[0], amounts[-1])
    return found
