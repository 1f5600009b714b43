"""How does a brand's logo stand on a card? Trimmed, seen against its ground, never stretched."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from bot.artwork.colour import contrast

_LEGIBLE = 1.9
"""A logo is a shape, not text: below this its outline drowns."""


def open_logo(data: bytes) -> Image.Image:
    """The logo as RGBA without empty borders, at most 1200 pixels a side. `data` has been through the upload cleaner.

    Raises OSError for bytes that are no picture.
    """
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
        logo = opened.convert("RGBA")
    logo.thumbnail((1200, 1200), Image.Resampling.LANCZOS)
    logo = _freed(logo)
    box = logo.getchannel("A").point(lambda value: 255 if value > 12 else 0).getbbox()
    return logo.crop(box) if box else logo


def _freed(logo: Image.Image) -> Image.Image:
    """A mark on a plain opaque surface, freed from it: cut out when it has one colour, else cropped close."""
    pixels = np.asarray(logo, np.float32)
    if pixels[..., 3].mean() <= 250:
        return logo
    rgb = pixels[..., :3]
    border = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    if border.std(0).max() > 6:
        return logo
    surface = border.mean(0)
    away = np.abs(rgb - surface).max(-1)
    if away.max() < 40:
        return logo
    core = rgb[away > 0.75 * away.max()]
    if core.std(0).max() < 16 and not ((away > 40) & (np.abs(rgb - core.mean(0)).max(-1) > 60)).mean() > 0.04:
        cut = np.empty_like(pixels)
        cut[..., :3] = core.mean(0)
        cut[..., 3] = np.clip(away / away.max() * 1.02, 0, 1) * 255
        return Image.fromarray(cut.astype(np.uint8))
    rows, columns = np.where((away > 24).any(1))[0], np.where((away > 24).any(0))[0]
    pad = round(0.12 * (rows[-1] - rows[0] + 1))
    return logo.crop((
        max(0, int(columns[0]) - pad), max(0, int(rows[0]) - pad),
        min(logo.width, int(columns[-1]) + 1 + pad), min(logo.height, int(rows[-1]) + 1 + pad),
    ))  # fmt: skip


def place_logo(
    card: Image.Image, logo: Image.Image, box: tuple[float, float, float, float], ink: str, ground: str
) -> None:
    """Draw the logo into the box (x, y, width, height) of the card.

    A one-coloured logo that drowns in the ground is drawn in the ink instead, as brands do themselves; one of several
    colours, or a filled rectangle, gets a plate with round corners.
    """
    x, y, width, height = (round(value) for value in box)
    mark = logo.resize((max(1, width), max(1, height)), Image.Resampling.LANCZOS)
    filled = np.asarray(logo.getchannel("A")).mean() > 250
    if filled:
        card.paste(mark, (x, y), _rounded(mark.size, min(mark.size) * 0.14))
        return
    colour, single = _average(logo)
    if contrast(colour, ground) < _LEGIBLE:
        if single:
            tinted = Image.new("RGBA", mark.size, ink)
            tinted.putalpha(mark.getchannel("A"))
            mark = tinted
        else:
            _plate(card, (x, y, width, height), colour)
    card.paste(mark, (x, y), mark)


def _average(logo: Image.Image) -> tuple[str, bool]:
    """Mean colour of the opaque part, and whether it is all of one colour."""
    small = np.asarray(logo.resize((96, 96), Image.Resampling.BOX), np.float32)
    solid = small[small[..., 3] > 200][:, :3]
    if len(solid) == 0:
        return "#808080", False
    mean = solid.mean(0)
    red, green, blue = (int(value) for value in mean)
    return f"#{red:02x}{green:02x}{blue:02x}", bool(solid.std(0).max() < 14)


def _plate(card: Image.Image, box: tuple[int, int, int, int], colour: str) -> None:
    x, y, width, height = box
    fill = max(("#ffffff", "#16181d"), key=lambda plate: contrast(plate, colour))
    pad = round(height * 0.16)
    plate = Image.new("RGB", (width + 2 * pad, height + 2 * pad), fill)
    card.paste(plate, (x - pad, y - pad), _rounded(plate.size, pad * 1.4))


def _rounded(size: tuple[int, int], radius: float) -> Image.Image:
    mask = Image.new("L", (size[0] * 3, size[1] * 3), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 3 - 1, size[1] * 3 - 1), radius * 3, fill=255)
    return mask.resize(size, Image.Resampling.BOX)
