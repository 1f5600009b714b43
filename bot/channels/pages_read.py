"""The pictures of a PDF's pages, as far as they can be had without a PDF reader: enough to compare a document.

Whoever shows a document may write it anew. What is understood is what such documents are made of here
(`bot.channels.pages`): pages that hold one picture each, a JPEG or the rows of a PNG. Everything else cannot be told.
"""

from __future__ import annotations

import re
import struct
import zlib

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_IMAGE = re.compile(rb"/Subtype\s*/Image(?![A-Za-z])")
_STREAM = re.compile(rb"\bstream\r?\n")
_MOST_ENTRIES = 20_000  # bytes of what is said of one picture, a palette included


def page_count(pdf: bytes) -> int | None:
    """How many pages it has; None where it does not say so in clear, as when its objects are packed."""
    return len(_PAGE.findall(pdf)) or None


def pictures_in(pdf: bytes) -> list[bytes] | None:
    """One picture a page as a file of its own, JPEG or PNG, in the file's order; None where that cannot be told."""
    found = []
    veils = {int(number) for number in re.findall(rb"/SMask (\d+) 0 R", pdf)}
    for image in _IMAGE.finditer(pdf):
        start = pdf.rfind(b" obj", 0, image.start())
        begins = _STREAM.search(pdf, image.end(), image.end() + _MOST_ENTRIES)
        number = re.search(rb"(\d+) \d+$", pdf[max(0, start - 20) : start]) if start >= 0 else None
        if begins is None or number is None:
            return None
        if int(number[1]) in veils:
            continue
        picture = _picture(pdf[start : begins.start()], pdf, begins.end())
        if picture is None:
            return None
        found.append(picture)
    return found if found and len(found) == page_count(pdf) else None


def _picture(said: bytes, pdf: bytes, at: int) -> bytes | None:
    length = re.search(rb"/Length (\d+)(?! \d+ R)", said)
    if length is None:
        return None
    data = pdf[at : at + int(length[1])]
    if re.search(rb"/Filter\s*\[?\s*/DCTDecode", said):
        return data
    numbers = {name: re.search(rb"/%b (\d+)" % name, said) for name in (b"Width", b"Height", b"BitsPerComponent")}
    width, height, bits = (int(each[1]) if each else 0 for each in numbers.values())
    if not re.search(rb"/Filter\s*\[?\s*/FlateDecode", said) or b"/Predictor 15" not in said or not width:
        return None
    palette = re.search(rb"/Indexed\s*/DeviceRGB \d+\s*<([0-9A-Fa-f]+)>", said)
    kind = 3 if palette else 2 if b"/DeviceRGB" in said else 0 if b"/DeviceGray" in said else None
    if kind is None:
        return None
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))]
    chunks += [(b"PLTE", bytes.fromhex(palette[1].decode()))] if palette else []
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in (*chunks, (b"IDAT", data), (b"IEND", b"")))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
