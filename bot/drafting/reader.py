"""A page's facts, taken from it by a model that can do nothing else: quarantined reading.

The call has no tools and one fixed schema, and each fact must stand in the page letter for letter, or it is thrown
away. So nothing but the page's own words comes out, however the page was worded, and only these reach the copywriter.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

import regex
from pydantic import BaseModel, Field

from bot.checks.addresses import find_addresses
from bot.drafting.copy import Ask
from bot.drafting.extracted import Extracted
from bot.llm.budget import Meter
from bot.llm.errors import ModelMuddled, ModelRefused, ModelTooLong
from prompts import Prompt, load
from storage.usage import Usage

MOST_FACTS: Final = 8
MOST_FACT: Final = 300
LONGEST_COPY: Final = 600
FEWEST_WORDS: Final = 3
MOST_READ: Final = 12_000  # characters of a page that a model gets to read


_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}%€$£]+")


class PageFacts(BaseModel):
    """What a page says, in its own words."""

    facts: list[str] = Field(default_factory=list, description="three to eight statements, copied word for word")


class Reader:
    """`meter` is what `ask` counts with."""

    def __init__(self, ask: Ask, *, prompt: Callable[[str], Prompt] = load, meter: Meter | None = None) -> None:
        self._ask = ask
        self._meter = meter or Meter()
        self._prompt = prompt

    @property
    def spent(self) -> Usage:
        """What its calls took until now."""
        return self._meter.total

    async def facts(self, page: Extracted, *, wanted: str, language: str) -> tuple[tuple[str, ...], str]:
        """Facts that stand on the page letter for letter, and the stamp of the prompt; none when it says nothing.

        Raises OverBudget, ModelUnavailable, ModelMisconfigured.
        """
        prompt = self._prompt("reader")
        marker = f"page-{secrets.token_hex(8)}"
        document = {
            "task": "read",
            "page": {
                "marker": marker,
                "title": page.title,
                "description": page.description,
                "text": f"{marker}\n{page.text[:MOST_READ].replace(marker, '')}\n{marker}",
            },
            "wanted": wanted[:1000],
            "language": language,
        }
        # LangChain is heavy and chat-side code imports this module: by the first call it is loaded anyway.
        from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

        messages = [SystemMessage(prompt.text), HumanMessage(json.dumps(document, ensure_ascii=False))]
        try:
            said: PageFacts = await self._ask(PageFacts, messages)
        except (ModelMuddled, ModelRefused, ModelTooLong):
            return (), prompt.stamp  # the title and the person's own words are left
        return standing(said.facts, page), prompt.stamp


def standing(facts: list[str], page: Extracted) -> tuple[str, ...]:
    """The whole sentences of the page that these are copied from, as they stand there: a part of one may say the
    opposite. Without doubles, and none with an address in it: a page names no links of ours.
    """
    there = [said for part in (page.title, page.text[:MOST_READ], page.description) for said in _sentences(part)]
    kept: list[str] = []
    for part in (part for fact in facts for part in _sentences(fact[:LONGEST_COPY])):
        said = next((each for each in there if _is_copied(part, each)), "")
        if 0 < len(said) <= MOST_FACT and said not in kept and not find_addresses(said):
            kept.append(said)
    return tuple(kept[:MOST_FACTS])


def _sentences(text: str) -> list[str]:
    # Its package loads LangChain: by the first page it is there anyway.
    from bot.llm.offline.writing_text import sentences  # noqa: PLC0415

    lines = unicodedata.normalize("NFC", text).splitlines()
    return [" ".join(said.split()) for line in lines for said in sentences(line.strip().lstrip("•*- "))]


def _is_copied(part: str, whole: str) -> bool:
    """Whether all words and figures of a part follow each other so in the whole; marks between may be set anew."""
    copied, there = _WORD.findall(part.casefold()), _WORD.findall(whole.casefold())
    if len(copied) < FEWEST_WORDS and copied != there:
        return False
    return bool(copied) and f" {' '.join(copied)} " in f" {' '.join(there)} "
