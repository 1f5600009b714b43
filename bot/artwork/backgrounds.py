"""What lies behind the words? Mesh light, paper, discs and rings as arrays, the same for the same seed.

Arrays are height × width × 3, uint8, sRGB. Gradients are worked out at a quarter of the size in OKLab and enlarged:
they have no detail to lose, and grain hides the steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bot.artwork.colour import oklch
from bot.artwork.seeds import generator

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_COARSE = 4
_TO_LMS = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]],
    np.float32,
)
_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
    np.float32,
)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels with rounded corners."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0


def paint(
    width: int,
    height: int,
    recipe: str,
    ground: str,
    lights: tuple[str, ...],
    key: str,
    *,
    art: int = 0,
    panel: Area | None = None,
    panel_ground: str = "",
    rtl: bool = False,
) -> Pixels:
    """The background by its recipe: mesh, paper, orb, rings, panel or flat. Right-to-left ones are mirrored."""
    if recipe == "mesh":
        pixels = _mesh(width, height, ground, _sky(lights, width / height, key), key, art)
    elif recipe == "paper":
        pixels = _mesh(width, height, ground, [(lights[0], 0.95, 0.95, 0.9, 0.5), (ground, 0.1, 0.1, 0.9, 0.6)], key)
    elif recipe == "orb":
        pixels = _discs(width, height, ground, lights[0], art, key)
    elif recipe == "rings":
        pixels = _ripples(width, height, ground, lights[0], art)
    else:
        pixels = _flat(width, height, ground)
    if rtl and recipe != "panel":
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    if recipe == "panel" and panel is not None:
        _inlay(pixels, panel, panel_ground, lights, key)
    return pixels


def _flat(width: int, height: int, ground: str) -> Pixels:
    return np.ascontiguousarray(np.broadcast_to(_rgb(ground), (height, width, 3)))


def _rgb(colour: str) -> Pixels:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)


def _lab(colour: str) -> Floats:
    light, chroma, hue = oklch(colour)
    angle = math.radians(hue)
    return np.array([light, chroma * math.cos(angle), chroma * math.sin(angle)], np.float32)


def _to_srgb(lab: Floats) -> Floats:
    linear = np.clip(((lab @ _TO_LMS.T) ** 3) @ _TO_RGB.T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def _noise(random: np.random.Generator, height: int, width: int, cells: int) -> Floats:
    """Smooth noise with about `cells` waves along the longer side."""
    rows = max(2, round(cells * height / max(height, width))) + 3
    columns = max(2, round(cells * width / max(height, width))) + 3
    grid = Image.fromarray(random.standard_normal((rows, columns)).astype(np.float32))
    smooth = grid.resize((width, height), Image.Resampling.BICUBIC, box=(1, 1, columns - 1, rows - 1))
    return np.asarray(smooth, np.float32)


Blob = tuple[str, float, float, float, float]
"""colour, centre x and y in shares of the picture, radius in shares of the longer side, strength 0..1"""


def _mesh(width: int, height: int, ground: str, blobs: list[Blob], key: str, lines: int | None = None) -> Pixels:
    random = generator(key, "mesh")
    wide, high = math.ceil(width / _COARSE), math.ceil(height / _COARSE)
    longer = max(wide, high)
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    x, y = x / wide, y / high
    x += 0.09 * _noise(random, high, wide, 3)
    y += 0.09 * _noise(random, high, wide, 3)
    lab = np.broadcast_to(_lab(ground), (high, wide, 3)).copy()
    for colour, at_x, at_y, radius, strength in blobs:
        far = ((x - at_x) * wide / longer) ** 2 + ((y - at_y) * high / longer) ** 2
        share = (strength * np.exp(-far / (2 * (radius * 0.5) ** 2)))[..., None]
        lab += share * (_lab(colour) - lab)
    coarse = _to_srgb(lab) * 255
    size = (width, height)
    bands = [
        np.asarray(Image.fromarray(np.ascontiguousarray(coarse[..., i])).resize(size, Image.Resampling.BICUBIC))
        for i in range(3)
    ]
    pixels = np.stack(bands, -1)
    if lines is not None:
        pixels += _threads(random, width, height, lines)[..., None]
    pixels += _grain(random, width, height)[..., None]
    result: Pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    return result


def _grain(random: np.random.Generator, width: int, height: int) -> Floats:
    """Film grain of two levels, from one tile: a repeat of 512 pixels is not seen in noise."""
    tile = random.standard_normal((512, 512)).astype(np.float32) * 2.0 + 0.5
    return np.tile(tile, (math.ceil(height / 512), math.ceil(width / 512)))[:height, :width]


def _sky(lights: tuple[str, ...], ratio: float, key: str) -> list[Blob]:
    """Lights in the upper right; the lower left, where words stand, stays dark."""
    random = generator(key, "sky")
    turn = float(random.uniform(-0.06, 0.06))
    brand, pop, second, glow = lights
    if ratio > 1.25:
        return [
            (glow, 0.92, 1.0, 0.8, 0.8),
            (second, 0.66 - turn, -0.02, 0.42, 0.8),
            (brand, 1.0 + turn, 0.42, 0.62, 0.95),
            (pop, 0.97 - turn, -0.06, 0.3, 0.95),
        ]
    return [
        (glow, 1.0, 0.8, 0.66, 0.7),
        (second, 0.4 - turn, -0.06, 0.44, 0.8),
        (brand, 0.96 + turn, 0.3, 0.6, 0.95),
        (pop, 0.92 - turn, -0.02, 0.3, 0.95),
    ]


def _threads(random: np.random.Generator, width: int, height: int, kind: int) -> Floats:
    """Fine light lines, in levels to add: 0 contours of a hill, 1 silk, 2 none. They fade before the words."""
    if kind == 2:
        return np.zeros((height, width), np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    shorter = min(width, height)
    if kind == 0:
        field = _noise(random, height, width, 2) * 5.5
        slope_y, slope_x = np.gradient(field)
        slope = np.hypot(slope_x, slope_y)
        mask = np.clip(1.15 - np.hypot((x - 0.98) * width, (y - 0.1) * height) / (0.72 * shorter), 0, 1)
    else:
        wave = 0.16 * np.sin(2 * np.pi * (0.85 * x + random.uniform())) + 0.07 * np.sin(2 * np.pi * (1.9 * x + 0.3))
        field = (y - 0.3 - wave) * (30 + 26 * np.sin(np.pi * x))
        slope = np.abs(np.gradient(field, axis=0))
        mask = np.clip(1 - np.abs(y - 0.3 - wave) / 0.16, 0, 1) ** 1.3 * np.clip(x * 1.6 - 0.1, 0, 1)
    off = np.abs(field - np.round(field)) / np.maximum(slope, 1e-6)
    thick = max(0.7, shorter / 1500)
    added: Floats = (np.clip(thick + 0.5 - off, 0, 1) * mask * 46).astype(np.float32)
    return added


def _disc(pixels: Pixels, at_x: float, at_y: float, radius: float, colour: str, inner: float = 0.0) -> None:
    """A disc (or a band from `inner` to `radius`) with smooth edges, in place."""
    height, width, _ = pixels.shape
    top, bottom = max(0, math.floor(at_y - radius - 1)), min(height, math.ceil(at_y + radius + 1))
    left, right = max(0, math.floor(at_x - radius - 1)), min(width, math.ceil(at_x + radius + 1))
    if top >= bottom or left >= right:
        return
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - at_y
    x = np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - at_x
    far = np.sqrt(x * x + y * y)
    share = np.clip(radius + 0.5 - far, 0, 1)
    if inner > 0:
        share *= np.clip(far - inner + 0.5, 0, 1)
    part = pixels[top:bottom, left:right].astype(np.float32)
    part += share[..., None] * (_rgb(colour).astype(np.float32) - part)
    pixels[top:bottom, left:right] = (part + 0.5).astype(np.uint8)


def _discs(width: int, height: int, ground: str, tone: str, art: int, key: str) -> Pixels:
    pixels = _flat(width, height, ground)
    longer, shorter = max(width, height), min(width, height)
    if art == 0:
        _disc(pixels, width * 1.0, height * 0.16, shorter * 0.62, tone)
    elif art == 1:
        _disc(pixels, width * 0.92, height * 1.06, longer * 0.52, tone)
    else:
        radius = longer * 0.62
        _disc(pixels, width * 0.02, height * 0.04, radius, tone, radius * 0.62)
    return pixels


def _ripples(width: int, height: int, ground: str, tone: str, art: int) -> Pixels:
    pixels = _flat(width, height, ground)
    longer = max(width, height)
    at_x, at_y = (width, height * 0.3) if art == 0 else (width * 0.94, height)
    for index in range(5):
        radius = longer * (0.18 + 0.2 * index)
        _disc(pixels, at_x, at_y, radius, tone, radius - longer * 0.1)
    return pixels


def _inlay(pixels: Pixels, panel: Area, ground: str, lights: tuple[str, ...], key: str) -> None:
    """A mesh with rounded corners, in place."""
    x, y = round(panel.x), round(panel.y)
    wide, high = round(panel.width), round(panel.height)
    pop, second, deep = lights
    blobs: list[Blob] = [(deep, 0.0, 0.0, 0.9, 0.75), (second, 0.95, 0.2, 0.6, 0.8), (pop, 0.5, 1.05, 0.62, 0.9)]
    mesh = Image.fromarray(_mesh(wide, high, ground, blobs, key))
    mask = Image.new("L", (wide * 2, high * 2), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, wide * 2 - 1, high * 2 - 1), panel.radius * 2, fill=255)
    whole = Image.fromarray(pixels)
    whole.paste(mesh, (x, y), mask.resize((wide, high), Image.Resampling.BOX))
    pixels[:] = np.asarray(whole)
