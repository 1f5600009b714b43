"""Do words only point at a page ("this article", "the link below"), or do they say something themselves?"""

from __future__ import annotations

from typing import Final

import regex

_WORD: Final = regex.compile(r"[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*")
_PAGES: Final = frozenset([
    "article", "articles", "post", "blog", "blogpost", "page", "webpage", "site", "website", "link", "links", "url",
    "story", "entry", "piece", "text", "release", "press", "report", "news", "summary",
    "entries", "feed", "feeds", "rss", "file", "files", "document", "documents", "pdf", "attachment",
    "artikel", "artikels", "beitrag", "beitrags", "blogbeitrag", "blogartikel", "seite", "seiten", "webseite",
    "meldung", "medienmitteilung", "pressemitteilung", "mitteilung", "bericht", "eintrag", "zusammenfassung",
    "datei", "dateien", "dokument", "anhang",
])  # fmt: skip
_THINGS: Final = frozenset(["product", "item", "offer", "event", "produkt", "angebot", "anlass", "event"])
_THIS: Final = frozenset(["this", "that", "these", "dieses", "dieser", "diese", "diesen", "diesem", "dies"])
_LITTLE: Final = frozenset([
    "newest", "last", "neueste", "neuesten", "neuester", "letzte", "letzten",
    "a", "an", "the", "our", "my", "it", "its", "of", "from", "on", "about", "for", "to", "in", "at", "with", "and",
    "following", "new", "latest", "linked", "here", "below", "attached", "what", "is", "says", "say", "please", "share",
    "sharing", "promote", "announce", "publish", "something", "some", "words", "short", "us", "everyone",
    "ein", "eine", "einen", "einem", "der", "die", "das", "den", "dem", "unser", "unsere", "unseren", "unserem", "mein",
    "meine", "folgende", "folgenden", "folgender", "neu", "neue", "neuen", "neuer", "neues", "hier", "unten", "was",
    "auf", "aus", "von", "vom", "zu", "zum", "zur", "über", "für", "bitte", "teile", "teilen", "teil", "poste",
    "posten", "steht", "darüber", "daraus", "hiervon", "etwas",
])  # fmt: skip
_ABOUT: Final = frozenset(["about", "on", "over", "über", "zu", "zum", "zur"])
MOST_CHARACTERS: Final = 80


def only_points(text: str) -> bool:
    """Whether nothing is left to say without the page; also for no words at all."""
    words = _words(text)
    little = _LITTLE | _PAGES | _THIS
    return len(text) <= MOST_CHARACTERS and words <= (little | _THINGS if words & _THIS else little)


def names_a_page(text: str) -> bool:
    """Whether the words are a page's and what it is about ("our article about the new shop"): the page says it best."""
    if only_points(text):
        return True
    before: set[str] = set()
    for match in _WORD.finditer(text[:MOST_CHARACTERS].casefold()):
        if match[0] in _ABOUT and before & _PAGES:
            return len(text) <= MOST_CHARACTERS
        if match[0] not in _LITTLE | _PAGES | _THIS:
            return False
        before.add(match[0])
    return False


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}
