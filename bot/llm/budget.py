"""Who pays for a call to a language model, how much it may take, and how much it took.

Tokens are counted by the provider's own numbers; the estimate made before a call only reserves. A tokenizer would have
to fetch its vocabulary over the network and is exact for one provider only, so the estimate counts bytes: three to a
token, which is about right for English with JSON in it and high for other scripts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from storage.budget import OverBudget, Reservation

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

__all__ = ["OverBudget", "Payer", "Reservation", "Spending", "TokenBudget", "estimate_tokens", "paid"]

_BYTES_A_TOKEN: Final = 3
_TOKENS_A_MESSAGE: Final = 8
_TOKENS_A_TOOL: Final = 150
_TOKENS_AN_ANSWER: Final = 1000


class TokenBudget(Protocol):
    """Implemented by `storage.budget.DailyTokens`."""

    async def reserve(self, workspace: str, member: str, tokens: int) -> Reservation:
        """Raises OverBudget, whose sentence says when the budget is new."""

    async def settle(self, reservation: Reservation, used_tokens: int) -> None: ...


@dataclass(frozen=True)
class Payer:
    """On whose account a call goes."""

    workspace: str
    member: str


@dataclass
class Spending:
    """What one request to a model, with all its retries, has cost so far."""

    estimate: int
    used_tokens: int = 0

    def answered(self, message: BaseMessage) -> None:
        """Count an answer by the provider's numbers, or by the estimate when it gave none."""
        usage = getattr(message, "usage_metadata", None) or {}
        self.used_tokens += int(usage.get("total_tokens") or self.estimate)

    def lost(self) -> None:
        """Count a call that broke after the provider had begun to work: it may be charged."""
        self.used_tokens += self.estimate


def estimate_tokens(messages: Sequence[BaseMessage], tools: int = 0) -> int:
    """About what a call with these messages and this many tools will take, its answer included. At least 1,000."""
    total = _TOKENS_AN_ANSWER + tools * _TOKENS_A_TOOL
    for message in messages:
        total += _TOKENS_A_MESSAGE + len(message.text.encode("utf-8", "replace")) // _BYTES_A_TOKEN
        for call in getattr(message, "tool_calls", ()):
            total += len(str(call["args"])) // _BYTES_A_TOKEN
    return total


@asynccontextmanager
async def paid(budget: TokenBudget | None, payer: Payer | None, estimate: int) -> AsyncIterator[Spending]:
    """`estimate` tokens reserved while the block runs, then settled to what its `Spending` counted, also when it fails.

    A cancelled block keeps its reservation: the provider may have charged for it. Without budget or payer nothing is
    reserved. Raises OverBudget before the block.
    """
    spending = Spending(estimate)
    if budget is None or payer is None:
        yield spending
        return
    reserved = await budget.reserve(payer.workspace, payer.member, estimate)
    try:
        yield spending
    except Exception:
        await budget.settle(reserved, spending.used_tokens)
        raise
    await budget.settle(reserved, spending.used_tokens)
