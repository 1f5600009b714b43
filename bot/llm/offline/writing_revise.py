"""An instruction in plain words, carried out on texts: by rules, or not at all.

Every part of the instruction must be understood, else nothing changes and one question is asked: half a change that
looks like a whole one would be approved by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex

from bot.llm.offline.writing_edits import apply
from bot.llm.offline.writing_orders import read_orders
from bot.llm.offline.writing_source import with_page
from bot.llm.offline.writing_state import Refused, State
from bot.llm.offline.writing_text import language_of


@dataclass(frozen=True)
class _Said:
    question: str
    done: str


_WORDS = {
    "en": _Said(
        "I did not understand “{0}”. Should it be shorter, longer, more playful or more formal, or will you "
        "give me the "
        "exact words in quotes?",
        "{0}.",
    ),
    "de": _Said(
        "«{0}» habe ich nicht verstanden. Kürzer, länger, verspielter oder förmlicher? Oder gib mir den "
        "genauen Wortlaut "
        "in Anführungszeichen.",
        "{0}.",
    ),
}


def revise_copy(document: Mapping[str, Any]) -> dict[str, Any]:
    """The `RevisedCopy` for a document with `brief`, `brand`, `needs`, `current`, `card`, `instruction`, `seed`."""
    document, _ = with_page(document)
    instruction = " ".join(str(document.get("instruction") or "").split())
    language = _heard(instruction, document)
    words = _WORDS[language]
    orders, strange = read_orders(instruction)
    if strange or not orders:
        return _asked(words.question.format((strange or instruction)[:120]))
    state = State.of(document)
    done: list[str] = []
    try:
        for order in orders:
            done.append(apply(order, state, language))
    except Refused as refused:
        return _asked(refused.question)
    if not any(state.texts.values()):
        return _asked(
            "Nothing would be left. What should it say?"
            if language == "en"
            else "Es bliebe nichts übrig. Was soll dastehen?"
        )
    summary = ", ".join(dict.fromkeys(part for part in done if part))
    return {
        "understood": True,
        "question": "",
        "versions": [
            {"account": account, "text": state.heads.get(account, "") + text} for account, text in state.texts.items()
        ],
        "card": state.card if state.card != state.card_before else None,
        "slides": state.slides if state.slides != [dict(each) for each in document.get("slides") or ()] else None,
        "alt": "",
        "title": state.title if state.title != str(document.get("title") or "") else "",
        "summary": words.done.format(summary[:1].upper() + summary[1:]) if summary else "",
    }


def _asked(question: str) -> dict[str, Any]:
    return {
        "understood": False,
        "question": question,
        "versions": [],
        "card": None,
        "alt": "",
        "title": "",
        "summary": "",
    }


def _heard(instruction: str, document: Mapping[str, Any]) -> str:
    """The language to answer in: that of the instruction, in doubt the brief's."""
    unquoted = regex.sub(r"[\"“„«][^\"”“»]*[\"”“»]", "", instruction)
    heard = language_of(unquoted)
    german = regex.search(
        r"(?i)\b(?:kürzer|länger|ersetze|ändere|mach\w*|füge|entferne|lass|streiche|weniger|mehr|satz|bitte|lockerer|"
        r"förmlicher|freundlicher|hinzu|erwähne|ohne|schreib\w*|beginne?|deutsch)\b",
        unquoted,
    )
    if heard == "de" or german:
        return "de"
    brief = str((document.get("brief") or {}).get("language") or "en")
    return heard or ("de" if brief.startswith("de") and not regex.search(r"[a-zA-Z]{4,}", unquoted) else "en")
