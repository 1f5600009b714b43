"""Every picture in its final bytes says where it is from, on every channel that takes pictures, signed and unsigned."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import cast

import pytest
from PIL import Image

from bot.artwork.fit import AI_BACKGROUND, AI_IMAGE, CARD, CHART, SOURCES, UPLOAD
from bot.artwork.picture import Picture
from bot.artwork.provenance import Signer, signer_with_key
from bot.artwork.trial_certificate import make_trial_certificate
from bot.channels.base import Channel
from bot.channels.registry import build_channels
from bot.drafting.copy import CardText
from bot.drafting.creative import Creative
from storage.feed import FeedStore
from storage.team import Brand
from tests.bot.artwork.samples import encoded, photo
from tests.bot.channels.benches import blank_account

CHANNELS: Mapping[str, Channel] = build_channels(cast(FeedStore, None), base_url="https://news.velo.example")
PICTURED = sorted(name for name, channel in CHANNELS.items() if channel.capabilities.images_max)
PHOTO = encoded(photo(800, 800))
WORDS = CardText(headline="Spring starts on two wheels", sub="20% off every bike until 30 April.", cta="Find your bike")
VELO = Brand(
    id="b_1", workspace="w_1", name="Velo", palette=("#0f5c4a",), created_at=datetime(2026, 11, 20, tzinfo=UTC)
)
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
needs_c2pa = pytest.mark.skipif(importlib.util.find_spec("c2pa") is None, reason="the extra c2pa is not installed")


def said(data: bytes) -> str:
    """The digital source type in the XMP of a file."""
    with Image.open(BytesIO(data)) as opened:
        packet: bytes = opened.info.get("xmp") or opened.info.get("XML:com.adobe.xmp", "").encode()
    return packet.decode().partition(IPTC)[2].partition('"')[0]


async def made_for(name: str, source: str, creative: Creative) -> Picture:
    can = CHANNELS[name].capabilities_for(blank_account(name))
    if source in (CARD, AI_BACKGROUND):
        behind = PHOTO if source == AI_BACKGROUND else None
        made = await creative.picture_for(WORDS, VELO, None, can, seed="d_1", language="en", photo=behind)
    else:
        made = await creative.upload_for(PHOTO, can, source=source)
    assert made.picture is not None, made.trouble
    assert len(made.picture.data) <= can.image_max_bytes
    return made.picture


@pytest.mark.parametrize("source", SOURCES)
async def test_the_final_bytes_say_where_a_picture_is_from(source: str) -> None:
    creative = Creative()
    for name in PICTURED:
        picture = await made_for(name, source, creative)
        assert said(picture.data) == picture.source == source, name


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png", "image/webp"])
@pytest.mark.parametrize("source", [CARD, UPLOAD, AI_IMAGE, AI_BACKGROUND, CHART])
async def test_in_every_format(mime: str, source: str) -> None:
    can = replace(CHANNELS["bluesky"].capabilities, image_mimes=(mime,), image_max_bytes=3_000_000)
    made = await Creative().upload_for(PHOTO, can, source=source)
    assert made.picture is not None
    assert made.picture.mime == mime
    assert said(made.picture.data) == source


@pytest.fixture(scope="module")
def signer() -> Signer:
    trial = make_trial_certificate(datetime.now(UTC))
    return signer_with_key(trial.chain, trial.key)


@needs_c2pa
@pytest.mark.parametrize("source", [CARD, AI_IMAGE, AI_BACKGROUND])
async def test_signed_ones_say_it_twice_and_verify_within_the_channels_bytes(signer: Signer, source: str) -> None:
    from c2pa import Reader  # type: ignore[import-not-found,unused-ignore]

    creative = Creative(signer=signer)
    for name in PICTURED:
        picture = await made_for(name, source, creative)
        assert not [problem for problem in picture.problems if "sign" in problem], (name, picture.problems)
        assert said(picture.data) == source, name
        with Reader(picture.mime, BytesIO(picture.data)) as reader:
            found = json.loads(reader.json())
        assert IPTC + source in json.dumps(found["manifests"][found["active_manifest"]]), name
        assert {status["code"] for status in found.get("validation_status", [])} <= {"signingCredential.untrusted"}, (
            name
        )


async def test_a_signer_that_fails_leaves_an_unsigned_picture_and_says_so() -> None:
    broken = Signer("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", lambda _: b"\0" * 64)
    picture = await made_for("bluesky", CARD, Creative(signer=broken))
    assert said(picture.data) == CARD
    assert any("stays unsigned" in problem for problem in picture.problems)
