"""How are colours read, turned and compared? OKLCH for changing them, WCAG 2 for comparing them.

OKLab: https://bottosson.github.io/posts/oklab/ ; contrast: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from coloraide import Color

SAFE_CONTRAST = 4.55
"""WCAG AA asks 4.5 for text of any size; JPEG and rounding take a little. Black or white always reaches 4.58."""


class Oklch(NamedTuple):
    """Perceptual lightness 0..1, chroma 0..~0.37, hue in degrees."""

    light: float
    chroma: float
    hue: float


def parse_colour(text: str) -> str | None:
    """`#rrggbb` of any CSS colour a person may write, None when it is not one. Transparency is dropped."""
    if not 0 < len(text) <= 64:
        return None
    try:
        colour = Color(text.strip())
    except (ValueError, TypeError):
        return None
    return str(colour.convert("srgb").fit().to_string(hex=True, alpha=False))


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)


def _channels(colour: str) -> tuple[float, float, float]:
    return (
        _linear(int(colour[1:3], 16) / 255),
        _linear(int(colour[3:5], 16) / 255),
        _linear(int(colour[5:7], 16) / 255),
    )


def luminance(colour: str) -> float:
    """Relative luminance 0..1 of `#rrggbb`."""
    red, green, blue = _channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1..21 of two `#rrggbb`."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklch(colour: str) -> Oklch:
    """The `#rrggbb` in OKLCH."""
    red, green, blue = _channels(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _rgb(light: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


@lru_cache(maxsize=4096)
def hexed(light: float, chroma: float, hue: float) -> str:
    """`#rrggbb` of an OKLCH colour; chroma is reduced until the screen can show it, lightness and hue stay."""
    light = min(max(light, 0.0), 1.0)
    low, high = 0.0, max(chroma, 0.0)
    if not _shown(_rgb(light, high, hue)):
        for _ in range(14):
            middle = (low + high) / 2
            low, high = (middle, high) if _shown(_rgb(light, middle, hue)) else (low, middle)
        high = low
    return "#" + "".join(f"{round(255 * _encoded(min(max(v, 0.0), 1.0))):02x}" for v in _rgb(light, high, hue))


def _shown(rgb: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= value <= 1.0005 for value in rgb)


def mix(one: str, other: str, share: float) -> str:
    """The colour `share` (0..1) of the way from one to the other, straight through OKLab."""
    first, second = oklch(one), oklch(other)
    a = (1 - share) * _a(first) + share * _a(second)
    b = (1 - share) * _b(first) + share * _b(second)
    light = (1 - share) * first.light + share * second.light
    return hexed(light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _a(colour: Oklch) -> float:
    return colour.chroma * math.cos(math.radians(colour.hue))


def _b(colour: Oklch) -> float:
    return colour.chroma * math.sin(math.radians(colour.hue))


@lru_cache(maxsize=4096)
def readable(text: str, ground: str, target: float = SAFE_CONTRAST) -> str:
    """`text`, its lightness moved (hue kept) as little as needed to reach the target contrast on the ground.

    Falls back to white or black, of which one always reaches 4.58.
    """
    if contrast(text, ground) >= target:
        return text
    start = oklch(text)
    choices: list[tuple[float, str]] = []
    for end in (0.0, 1.0):
        good: str | None = None
        near, far = start.light, end
        for _ in range(12):
            middle = (near + far) / 2
            attempt = hexed(middle, start.chroma, start.hue)
            if contrast(attempt, ground) >= target:
                good, far = attempt, middle
            else:
                near = middle
        if good is not None:
            choices.append((abs(oklch(good).light - start.light), good))
    if choices:
        return min(choices)[1]
    return max(("#ffffff", "#000000"), key=lambda colour: contrast(colour, ground))


def ground_for(text: str, ground: str, target: float = SAFE_CONTRAST) -> str:
    """The ground, nudged away from the text in lightness until the text reads on it."""
    return readable(ground, text, target)


def best_on(ground: str, *candidates: str) -> str:
    """The first candidate that reads on the ground, else the best of them made readable."""
    for candidate in candidates:
        if contrast(candidate, ground) >= SAFE_CONTRAST:
            return candidate
    return readable(max(candidates, key=lambda colour: contrast(colour, ground)), ground)
