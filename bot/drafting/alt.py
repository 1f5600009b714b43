"""What does a card say, for people who cannot see it?"""

from __future__ import annotations

from collections.abc import Mapping

_WORDS = {
    "en": ("Card with the headline {0}", "the figure {0}", "the text {0}", "the button {0}", " and ", "“", "”"),
    "de": ("Karte mit der Überschrift {0}", "der Zahl {0}", "dem Text {0}", "der Schaltfläche {0}", " und ", "«", "»"),
}


def describe_card(card: Mapping[str, str], language: str) -> str:
    """One sentence with all the words on the card, in English or German; in other languages the words alone."""
    words = _WORDS.get(language.casefold()[:2])
    told = [card.get(name, "").strip() for name in ("headline", "offer", "sub", "cta")]
    headline, offer, sub, call = told
    if offer and (offer in headline or offer in sub):
        offer = ""  # said already
    if words is None:
        return ". ".join(part.rstrip(".") for part in (headline, offer, sub, call) if part)
    head, figure, text, button, joint, opened, closed = words
    pieces = [
        form.format(f"{opened}{said}{closed}")
        for form, said in ((head, headline), (figure, offer), (text, sub), (button, call))
        if said
    ]
    return (", ".join(pieces[:-1]) + joint + pieces[-1] if len(pieces) > 1 else "".join(pieces)) + (
        "." if pieces else ""
    )


def within(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words."""
    said = text.strip()
    if len(said) <= limit:
        return said
    return said[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
