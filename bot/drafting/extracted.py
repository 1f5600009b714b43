"""What is taken out of the bytes that a website or a person gave: words only, with nothing hidden in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_TEXT: Final = 20_000
MOST_TITLE: Final = 200

PDF: Final = "application/pdf"
FEEDS: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
PERHAPS_FEEDS: Final = frozenset({"application/xml", "text/xml", "application/rdf+xml", "application/json"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, in the feed's words. `published` is an ISO instant in UTC, or empty where it says none."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a page says, with nothing hidden in it; empty where it says nothing.

    `entries` are a feed's, the newest first, and None for what is no feed. `why` says, as one word, what kept a
    document from being read: `locked`, `damaged`, `other` (no text for people), or `scanned`: it has pages, and none of
    their letters can be seen.
    """

    title: str = ""
    description: str = ""
    text: str = ""
    entries: tuple[Entry, ...] | None = None
    why: str = ""


def kind_of(content_type: str) -> str:
    """The media type alone, in lower case."""
    return content_type.partition(";")[0].strip().lower()
