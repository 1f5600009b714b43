"""Is it still the same picture, after somebody else encoded it once more and made it smaller?"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, UnidentifiedImageError

SIDE = 32  # cells in a row and in a column
DRAFT = 8 * SIDE
APART = 40  # of 255: more is no matter of encoding or of colour profiles
MOST_APART = 10  # of 1,024 cells: a line of text that changed is more
MOST_PIXELS = 50_000_000
ROUNDED = 0.03  # by so much a shape may differ before something was cut off

Look = tuple[float, bytes]  # width / height, and the colours of its cells


def look_of(data: bytes) -> Look | None:
    """What a picture looks like from afar; None for what cannot be judged: no picture, too large, or transparent."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS or opened.has_transparency_data:
                return None
            shape = opened.width / opened.height
            opened.draft("RGB", (DRAFT, DRAFT))  # a large JPEG is decoded in small: it does not take its pixels' memory
            cells = opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
            return shape, cells.tobytes()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def same_look(one: Look, other: Look) -> bool:
    """Whether a person would call them the same picture, uncut."""
    if abs(one[0] / other[0] - 1) > ROUNDED:
        return False
    apart = sum(
        max(abs(one[1][at + colour] - other[1][at + colour]) for colour in range(3)) > APART
        for at in range(0, len(one[1]), 3)
    )
    return apart <= MOST_APART
