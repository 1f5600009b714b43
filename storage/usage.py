"""What language models took and cost: counted by the providers' own numbers, summed, and never rounded on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from pydantic import Field

from storage.record import Frozen


class Usage(Frozen):
    """`tokens_in` holds the cached ones too. What a price is known for is in `cost`, the rest in `unpriced`."""

    calls: int = Field(0, ge=0, description="answers that arrived, and calls that broke after the work had begun")
    tokens_in: int = Field(0, ge=0)
    tokens_cached: int = Field(0, ge=0, description="of those read in, the ones that the provider had still at hand")
    tokens_out: int = Field(0, ge=0)
    estimated: int = Field(0, ge=0, description="tokens of calls for which the provider named no number")
    unpriced: int = Field(0, ge=0, description="tokens for which no price is known; `cost` is without them")
    cost: str = Field("", pattern=r"^(\d{1,12}(\.\d{1,12})?)?$", description="US dollars; empty: no price is known")
    models: tuple[str, ...] = Field((), description="who answered, provider:model, in the order of their first answer")

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out + self.estimated

    def plus(self, other: Usage) -> Usage:
        known = [each.cost for each in (self, other) if each.cost]
        return Usage(
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            tokens_out=self.tokens_out + other.tokens_out,
            estimated=self.estimated + other.estimated,
            unpriced=self.unpriced + other.unpriced,
            cost=plain(sum(map(Decimal, known), Decimal())) if known else "",
            models=tuple(dict.fromkeys((*self.models, *other.models))),
        )


NOTHING: Final = Usage()


def plain(amount: Decimal) -> str:
    """`0.00125`, never `1.25E-3`, and no zeros at its end."""
    text = f"{amount:.12f}"
    return text.rstrip("0").rstrip(".")
