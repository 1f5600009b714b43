"""Which few of a website's many colours are the brand's? Lively ones before greys, none twice, each readable."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image

from bot.artwork.colour import SAFE_CONTRAST, contrast, oklch, parse_colour

MOST = 5
INKS = ("#ffffff", "#000000")
_GREY = 0.03
"""OKLCH chroma below this is a grey to the eye."""
_ALIKE = 0.09
"""Distance in OKLab below which two colours are one to a reader."""


class Readable(NamedTuple):
    """A colour, the better letters on it (white or black), and their WCAG 2 contrast."""

    colour: str
    letters: str
    contrast: float


def palette_from(weighed: Iterable[tuple[str, float]]) -> tuple[Readable, ...]:
    """At most five of the colours (as CSS writes them), the leading one first; none when all are grey or unknown.

    A palette in which no colour can be read on the leading one gets a grey of the site that can, if there is one; plain
    white and black are nobody's.
    """
    weights: dict[str, float] = {}
    for text, weight in weighed:
        colour = parse_colour(text)
        if colour is not None:
            weights[colour] = weights.get(colour, 0.0) + weight
    ranked = sorted(weights, key=lambda each: (-weights[each] * (0.5 + min(oklch(each).chroma, 0.2) * 5), each))
    chosen: list[str] = []
    for colour in (each for each in ranked if oklch(each).chroma >= _GREY):
        if len(chosen) < MOST and all(_distance(colour, other) > _ALIKE for other in chosen):
            chosen.append(colour)
    if not chosen:
        return ()
    greys = [each for each in ranked if oklch(each).chroma < _GREY and 0.15 < oklch(each).light < 0.93]
    if all(contrast(chosen[0], other) < SAFE_CONTRAST for other in chosen[1:]):
        partner = next((grey for grey in greys if contrast(grey, chosen[0]) >= SAFE_CONTRAST), None)
        chosen = [*chosen[: MOST - 1], partner] if partner else chosen
    return tuple(readable_on(colour) for colour in chosen)


def readable_on(colour: str) -> Readable:
    """With the better of the two inks; one of them always reaches 4.58."""
    letters = max(INKS, key=lambda ink: contrast(ink, colour))
    return Readable(colour, letters, round(contrast(letters, colour), 1))


def colours_in(picture: bytes) -> tuple[tuple[str, float], ...]:
    """The main colours of a cleaned picture, each with its share (0..1). Blocking. Raises OSError."""
    with Image.open(BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as opened:
        small = opened.convert("RGBA")
    small.thumbnail((96, 96))
    solid = np.asarray(small).reshape(-1, 4)
    solid = solid[solid[:, 3] > 200][:, :3]
    if len(solid) == 0:
        return ()
    few = Image.fromarray(solid.reshape(1, -1, 3)).quantize(6, method=Image.Quantize.MEDIANCUT)
    palette = few.getpalette() or []
    counted = few.getcolors(256) or []
    found = [(palette[3 * int(index) : 3 * int(index) + 3], count / len(solid)) for count, index in counted]  # type: ignore[arg-type]
    return tuple((f"#{r:02x}{g:02x}{b:02x}", share) for (r, g, b), share in found if share >= 0.02)


def _distance(one: str, other: str) -> float:
    a, b = oklch(one), oklch(other)
    turn = np.radians(a.hue - b.hue)
    chroma2 = a.chroma**2 + b.chroma**2 - 2 * a.chroma * b.chroma * float(np.cos(turn))
    return float(np.sqrt(max(0.0, (a.light - b.light) ** 2 + chroma2)))
