"""How large a picture is that a server got: servers refuse what they document to refuse."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, UnidentifiedImageError


def shape_of(data: bytes) -> tuple[int, int] | None:
    """Width and height; None for the made-up bytes that many tests send as a picture."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
            return opened.size
    except (UnidentifiedImageError, OSError, SyntaxError):
        return None


def within(data: bytes, least: float, most: float) -> bool:
    """Whether width to height lies between these; what is no picture does."""
    shape = shape_of(data)
    return shape is None or least <= shape[0] / shape[1] <= most
