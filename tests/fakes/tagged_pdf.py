"""A strict reader of what a tagged PDF promises to who cannot see it (PDF/UA-1, ISO 14289-1): faults, in words.

It judges by structure, not by marks: every stroke and letter belongs to one element of the tree or is an artifact, the
tree and its index say the same, and headings, pictures and tables carry what a reader needs of them. What only a
person can judge, such as whether an alternative text says the right thing, is left to tests of their own.
The rules by number: https://pdfa.org/resource/the-matterhorn-protocol/ (1.1).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, cast

from pypdf import PdfReader
from pypdf.generic import ArrayObject, BooleanObject, ContentStream, DictionaryObject, NumberObject, StreamObject

Entries = Mapping[Any, Any]  # of an object, by names with their slash
PAINTS: Final = frozenset({b"Tj", b"TJ", b"'", b'"', b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh"})
INSIDE: Final = {
    "Table": {"THead", "TBody", "TFoot", "TR", "Caption"},
    "THead": {"TR"}, "TBody": {"TR"}, "TFoot": {"TR"}, "TR": {"TH", "TD"},
    "L": {"LI", "L", "Caption"}, "LI": {"Lbl", "LBody"},
}  # fmt: skip
KNOWN: Final = frozenset(
    {
        *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct"),
        *("P", "H1", "H2", "H3", "H4", "H5", "H6", "H", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD"),
        *("THead", "TBody", "TFoot", "Span", "Quote", "Note", "Reference", "Code", "Link", "Annot", "Figure"),
        *("Formula", "Form"),
    }
)


@dataclass
class Element:
    """One of the tree, its children in the order in which they are read; `marks`: (page, number) of its own content."""

    kind: str
    entries: Any
    children: list[Element] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)

    def all(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.all()


@dataclass
class TaggedPdf:
    """`order`: (page, number) in the order in which it is read aloud."""

    faults: list[str]
    root: Element
    order: list[tuple[int, int]]

    @property
    def kinds(self) -> list[str]:
        return [each.kind for each in self.root.all()]

    def of(self, kind: str) -> list[Element]:
        return [each for each in self.root.all() if each.kind == kind]


def read_tagged(data: bytes) -> TaggedPdf:
    """Raises whatever pypdf raises for what is no PDF."""
    reader = PdfReader(io.BytesIO(data), strict=True)
    catalog = _plain(reader.trailer["/Root"])
    faults = [*_promises(catalog, reader)]
    pages = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages) if page.indirect_reference}
    drawn = dict[tuple[int, int], str]()
    for number, page in enumerate(reader.pages):
        found = _Marks(number, drawn, faults)
        found.read(
            ContentStream(page.get_contents(), reader), _plain(page.get("/Resources", DictionaryObject())), reader
        )
        faults += _fonts(_plain(page.get("/Resources", DictionaryObject())), number)
    tree = _plain(catalog.get("/StructTreeRoot", DictionaryObject()))
    roles = {str(k): str(v) for k, v in _plain(tree.get("/RoleMap", DictionaryObject())).items()}
    root, order, owners = Element("", tree), list[tuple[int, int]](), dict[tuple[int, int], int]()
    _grow(root, tree, None, pages, roles, order, owners, faults)
    if len(set(order)) < len(order):
        faults.append("content belongs to two elements")
    if missing := sorted(set(drawn) - set(order)):
        faults.append(f"drawn, and in no element: {missing[:5]}")
    if empty := sorted(set(order) - set(drawn)):
        faults.append(f"in the tree, and drawn nowhere: {empty[:5]}")
    faults += _index(tree, reader, owners)
    faults += _rules(root)
    if order != sorted(order):
        faults.append("what is read aloud jumps back and forth")
    return TaggedPdf(faults, root, order)


def _promises(catalog: Entries, reader: PdfReader) -> Iterator[str]:
    marked = _plain(catalog.get("/MarkInfo", DictionaryObject()))
    if not _true(marked, "/Marked") or _true(marked, "/Suspects"):
        yield "not marked as tagged"
    if not str(catalog.get("/Lang", "")):
        yield "no language"
    window = _plain(catalog.get("/ViewerPreferences", DictionaryObject()))
    if not _true(window, "/DisplayDocTitle"):
        yield "its window shows a file name instead of the title"
    about = catalog.get("/Metadata")
    said = about.get_object().get_data().decode("utf-8", "replace") if about is not None else ""
    if "http://www.aiim.org/pdfua/ns/id/" not in said or "pdfuaid:part>1<" not in said.replace('="1"', ">1<"):
        yield "does not say that it is PDF/UA-1"
    if "dc:title" not in said or not (reader.metadata and reader.metadata.title):
        yield "no title"
    if reader.is_encrypted:
        yield "encrypted"
    for number, page in enumerate(reader.pages):
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield f"page {number}: links do not follow the order of the tree"


class _Marks:
    """Which content of a page belongs where."""

    def __init__(self, page: int, drawn: dict[tuple[int, int], str], faults: list[str]) -> None:
        self.page, self.drawn, self.faults = page, drawn, faults
        self.stack = list[int | str]()  # numbers of elements, "artifact", or "" for marks that mean nothing here

    def read(self, content: ContentStream, resources: Entries, reader: PdfReader) -> None:
        named = _plain(resources.get("/Properties", DictionaryObject()))
        objects = _plain(resources.get("/XObject", DictionaryObject()))
        depth = len(self.stack)
        for operands, operator in content.operations:
            if operator in (b"BDC", b"BMC"):
                self._begin(operands, named)
            elif operator == b"EMC":
                if not self.stack:
                    self.faults.append(f"page {self.page}: a mark ends that never began")
                else:
                    self.stack.pop()
            elif operator in PAINTS or operator == b"INLINE IMAGE":
                self._paint(operator.decode())
            elif operator == b"Do":
                drawn = objects[operands[0]].get_object()
                if drawn.get("/Subtype") == "/Form":
                    inner = _plain(drawn.get("/Resources", resources))
                    self.read(ContentStream(drawn, reader), inner, reader)
                else:
                    self._paint("Do")
        if len(self.stack) != depth:
            self.faults.append(f"page {self.page}: a mark does not end")

    def _begin(self, operands: list[Any], named: Entries) -> None:
        tag = str(operands[0])
        given = operands[1] if len(operands) > 1 else DictionaryObject()
        entries = given if isinstance(given, DictionaryObject) else _plain(named[given])
        inside = [each for each in self.stack if each != ""]
        if tag == "/Artifact":
            if any(isinstance(each, int) for each in inside):
                self.faults.append(f"page {self.page}: an artifact inside an element")
            self.stack.append("artifact")
        elif "/MCID" in entries:
            number = int(entries["/MCID"])
            if inside:
                self.faults.append(f"page {self.page}: element {number} inside another, or inside an artifact")
            if (self.page, number) in self.drawn:
                self.faults.append(f"page {self.page}: the number {number} twice")
            self.drawn[self.page, number] = tag
            self.stack.append(number)
        else:
            self.stack.append("")

    def _paint(self, what: str) -> None:
        if not any(each != "" for each in self.stack):
            self.faults.append(f"page {self.page}: {what} belongs to nothing")


def _grow(
    at: Element,
    entries: Any,
    page: int | None,
    pages: dict[int, int],
    roles: dict[str, str],
    order: list[tuple[int, int]],
    owners: dict[tuple[int, int], int],
    faults: list[str],
) -> None:
    """Children and content of an element, in order."""
    kids = entries.get("/K")
    kids = kids.get_object() if kids is not None else ArrayObject()
    for kid in kids if isinstance(kids, ArrayObject) else [kids]:
        reference = getattr(kid, "indirect_reference", None) or kid
        each: Any = kid.get_object()
        if isinstance(each, NumberObject) or (isinstance(each, DictionaryObject) and each.get("/Type") == "/MCR"):
            number = int(each) if isinstance(each, NumberObject) else int(cast(Any, each["/MCID"]))
            own = None if isinstance(each, NumberObject) else each.raw_get("/Pg") if "/Pg" in each else None
            where = pages[own.idnum] if own is not None else page
            if where is None:
                faults.append(f"content {number} of no page")
                continue
            at.marks.append((where, number))
            order.append((where, number))
            owners[where, number] = at.entries.indirect_reference.idnum if at.entries.indirect_reference else 0
            continue
        if not isinstance(each, DictionaryObject) or each.get("/Type") == "/OBJR":
            continue
        kind = str(each.get("/S", "")).removeprefix("/")
        kind = roles.get(f"/{kind}", f"/{kind}").removeprefix("/")
        if kind not in KNOWN:
            faults.append(f"no reader knows <{kind}>")
        parent = each.raw_get("/P") if "/P" in each else None
        mine = entries.indirect_reference
        if parent is None or mine is None or parent.idnum != mine.idnum:
            faults.append(f"<{kind}> names another parent than the one that it stands in ({reference})")
        child = Element(kind, each)
        at.children.append(child)
        there = pages[each.raw_get("/Pg").idnum] if "/Pg" in each else page
        _grow(child, each, there, pages, roles, order, owners, faults)


def _index(tree: Entries, reader: PdfReader, owners: dict[tuple[int, int], int]) -> Iterator[str]:
    """The index from content to elements says what the tree says."""
    listed = dict(_numbers(_plain(tree["/ParentTree"]))) if "/ParentTree" in tree else {}
    seen = 0
    for number, page in enumerate(reader.pages):
        mine = {mark: owner for (where, mark), owner in owners.items() if where == number}
        if not mine:
            continue
        place: Any = page.get("/StructParents", -1)
        row = listed.get(int(place))
        if not isinstance(row, ArrayObject):
            yield f"page {number} is not in the index"
            continue
        seen += len(row)
        for mark, owner in mine.items():
            if mark >= len(row) or getattr(row[mark], "idnum", None) != owner:
                yield f"page {number}: the index knows another element for {mark} than the tree"
    if seen != len(owners):
        yield "the index holds more, or less, than the tree"


def _numbers(node: Entries) -> Iterator[tuple[int, Any]]:
    for kid in node.get("/Kids", ()):
        yield from _numbers(kid.get_object())
    pairs = list(node.get("/Nums", ()))
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        yield int(key), value.get_object() if isinstance(value.get_object(), ArrayObject) else value


def _rules(root: Element) -> Iterator[str]:
    every = list(root.all())
    levels = [
        int(each.kind[1]) for each in every if len(each.kind) == 2 and each.kind[0] == "H" and each.kind[1:].isdigit()
    ]
    if not levels or levels[0] != 1:
        yield "it does not begin with a heading of the first level"
    if any(then > before + 1 for before, then in pairwise(levels)):
        yield f"a level of headings is left out: {levels}"
    for each in every:
        allowed = INSIDE.get(each.kind)
        if allowed is not None and (wrong := [child.kind for child in each.children if child.kind not in allowed]):
            yield f"<{wrong[0]}> inside <{each.kind}>"
        if each.kind in ("Figure", "Formula") and not str(each.entries.get("/Alt", "")).strip():
            yield f"<{each.kind}> without an alternative text"
        if each.kind == "Lbl" and not (each.marks or each.children):
            yield "a label that says nothing"
        if each.kind == "TH" and _of_table(each, "/Scope") not in ("/Column", "/Row", "/Both"):
            yield "a heading of a table does not say what it heads"
        if each.kind == "Table":
            yield from _table(each)


def _table(table: Element) -> Iterator[str]:
    rows = [row for part in (table, *table.children) for row in part.children if row.kind == "TR"]
    wide = {sum(int(_of_table(cell, "/ColSpan") or 1) for cell in row.children) for row in rows}
    if len(wide) != 1:
        yield f"rows of a table are of different lengths: {sorted(wide)}"
    if not rows or any(cell.kind != "TH" for cell in rows[0].children):
        yield "a table whose first row does not head its columns"


def _of_table(cell: Element, name: str) -> Any:
    found = cell.entries.get("/A", ArrayObject())
    found = found.get_object()
    for each in found if isinstance(found, ArrayObject) else [found]:
        entries = each.get_object()
        if isinstance(entries, DictionaryObject) and entries.get("/O") == "/Table" and name in entries:
            return entries[name]
    return None


def _fonts(resources: Entries, page: int) -> Iterator[str]:
    for name, each in _plain(resources.get("/Font", DictionaryObject())).items():
        font = each.get_object()
        if "/ToUnicode" not in font:
            yield f"page {page}: letters of {name} cannot be read aloud"
        if font.get("/Subtype") == "/Type3":
            continue
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        about = _plain(inner.get("/FontDescriptor", DictionaryObject()))
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(about):
            yield f"page {page}: {name} is not in the file"


def _true(entries: Any, name: str) -> bool:
    found = entries.get(name)
    return isinstance(found, BooleanObject) and bool(found.value)


def _plain(given: Any) -> Entries:
    found = given.get_object()
    if isinstance(found, StreamObject) or not isinstance(found, DictionaryObject):
        raise ValueError(f"no dictionary: {found!r:.80}")
    return found
