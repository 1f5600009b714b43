"""How Threads counts a text, and where a long one is split into a chain of posts.

"Text posts are limited to 500 characters. Emojis are counted as the number of UTF-8 bytes":
https://developers.facebook.com/docs/threads/posts (April 2026). What a character is, is documented nowhere; so the most
cautious reading holds, UTF-16 code units, and the bytes of whatever may pass for an emoji.
"""

from __future__ import annotations

import regex

from bot.channels.bluesky_text import split_by
from bot.channels.mastodon_text import ADDRESS
from bot.channels.x_text import EMOJI

MOST = 500
MOST_LINKS = 5  # https://developers.facebook.com/docs/threads/posts: THREADS_API__LINK_LIMIT_EXCEEDED
MOST_TOPIC = 50
TAG = regex.compile(r"(?<![\w&/#])#(?=\w*\p{L})[\w]+")
MENTION = regex.compile(r"(?<![\w@/.])@[a-z0-9_.]{1,30}(?<!\.)(?![\w@])", regex.IGNORECASE)


def units(text: str) -> int:
    """What Threads counts, or a little more; half a surrogate pair, which no payload takes, counts as one."""
    used = end = 0
    for match in EMOJI.finditer(text):
        used += _units(text[end : match.start()]) + len(match[0].encode("utf-8", "surrogatepass"))
        end = match.end()
    return used + _units(text[end:])


def fits(text: str) -> bool:
    return units(text) <= MOST


def split(text: str) -> tuple[str, ...]:
    """The posts of a chain, as `bluesky_text.split` cuts them."""
    return split_by(text, fits, _room)


def links_in(text: str) -> frozenset[str]:
    return frozenset(match[0] for match in ADDRESS.finditer(text))


def topic_fits(topic: str) -> bool:
    """1 to 50 characters, no full stop, no ampersand."""
    return 0 < len(topic) <= MOST_TOPIC and topic.isprintable() and not set(topic) & set(".&")


def marks(text: str) -> list[tuple[int, int, str]]:
    """Addresses, mentions and tags, as `marked_html` takes them."""
    found = [(match.start(), match.end(), match[0]) for match in ADDRESS.finditer(text)]
    return found + [(m.start(), m.end(), "") for pattern in (TAG, MENTION) for m in pattern.finditer(text)]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _room(text: str) -> int:
    """How many characters of the text fit into one post, cut between graphemes."""
    used = at = 0
    for match in regex.finditer(r"\X", text):
        used += units(match[0])
        if used > MOST:
            break
        at = match.end()
    return at
