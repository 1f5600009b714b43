"""A picture is known again after others encoded it; another one, a changed line and a cut are noticed."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageOps

from bot.artwork.likeness import Look, look_of, same_look
from tests.bot.channels.photos import picture


def card(words: str, colour: str = "#f4efe6") -> Image.Image:
    """Much of one colour, and a line of text: as our own cards are."""
    drawn = Image.new("RGB", (1200, 675), colour)
    ImageDraw.Draw(drawn).text((90, 260), words, fill="#1b2a41", font_size=120)
    return drawn


def encoded(drawn: Image.Image, kind: str = "PNG", **more: int) -> bytes:
    out = BytesIO()
    drawn.save(out, kind, **more)
    return out.getvalue()


def look(data: bytes) -> Look:
    found = look_of(data)
    assert found is not None
    return found


PHOTO = Image.open(BytesIO(picture(1600, 900)))


@pytest.mark.parametrize("drawn", [card("Fresh bread"), card("White on black", "#000000"), PHOTO])
@pytest.mark.parametrize("width", [1600, 1200, 640, 400])
@pytest.mark.parametrize("quality", [90, 60, 30])
def test_what_was_encoded_again_and_made_smaller_is_the_same(drawn: Image.Image, width: int, quality: int) -> None:
    size = (width, round(width * drawn.height / drawn.width))
    for kind in ("JPEG", "WEBP"):
        again = encoded(drawn.resize(size, Image.Resampling.LANCZOS), kind, quality=quality)
        assert same_look(look(encoded(drawn)), look(again))


@pytest.mark.parametrize(
    "other",
    [
        card("Stale bread"),
        card("Fresh bread", "#e4c9a0"),
        card("Fresh bread").crop((0, 0, 1000, 675)),
        ImageOps.mirror(card("Fresh bread")),
        Image.new("RGB", (1200, 675), "#f4efe6"),
        PHOTO,
    ],
)
def test_another_picture_is_another(other: Image.Image) -> None:
    assert not same_look(look(encoded(card("Fresh bread"))), look(encoded(other, "JPEG", quality=85)))


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"x" * 300, picture(60, 40, mode="RGBA")])
def test_what_cannot_be_judged_is_not_judged(data: bytes) -> None:
    assert look_of(data) is None
