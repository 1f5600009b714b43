"""Can these words be read on this background? Measured on the pixels before the words are drawn, and mended.

A light area is darkened (or a dark one lightened) under the words with a soft edge, just as much as needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.artwork.backgrounds import Pixels
from bot.artwork.colour import SAFE_CONTRAST, contrast, luminance

_LINEAR = np.array([v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255])
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722])
WORST_PERCENTILE = 2
_SAMPLES = 96


@dataclass(frozen=True, slots=True)
class Spot:
    """Words in one colour somewhere on the picture; x, y, width, height in pixels, `size` the letters' in pixels."""

    colour: str
    x: float
    y: float
    width: float
    height: float
    size: float


def measured(pixels: Pixels, spot: Spot) -> float:
    """The contrast of the spot's colour with the pixels under it: the 2nd percentile, so nearly the worst."""
    return _worst(_sample(_under(pixels, spot)), spot.colour)


def mend(pixels: Pixels, spots: list[Spot], dark: str, light: str) -> int:
    """Make every spot reach 4.55 by laying a scrim of `dark` or `light` under it, in place. How many needed one.

    Reads every spot again after all scrims, since neighbours share an edge; ends after three rounds at most, the last
    with plain black or white, which always suffices for one colour of words.
    """
    mended = 0
    for attempt in range(3):
        weak = [spot for spot in spots if measured(pixels, spot) < SAFE_CONTRAST]
        for spot in weak:
            scrim = max((dark, light), key=lambda colour: contrast(colour, spot.colour))
            if attempt == 2 or contrast(scrim, spot.colour) < SAFE_CONTRAST + 0.4:
                scrim = "#000000" if luminance(spot.colour) > 0.18 else "#ffffff"
            _lay(pixels, spot, scrim)
        mended += len(weak)
        if not weak:
            break
    return mended


def _box(pixels: Pixels, spot: Spot, grow: float) -> tuple[int, int, int, int]:
    height, width, _ = pixels.shape
    left, right = max(0, int(spot.x - grow)), min(width, int(np.ceil(spot.x + spot.width + grow)))
    # accents stand above the cap height, descenders below the baseline
    top = max(0, int(spot.y - 0.2 * spot.size - grow))
    bottom = min(height, int(np.ceil(spot.y + spot.height + 0.28 * spot.size + grow)))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _under(pixels: Pixels, spot: Spot) -> Pixels:
    left, top, right, bottom = _box(pixels, spot, 0)
    return pixels[top:bottom, left:right]


def _sample(part: Pixels) -> Pixels:
    """At most 96 × 96 averages: finer grain than letters' strokes does not hide them."""
    height, width, _ = part.shape
    if height <= _SAMPLES and width <= _SAMPLES:
        return part
    size = (min(width, _SAMPLES), min(height, _SAMPLES))
    return np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BOX))


def _worst(part: Pixels, colour: str) -> float:
    back: NDArray[np.float64] = _LINEAR[part] @ _WEIGHTS
    words = luminance(colour)
    ratios = (np.maximum(back, words) + 0.05) / (np.minimum(back, words) + 0.05)
    return float(np.percentile(ratios, WORST_PERCENTILE))


def _lay(pixels: Pixels, spot: Spot, scrim: str) -> None:
    """The weakest scrim, of sixteen, that makes the spot read."""
    target = np.array([int(scrim[i : i + 2], 16) for i in (1, 3, 5)], np.float32)
    sample = _sample(_under(pixels, spot)).astype(np.float32)
    strength = 1.0
    for step in range(1, 17):
        if _worst((sample + (target - sample) * step / 16).astype(np.uint8), spot.colour) >= SAFE_CONTRAST + 0.15:
            strength = step / 16
            break
    feather = max(2.2 * spot.size, 0.09 * min(pixels.shape[:2]))
    left, top, right, bottom = _box(pixels, spot, feather)
    inner_left, inner_top, inner_right, inner_bottom = _box(pixels, spot, 0)
    y = np.arange(top, bottom, dtype=np.float32)[:, None]
    x = np.arange(left, right, dtype=np.float32)[None, :]
    away_x = np.maximum(np.maximum(inner_left - x, x - inner_right + 1), 0)
    away_y = np.maximum(np.maximum(inner_top - y, y - inner_bottom + 1), 0)
    near = np.clip(1 - np.hypot(away_x, away_y) / feather, 0, 1)
    share = (strength * near * near * (3 - 2 * near))[..., None]
    part = pixels[top:bottom, left:right].astype(np.float32)
    pixels[top:bottom, left:right] = np.clip(part + (target - part) * share + 0.5, 0, 255).astype(np.uint8)
