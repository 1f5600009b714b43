"""How Instagram counts a caption, and what it finds in one.

2,200 characters, 30 hashtags, 20 @ tags:
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media. Since December 2025
Instagram itself says that a post has five hashtags (its account @creators, as told by
https://indianexpress.com/article/technology/social/posting-on-instagram-you-can-now-use-only-five-hashtags-per-post-and-reel-10429929):
the smaller number holds. What a character is, is documented nowhere, so UTF-16 code units are counted
(`linkedin_text.units`). Addresses stay words there.
"""

from __future__ import annotations

import regex

MOST = 2200
MOST_TAGS, MOST_MENTIONS = 5, 20
TAG = regex.compile(r"(?<![\w&/#])[#＃](?=\w*\p{L})\w+")
MENTION = regex.compile(r"(?<![\w@/.])@[a-z0-9_.]{1,30}(?<!\.)(?![\w@])", regex.IGNORECASE)


def tags(text: str) -> int:
    """Each counts, also one that comes again, and one that is numbers alone: never less than Instagram finds."""
    return len(regex.findall(r"[#＃]\w", text))


def mentions(text: str) -> int:
    """As cautious: whatever follows an @ that does not stand in a word."""
    return len(regex.findall(r"(?<!\w)@\w", text))


def marks(text: str) -> list[tuple[int, int, str]]:
    """Hashtags and mentions, as `marked_html` takes them."""
    return [(m.start(), m.end(), "") for pattern in (TAG, MENTION) for m in pattern.finditer(text)]
