"""Do words only point at a page ("this article", "the link below"), or do they say something themselves?"""

from __future__ import annotations

from typing import Final

import regex

_PAGE: Final = (
    r"(?:blog ?|news ?|press |web ?|product )?(?:article|post|page|site|link|url|story|entry|piece|text|release|"
    r"announcement|report|item)s?"
)
_SEITE: Final = (
    r"(?:blog|news|presse|web|produkt)?(?:artikel|beitrag|seite|link|text|meldung|mitteilung|bericht|eintrag|story|"
    r"website|url)n?"
)
_POINTS: Final = regex.compile(
    rf"(?i)\W*(?:(?:a|the|this|that|our|my|these|following|new|latest|linked|what|it|from|on|about|of|here|below|is|"
    rf"says?|summary|news|share|post|link)\W+)*(?:{_PAGE}|this|that|it|here|below|following|news|summary)?\W*"
    rf"|\W*(?:(?:ein\w*|d(?:er|ie|as|en|em|es)|dies\w*|unser\w*|mein\w*|folgend\w*|neu\w*|aktuell\w*|was|hier|auf|aus|"
    rf"von|zu|zum|zur|über|teile?|poste|steht)\W+)*(?:{_SEITE}|dies\w*|das|hier|hiervon|darüber|daraus|folgend\w*)?\W*"
)
_NAMES: Final = regex.compile(
    rf"(?i)\W*(?:(?:please|bitte|share|post|promote|announce|teile?|poste|verbreite)\W+)*(?:(?:our|the|this|that|my|a|new|"
    rf"latest|unser\w*|d(?:er|ie|as|en|em)|dies\w*|neu\w*|ein\w*)\W+)*(?:{_PAGE}|{_SEITE})\W+(?:about|on|over|über|zu[mr]?)\b"
)
MOST_CHARACTERS: Final = 80


def only_points(text: str) -> bool:
    """Whether nothing is left to say without the page; also for no words at all."""
    return len(text) <= MOST_CHARACTERS and _POINTS.fullmatch(text, timeout=1.0) is not None


def names_a_page(text: str) -> bool:
    """Whether the words are a page's and what it is about ("our article about the new shop"): the page says it best."""
    return only_points(text) or (len(text) <= MOST_CHARACTERS and _NAMES.match(text, timeout=1.0) is not None)
