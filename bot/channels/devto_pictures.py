"""Pictures of an article on DEV: its Markdown names them by addresses of the public edge, with their alt texts.

An address is the hash of a picture's bytes, so what is approved is what is shown. DEV fetches it whenever its own cache
has none (https://github.com/forem/forem/issues/22908 shows such an address), so the edge shows it for as long as the
article stands (`storage.standing`). Alt texts go out as they are: Redcarpet, which Forem uses, takes what stands
between the brackets of a picture literally and escapes it itself (`char_link` in
https://github.com/vmg/redcarpet/blob/master/ext/redcarpet/markdown.c).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.base import ChannelRefused, Door, Problem, SealedPayload
from bot.channels.blog_api import KEPT
from bot.channels.edge import reachable
from bot.channels.feed_formats import media_path
from storage.sealed import Medium

_SHOWN = re.compile(r"!\[([^\[\]\\\n]*)\]\(([^\s()]+)\)")
_NAMED = re.compile(r"([0-9a-f]{64})\.[a-z]{3,4}")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    sha256: str
    alt: str


def with_pictures(body: str, media: Sequence[Medium], addresses: Sequence[str], *, below: bool) -> str:
    """The Markdown with its pictures: the first above the text and the others below it; `below`: all of them."""
    lines = [f"![{medium.alt.strip()}]({address})" for medium, address in zip(media, addresses, strict=True)]
    above = 0 if below else 1
    return "\n\n".join(each for each in (*lines[:above], body, *lines[above:]) if each)


def standing_in(markdown: str, prefix: str) -> tuple[str, tuple[Shown, ...]]:
    """The words of such a Markdown, and the pictures around them that lie at addresses with this prefix."""
    blocks = markdown.replace("\r\n", "\n").strip().split("\n\n")
    found = [_picture(block, prefix) for block in blocks]
    first = 1 if found[0] else 0
    last = len(blocks)
    while last > first and found[last - 1]:
        last -= 1
    pictures = (*found[:first], *found[last:])
    return "\n\n".join(blocks[first:last]).strip(), tuple(each for each in pictures if each)


def picture_problems(payload: SealedPayload, base_url: str) -> tuple[Problem, ...]:
    """Why its pictures could not be shown, or not as approved."""
    media = payload.parts[0].media
    if not media:
        return ()
    found: tuple[Problem, ...] = ()
    if not reachable(base_url, ("https",)):
        found += (
            Problem(
                "public_address",
                "DEV shows pictures from AdMind, which has no public https address.",
                "Whoever runs AdMind sets ADMIND_PUBLIC_URL; or leave the pictures out.",
            ),
        )
    if any(re.search(r"[\[\]\\\n\r]", medium.alt.strip()) for medium in media):
        why = "DEV shows no square brackets, backslashes and line breaks in an alt text."
        found += (Problem("alt_form", why, "Write the alt text without them."),)
    if len(_FENCE.findall(payload.parts[0].text)) % 2:
        why = "A block of code has no end, so pictures below it would be taken for code."
        found += (Problem("open_code", why, "End it with three backticks."),)
    return found


async def checked(payload: SealedPayload, door: Door) -> None:
    """Whether the approved bytes are at hand, and stand where the article says. Raises ChannelRefused, ProvenNotSent.

    The edge shows them already, and verifies what it shows.
    """
    for medium in payload.parts[0].media:
        if hashlib.sha256(await door.blob(medium.sha256)).hexdigest() != medium.sha256:
            raise ChannelRefused(
                "A picture differs from the one that was approved.",
                code="picture",
                kept=KEPT,
                do_next="Choose the picture again and have it approved.",
            )
        if f"]({door.public(media_path(medium))})" not in payload.extra.get("body", ""):
            raise ChannelRefused(
                "AdMind's public address has changed since the article was approved, so its pictures would not show.",
                code="picture",
                kept=KEPT,
                do_next="Change the draft, so that it is made anew, and have it approved.",
            )


def _picture(block: str, prefix: str) -> Shown | None:
    match = _SHOWN.fullmatch(block)
    named = _NAMED.fullmatch(match[2].removeprefix(prefix)) if match and match[2].startswith(prefix) else None
    return Shown(named[1], match[1]) if match and named else None
