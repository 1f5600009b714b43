"""What a website and past posts say of a brand, taken from them by a model that can do nothing else.

The call has no tools and one fixed schema. A fact is a whole sentence of a page, letter for letter; an audience's name
and what matters to it stand on a page too; an adjective is one word. So whatever a page tells the model to do, no
sentence of its own making, no link and no small print can come out of it; and all of it only proposes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import regex
from pydantic import BaseModel, Field

from bot.checks.addresses import find_addresses
from bot.drafting.copy import Ask
from bot.drafting.extracted import Extracted
from bot.drafting.looks import Looks
from bot.drafting.reader import MOST_READ, standing
from bot.llm.errors import ModelMuddled, ModelRefused, ModelTooLong
from prompts import Prompt, load
from storage.profile import Audience

MOST_ADJECTIVES: Final = 6
MOST_AUDIENCES: Final = 4
MOST_FACTS: Final = 12
MOST_POSTS: Final = 20
MOST_OF_A_POST: Final = 1500
_ADJECTIVE: Final = regex.compile(r"\p{L}[\p{L}-]{1,23}")
_SPELLED: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_NAME: Final = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}&:*’' -]{1,48}")


class SiteAudience(BaseModel):
    name: str = Field("", description="one to three words copied from the texts")
    about: str = Field("", description="one whole sentence of the texts, copied word for word")


class SiteProfile(BaseModel):
    """What a website says of its company."""

    adjectives: list[str] = Field(default_factory=list, description="three to six single words: how the texts sound")
    audiences: list[SiteAudience] = Field(default_factory=list, description="one to four groups that are addressed")
    facts: list[str] = Field(default_factory=list, description="up to twelve lasting statements, copied word for word")


@dataclass(frozen=True, slots=True)
class Taken:
    """`facts` are sentences with the address of the page on which they stand."""

    adjectives: tuple[str, ...] = ()
    audiences: tuple[Audience, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    stamp: str = ""


class Importer:
    def __init__(self, ask: Ask, *, prompt: Callable[[str], Prompt] = load) -> None:
        self._ask = ask
        self._prompt = prompt

    async def read(self, pages: Sequence[tuple[str, Looks]], posts: Sequence[str], *, language: str) -> Taken:
        """Of pages by their addresses. Raises OverBudget, ModelUnavailable, ModelMisconfigured."""
        prompt = self._prompt("importer")
        marker = f"site-{secrets.token_hex(8)}"

        def marked(text: str, most: int) -> str:
            return f"{marker}\n{text[:most].replace(marker, '')}\n{marker}"

        document = {
            "task": "import",
            "marker": marker,
            "language": language,
            "pages": [
                {
                    "title": looks.title,
                    "description": looks.description,
                    "text": marked(looks.text, MOST_READ),
                }
                for _, looks in pages
            ],
            "posts": [marked(post, MOST_OF_A_POST) for post in posts[:MOST_POSTS]],
        }
        # LangChain is heavy and the services are composed without it: by the first call it is loaded.
        from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

        messages = [SystemMessage(prompt.text), HumanMessage(json.dumps(document, ensure_ascii=False))]
        try:
            said: SiteProfile = await self._ask(SiteProfile, messages)
        except (ModelMuddled, ModelRefused, ModelTooLong):
            return Taken(stamp=prompt.stamp)  # what is measured is left
        return Taken(
            adjectives=_adjectives(said.adjectives),
            audiences=_audiences(said.audiences, pages),
            facts=_facts(said.facts, pages),
            stamp=prompt.stamp,
        )


def _adjectives(said: Sequence[str]) -> tuple[str, ...]:
    single = (" ".join(word.split()).strip(".,").lower() for word in said)
    return tuple(dict.fromkeys(word for word in single if _ADJECTIVE.fullmatch(word)))[:MOST_ADJECTIVES]


def _facts(said: Sequence[str], pages: Sequence[tuple[str, Looks]]) -> tuple[tuple[str, str], ...]:
    """Each where it stands first."""
    found: dict[str, str] = {}
    for fact in said[: 3 * MOST_FACTS]:
        for address, looks in pages:
            stands = standing([fact], _read(looks))
            for sentence in stands:
                found.setdefault(sentence, address)
            if stands:
                break
    return tuple(found.items())[:MOST_FACTS]


def _audiences(said: Sequence[SiteAudience], pages: Sequence[tuple[str, Looks]]) -> tuple[Audience, ...]:
    everything = " ".join(f"{looks.title} {looks.description} {looks.text}" for _, looks in pages)
    there = f" {_spelled(everything)} "
    found: dict[str, Audience] = {}
    for each in said[: 3 * MOST_AUDIENCES]:
        name = " ".join(each.name.split())
        spelled = _spelled(name)
        if not _NAME.fullmatch(name) or find_addresses(name) or not spelled or f" {spelled} " not in there:
            continue
        about = next((sentence for _, looks in pages for sentence in standing([each.about], _read(looks))), "")
        found.setdefault(name.casefold(), Audience(name=name[:1].upper() + name[1:], about=about))
    return tuple(found.values())[:MOST_AUDIENCES]


def _spelled(text: str) -> str:
    """Its words alone, one space between."""
    return " ".join(_SPELLED.findall(text.casefold()))


def _read(looks: Looks) -> Extracted:
    return Extracted(looks.title, looks.description, looks.text)
