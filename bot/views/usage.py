"""What language models took, in its public shape."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from bot.views.base import View
from storage.usage import Usage


class UsageView(View):
    """What language models took, by the providers' own numbers."""

    calls: int
    tokens_in: int = Field(description="with the cached ones")
    tokens_cached: int
    tokens_out: int
    estimated: int = Field(description="tokens of calls for which the provider named no number")
    tokens: int = Field(description="all of them together")
    cost: str = Field(description="US dollars, of those with a known price; empty: none is known")
    unpriced: int = Field(description="tokens without a known price")
    models: list[str]


class CostView(View):
    """What one model took for one brand."""

    brand: str
    model: str
    usage: UsageView


class CostsView(View):
    """Of both days and all between them, in UTC."""

    first: date
    last: date
    items: list[CostView]
    total: UsageView


def usage_view(usage: Usage) -> UsageView:
    return UsageView(**usage.model_dump(exclude={"models"}), tokens=usage.tokens, models=list(usage.models))
