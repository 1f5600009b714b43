"""Whatever picture a person sends, each channel gets it as it takes it, before anybody approves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import cast

import numpy as np
import pytest
from PIL import Image

from bot.artwork.picture import PictureRefused
from bot.artwork.uploads import clean_upload
from bot.channels.base import Channel, Content
from bot.channels.registry import build_channels
from bot.drafting.creative import Creative
from storage.feed import FeedStore
from storage.sealed import Medium
from tests.bot.channels.benches import blank_account
from tests.bot.channels.photos import picture

CHANNELS: Mapping[str, Channel] = build_channels(cast(FeedStore, None), base_url="https://news.velo.example")
# Options that make something else of a picture, beside the channels as they are.
ACCOUNTS = [
    *((name, {}) for name, channel in CHANNELS.items() if channel.capabilities.images_max),
    *(("bluesky", {"card": "picture"}), ("linkedin", {"card": "picture"})),
]


def saved(made: Image.Image, kind: str, **more: object) -> bytes:
    out = BytesIO()
    made.save(out, kind, **more)
    return out.getvalue()


def grain() -> bytes:
    """As heavy as a photograph of gravel: more bytes than most channels take."""
    random = np.random.default_rng(3)
    soft = np.asarray(Image.open(BytesIO(picture(2200, 1650))), np.int16)
    speckled = soft + random.integers(-60, 60, soft.shape, dtype=np.int16)
    return saved(Image.fromarray(np.clip(speckled, 0, 255).astype(np.uint8)), "JPEG", quality=95)


def sixteen_bits() -> bytes:
    levels = np.linspace(0, 65535, 1200 * 900).reshape(900, 1200).astype(np.uint16)
    return saved(Image.fromarray(levels), "PNG")


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: a quarter turn
    return picture(2000, 1000, kind="JPEG", exif=exif)


PHOTOS: Mapping[str, Callable[[], bytes]] = {
    "gravel": grain,
    "12,000 pixels wide": lambda: picture(12_000, 1_000, kind="JPEG"),
    "a tower": lambda: picture(500, 6_000, kind="JPEG"),
    "a hair beyond 1.91:1": lambda: picture(1_915, 1_000, kind="JPEG"),
    "for print": lambda: picture(2_000, 1_500, mode="CMYK", kind="JPEG"),
    "sixteen bits": sixteen_bits,
    "turned by its EXIF": turned,
    "see-through": lambda: picture(1_600, 1_600, mode="RGBA"),
    "small": lambda: picture(90, 60),
}


@pytest.mark.parametrize("photo", PHOTOS)
async def test_a_photo_is_made_fit_for_every_channel_before_approval(photo: str) -> None:
    upright, creative = clean_upload(PHOTOS[photo]()), Creative()
    assert photo != "turned by its EXIF" or upright.height > upright.width
    for name, options in ACCOUNTS:
        channel, account = CHANNELS[name], blank_account(name, options=options)
        made = (await creative.upload_for(upright.data, channel.capabilities_for(account))).picture
        assert made is not None, name
        opened = Image.open(BytesIO(made.data))
        assert opened.get_format_mimetype() == made.mime and opened.size == (made.width, made.height)
        assert opened.mode in ("RGB", "RGBA") and not opened.getexif()
        medium = Medium(
            sha256="a" * 64, mime=made.mime, size=len(made.data), width=made.width, height=made.height, alt="Velos"
        )
        link = "https://velo.example/neu"
        content = Content(text="Velos\n\nNeu ab heute.", title="Velos", media=(medium,), link=link)
        assert channel.validate(channel.build(content, account), account) == (), name


@pytest.mark.parametrize("many", [1, 3])
def test_a_gif_is_refused_with_what_to_send_instead(many: int) -> None:
    frames = [Image.open(BytesIO(picture(300, 200, turn=45 * number))) for number in range(many)]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(PictureRefused) as refused:
        clean_upload(moving)
    assert refused.value.sentence() == "This is a GIF, not a picture we can use. Send a PNG, JPEG or WebP file."


def test_a_moving_webp_is_refused_too() -> None:
    frames = [Image.open(BytesIO(picture(300, 200, turn=45 * number))) for number in range(3)]
    with pytest.raises(PictureRefused, match="animation"):
        clean_upload(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
