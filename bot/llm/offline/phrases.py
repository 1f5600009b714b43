# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""The phrases of all languages together: people mix them, so each question is asked in all of them at once."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from bot.llm.languages import MAX_READ, language_of
from bot.llm.offline import phrases_de, phrases_en

__all__ = ["MAX_READ", "language_of"]

QUOTED: Final = re.compile(
    r"\"([^\"]{1,4000})\"|“([^“”\"]{1,4000})[”\"]|„([^„“”]{1,4000})[“”]|«([^«»]{1,4000})»|‹([^‹›]{1,4000})›"
)
LINK: Final = re.compile(r"https?://[^\s<>\"“”«»\x00-\x1f\ue000-\ue002]{3,2000}", re.I)
HASHTAG: Final = re.compile(r"(?<![\w/&#])#(?=\w{0,60}[^\W\d_])\w{2,60}")
DRAFT_ID: Final = re.compile(r"\bd_[a-z0-9]{1,20}\b")

TONES: Final = phrases_en.TONES | phrases_de.TONES
NUMBERS: Final = phrases_en.NUMBERS | phrases_de.NUMBERS
LANGUAGES: Final = phrases_en.LANGUAGES | phrases_de.LANGUAGES
DAYS: Final = rf"(?:{phrases_en.DAYS}|{phrases_de.DAYS})"


# A little French and Spanish: enough to see that a post is wanted.
_MORE: Final = {
    "announce": r"\bannonce[zr]?\b(?: que)?|\banuncia[r]?\b(?: que)?",
    "asks_for_post": r"\b(?:écri[st]|écrivez|crée[z]?|rédige[z]?|prépare[z]?|escribe|crea|prepara)\s+(?:un|une|una|deux|dos|"
    r"trois|tres)?\s*(?:posts?|publications?|messages?|publicaci(?:ón|ones)|anuncios?)\s*(?:sur|pour|à propos de|sobre|para)?",
    "inform": r"^\s*(?:publie[z]?|publica)\b\s*:?",
}


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The phrase of this name in every language."""
    more = f"|(?:{_MORE[name]})" if name in _MORE else ""
    return re.compile(f"(?:{phrases_en.PHRASES[name]})|(?:{phrases_de.PHRASES[name]}){more}", re.I)


@cache
def full(name: str) -> re.Pattern[str]:
    """The phrase as a whole message, with what people put around it."""
    return re.compile(
        rf"[\s,.!?:;]*(?:(?:{phrases_en.PHRASES[name]})|(?:{phrases_de.PHRASES[name]}))[\s,.!?:;)]*", re.I | re.S
    )


@cache
def offers() -> re.Pattern[str]:
    """A reduction or a gift with what it is on. Percentages of something else (working hours) are left alone."""
    both = ((phrases_de.OFFERS, phrases_de.OFFER_TAIL), (phrases_en.OFFERS, phrases_en.OFFER_TAIL))
    return re.compile("|".join(rf"(?:(?:{'|'.join(kinds)}){tail})" for kinds, tail in both), re.I)


PRICE: Final = re.compile(
    r"(?:\b(?:from|only|just|ab|nur|für|for)\s+)?(?:(?:CHF|EUR|USD|GBP|Fr\.|[€$£])\s?\d[\d'’.,]*\d|"
    r"(?:CHF|EUR|USD|GBP|Fr\.|[€$£])\s?\d|\b\d[\d'’.,]*\s?(?:CHF|EUR|USD|GBP|Franken|Euro|€|dollars?))(?:\.[–-])?",
    re.I,
)


def safe_echo(text: str, limit: int = 80) -> str:
    """What a person wrote, fit to be repeated to them in any chat: no mark-up, no mentions, one line."""
    plain = LINK.sub("…", text[: limit * 8])
    plain = re.sub(
        r"[@<>{}\[\]`*_#|\\~$^=\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ue000-\ue002]", " ", plain
    )
    plain = " ".join(plain.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rsplit(" ", 1)[0] + "…"
