from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from bot.artwork.cards import render_card
from bot.artwork.fit import AI_IMAGE, CARD, UPLOAD, alike, fit_picture, picture_hash
from bot.artwork.picture import Picture, PictureRefused
from tests.bot.artwork.samples import VELO, encoded, opened, photo

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"


def fitted(
    data: bytes,
    mimes: tuple[str, ...] = (JPEG, PNG),
    max_bytes: int = 5_000_000,
    max_side: int = 4000,
    min_ratio: float = 0,
    max_ratio: float = 9,
    source: str = UPLOAD,
) -> Picture:
    return fit_picture(
        data, mimes=mimes, max_bytes=max_bytes, max_width=max_side, max_height=max_side, min_ratio=min_ratio,
        max_ratio=max_ratio, source=source,
    )  # fmt: skip


@given(
    width=st.integers(60, 700),
    height=st.integers(60, 700),
    max_bytes=st.sampled_from([9_000, 30_000, 976_560]),
    max_side=st.integers(100, 800),
    low=st.floats(0.3, 1.0),
    high=st.floats(1.0, 2.0),
)
@settings(max_examples=40, deadline=None)
def test_whatever_comes_the_result_keeps_every_limit(
    width: int, height: int, max_bytes: int, max_side: int, low: float, high: float
) -> None:
    try:
        picture = fitted(encoded(photo(width, height), "JPEG"), (JPEG,), max_bytes, max_side, low, high)
    except PictureRefused:
        assert max_bytes == 9_000  # grain in 200 pixels can need more than that
        return
    result = opened(picture.data)
    assert len(picture.data) <= max_bytes
    assert result.size == (picture.width, picture.height)
    assert max(result.size) <= max_side
    assert low <= result.width / result.height <= high


def test_best_quality_that_fits_is_taken() -> None:
    data = encoded(photo(900, 900), "PNG")
    sizes = [len(fitted(data, (JPEG,), limit).data) for limit in (60_000, 120_000, 240_000, 5_000_000)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert sizes[1] > 40_000


def test_pixels_go_only_after_quality() -> None:
    data = encoded(photo(900, 900), "JPEG", quality=95)
    roomy = fitted(data, (JPEG,), 150_000)
    tight = fitted(data, (JPEG,), 12_000)
    assert roomy.width == 900
    assert tight.width < 900
    assert any("scaled down" in problem for problem in tight.problems)


def test_a_picture_is_cut_only_where_its_shape_forces_it_and_it_says_so() -> None:
    wide = encoded(photo(900, 300), "JPEG")
    untouched = fitted(wide, max_ratio=3.0)
    assert untouched.problems == ()
    assert untouched.width == 900
    cut = fitted(wide, max_ratio=1.91)
    assert (cut.width, cut.height) == (573, 300)
    assert cut.problems == ("The channel takes pictures at most 1.91:1; 36% was cut off at the left and right.",)
    tall = fitted(encoded(photo(300, 900), "JPEG"), min_ratio=0.8)
    assert (tall.width, tall.height) == (300, 375)
    assert "top and bottom" in tall.problems[0]


@pytest.mark.parametrize(("width", "height"), [(1915, 1000), (12_000, 1000), (1911, 1000), (799, 1000), (500, 6000)])
def test_no_rounding_takes_a_picture_out_of_its_shape(width: int, height: int) -> None:
    soft = encoded(Image.linear_gradient("L").convert("RGB").resize((width, height)), "JPEG")
    picture = fit_picture(
        soft, mimes=(JPEG,), max_bytes=8_000_000, max_width=1440, max_height=1800, min_ratio=0.8, max_ratio=1.91
    )
    assert 0.8 <= picture.width / picture.height <= 1.91
    assert not any(" 0% was cut" in problem for problem in picture.problems), "what nobody sees"


@pytest.mark.parametrize("mimes", [(JPEG,), (WEBP,), (PNG, JPEG)])
def test_confetti_has_a_picture_too(mimes: tuple[str, ...]) -> None:
    """More bytes than pixels: more than an encoder's buffer holds."""
    noise = Image.fromarray(np.random.default_rng(2).integers(0, 255, (900, 1200, 3), dtype=np.uint8))
    picture = fitted(encoded(noise, "PNG"), mimes, max_bytes=3_000_000)
    assert opened(picture.data).size == (1200, 900)


def test_the_middle_survives_a_cut() -> None:
    picture = Image.new("RGB", (900, 300), "#204060")
    picture.paste("#f0e0c0", (300, 0, 600, 300))
    cut = opened(fitted(encoded(picture, "PNG"), (PNG,), max_ratio=1.0).data)
    assert np.asarray(cut).std((0, 1)).max() < 2


@pytest.mark.parametrize(("mimes", "mime"), [((PNG,), PNG), ((JPEG,), JPEG), ((WEBP,), WEBP)])
@pytest.mark.parametrize("source", [CARD, UPLOAD, AI_IMAGE])
def test_the_origin_is_written_as_iptc_asks(mimes: tuple[str, ...], mime: str, source: str) -> None:
    picture = fitted(encoded(photo(200, 200), "PNG"), mimes, source=source)
    assert picture.mime == mime
    packet = opened(picture.data).info["xmp"]
    about = ElementTree.fromstring(packet.partition(b"?>")[2].rpartition(b"<?xpacket")[0])[0][0]
    key = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert about.attrib[key] == f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}"


def test_an_unknown_origin_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="digital source type"):
        fitted(encoded(photo(64, 64)), source="handmade")


def test_a_logo_keeps_its_transparency_or_stands_on_white() -> None:
    mark = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    mark.paste((20, 90, 60, 255), (50, 50, 150, 150))
    assert opened(fitted(encoded(mark), (JPEG, PNG)).data).mode == "RGBA"
    flat = opened(fitted(encoded(mark), (JPEG,)).data)
    assert flat.getpixel((5, 5)) == (255, 255, 255)


def test_a_photo_sent_as_png_becomes_a_jpeg_before_it_loses_pixels() -> None:
    picture = fitted(encoded(photo(900, 700), "PNG"), (JPEG, PNG), 300_000)
    assert (picture.mime, picture.width) == (JPEG, 900)


def test_a_channel_that_takes_none_of_our_formats_is_refused() -> None:
    with pytest.raises(PictureRefused, match="none of the picture formats"):
        fitted(encoded(photo(64, 64)), ("image/avif",))


def test_bytes_that_cannot_be_reached_are_refused() -> None:
    with pytest.raises(PictureRefused, match="kB"):
        fitted(encoded(photo(800, 800)), (JPEG,), 900)


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = encoded(photo(500, 500), "JPEG")
    assert fitted(data, max_bytes=40_000) == fitted(data, max_bytes=40_000)


def test_a_picture_is_alike_after_the_network_had_it() -> None:
    original = photo(800, 600, 3)
    first = picture_hash(encoded(original, "PNG"))
    smaller = original.resize((400, 300), Image.Resampling.LANCZOS)
    assert alike(first, picture_hash(encoded(smaller, "JPEG", quality=60)))
    assert alike(first, picture_hash(encoded(ImageEnhance.Brightness(original).enhance(1.15), "WEBP")))


def test_other_pictures_are_not_alike() -> None:
    hashes = [picture_hash(encoded(photo(300, 300, seed))) for seed in range(8)]
    assert not any(alike(one, other) for i, one in enumerate(hashes) for other in hashes[i + 1 :])
    cards = [
        picture_hash(render_card(replace(VELO, layout=layout, width=480, height=480)).data)
        for layout in ("editorial", "tiles", "offer")
    ]
    assert not any(alike(one, other) for i, one in enumerate(cards) for other in cards[i + 1 :])
