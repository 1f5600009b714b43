"""How do these texts speak? Measured, and said in a few words: nothing of it is taken from what they claim.

The sentences are those that the writers understand in a brand's voice, also the one without a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex

from bot.words import words

FEWEST: Final = 6  # sentences from which something can be said
FEWEST_POSTS: Final = 3
SHORT: Final = 12.0  # words a sentence
_STOP: Final = regex.compile(r"(?<=[.!?…])[\"”’»)]*\s+|\n+")
_WORD: Final = regex.compile(r"[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*")
_EMOJI: Final = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}")
_YOU: Final = regex.compile(r"(?i)\b(?:you|your|you’re|you're)\b")
_WE: Final = {"en": regex.compile(r"(?i)\b(?:we|our|us)\b"), "de": regex.compile(r"(?i)\b(?:wir|uns(?:er\w*)?)\b")}
_DU: Final = regex.compile(r"(?i)\b(?:du|dich|dir|dein\w*|euch|euer|eure\w*)\b")
_SIE: Final = regex.compile(r"(?<![.!?…:“„\"]\s)(?<!^)(?<!\n)\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")
_TAG: Final = regex.compile(r"(?<![\p{L}\p{N}_&/#])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)")


@dataclass(frozen=True, slots=True)
class Traits:
    """Of pages and posts together; `emoji` of posts alone, since pages seldom have any."""

    sentences: int
    words_a_sentence: float
    exclamations: int
    we: int
    you: int
    du: int
    sie: int
    posts: int
    emoji: int


def traits_of(pages: Sequence[str], posts: Sequence[str], language: str) -> Traits:
    everything = "\n".join((*pages, *posts))
    said = [part for part in _STOP.split(everything) if len(_WORD.findall(part)) >= 3]
    count = sum(len(_WORD.findall(part)) for part in said)
    we = _WE.get(language[:2])
    german = language[:2] == "de"
    return Traits(
        sentences=len(said),
        words_a_sentence=count / len(said) if said else 0.0,
        exclamations=everything.count("!"),
        we=len(we.findall(everything)) if we else 0,
        you=len(_YOU.findall(everything)) if language[:2] == "en" else 0,
        du=len(_DU.findall(everything)) if german else 0,
        sie=len(_SIE.findall(everything)) if german else 0,
        posts=len(posts),
        emoji=sum(bool(_EMOJI.search(post)) for post in posts),
    )


def voice_of(traits: Traits, language: str) -> str:
    """In the brand's own language where there are texts in it, else in English; empty when there is too little."""
    if traits.sentences < FEWEST:
        return ""
    t = words(language[:2] if language[:2] == "de" else "en").text
    said: list[str] = []
    if traits.words_a_sentence <= SHORT:
        said.append(t("Short sentences."))
    if traits.sie > 2 * traits.du and traits.sie >= 2:
        said.append(t("Formal: per Sie."))
    elif traits.du > 2 * traits.sie and traits.du >= 2:
        said.append(t("We say “du”."))
    elif traits.you >= 2:
        said.append(t("We say “you”."))
    if traits.we >= 3:
        said.append(t("We speak of ourselves as “we”."))
    if traits.exclamations == 0:
        said.append(t("No exclamation marks."))
    if traits.posts >= FEWEST_POSTS and traits.emoji == 0:
        said.append(t("No emoji."))
    return " ".join(said)


def hashtags_of(posts: Sequence[str]) -> tuple[str, ...]:
    """Those that at least half of the posts carry, the commonest first, as they are mostly written."""
    if len(posts) < FEWEST_POSTS:
        return ()
    spelled: dict[str, list[str]] = {}
    for post in posts:
        for tag in {match[1].casefold(): match[1] for match in _TAG.finditer(post)}.values():
            spelled.setdefault(tag.casefold(), []).append(tag)
    often = sorted((key for key in spelled if 2 * len(spelled[key]) >= len(posts)), key=lambda k: -len(spelled[k]))
    return tuple(max(set(spelled[key]), key=lambda tag: (spelled[key].count(tag), tag)) for key in often)[:10]
