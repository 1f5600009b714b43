"""What models took, as people say it: "7 calls · 12,340 tokens · $0.031", and what of it has no known price."""

from __future__ import annotations

from typing import Protocol

from bot.llm.prices import dollars
from bot.words import Phrasebook, reader, words


class Took(Protocol):
    """`storage.usage.Usage`, as a record or in its public shape."""

    @property
    def calls(self) -> int: ...
    @property
    def tokens(self) -> int: ...
    @property
    def unpriced(self) -> int: ...
    @property
    def estimated(self) -> int: ...
    @property
    def cost(self) -> str: ...


def what_it_took(usage: Took, book: Phrasebook | None = None) -> str:
    """For whoever is answered, or who reads this book; "" when no model that counts was asked."""
    book = book or words(reader())
    if not usage.calls:
        return ""
    parts = [
        book.many("{count} call", "{count} calls", usage.calls),
        book.many("{count} token", "{count} tokens", usage.tokens),
        _cost(usage, book),
    ]
    if usage.estimated:
        parts.append(book.many("{count} of them estimated", "{count} of them estimated", usage.estimated))
    return " · ".join(parts)


def _cost(usage: Took, book: Phrasebook) -> str:
    if not usage.cost:
        return book.text("price unknown")
    cost = dollars(usage.cost)
    if not usage.unpriced:
        return cost
    return book.many(
        "{cost} and {count} token of unknown price",
        "{cost} and {count} tokens of unknown price",
        usage.unpriced,
        cost=cost,
    )
