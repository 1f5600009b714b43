"""No place, camera, name or preview of a picture that somebody sent is in the bytes that go out."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.artwork.fit import AI_IMAGE, CARD, UPLOAD, fit_picture
from bot.artwork.uploads import clean_upload
from tests.bot.artwork.samples import photo

SECRETS = (
    b"Anna Meier",
    b"SecretCam",
    b"0815-SERIAL",
    b"47.3769",
    b"Bahnhofstrasse",
    b"copyright-of-anna",
    b"LensOfAnna",
)
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    b'exif:GPSLatitude="47.3769" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Anna Meier, Bahnhofstrasse'
    b"</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0f\x1c\x02P\x00\nAnna Meier\x00"
CHANNELS = ((UPLOAD, ("image/jpeg",)), (UPLOAD, ("image/png",)), (AI_IMAGE, ("image/jpeg",)), (CARD, ("image/webp",)))


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010F], found[0x0110] = "SecretCam", "SecretCam X"
    found[0x013B], found[0x8298], found[0x010E] = "Anna Meier", "copyright-of-anna", "Bahnhofstrasse"
    camera: Any = found.get_ifd(0x8769)
    camera[0xA431], camera[0xA434], camera[0x9003] = "0815-SERIAL", "LensOfAnna", "2026:11:20 09:00:00"
    place: Any = found.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (47.0, 22.0, 36.8), "E", (8.0, 32.0, 30.1)
    return found


def sent(kind: str) -> bytes:
    """A photo as telephones and programs send it: EXIF with a place, XMP, IPTC, comments, bytes behind its end."""
    out, picture = BytesIO(), photo(640, 480)
    if kind == "JPEG":
        picture.save(out, kind, exif=exif(), xmp=XMP, comment=b"Anna Meier", icc_profile=b"Anna Meier" * 20)
        data = out.getvalue()
        head = b"\xff\xed" + (len(IPTC) + 2).to_bytes(2, "big") + IPTC
        return data[:2] + head + data[2:] + b"Anna Meier SecretCam"
    if kind == "PNG":
        words = PngInfo()
        words.add_text("Author", "Anna Meier")
        words.add_itxt("XML:com.adobe.xmp", XMP.decode())
        words.add_text("Comment", "Bahnhofstrasse", zip=True)
        picture.save(out, kind, exif=exif(), pnginfo=words)
        return out.getvalue() + b"Anna Meier"
    picture.save(out, kind, exif=exif(), xmp=XMP)
    return out.getvalue()


def leaks(data: bytes) -> list[str]:
    """What a stranger's tool would read out of these bytes."""
    found = [secret.decode() for secret in SECRETS if secret in data]
    with Image.open(BytesIO(data)) as picture:
        read = picture.getexif()
        found += [f"exif {tag:#x}" for tag in read]
        found += [f"ifd {ifd:#x}" for ifd in (0x8769, 0x8825) if read.get_ifd(ifd)]
        found += [name for name in ("comment", "photoshop", "Author", "Comment", "exif") if picture.info.get(name)]
    return found + [each.decode() for each in re.findall(rb"GPS\w+|dc:creator|Photoshop 3\.0", data)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_picture_says_a_lot_when_it_comes(kind: str) -> None:
    assert len(leaks(sent(kind))) > 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_is_kept_says_nothing(kind: str) -> None:
    assert leaks(clean_upload(sent(kind)).data) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("source", "mimes"), CHANNELS)
def test_what_goes_out_says_only_what_kind_of_picture_it_is(kind: str, source: str, mimes: tuple[str, ...]) -> None:
    kept = clean_upload(sent(kind))
    out = fit_picture(
        kept.data,
        mimes=mimes,
        max_bytes=1_000_000,
        max_width=500,
        max_height=500,
        min_ratio=0.5,
        max_ratio=2.0,
        source=source,
    )
    assert leaks(out.data) == []
