"""A picture as platforms show it: encoded once more, and smaller."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, UnidentifiedImageError


def shrunk(data: bytes) -> bytes:
    """As a JPEG at most 640 pixels wide; what is no picture stays as it is."""
    try:
        with Image.open(BytesIO(data)) as opened:
            drawn = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError):
        return data
    width = min(640, drawn.width)
    out = BytesIO()
    drawn.resize((width, round(width * drawn.height / drawn.width))).save(out, "JPEG", quality=70)
    return out.getvalue()
