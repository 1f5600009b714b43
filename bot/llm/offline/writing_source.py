"""A post from a page: its headline and one or two of its best sentences as they stand, then the link.

The person's own words come first wherever there are any; a page then adds what they left open. Frames of ours are
never put around a stranger's sentences: "our new shop" would be another claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import regex

from bot.llm.offline.page_facts import refers_back
from bot.llm.offline.writing_material import Material, content_words, material
from bot.llm.offline.writing_text import language_of, same_words, sentence
from bot.llm.pointing import names_a_page

TOLD: Final = 2  # facts of the page in one text
ENOUGH: Final = 2  # statements of the person's own, beside which a page adds none
_OWN: Final = ("offer", "deadline", "verbatim")


def with_page(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The document with what the page adds to the brief, and whether the page is all there is to tell."""
    sources = [each for each in document.get("sources") or () if isinstance(each, Mapping)]
    brief: dict[str, Any] = dict(document.get("brief") or {})
    title = next((str(each.get("title") or "") for each in sources if each.get("title")), "")
    facts = [str(fact) for each in sources for fact in each.get("facts") or ()]
    if not title and not facts:
        return document, False
    topic = str(brief.get("topic") or "")
    own = [str(fact) for fact in brief.get("facts") or () if not names_a_page(str(fact))]
    if not own and names_a_page(topic) and not any(brief.get(name) for name in _OWN):
        brief |= {"topic": title or facts[0], "facts": facts}
        return {**document, "brief": brief}, True
    if len(own) < ENOUGH and not any(brief.get(name) for name in _OWN):
        told = f"{topic} {' '.join(own)}"
        brief["facts"] = [*own, *[fact for fact in facts if not same_words(fact, told)][:TOLD]]
    return {**document, "brief": brief}, False


def headed(document: Mapping[str, Any]) -> Material:
    """The pieces of what stands beside the texts, the card and the title: under the page's own headline."""
    brief: Mapping[str, Any] = document.get("brief") or {}
    return replace(page_material(document, 0), topic=str(brief.get("topic") or ""))


def page_material(document: Mapping[str, Any], turn: int) -> Material:
    """The pieces of a text that tells a page alone: no frame, no boast, no list. Siblings tell other sentences.

    The headline leads, unless the first sentence begins with it, or names the matter in a later sibling.
    """
    brief: Mapping[str, Any] = document.get("brief") or {}
    title, facts = str(brief.get("topic") or ""), [sentence(str(fact)) for fact in brief.get("facts") or ()]
    pieces = material({**document, "brief": {**brief, "topic": "", "facts": []}})
    told = _turned(facts, turn, title)
    repeats = bool(told) and told[0].casefold().startswith(title.casefold())
    stands = turn > 0 and bool(told) and content_words(told[0]) & content_words(title) and not refers_back(told[0])
    lead, rest = (told[0], told[1:]) if repeats or stands else (title, told)
    return replace(
        pieces,
        language="",
        locale=language_of(" ".join([title, *facts])) or pieces.locale,
        goal="inform",
        tone="plain",
        topic=lead,
        topic_is_clause=True,
        facts=tuple(rest),
        story=None,
        emoji=False,
    )


def turn_of(document: Mapping[str, Any]) -> int:
    """Which of several siblings this is, as its seed says."""
    counted = regex.search(r":(\d{1,3})$", str(document.get("seed") or ""))
    return int(counted[1]) if counted else 0


def _turned(facts: Sequence[str], turn: int, title: str) -> list[str]:
    """The best facts first; a later sibling begins further on. One that only repeats the headline is left out."""
    new = [fact for fact in facts if not same_words(fact, title)]
    starts = [place for first in range(TOLD) for place in range(first, len(new), TOLD)]
    start = starts[turn % len(starts)] if starts else 0
    places = sorted(place % len(new) for place in range(start, start + min(TOLD, len(new)))) if new else []
    return [new[place] for place in places]
