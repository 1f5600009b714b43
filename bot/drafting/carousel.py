"""The pages of a carousel: when one is wanted, and which cards its words become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from bot.drafting.alt import within
from bot.drafting.copy import CardText, Slides
from bot.drafting.enforcing import CARD_LIMITS, SLIDE_LIMITS
from bot.drafting.tidying import visible, without_unknown
from storage.drafts import CardWords

LEAST, MOST = 3, 8  # pages, with cover and last one
HEADLINE, TEXT = SLIDE_LIMITS["headline"], SLIDE_LIMITS["sub"]  # characters; the cards fit them in size
TOO_LITTLE: Final = "There is too little to tell for a carousel, so one card was drawn."

# In the person's words. Fairs have carousels, too: one that a post is about is not one that a post shall be.
_WANTED = re.compile(
    r"(?i)\b(?:carousel|karussell|slide ?deck)(?:[- ]?(?:posts?|beitr(?:ag|äge)))?\s*"
    r"(?:[:–-]\s|\b(?:about|on|of|with|from|for|über|zu[mr]?|mit|aus|für)\b)"
    r"|\b(?:as|into|als|make it|mach daraus)\s+(?:an?\s+|ein\s+)?(?:carousel|karussell|slides)\b"
)
Page = TypeVar("Page")


def wanted(request: str) -> bool:
    """Whether these words of a person ask for a carousel."""
    return _WANTED.search(request[:600]) is not None


def pages_of(slides: Slides, card: CardText, known: Iterable[str]) -> tuple[CardText, ...]:
    """Cover, pages, and a last one that says what to do: 3 to 8 in all, or none where there is too little to tell.

    Each line is one line of visible characters, without addresses that nobody gave.
    """
    sources = tuple(known)

    def clean(text: str, most: int) -> str:
        return within(without_unknown(" ".join(visible(text).split()), sources), most)

    told = [(clean(each.headline, HEADLINE), clean(each.text, TEXT)) for each in slides.slides]
    told = [(head or text, text if head else "") for head, text in told if head or text][: MOST - 2]
    call = clean(slides.call, HEADLINE) or card.cta
    if not told or not call:
        return ()
    count = len(told) + 2
    cover = card.model_copy(
        update={"headline": clean(slides.title, CARD_LIMITS["headline"]) or card.headline, "cta": ""}
    )
    inner = [
        CardText(kicker=f"{number}/{count}", headline=head, sub=text) for number, (head, text) in enumerate(told, 2)
    ]
    last = CardText(kicker=f"{count}/{count}", headline=call, cta=card.cta if card.cta != call else "")
    return (cover, *inner, last) if cover.headline else ()


def shown(pages: Sequence[Page], most: int) -> tuple[Page, ...]:
    """As many as a channel takes: those in between go first, since the last one says what to do."""
    if len(pages) <= most or most < 2:
        return tuple(pages[:most])
    return (*pages[: most - 1], pages[-1])


def shown_words(
    pages: Sequence[CardText | CardWords], card: CardText | CardWords | None, layout: str
) -> tuple[str, ...]:
    """What stands on a draft's pictures, for the checks: on the pages of a carousel, or on its one card, where a layout
    says that it was drawn.
    """
    return words_of(pages) if pages else words_of((card,)) if card is not None and layout else ()


def words_of(pages: Sequence[CardText | CardWords]) -> tuple[str, ...]:
    """What stands on the pages, for the checks; the numbers of pages are no figures."""
    return tuple(
        part
        for number, page in enumerate(pages)
        for part in (*((page.kicker, page.offer) if not number else ()), page.headline, page.sub, page.cta)
        if part
    )
