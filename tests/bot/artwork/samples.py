"""Pictures and specs that several tests of the room draw."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from bot.artwork.cards import CardSpec

SIZES = ((1080, 1080), (1080, 1350), (1080, 1920), (1600, 900), (1200, 630), (1200, 675), (1000, 500), (500, 1000))

VELO = CardSpec(
    headline="Spring starts on two wheels",
    sub="20% off every city and gravel bike until 30 April. Test rides all day.",
    kicker="Spring sale",
    cta="Find your bike",
    offer="20%",
    brand="Velo",
    palette=("#0f5c4a", "#ff7f5c", "#c9ef6a"),
)


def photo(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """Something as busy as a photograph: soft shapes with grain, asymmetric."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 255, (7, 9, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    grain = random.integers(-18, 18, (height, width, 1), dtype=np.int16)
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture
