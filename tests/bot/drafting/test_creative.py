"""Pictures in final bytes, drawn once per size; a failure is a sentence, never a stop."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from bot.artwork.cards import CardSpec, draw_card
from bot.artwork.picture import Picture
from bot.artwork.uploads import clean_upload
from bot.channels.base import Capabilities
from bot.drafting.copy import CardText
from bot.drafting.creative import Creative
from storage.team import Brand

BRAND = Brand(
    id="b_1", workspace="w_1", name="Velo", palette=("#0a7d5a",), created_at=datetime(2026, 11, 1, tzinfo=UTC)
)
CARD = CardText(
    kicker="Offer", headline="Spring sale", sub="20% off all bikes until 31 May", cta="See the offer", offer="20%"
)
CAN = Capabilities(channel="x", title="X", text_limit=280, unit="characters", images_max=4, picture_size=(800, 800))


async def test_a_card_comes_in_the_channel_s_size_format_and_bytes() -> None:
    can = replace(CAN, image_mimes=("image/png",), image_max_bytes=400_000, picture_size=(640, 800))
    made = await Creative().picture_for(CARD, BRAND, None, can, seed="d_1", language="en")
    assert made.trouble == "" and made.picture is not None
    with Image.open(BytesIO(made.picture.data)) as picture:
        assert picture.format == "PNG" and picture.width / picture.height == pytest.approx(0.8, abs=0.02)
    assert len(made.picture.data) <= 400_000 and made.picture.layout == "offer"


async def test_accounts_of_one_size_share_one_drawing() -> None:
    drawn: list[CardSpec] = []

    async def counted(spec: CardSpec) -> Picture:
        drawn.append(spec)
        return await draw_card(spec)

    maker = Creative(counted)
    smaller = replace(CAN, image_max_bytes=60_000)
    asked = [maker.picture_for(CARD, BRAND, None, can, seed="d_1", language="en") for can in (CAN, smaller, CAN)]
    one, two, three = await asyncio.gather(*asked)
    assert len(drawn) == 1
    assert one.picture is not None and two.picture is not None and three.picture is not None
    assert one.picture.data == three.picture.data and len(two.picture.data) <= 60_000


async def test_a_channel_that_no_picture_suits_gets_a_sentence() -> None:
    impossible = replace(CAN, image_max_bytes=200)
    made = await Creative().picture_for(CARD, BRAND, None, impossible, seed="d_1", language="en")
    assert made.picture is None and made.trouble.endswith("without a picture.")
    broken = await Creative().picture_for(CARD, BRAND, b"no picture", CAN, seed="d_1", language="en")
    assert broken.picture is not None or broken.trouble


async def test_an_upload_is_fitted_to_the_channel() -> None:
    data = BytesIO()
    picture = Image.effect_noise((1600, 900), 80).convert("RGB")
    picture.save(data, "JPEG")
    made = await Creative().upload_for(clean_upload(data.getvalue()).data, replace(CAN, image_max_pixels=(1000, 1000)))
    assert made.picture is not None and max(made.picture.width, made.picture.height) <= 1000
    refused = await Creative().upload_for(clean_upload(data.getvalue()).data, replace(CAN, image_max_bytes=100))
    assert refused.picture is None and "X gets no picture." in refused.trouble
