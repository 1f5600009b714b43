"""A strict reader of the PDFs that AdMind makes: each offset, length and reference must fit, else ValueError."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ReadPage:
    """`picture`: the bytes of the image as they lie there; `how`: its entries; `alt`: what is said of it."""

    width: int
    height: int
    picture: bytes
    how: str
    alt: str


def pages_of(data: bytes) -> list[ReadPage]:
    """The pages in order, each with one picture that covers it."""
    objects = _objects(data)
    root = _reference(_trailer(data), "Root")
    listed = _match(r"/Count (\d+)/Kids\[([^\]]*)\]", _entries(objects[_reference(_entries(objects[root]), "Pages")]))
    kids = [int(number) for number in re.findall(r"(\d+) 0 R", listed[2])]
    if len(kids) != int(listed[1]) or not kids:
        raise ValueError("the count of pages")
    said = {}
    for body in objects.values():
        entries = _entries(body)
        if "/S/Figure" in entries:
            said[_reference(entries, "Pg")] = _text(_match(r"/Alt (<[0-9A-F]+>)", entries)[1])
    return [_page(objects, kid, said.get(kid, "")) for kid in kids]


def title_of(data: bytes) -> str:
    """As its reader's window shows it."""
    about = _entries(_objects(data)[_reference(_trailer(data), "Info")])
    return _text(_match(r"/Title (<[0-9A-F]+>)", about)[1])


def _page(objects: dict[int, bytes], kid: int, alt: str) -> ReadPage:
    page = _entries(objects[kid])
    box = _match(r"/MediaBox\[0 0 (\d+) (\d+)\]", page)
    width, height = int(box[1]), int(box[2])
    how, picture = _stream(objects[int(_match(r"/XObject<</P (\d+) 0 R>>", page)[1])])
    if f"/Width {width}/Height {height}" not in how:
        raise ValueError("a page has the size of its picture")
    _, drawn = _stream(objects[_reference(page, "Contents")])
    if f"q {width} 0 0 {height} 0 0 cm /P Do Q".encode() not in drawn or (b"/MCID 0" in drawn) != bool(alt):
        raise ValueError("what is drawn")
    return ReadPage(width, height, picture, how, alt)


def _objects(data: bytes) -> dict[int, bytes]:
    if not data.startswith(b"%PDF-1.") or not data.endswith(b"%%EOF\n"):
        raise ValueError("no PDF")
    end = re.search(rb"startxref\n(\d+)\n%%EOF\n$", data)
    table = re.compile(rb"xref\n0 (\d+)\n0000000000 65535 f \n((?:\d{10} 00000 n \n)*)trailer\n")
    found = table.match(data, int(end[1])) if end else None
    if found is None or len(found[2]) != 20 * (int(found[1]) - 1):
        raise ValueError("the table of objects")
    objects = {}
    for number in range(1, int(found[1])):
        at = int(found[2][20 * (number - 1) : 20 * (number - 1) + 10])
        head = b"%d 0 obj\n" % number
        if not data.startswith(head, at):
            raise ValueError(f"object {number} is elsewhere")
        body = data[at + len(head) :]
        length = re.match(rb"<<[^\n]*?/Length (\d+)>>\nstream\n", body)
        stop = length.end() + int(length[1]) + len(b"\nendstream") if length else body.find(b"\nendobj\n")
        if not body.startswith(b"\nendobj\n", stop):
            raise ValueError(f"object {number} ends elsewhere")
        objects[number] = body[:stop]
    return objects


def _trailer(data: bytes) -> str:
    return data[data.rindex(b"trailer\n") :].decode("latin-1")


def _entries(body: bytes) -> str:
    return body.partition(b"\nstream\n")[0].decode("latin-1")


def _stream(body: bytes) -> tuple[str, bytes]:
    head, _, rest = body.partition(b"\nstream\n")
    return head.decode("latin-1"), rest.removesuffix(b"\nendstream")


def _reference(entries: str, name: str) -> int:
    return int(_match(rf"/{name} (\d+) 0 R", entries)[1])


def _match(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"nothing like {pattern}")
    return found


def _text(written: str) -> str:
    data = bytes.fromhex(written.strip("<>"))
    if not data.startswith(b"\xfe\xff"):
        raise ValueError("a text without its mark")
    return data[2:].decode("utf-16-be")
