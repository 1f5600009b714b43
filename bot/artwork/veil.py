"""How do words stand on a photo without a box around each? On a shade that comes from its edge, as photographers do.

One gradient for each group of words (what stands together above the middle, and the rest), from the bottom or the top
in tall pictures, from the words' side in wide ones; each just as strong as its weakest word needs.
"""

from __future__ import annotations

import numpy as np

from bot.artwork.backgrounds import Floats, Pixels
from bot.artwork.colour import SAFE_CONTRAST
from bot.artwork.contrast import Spot, measured

WIDE = 1.25  # width / height from which words stand beside the subject, not below it
_STEPS = 20
_SPARE = 0.15  # above what is needed: grain and compression cost some


def veil(pixels: Pixels, spots: list[Spot], shade: str) -> None:
    """Darken (or lighten) in place towards `shade` (#rrggbb) until every spot reads at 4.55 or the shade is whole."""
    height, width, _ = pixels.shape
    if not spots:
        return
    if width / height > WIDE:
        _lay(pixels, spots, _from_side(spots, width)[None, :], shade)
        return
    middle = height * 0.4
    above = [spot for spot in spots if spot.y + spot.height < middle]
    below = [spot for spot in spots if spot.y + spot.height >= middle]
    for group, mask in (
        (below, _rising(min((s.y - s.size for s in below), default=0), height, 0.3)),
        (above, _rising(height - max((s.y + s.height + s.size for s in above), default=0), height, 0.16)[::-1]),
    ):
        if group:
            _lay(pixels, group, mask[:, None], shade)


def _rising(start: float, length: int, soft: float) -> Floats:
    """0 far before `start`, 1 from there on, smooth over `soft` of the length."""
    at = np.arange(length, dtype=np.float32)
    share = np.clip((at - (start - soft * length)) / (soft * length), 0, 1)
    smooth: Floats = share * share * (3 - 2 * share)
    return smooth


def _from_side(spots: list[Spot], width: int) -> Floats:
    left, right = min(s.x for s in spots), max(s.x + s.width for s in spots)
    if left > width - right:
        return _rising(left, width, 0.3)
    return _rising(width - right, width, 0.3)[::-1]


def _lay(pixels: Pixels, spots: list[Spot], mask: Floats, shade: str) -> None:
    target = np.array([int(shade[i : i + 2], 16) for i in (1, 3, 5)], np.float32)
    before = pixels.astype(np.float32)
    away = (target - before) * mask[..., None]
    low, high = 0, _STEPS
    if all(measured(pixels, spot) >= SAFE_CONTRAST + _SPARE for spot in spots):
        return
    while high - low > 1:  # more shade never reads worse, so the weakest is found by halves
        step = (low + high) // 2
        tried = (before + away * (step / _STEPS)).astype(np.uint8)
        if all(measured(tried, spot) >= SAFE_CONTRAST + _SPARE for spot in spots):
            high = step
        else:
            low = step
    pixels[:] = (before + away * (high / _STEPS) + 0.5).astype(np.uint8)
