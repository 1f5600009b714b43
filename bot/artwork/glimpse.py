"""What a model is shown of a picture: a small JPEG of its pixels, without a word of what its file says besides."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

SIDE = 768  # pixels; providers scale larger ones down themselves, and charge by size
_QUALITY = 82


def glimpse(data: bytes) -> bytes:
    """A JPEG of at most `SIDE` pixels a side, without metadata; what is transparent is white. Blocking.

    `data` is a picture of ours: it has been through the cleaner or was drawn here. Raises OSError and ValueError.
    """
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
        picture = opened.convert("RGBA")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    flat = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    out = BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
