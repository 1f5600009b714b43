"""The counterfactual question for a reviewer: "Would you say this of …?", where a language model is configured.

The model only points: what it points at has to stand in the copy letter for letter, and the question is ours. It is
asked about texts that speak of people at all, on the budget of whoever asked. When it fails, that is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from pydantic import BaseModel, Field

from bot.checks.addresses import find_addresses
from bot.checks.bias import speaks_of_people
from bot.drafting.copy import Ask
from bot.drafting.tidying import visible
from bot.errors import AdMindError, unexpected
from prompts import Prompt, load
from storage.drafts import Finding

MOST: Final = 3
LONGEST: Final = 120


class Swap(BaseModel):
    """One statement of people."""

    said: str = Field(description="copied letter for letter from one text")
    of: str = Field(description="the people it is said of")
    other: str = Field(description="another group of the same kind")


class Swaps(BaseModel):
    """What is said of people for what they are."""

    swaps: list[Swap] = Field(default_factory=list)


class Swapping:
    def __init__(self, ask: Ask, *, prompt: Callable[[str], Prompt] = load) -> None:
        self._ask = ask
        self._prompt = prompt

    async def questions(self, texts: Mapping[str, str]) -> tuple[Finding, ...]:
        """Notes for these texts by account, with their places; a warning when they could not be asked about."""
        asked = {account: text for account, text in texts.items() if speaks_of_people(text)}
        if not asked:
            return ()
        document = {"task": "swap", "texts": list(dict.fromkeys(asked.values()))}
        # LangChain is heavy and chat-side code imports this module: by the first call it is loaded anyway.
        from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

        messages = [SystemMessage(self._prompt("swap").text), HumanMessage(json.dumps(document, ensure_ascii=False))]
        try:
            found: Swaps = await self._ask(Swaps, messages)
        except AdMindError as error:
            return (_unasked(error.what),)
        except Exception as error:
            return (_unasked(unexpected(error, "asking about the words").what),)
        return tuple(
            note
            for account, text in asked.items()
            for swap in found.swaps[:MOST]
            if (note := _note(account, text, swap)) is not None
        )


def _unasked(why: str) -> Finding:
    unasked = "Whether you would say the same of other people could not be asked."
    return Finding(
        severity="warn", rule="unchecked_swap", reason=f"{unasked} {why}", fix="Ask yourself before you approve."
    )


def _note(account: str, text: str, swap: Swap) -> Finding | None:
    """None for what does not stand there, or is no question of ours."""
    said, of, other = (" ".join(visible(part).split()) for part in (swap.said, swap.of, swap.other))
    at = text.find(swap.said.strip())
    short = len(said) <= LONGEST and len(of) <= 40 and len(other) <= 40
    if at < 0 or not said or not of or not other or not short or find_addresses(f"{of} {other}"):
        return None
    return Finding(
        severity="note",
        rule="swap",
        reason=f"“{said}” is said of {of}. Would you say it of {other}?",
        fix="If not, say it another way.",
        account=account,
        span=(at, at + len(swap.said.strip())),
    )
