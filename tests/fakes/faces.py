"""Profile pictures for servers that show them."""

from __future__ import annotations

import functools
import io
import zlib

from PIL import Image, ImageDraw


@functools.cache
def face_of(name: str) -> bytes:
    """A PNG that is the name's own: its first letter's worth of colour, and a dot."""
    hue = zlib.crc32(name.encode()) % 256
    picture = Image.new("HSV", (96, 96), (hue, 140, 200)).convert("RGB")
    ImageDraw.Draw(picture).ellipse((28, 28, 68, 68), fill=(255, 255, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
