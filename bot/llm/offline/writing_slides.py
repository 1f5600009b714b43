"""A carousel's pages from the brief's own words: the sentences of the post, one a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import regex

from bot.llm.offline.writing_card import headline
from bot.llm.offline.writing_compose import Need
from bot.llm.offline.writing_frames import tables, vocabulary
from bot.llm.offline.writing_lines import body_sentences
from bot.llm.offline.writing_material import Material
from bot.llm.offline.writing_text import EMOJI, upper_first, words

MOST = 6
_HEADLINE = 60
_HOOK = regex.compile(r"^[^.!?]{2,40}\?\s+(?=\S)")  # the question that a post opens with


def slides_of(document: Mapping[str, Any], pieces: Material, text: str) -> dict[str, Any]:
    """The `Slides` of a text without limits: each of its sentences that says something of its own, then facts left."""
    brief = document.get("brief") or {}
    cover, call = headline(pieces), pieces.call
    if not call and pieces.language:
        call = tables(pieces.language).CARD_CALLS["serious" if pieces.serious else pieces.goal]
    told: list[str] = []
    for said in [*body_sentences(EMOJI.sub("", text)), *(str(fact) for fact in brief.get("facts") or ())]:
        line = upper_first(_HOOK.sub("", said.strip().removeprefix("•").strip()).rstrip("."))
        known = set(words(" ".join((*told, call, cover)))) | vocabulary(pieces.language or "en")
        if line and not set(words(line)) <= known:
            told.append(line)
    return {
        "title": cover,
        "slides": [_page(line) for line in told[:MOST]],
        "call": upper_first(call.rstrip(".")) if call else "",
    }


def a_page_long() -> Need:
    """A text that keeps all the facts, without links and tags."""
    return Need("slides", None, hashtags="none", links="none")


def _page(line: str) -> dict[str, str]:
    """A long statement in two parts, where it has a joint."""
    if len(line) > _HEADLINE:
        for joint in (": ", " – ", " - ", "; ", ", "):
            head, found, rest = line.partition(joint)
            if found and 12 <= len(head) <= _HEADLINE and len(rest) >= 12:
                return {"headline": head, "text": upper_first(rest)}
    return {"headline": line, "text": ""}
