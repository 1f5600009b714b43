"""Real pictures for tests, as drafting makes them: no two kinds alike."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def picture(width: int, height: int, *, mode: str = "RGB", kind: str = "PNG", turn: int = 0, **more: Any) -> bytes:
    """A gradient in three colours, turned by `turn` degrees; `more` goes to the encoder."""
    grey = Image.linear_gradient("L")
    colours = [grey.rotate(degrees + turn).resize((width, height)) for degrees in (0, 90, 180)]
    drawn = Image.merge("RGB", colours)
    if mode == "RGBA":
        drawn.putalpha(grey.resize((width, height)))
    out = BytesIO()
    (drawn if mode == "RGBA" else drawn.convert(mode)).save(out, kind, **more)
    return out.getvalue()


def grainy(width: int, height: int, *, turn: int = 0) -> bytes:
    """The same with a grain that no encoder makes small, as photos have it: some three bytes a pixel."""
    with Image.open(BytesIO(picture(width, height, turn=turn))) as smooth:
        grain = Image.merge("RGB", [Image.effect_noise((width, height), 60) for _ in range(3)])
        out = BytesIO()
        Image.blend(smooth.convert("RGB"), grain, 0.4).save(out, "PNG", compress_level=1)
    return out.getvalue()
