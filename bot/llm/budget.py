"""Who pays for a call to a language model, how much it may take, and how much it took.

Tokens are counted by the provider's own numbers; the estimate made before a call only reserves. A tokenizer would have
to fetch its vocabulary over the network and is exact for one provider only, so the estimate counts bytes: three to a
token, which is about right for English with JSON in it and high for other scripts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from bot.llm.chat_models import choice_of, price_in
from bot.llm.prices import priced
from storage.budget import OverBudget, Reservation
from storage.usage import NOTHING, Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

__all__ = ["Meter", "OverBudget", "Payer", "Reservation", "Spending", "TokenBudget", "estimate_tokens", "paid"]

_BYTES_A_TOKEN: Final = 3
_TOKENS_A_MESSAGE: Final = 8
_TOKENS_A_TOOL: Final = 150
_TOKENS_AN_ANSWER: Final = 1000
_TOKENS_A_PICTURE: Final = 1600  # of 768 pixels a side, at the provider that counts most


class TokenBudget(Protocol):
    """Implemented by `storage.budget.DailyTokens`."""

    async def reserve(self, workspace: str, member: str, tokens: int) -> Reservation:
        """Raises OverBudget, whose sentence says when the budget is new."""

    async def settle(self, reservation: Reservation, used_tokens: int) -> None: ...

    async def spent(self, workspace: str, brand: str, usage: Mapping[str, Usage]) -> None:
        """Keep what models, by provider:model, took for a brand today."""


@dataclass(frozen=True)
class Payer:
    """On whose account a call goes."""

    workspace: str
    member: str
    brand: str = ""


@dataclass
class Meter:
    """What the calls of one piece of work took together: a draft, a revision, a page that was read."""

    total: Usage = NOTHING

    def add(self, usage: Usage) -> None:
        self.total = self.total.plus(usage)


@dataclass
class Spending:
    """What one request to a model, with all its retries, has cost so far."""

    estimate: int
    used_tokens: int = 0
    by_model: dict[str, Usage] = field(default_factory=dict)

    def answered(self, message: BaseMessage, model: BaseChatModel) -> None:
        """Count an answer by the provider's numbers, or by the estimate when it gave none."""
        said = getattr(message, "usage_metadata", None) or {}
        self.used_tokens += int(said.get("total_tokens") or self.estimate)
        read, written = _whole(said.get("input_tokens")), _whole(said.get("output_tokens"))
        cached = min(read, _whole((said.get("input_token_details") or {}).get("cache_read")))
        named = Usage(calls=1, tokens_in=read, tokens_cached=cached, tokens_out=written)
        self._count(named if read + written else Usage(calls=1, estimated=self.estimate), model)

    def lost(self, model: BaseChatModel) -> None:
        """Count a call that broke after the provider had begun to work: it may be charged."""
        self.used_tokens += self.estimate
        self._count(Usage(calls=1, estimated=self.estimate), model)

    @property
    def usage(self) -> Usage:
        """All of it together."""
        total = Usage()
        for each in self.by_model.values():
            total = total.plus(each)
        return total

    def _count(self, usage: Usage, model: BaseChatModel) -> None:
        """What runs on this machine by itself, and what nobody chose by a setting, costs nothing and is not counted."""
        choice = choice_of(model)
        if choice is None or choice.provider == "offline":
            return
        name = str(choice)
        counted = priced(usage, price_in(model)).model_copy(update={"models": (name,)})
        self.by_model[name] = self.by_model.get(name, Usage()).plus(counted)


def estimate_tokens(messages: Sequence[BaseMessage], tools: int = 0) -> int:
    """About what a call with these messages and this many tools will take, its answer included. At least 1,000."""
    total = _TOKENS_AN_ANSWER + tools * _TOKENS_A_TOOL
    for message in messages:
        total += _TOKENS_A_MESSAGE + len(message.text.encode("utf-8", "replace")) // _BYTES_A_TOKEN
        if not isinstance(message.content, str):
            shown = [block for block in message.content if isinstance(block, dict) and block.get("type") == "image"]
            total += _TOKENS_A_PICTURE * len(shown)
        for call in getattr(message, "tool_calls", ()):
            total += len(str(call["args"])) // _BYTES_A_TOKEN
    return total


@asynccontextmanager
async def paid(
    budget: TokenBudget | None, payer: Payer | None, estimate: int, meter: Meter | None = None
) -> AsyncIterator[Spending]:
    """`estimate` tokens reserved while the block runs, then settled to what its `Spending` counted, also when it fails;
    `meter` hears of it, too.

    A cancelled block keeps its reservation: the provider may have charged for it. Without budget or payer nothing is
    reserved. Raises OverBudget before the block.
    """
    spending = Spending(estimate)
    reserved = await budget.reserve(payer.workspace, payer.member, estimate) if budget and payer else None
    try:
        yield spending
    except Exception:
        await _settle(budget, payer, reserved, spending, meter)
        raise
    await _settle(budget, payer, reserved, spending, meter)


async def _settle(
    budget: TokenBudget | None,
    payer: Payer | None,
    reserved: Reservation | None,
    spending: Spending,
    meter: Meter | None,
) -> None:
    if meter is not None:
        meter.add(spending.usage)
    if budget is not None and payer is not None and reserved is not None:
        await budget.settle(reserved, spending.used_tokens)
        if spending.by_model:
            await budget.spent(payer.workspace, payer.brand, spending.by_model)


def _whole(number: object) -> int:
    """A count as a provider gave it; a server of one's own may give anything."""
    return number if isinstance(number, int) and number > 0 else 0
