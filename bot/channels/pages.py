"""Pictures as the pages of a PDF: each page is one picture, at a point a pixel, and carries its alt text.

The pictures' bytes go in as they are: a JPEG whole, of a PNG its compressed rows; only a PNG that is transparent or
interlaced, which PDF cannot hold, is packed anew without loss. No time and no random id goes in, so the same pictures,
alt texts and title make the same file. ISO 32000-1 (PDF 1.7): 7.4.8 and 7.4.4 for the two ways of packing, 14.7 and
14.9.3 for the structure that carries alt texts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image, UnidentifiedImageError

OVERHEAD_BYTES = 1500  # at most this much a page beside its picture and alt text
_PNG = b"\x89PNG\r\n\x1a\n"
_XMP = b"XML:com.adobe.xmp\0\0\0\0\0"  # of an iTXt chunk: not compressed, no language
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # JPEG markers that tell width and height
_BARE = {0x01, *range(0xD0, 0xD8)}  # markers without a length


@dataclass(frozen=True, slots=True)
class Page:
    """`data`: JPEG or PNG; `alt`: empty where the picture says nothing."""

    data: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A picture as PDF holds it; `how` are the entries that tell a reader how to unpack it."""

    width: int
    height: int
    how: str
    data: bytes
    alpha: bytes = b""
    origin: bytes = b""  # the XMP that a PNG says where it is from in; a JPEG keeps its own


def as_pdf(pages: Sequence[Page], *, title: str, language: str) -> bytes:
    """The document. Raises ValueError for no pages, and for what is neither JPEG nor PNG."""
    if not pages:
        raise ValueError("no pages")
    objects: list[bytes] = [b""] * 4
    kids, figures = [], []
    parents: list[str] = []
    for number, page in enumerate(pages):
        packed = _packed(page.data)
        alpha = ""
        if packed.alpha:
            grey = f"/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode{_size(packed)}"
            alpha = f"/SMask {_add(objects, _stream(f'/Type/XObject/Subtype/Image{grey}', packed.alpha))} 0 R"
        origin = ""
        if packed.origin:
            origin = f"/Metadata {_add(objects, _stream('/Type/Metadata/Subtype/XML', packed.origin))} 0 R"
        how = f"/Type/XObject/Subtype/Image{_size(packed)}{packed.how}{alpha}{origin}"
        picture = _add(objects, _stream(how, packed.data))
        mark = "/Figure<</MCID 0>>BDC" if page.alt else "/Artifact BMC"
        drawn = f"{mark} q {packed.width} 0 0 {packed.height} 0 0 cm /P Do Q EMC".encode()
        content = _add(objects, _stream("", drawn))
        box = f"[0 0 {packed.width} {packed.height}]"
        marked = f"/StructParents {number}/Tabs/S" if page.alt else ""
        shown = f"/MediaBox{box}/Resources<</XObject<</P {picture} 0 R>>>>/Contents {content} 0 R{marked}"
        kid = _add(objects, f"<</Type/Page/Parent 2 0 R{shown}>>".encode())
        kids.append(f"{kid} 0 R")
        if page.alt:
            layout = f"/A<</O/Layout/Placement/Block/BBox{box}>>"
            said = f"<</Type/StructElem/S/Figure/P 4 0 R/Pg {kid} 0 R/K 0/Alt {_text(page.alt)}{layout}>>"
            figures.append(f"{_add(objects, said.encode())} 0 R")
            parents.append(f"{number} [{figures[-1]}]")
    named = f"/Lang {_text(language)}/ViewerPreferences<</DisplayDocTitle true>>"
    objects[0] = f"<</Type/Catalog/Pages 2 0 R/StructTreeRoot 3 0 R/MarkInfo<</Marked true>>{named}>>".encode()
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    tree = f"/ParentTree<</Nums[{' '.join(parents)}]>>/ParentTreeNextKey {len(pages)}"
    objects[2] = f"<</Type/StructTreeRoot/K[4 0 R]{tree}>>".encode()
    objects[3] = f"<</Type/StructElem/S/Document/P 3 0 R/K[{' '.join(figures)}]>>".encode()
    return _written(objects, f"<</Title {_text(title)}>>".encode())


def _written(objects: list[bytes], about: bytes) -> bytes:
    info = _add(objects, about)
    out = BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\n" % (len(objects) + 1, info))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _add(objects: list[bytes], body: bytes) -> int:
    objects.append(body)
    return len(objects)


def _stream(entries: str, data: bytes) -> bytes:
    return f"<<{entries}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


def _size(packed: _Packed) -> str:
    return f"/Width {packed.width}/Height {packed.height}"


def _text(text: str) -> str:
    """Any words as a PDF string: UTF-16 in hexadecimal, so that nothing in them means anything."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _packed(data: bytes) -> _Packed:
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    raise ValueError("neither JPEG nor PNG")


def _jpeg(data: bytes) -> _Packed:
    """Whole: PDF's own way of packing. Raises ValueError for CMYK, which readers take for different colours."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            bits, height, width, colours = struct.unpack(">BHHB", data[at + 4 : at + 10])
            if colours not in (1, 3) or bits != 8 or not width or not height:
                break
            space = "DeviceGray" if colours == 1 else "DeviceRGB"
            return _Packed(width, height, f"/ColorSpace/{space}/BitsPerComponent 8/Filter/DCTDecode", data)
        if marker == 0xFF:  # a filler
            at += 1
            continue
        at += 2 if marker in _BARE else 2 + int.from_bytes(data[at + 2 : at + 4])
    raise ValueError("no JPEG that a page can show")


def _png(data: bytes) -> _Packed:
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise ValueError("no PNG")
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    named = {name: body for name, body in chunks if name in (b"PLTE", b"tRNS")}
    rows = b"".join(body for name, body in chunks if name == b"IDAT")
    origin = next((body[len(_XMP) :] for name, body in chunks if name == b"iTXt" and body.startswith(_XMP)), b"")
    if kind not in (0, 2, 3) or interlaced or b"tRNS" in named:
        return replace(_packed_anew(data), origin=origin)
    if not rows or not width or not height or (kind == 3 and b"PLTE" not in named):
        raise ValueError("no PNG")
    palette = named.get(b"PLTE", b"")
    space = {0: "/DeviceGray", 2: "/DeviceRGB", 3: ""}[kind]
    space = space or f"[/Indexed/DeviceRGB {len(palette) // 3 - 1}<{palette.hex().upper()}>]"
    colours = 3 if kind == 2 else 1
    filtered = f"/DecodeParms<</Predictor 15/Colors {colours}/BitsPerComponent {bits}/Columns {width}>>"
    how = f"/ColorSpace{space}/BitsPerComponent {bits}/Filter/FlateDecode{filtered}"
    return _Packed(width, height, how, rows, origin=origin)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each, as far as they are whole."""
    at = len(_PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        if at + 12 + length > len(data):
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def _packed_anew(data: bytes) -> _Packed:
    try:
        with Image.open(BytesIO(data), formats=("PNG",)) as opened:
            picture = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("no PNG") from error
    colours = zlib.compress(picture.convert("RGB").tobytes(), 9)
    alpha = zlib.compress(picture.getchannel("A").tobytes(), 9)
    how = "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode"
    return _Packed(picture.width, picture.height, how, colours, alpha)
