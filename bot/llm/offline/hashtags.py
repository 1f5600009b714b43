# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""Hashtags in a request: those asked for are taken off with the words that ask; one inside a sentence stays in it.

"Mention #bikes and #zurich" is an instruction and no claim; "come to the #VeloDay on 5 May" is a claim that would lose
its object.
"""

from __future__ import annotations

import re
from typing import Final

from bot.llm.offline.phrases import HASHTAG
from bot.llm.offline.sheet import TAKEN, Sheet

_RUN: Final = rf"{HASHTAG.pattern}(?:(?:\s*(?:[,&+]|\b(?:and|und)\b)\s*|\s+){HASHTAG.pattern})*"
_NOUN: Final = r"(?:(?:the|these|a|an|some|die|den|das|diese[nr]?|folgende[nr]?)\s+)?(?:hash)?tags?\b\s*:?\s*"
_ASKED: Final = re.compile(
    r"(?:\b(?:please|bitte|and|und|also|auch)\s+)*"
    r"(?:\b(?:use|using|add|adding|include|including|mention|mentioning|plus|tag(?:ged)?(?: it)?(?: with)?|verwende|nutze|benutze|nimm|"
    rf"erwähne|ergänze|füge|setze?)\b\s*(?:{_NOUN})?|(?:\b(?:with|mit)\s+)?{_NOUN}){_RUN}(?:\s+(?:hinzu|dazu|an)\b)?",
    re.I,
)
_WITH: Final = re.compile(rf"\b(?:with|mit)\s+{_RUN}", re.I)
_BARE: Final = re.compile(_RUN, re.I)
_ENDS: Final = re.compile(rf"\s*(?:$|[.,;:!?)\n{TAKEN}])")
_NEEDS_A_NOUN: Final = re.compile(
    r"\b(?:the|an?|our|your|this|that|at|for|to|in|of|on|by|from|is|are|called|der|die|das|den|dem|des|eine?[mnrs]?|unser\w*|euer|eure\w*|"
    r"am|im|zum|zur|bei|beim|vom|von|für|auf|in|ist|heißt)\s*$",
    re.I,
)


def take_hashtags(sheet: Sheet) -> list[str]:
    """The hashtags that the post is to end with, in their order, taken off the sheet."""
    order = {tag: place for place, tag in reversed(list(enumerate(HASHTAG.findall(sheet.text))))}
    taken = sheet.take(_ASKED)
    taken += sheet.take(_WITH, keep=_ends)
    taken += sheet.take(
        _BARE, keep=lambda run: _ends(run) and not _NEEDS_A_NOUN.search(run.string[: run.start()][-40:])
    )
    return sorted({tag for run in taken for tag in HASHTAG.findall(run)}, key=lambda tag: order.get(tag, 0))


def _ends(match: re.Match[str]) -> bool:
    """Whether nothing of the sentence follows."""
    return _ENDS.match(match.string, match.end()) is not None
