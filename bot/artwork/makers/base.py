"""What an image model is asked, what it answers, and how it fails.

MakingFailed                no picture came; the sentences say why
├── WordsRefused            the provider refuses these words or what came of them: other words may pass
└── NotCharged              it is certain that nothing was made, so nothing is owed
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from bot.artwork.uploads import MAX_BYTES
from storage.errors import AdMindError

MOST_WORDS = 1500
"""Characters of a prompt: the shortest limit of those who tell one, less some room."""
TYPES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to be made: `prompt` is all that leaves for the provider; width and height in pixels name the shape,
    and the provider takes the nearest that it has; `seed` tells pictures of the same words apart where it takes one.
    """

    prompt: str
    width: int = 1024
    height: int = 1024
    seed: int = 0

    @property
    def ratio(self) -> float:
        return self.width / self.height


class Maker(Protocol):
    """One image model of one provider."""

    @property
    def name(self) -> str:
        """provider:model, as the setting has it."""

    @property
    def price(self) -> Decimal:
        """US dollars for one picture, at most; 0 on machines of one's own."""

    async def make(self, wanted: Wanted) -> bytes:
        """A picture's encoded bytes, unjudged. Raises MakingFailed."""


class MakingFailed(AdMindError):
    """No picture came."""


class WordsRefused(MakingFailed):
    """The provider will not make this picture."""


class NotCharged(MakingFailed):
    """Nothing was made, for certain: no budget is used up."""


def refused(who: str) -> WordsRefused:
    return WordsRefused(
        f"{who} refuses to make this picture: its rules forbid the words or what came of them.",
        do_next="Describe another picture, without real people, brands and violence.",
    )


def unreadable(who: str) -> MakingFailed:
    return MakingFailed(f"{who} answered with something that is no picture.", do_next="Ask for the picture again.")


def document(who: str, body: bytes) -> dict[str, Any]:
    """A JSON object. Raises MakingFailed."""
    try:
        found = json.loads(body)
    except ValueError:
        raise unreadable(who) from None
    if not isinstance(found, dict):
        raise unreadable(who)
    return found


def decoded(who: str, text: object) -> bytes:
    """The bytes in a base64 text, also in a data address. Raises MakingFailed."""
    if not isinstance(text, str) or len(text) > MAX_BYTES * 4 // 3 + 100:
        raise unreadable(who)
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise unreadable(who) from None
    if not data:
        raise unreadable(who)
    return data


def nearest(ratio: float, shapes: dict[str, float]) -> str:
    """The name of the shape that is nearest to width / height, as an eye judges it: by proportion."""
    return min(shapes, key=lambda name: max(ratio / shapes[name], shapes[name] / ratio))


def sides(wanted: Wanted, pixels: int, step: int) -> tuple[int, int]:
    """Width and height of about so many pixels in the wanted shape, each a multiple of `step`."""
    scale = (pixels / (wanted.width * wanted.height)) ** 0.5
    return max(step, round(wanted.width * scale / step) * step), max(step, round(wanted.height * scale / step) * step)
