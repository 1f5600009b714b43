"""What models cost: US dollars for a million tokens, in a table with source and date, and by a setting of one's own.

A model that stands in neither has its tokens counted and no price: nothing is guessed. The table holds each provider's
standard price for short prompts; discounts, batch prices and taxes are not in it. A bill is what the provider sends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from storage.prices import Price, Prices
from storage.usage import Usage, plain

READ_ON: Final = "2026-11-27"
SOURCES: Final[Mapping[str, str]] = {
    "openai": "https://developers.openai.com/api/docs/pricing",
    "anthropic": "https://platform.claude.com/docs/en/about-claude/pricing",
    "google_genai": "https://ai.google.dev/gemini-api/docs/pricing",
}

# provider, model, then for a million tokens: read in, read in from the provider's cache, written. "-": none is named,
# and cached ones cost what others do. The figures were read on READ_ON in copies of the SOURCES of that autumn.
_TABLE: Final = """
openai        gpt-6-sol              2      0.2    10
openai        gpt-6-luna             0.1    0.01   0.5
openai        gpt-5.5                5      0.5    30
openai        gpt-5.4                2.5    0.25   15
openai        gpt-5.4-mini           0.75   0.075  4.5
openai        gpt-5.4-nano           0.2    0.02   1.25
openai        gpt-5.2                1.75   0.175  14
openai        gpt-5.1                1.25   0.125  10
openai        gpt-5                  1.25   0.125  10
openai        gpt-5-mini             0.25   0.025  2
openai        gpt-4.1-mini           0.4    0.1    1.6
openai        gpt-4o                 2.5    1.25   10
openai        gpt-4o-mini            0.15   0.075  0.6
anthropic     claude-fable-5-1       10     0.25   50
anthropic     claude-fable-5         10     1      50
anthropic     claude-opus-5-5        4      0.2    20
anthropic     claude-opus-5          5      0.5    25
anthropic     claude-opus-4-8        5      0.5    25
anthropic     claude-opus-4-7        5      0.5    25
anthropic     claude-opus-4-6        5      0.5    25
anthropic     claude-opus-4-5        5      0.5    25
anthropic     claude-sonnet-5-5      2      0.1    10
anthropic     claude-sonnet-5        2      0.2    10
anthropic     claude-sonnet-4-6      3      0.3    15
anthropic     claude-sonnet-4-5      3      0.3    15
anthropic     claude-haiku-5-5       0.1    0.01   0.5
anthropic     claude-haiku-4-5       1      0.1    5
google_genai  gemini-3.8-flash       0.75   0.075  3.75
google_genai  gemini-3.5-flash       1.5    -      9
google_genai  gemini-3.5-flash-lite  0.3    -      2.5
google_genai  gemini-3.1-pro-preview 2      -      12
google_genai  gemini-2.5-pro         1.25   0.125  10
"""
_LEAST: Final = Decimal("0.000001")
_SNAPSHOT: Final = re.compile(r"-(?:20\d{6}|20\d\d-\d\d-\d\d)$")  # gpt-5-2025-08-07, claude-opus-4-5-20251101


def table() -> Prices:
    """The prices that AdMind knows by itself."""
    found: dict[str, Price] = {}
    for line in _TABLE.strip().splitlines():
        provider, model, read, cached, written = line.split()
        found[f"{provider}:{model}"] = Price(
            Decimal(read), Decimal(read if cached == "-" else cached), Decimal(written)
        )
    return found


def price_of(name: str, prices: Prices) -> Price | None:
    """The price of `provider:model`: its own, or that of the model of which it is a dated snapshot."""
    return prices.get(name) or prices.get(_SNAPSHOT.sub("", name))


def priced(usage: Usage, price: Price | None) -> Usage:
    """The same with its cost. Estimated tokens have none: nobody said which of them were read and which written."""
    if price is None:
        return usage.model_copy(update={"unpriced": usage.tokens})
    counted = usage.tokens_in + usage.tokens_out
    return usage.model_copy(update={"cost": plain(price.of(usage)) if counted else "", "unpriced": usage.estimated})


def dollars(cost: str) -> str:
    """`$0.0123`, to a cent from one dollar on, below to two figures that say something."""
    amount = Decimal(cost or 0)
    if 0 < amount < _LEAST / 2:
        return f"<${_LEAST}"
    places = 2 if not amount or amount >= 1 else min(max(2, 1 - amount.adjusted()), 6)
    return f"${amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)}"
