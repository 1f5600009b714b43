"""Pictures as the pages of a PDF: their bytes unchanged, their alt texts with them, the same file each time."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.artwork.fit import CARD, fit_picture
from bot.channels.pages import OVERHEAD_BYTES, Page, as_pdf
from bot.channels.pages_read import page_count, pictures_in
from tests.bot.channels.photos import picture
from tests.fakes.pdf_reader import pages_of, title_of

ALT = "Rotes Velo (neu) \\ 🥖"
KINDS = [
    picture(40, 30, kind="JPEG"),
    picture(40, 30, kind="JPEG", progressive=True),
    picture(40, 30, mode="L", kind="JPEG"),
    picture(40, 30),
    picture(41, 30, mode="L"),
    picture(41, 30, mode="P"),
    picture(41, 30, mode="1"),
]


@pytest.mark.parametrize("data", KINDS)
def test_a_picture_lies_in_the_file_as_it_was(data: bytes) -> None:
    [page] = pages_of(as_pdf([Page(data, ALT)], title="Velos", language="de"))
    assert page.picture in data and len(page.picture) > 0.5 * (len(data) - 1000)
    assert (data.startswith(b"\xff\xd8") and page.picture == data) or "FlateDecode" in page.how
    with Image.open(BytesIO(data)) as opened:
        assert (page.width, page.height) == opened.size
    assert page.alt == ALT


def test_a_jpeg_keeps_what_it_says_of_its_origin_and_so_does_a_png() -> None:
    for data in (picture(400, 300, kind="JPEG"), picture(400, 300)):
        fitted = fit_picture(
            data, mimes=("image/jpeg", "image/png"), max_bytes=10**6, max_width=400, max_height=400, source=CARD
        )
        assert f"digitalsourcetype/{CARD}".encode() in as_pdf([Page(fitted.data)], title="", language="en")


def test_a_transparent_picture_keeps_every_pixel() -> None:
    data = picture(40, 30, mode="RGBA")
    document = as_pdf([Page(data)], title="Velos", language="de")
    [page] = pages_of(document)
    with Image.open(BytesIO(data)) as opened:
        assert zlib.decompress(page.picture) == opened.convert("RGB").tobytes()
        assert zlib.compress(opened.getchannel("A").tobytes(), 9) in document
    assert "/SMask" in page.how and page.alt == ""


def test_its_pictures_are_found_again_where_they_can_be_told() -> None:
    pdf = as_pdf([Page(data, ALT) for data in KINDS], title="Velos", language="de")
    found = pictures_in(pdf)
    assert found is not None and page_count(pdf) == len(found) == len(KINDS)
    for mine, data in zip(found, KINDS, strict=True):
        with Image.open(BytesIO(mine)) as one, Image.open(BytesIO(data)) as other:
            assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
    veiled = as_pdf([Page(picture(40, 30, mode="RGBA"))], title="", language="de")
    assert (page_count(veiled), pictures_in(veiled)) == (1, None), "packed anew: its rows are no PNG's"


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 400))
def test_what_is_no_such_document_tells_nothing(noise: bytes, start: int, end: int) -> None:
    pdf = as_pdf([Page(KINDS[0]), Page(KINDS[3])], title="Velos", language="de")
    for data in (noise, pdf[:start] + noise + pdf[end:], pdf[: -end or None]):
        assert len(pictures_in(data) or ()) in (0, page_count(data) or 0)


def test_the_same_pictures_make_the_same_file_and_others_another() -> None:
    made = as_pdf([Page(data, ALT) for data in KINDS], title="Velos", language="de")
    assert made == as_pdf([Page(data, ALT) for data in KINDS], title="Velos", language="de")
    assert made != as_pdf([Page(data, ALT) for data in reversed(KINDS)], title="Velos", language="de")
    assert made != as_pdf([Page(data, "") for data in KINDS], title="Velos", language="de")
    assert len(made) <= sum(len(data) + 4 * len(ALT) + OVERHEAD_BYTES for data in KINDS)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.text(max_size=30))
def test_any_words_stay_words(alts: list[str], title: str) -> None:
    made = as_pdf([Page(KINDS[0], alt) for alt in alts], title=title, language="en")
    assert [page.alt for page in pages_of(made)] == alts and title_of(made) == title


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + bytes(99), picture(9, 9, mode="CMYK", kind="JPEG")]
)
def test_what_is_no_page_is_said_so(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^n"):
        as_pdf([Page(data)], title="", language="en")


@given(st.sampled_from([*KINDS, picture(9, 9, mode="RGBA")]), st.data())
def test_a_broken_picture_is_a_page_or_said_to_be_none(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    changed = (
        data[:at] + draw.draw(st.binary(min_size=1, max_size=4)) + data[at + 1 : draw.draw(st.integers(at, len(data)))]
    )
    try:
        assert len(pages_of(as_pdf([Page(changed)], title="", language="en"))) == 1
    except ValueError as error:
        assert str(error).startswith("n")
