"""The few words on a card, and a title: short, and again only what the brief says."""

from __future__ import annotations

import regex

from bot.llm.offline.writing_frames import deal, tables, thanks_people
from bot.llm.offline.writing_material import Material, inner
from bot.llm.offline.writing_story import headline_of, subs_of
from bot.llm.offline.writing_text import bare, same_words, upper_first

HEADLINE = 60
_FIGURE = regex.compile(
    r"[-–−]?\s?\d+(?:[.,]\d+)?\s?%|(?:CHF|EUR|USD|GBP|Fr\.|[€$£])\s?\d[\d.,’']*(?:\.?[-–])?|\d[\d.,’']*\s?(?:CHF|EUR|USD|GBP|€|\$|£|Franken|Euro)"
    r"|\b\d\s?(?:for|für)\s?\d\b",
    regex.I,
)


def card_of(pieces: Material) -> dict[str, str]:
    """Kicker, headline (60 characters at most), sub, cta, offer (a figure as the brief states it)."""
    frames = tables(pieces.language)
    figure = _FIGURE.search(pieces.offer)
    if regex.match(r"(?i)(?:gratis|free|kostenlos|versandkostenfrei)", pieces.offer):
        figure = None  # "free from CHF 50": the figure is no price and no saving
    head = headline(pieces)
    sub = next((part for part in _subs(pieces) if part and not _tells(head, part) and len(part) <= 90), "")
    key = "serious" if pieces.serious else pieces.goal
    call = upper_first(pieces.call) if pieces.call and len(pieces.call) <= 28 else ""
    if not call and pieces.link and pieces.language:
        call = frames.CARD_CALLS[key]
    kicker = frames.KICKERS[key] if pieces.language else pieces.brand
    if head.startswith("Thank you") or head.casefold().startswith(kicker.casefold()):
        kicker = pieces.brand
    if pieces.goal == "promote" and not pieces.offer and not pieces.serious:
        kicker = pieces.brand
    return {
        "kicker": kicker,
        "headline": head,
        "sub": upper_first(sub),
        "cta": call,
        "offer": figure[0].strip().rstrip(".,") if figure and not pieces.serious else "",
    }


def headline(pieces: Material, limit: int = HEADLINE) -> str:
    """The topic without its article, or the offer; the longest whole phrase that fits."""
    topic = _without_article(pieces)
    if pieces.story and not pieces.story.phrase and not regex.match(r"Wir laden (?:euch|Sie) zu", pieces.story.lead):
        return headline_of(pieces.story, limit)
    if pieces.story and pieces.goal == "thank" and pieces.language == "en" and thanks_people(pieces):
        said = f"Thank you to {inner(pieces.story.lead, 'en')}"
        return said if len(said) <= limit else f"Thank you to {inner(pieces.topic, 'en')}"
    if pieces.goal == "thank" and pieces.language == "en" and thanks_people(pieces) and len(topic) < limit - 13:
        return f"Thank you to {inner(pieces.topic, 'en')}"
    candidates = [
        topic,
        *(regex.split(r"\s+[–-]\s+|[:,(]\s*", topic)[:1] if topic else []),
        pieces.offer,
        *pieces.facts,
    ]
    fitting = next((bare(part) for part in candidates if part and len(bare(part)) <= limit), "")
    if not fitting:
        source = topic or pieces.offer or next(iter(pieces.facts), "")
        fitting = source[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,:;–-") + "…" if source else pieces.brand[:limit]
    return upper_first(fitting)


def title_of(pieces: Material) -> str:
    """What the post is called where titles are shown: topic and offer, 90 characters at most."""
    head = headline(pieces, 90)
    if pieces.story:
        return head
    if pieces.offer and not _tells(head, pieces.offer) and len(head) + len(pieces.offer) <= 88:
        return f"{head}: {pieces.offer}"
    return head


def _subs(pieces: Material) -> list[str]:
    if pieces.story:
        head = headline(pieces)
        extra = [part for part in (pieces.offer, pieces.deadline) if not same_words(part, pieces.story.everything)]
        return [part for part in [*subs_of(pieces.story, head), *extra] if part.casefold() != pieces.call.casefold()]
    when = pieces.deadline if pieces.goal in ("invite", "remind", "inform") else ""
    return [deal(pieces), pieces.offer, when, *pieces.facts, pieces.deadline]


def _without_article(pieces: Material) -> str:
    if pieces.topic_is_clause:
        return pieces.topic
    if pieces.language == "de":
        # An adjective would need another ending without its article: only a bare noun loses it.
        return regex.sub(r"^(?i:unsere?|mein[e]?|die|der|das)\s(?=\p{Lu})", "", pieces.topic)
    return regex.sub(r"(?i)^(?:our|the|an?|my)\s", "", pieces.topic)


def _tells(head: str, part: str) -> bool:
    return part.casefold() in head.casefold() or head.casefold() == part.casefold()
