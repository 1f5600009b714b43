"""What is an image model told, and what does its picture show, in words?"""

from __future__ import annotations

from collections.abc import Callable

from bot.artwork.makers.base import MOST_WORDS
from bot.checks.alt import WISHED
from bot.drafting.alt import describe_card, within
from bot.drafting.copy import CardText
from prompts import Prompt, load
from storage.drafts import Brief
from storage.team import Brand

_WISH = 400  # characters of what people wish for: the rest of the prompt needs its room


def wish_of(brief: Brief) -> str:
    """What the picture shall show: as the person said, else what the post is about. Nothing of a page's words."""
    return " ".join((brief.image_wish or brief.topic).split())[:_WISH]


def prompt_for(brief: Brief, brand: Brand, *, load: Callable[[str], Prompt] = load) -> tuple[str, str]:
    """All that the provider is told, and the stamp of the prompt's file."""
    prompt = load("picture")
    text = prompt.render(
        wish=wish_of(brief) or "something that fits a company's news, without people",
        mood=brief.tone[:80],
        colours=", ".join(brand.palette[:3]),
        words=brief.image_words,
        language=brief.language,
    )
    return text[:MOST_WORDS], prompt.stamp


def alt_of_picture(brief: Brief, card: CardText | None, limit: int) -> str:
    """What is known to be in it: what was wished for, and the words that were set over it."""
    wish = wish_of(brief).rstrip(".")
    if not wish:
        return ""
    language = brief.language.partition("-")[0].casefold()
    return with_words(WISHED.get(language, "{0}").format(wish) + ".", brief, card, limit)


def with_words(said: str, brief: Brief, card: CardText | None, limit: int) -> str:
    """What a generated picture shows, and the words that were set over it."""
    words = describe_card(card.model_dump(), brief.language) if card is not None and brief.image_words else ""
    return within(f"{said} {words}".strip(), limit)
