"""How Bluesky counts a text, where a long one is split into a thread, and which bytes of it are links.

300 grapheme clusters and 3,000 bytes of UTF-8: lexicons/app/bsky/feed/post.json. Facets are byte ranges of the text
(lexicons/app/bsky/richtext/facet.json); what counts as an address, a mention and a tag follows Bluesky's own client,
packages/api/src/rich-text/detection.ts, except that an address needs its scheme: which words are domains changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import regex

MOST_GRAPHEMES, MOST_BYTES = 300, 3000
MOST_TAG_GRAPHEMES, MOST_TAG_BYTES = 64, 640
SCHEME = "app.bsky.richtext.facet"

# https://atproto.com/specs/handle, and no more than 253 characters.
HANDLE = regex.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", regex.IGNORECASE
)
_MENTION = regex.compile(rf"(?<=^|\s|\()@({HANDLE.pattern})(?![\w@.-]*[\w@])", regex.IGNORECASE)
_ADDRESS = regex.compile(r"(?<=^|\s|\()https?://\S+", regex.IGNORECASE)
_TAG = regex.compile(
    r"(?<=^|\s)[#＃](?!\ufe0f)([^\s\u00ad\u2060\u200a-\u200d\u20e2]*[^\d\s\p{P}\u00ad\u2060\u200a-\u200d\u20e2]"
    r"[^\s\u00ad\u2060\u200a-\u200d\u20e2]*)"
)
_PUNCTUATION = regex.compile(r"\p{P}+$")
# Where a thread may go on in its next post, the best places first.
_PARAGRAPH = regex.compile(r"\n[^\S\n]*\n\s*")
_SENTENCE = regex.compile(
    r"""(?<=[.!?…]["'”’»)\]]*)(?<!(?:^|[\s(.])\p{L}\.)\s+(?=[^\s\p{Ll}\d])|(?<=[。！？][」』）]*)(?![」』）])|\n\s*"""
)
_BLANK = regex.compile(r"\s+")


def graphemes(text: str) -> int:
    return len(regex.findall(r"\X", text))


def size(text: str) -> int:
    """Bytes; half a surrogate pair, which no payload takes, counts as it would be written."""
    return len(text.encode("utf-8", "surrogatepass"))


def fits(text: str) -> bool:
    return graphemes(text) <= MOST_GRAPHEMES and size(text) <= MOST_BYTES


def split(text: str) -> tuple[str, ...]:
    """The posts of a thread: one when it fits. Cut at a paragraph that fills half a post, else after a sentence, else
    between words; a word that is longer than a post stays whole, and its post too long.

    The posts joined by blanks have the same words in the same order.
    """
    return split_by(text, fits, _room)


def split_by(text: str, fits: Callable[[str], bool], room: Callable[[str], int]) -> tuple[str, ...]:
    """As `split`, for any way of counting. `room`: how many characters of a text that does not fit one post takes."""
    rest, parts = text.strip(), []
    while not fits(rest):
        end = _furthest(rest, room(rest))
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
        if not rest:
            return tuple(parts)
    return (*parts, rest)


def _furthest(text: str, room: int) -> int:
    """Where the first post of a text ends that does not fit."""
    for breaks, least in ((_PARAGRAPH, room // 2), (_SENTENCE, 0), (_BLANK, 0)):
        found = [m.start() for m in breaks.finditer(text, 0, min(len(text), room + 50)) if least < m.start() <= room]
        if found:
            return found[-1]
    word = _BLANK.search(text)
    return word.start() if word else len(text)


def _room(text: str) -> int:
    """How many characters of the text fit."""
    used = at = 0
    for count, match in enumerate(regex.finditer(r"\X", text)):
        used += size(match[0])
        if count == MOST_GRAPHEMES or used > MOST_BYTES:
            break
        at = match.end()
    return at


def handles_in(text: str) -> tuple[str, ...]:
    """Handles that the text mentions, lower case, each once."""
    return tuple(dict.fromkeys(match[1].lower() for match in _MENTION.finditer(text) if len(match[1]) <= 253))


def mentions_in(text: str, marked: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Handle and DID of each mention among the facets of a text."""
    data = text.encode()
    for facet in marked:
        for feature in facet["features"]:
            if feature["$type"] == f"{SCHEME}#mention":
                start, stop = facet["index"]["byteStart"], facet["index"]["byteEnd"]
                yield data[start:stop].decode().removeprefix("@").lower(), feature["did"]


def facets(text: str, mentions: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """Byte ranges in the order of the text, none over another. `mentions`: handle → DID; others stay plain words."""
    found, end = [], 0
    for start, stop, feature in sorted(_features(text, mentions), key=lambda each: each[:2]):
        if start >= end:
            index = {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:stop].encode())}
            found.append({"index": index, "features": [feature]})
            end = stop
    return tuple(found)


def _features(text: str, mentions: Mapping[str, str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _ADDRESS.finditer(text):
        address = _address(match[0])
        if address.partition("://")[2]:
            yield match.start(), match.start() + len(address), {"$type": f"{SCHEME}#link", "uri": address}
    for match in _MENTION.finditer(text):
        did = mentions.get(match[1].lower())
        if did:
            yield match.start(), match.end(), {"$type": f"{SCHEME}#mention", "did": did}
    for match in _TAG.finditer(text):
        tag = _PUNCTUATION.sub("", match[1])
        if tag and graphemes(tag) <= MOST_TAG_GRAPHEMES and len(tag.encode()) <= MOST_TAG_BYTES:
            yield match.start(), match.start() + 1 + len(tag), {"$type": f"{SCHEME}#tag", "tag": tag}


def _address(found: str) -> str:
    """Without the punctuation that ends the sentence around it."""
    if found[-1] in ".,;!?:":
        found = found[:-1]
    return found[:-1] if found.endswith(")") and found.count(")") > found.count("(") else found
