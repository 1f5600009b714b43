from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from bot.artwork.picture import PictureRefused
from bot.artwork.uploads import clean, clean_upload, portrait
from tests.bot.artwork.samples import encoded, opened, photo


def with_location(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCameraMaker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 36.5)
    return encoded(photo(), "JPEG", quality=90, exif=exif.tobytes(), comment=b"SecretComment")


def test_camera_and_location_are_gone() -> None:
    data = with_location()
    assert b"SecretCameraMaker" in data
    assert dict(opened(data).getexif().get_ifd(0x8825))
    picture = clean_upload(data)
    assert b"Secret" not in picture.data
    assert not opened(picture.data).getexif()


def test_a_turned_photo_stands_upright() -> None:
    picture = clean_upload(with_location(orientation=6))
    assert (picture.width, picture.height) == (480, 640)
    turned = np.asarray(photo().rotate(-90, expand=True), np.int16)
    assert np.abs(np.asarray(opened(picture.data), np.int16) - turned).mean() < 6


def test_png_text_and_trailing_bytes_are_gone() -> None:
    info = PngInfo()
    info.add_text("Author", "SecretName")
    data = encoded(photo(), "PNG", pnginfo=info) + b"<?php SecretPayload"
    picture = clean_upload(data)
    assert picture.mime == "image/png"
    assert b"Secret" not in picture.data
    assert np.array_equal(np.asarray(opened(picture.data)), np.asarray(photo()))


def test_transparency_is_kept() -> None:
    mark = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    mark.paste((255, 255, 255, 255), (20, 20, 180, 80))
    picture = clean_upload(encoded(mark, "WEBP", lossless=True))
    assert picture.mime == "image/png"
    assert opened(picture.data).getchannel("A").getextrema() == (0, 255)


def test_an_unused_alpha_channel_does_not_make_a_photo_a_png() -> None:
    assert clean_upload(encoded(photo().convert("RGBA"), "WEBP", quality=90)).mime == "image/jpeg"


def test_colours_of_another_profile_become_srgb() -> None:
    lab_free = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = encoded(photo(), "JPEG", quality=95, icc_profile=lab_free.tobytes())
    picture = opened(clean_upload(data).data)
    assert "icc_profile" not in picture.info
    assert np.abs(np.asarray(picture, np.int16) - np.asarray(photo(), np.int16)).mean() < 6


def test_a_broken_profile_does_not_cost_the_picture() -> None:
    assert clean_upload(encoded(photo(), "PNG", icc_profile=b"\0" * 200)).width == 640


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "I;16", "LA"])
def test_every_way_to_store_pixels_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = (
        photo(200, 150).convert("L").convert("I").point(lambda value: value * 257)
        if mode == "I;16"
        else photo(200, 150)
    )
    picture = clean_upload(encoded(source.convert(mode), kind))
    assert opened(picture.data).mode in ("RGB", "RGBA")
    assert (picture.width, picture.height) == (200, 150)


def png_header(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    rest = b"IDAT" + zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", len(rest) - 4) + rest + struct.pack(">I", zlib.crc32(rest))


@pytest.mark.parametrize(("width", "height"), [(7000, 7000), (100_000, 100_000), (40_000_001, 1)])
def test_bombs_are_refused_before_they_unfold(width: int, height: int) -> None:
    with pytest.raises(PictureRefused, match="megapixels"):
        clean_upload(png_header(width, height))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (SVG, "an SVG"),
        (b'<?xml version="1.0"?>' + SVG, "an SVG"),
        (encoded(photo(64, 64), "GIF"), "a GIF"),
        (b"%PDF-1.7\n", "a PDF"),
        (encoded(photo(64, 64), "TIFF"), "a TIFF"),
        (encoded(photo(64, 64), "BMP"), "a bitmap"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"", "another kind"),
        (b"hello", "another kind"),
    ],
)
def test_other_kinds_are_refused_by_name_and_with_a_way_on(data: bytes, named: str) -> None:
    with pytest.raises(PictureRefused, match=named) as refused:
        clean_upload(data)
    assert refused.value.do_next == "Send a PNG, JPEG or WebP file."


def test_animations_are_refused() -> None:
    frames = [photo(64, 64, seed) for seed in (1, 2)]
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(PictureRefused, match="animation"):
        clean_upload(out.getvalue())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_file_is_refused(kind: str) -> None:
    data = encoded(photo(), kind)
    with pytest.raises(PictureRefused, match=r"damaged|another kind"):
        clean_upload(data[: len(data) // 2])


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PictureRefused, match="30 MB"):
        clean_upload(b"\xff\xd8\xff" + b"\0" * 30_000_001)


@pytest.mark.parametrize("colour", ["white", "black", "#3366cc"])
def test_a_plain_surface_is_refused(colour: str) -> None:
    with pytest.raises(PictureRefused, match="plain surface"):
        clean_upload(encoded(Image.new("RGB", (300, 200), colour)))


def test_a_white_logo_on_nothing_is_not_blank() -> None:
    mark = Image.new("RGBA", (200, 200), (255, 255, 255, 0))
    mark.paste((255, 255, 255, 255), (50, 50, 150, 150))
    assert clean_upload(encoded(mark)).mime == "image/png"


@given(
    st.binary(max_size=300), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\x24\0\0\0WEBP", b""])
)
@settings(max_examples=150, deadline=None)
def test_no_bytes_cause_anything_but_a_refusal(tail: bytes, magic: bytes) -> None:
    with pytest.raises(PictureRefused) as refused:
        clean_upload(magic + tail)
    assert refused.value.what.endswith(".")
    assert refused.value.do_next


async def test_cleaning_off_the_loop_gives_the_same() -> None:
    data = with_location()
    assert await clean(data) == clean_upload(data)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_a_portrait_is_a_small_square_without_anything_else(mode: str) -> None:
    drawn = Image.new("RGB", (400, 200), "red")
    drawn.paste("blue", (100, 0, 300, 200))
    said = PngInfo()
    said.add_text("place", "47.37 N")
    out = BytesIO()
    drawn.convert(mode).save(out, "PNG", pnginfo=said)
    data = portrait(out.getvalue() + b"<script>", 144)
    with Image.open(BytesIO(data)) as found:
        assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (144, 144))
        left, right = (found.getpixel((x, 72)) for x in (2, 141))
        assert isinstance(left, tuple) and left == right, "cut evenly"
        assert mode == "L" or left[2] > 200 > left[0], "only the middle is left"
    assert b"47.37" not in data and b"script" not in data and len(data) < 10_000


def test_what_is_transparent_in_a_portrait_is_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(portrait(out.getvalue(), 144))) as found:
        assert found.getpixel((70, 70)) == (255, 255, 255)
    with pytest.raises(PictureRefused):
        portrait(b"<svg onload=alert(1)>", 144)
