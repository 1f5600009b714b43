"""A file of planned posts, as spreadsheets and programs write it, read into rows: nothing in it is believed.

CSV as Excel, Numbers, LibreOffice and Google write it in any country (commas, semicolons or tabs, UTF-8 with or without
a mark, UTF-16, Windows-1252), or JSON as our own export has it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.errors import BadInput

MOST_BYTES: Final = 10_000_000
MOST_ROWS: Final = 5000
MOST_CELL: Final = 20_000  # characters
KEPT: Final = "Nothing was imported."
FIELDS: Final = (
    *("id", "date", "time", "zone", "accounts", "state", "title", "text", "topic", "picture", "link", "hashtags"),
    *("campaign", "pillar"),
)
# What people call the columns, in any case; the export writes the names above.
_NAMES: Final[Mapping[str, str]] = {
    **{name: name for name in FIELDS},
    **dict.fromkeys(("day", "datum", "tag"), "date"),
    **dict.fromkeys(("uhrzeit", "zeit", "clock"), "time"),
    **dict.fromkeys(("timezone", "time zone", "zeitzone"), "zone"),
    **dict.fromkeys(("account", "channel", "channels", "konto", "konten", "kanal", "kanäle"), "accounts"),
    **dict.fromkeys(("post", "copy", "caption", "beitrag"), "text"),
    **dict.fromkeys(("brief", "about", "thema", "idea", "idee"), "topic"),
    **dict.fromkeys(("image", "media", "bild", "foto"), "picture"),
    **dict.fromkeys(("url", "links"), "link"),
    **dict.fromkeys(("tags", "hashtag"), "hashtags"),
    **dict.fromkeys(("kampagne",), "campaign"),
    **dict.fromkeys(("säule", "theme"), "pillar"),
    **dict.fromkeys(("status", "stand"), "state"),
    **dict.fromkeys(("titel", "name"), "title"),
}
IGNORED: Final = frozenset({"state", "title"})  # an export tells them; nobody imports an approval
_FORMULA: Final = re.compile(r"^'(?=[=+\-@\t\r])")  # what the export puts before a formula
_SEPARATORS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where it begins in the file, or its place in a list; `fields` are the cells by our names, trimmed."""

    line: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`unread` are columns that mean nothing here, `read_as` an encoding that is not UTF-8."""

    rows: tuple[Row, ...]
    unread: tuple[str, ...] = ()
    read_as: str = ""


def read_sheet(data: bytes) -> Sheet:
    """The rows that have anything in them. Raises BadInput when the file as a whole cannot be read."""
    if len(data) > MOST_BYTES:
        raise BadInput("This file is larger than 10 MB.", kept=KEPT, do_next="Divide it into several files.")
    if data[:2] == b"PK" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadInput("This is a workbook.", kept=KEPT, do_next="Save it as CSV (UTF-8) in your spreadsheet.")
    text, read_as = _decoded(data)
    if not text.strip():
        raise BadInput("This file is empty.", kept=KEPT)
    sheet = _of_json(text) if text.lstrip()[:1] in "[{" else _of_csv(text)
    if len(sheet.rows) > MOST_ROWS:
        raise BadInput(
            f"This file has {len(sheet.rows)} rows, and one import takes at most {MOST_ROWS}.",
            kept=KEPT,
            do_next="Divide it into several files.",
        )
    if not sheet.rows:
        raise BadInput("There is nothing below the names of the columns.", kept=KEPT)
    return Sheet(sheet.rows, sheet.unread, read_as)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, and how it was read where that is a guess."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), ""
            except UnicodeDecodeError:
                raise _no_text() from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        return (text, "Windows-1252") if "\0" not in text else (_refused(), "")
    return (text, "") if "\0" not in text else (_refused(), "")


def _refused() -> str:
    raise _no_text()


def _no_text() -> BadInput:
    return BadInput("This is no file of text.", kept=KEPT, do_next="Save it as CSV (UTF-8) in your spreadsheet.")


def _of_csv(text: str) -> Sheet:
    skipped = 0
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r"\s*sep=(.)\s*", first)  # Excel's own hint
    if said:
        text, skipped = rest, 1
    separator = said[1] if said and said[1] in _SEPARATORS else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, names, unread, begins = list[Row](), list[str](), tuple[str, ...](), 1
    try:
        for cells in reader:
            line, begins = begins + skipped, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names, unread = _columns(cells)
                continue
            rows.append(Row(line, _cells(zip(names, cells, strict=False))))
            if len(rows) > MOST_ROWS:
                break
    except csv.Error:
        raise BadInput(
            f"The quotation marks do not fit together from line {begins + skipped} on.",
            kept=KEPT,
            do_next='A quotation mark inside a cell is written twice: "".',
        ) from None
    return Sheet(tuple(rows), unread)


def _separator(text: str) -> str:
    """What parts the names of the columns, outside quotation marks."""
    head = re.sub(r'"[^"]*"', "", next((line for line in text.splitlines() if line.strip()), ""))
    return max(_SEPARATORS, key=head.count)


def _columns(cells: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Our names, "" for a column that means nothing here. Raises BadInput."""
    said = [" ".join(cell.split()) for cell in cells]
    names = [_NAMES.get(each.casefold().strip(":*"), "") for each in said]
    missing = [name for name in ("date", "time") if name not in names]
    if missing or not {"text", "topic"} & set(names):
        wanted = missing or ["text"]
        raise BadInput(
            f"The first line must name the columns, and {' and '.join(wanted)} is not among them.",
            kept=KEPT,
            do_next=f"The columns are: {', '.join(name for name in FIELDS if name not in IGNORED)}.",
        )
    twice = next((name for name in names if name and names.count(name) > 1), "")
    if twice:
        raise BadInput(f"Two columns are called {twice}.", kept=KEPT, do_next="Keep one of them.")
    return names, tuple(each[:40] for each, name in zip(said, names, strict=True) if each and not name)[:10]


def _of_json(text: str) -> Sheet:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("This is no whole JSON.", kept=KEPT) from None
    items = found.get("entries") if isinstance(found, dict) else found
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise BadInput(
            "This JSON holds no list of entries.", kept=KEPT, do_next='It looks like {"entries": [{"date": …}, …]}.'
        )
    rows, unread = list[Row](), dict[str, None]()
    for line, each in enumerate(items, 1):
        cells: list[tuple[str, str]] = []
        for name, value in each.items():
            known = _NAMES.get(str(name).casefold(), "")
            if not known:
                unread[str(name)[:40]] = None
            cells.append((known, _plain(value)))
        if any(value.strip() for _, value in cells):
            rows.append(Row(line, _cells(cells)))
    return Sheet(tuple(rows), tuple(unread)[:10])


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value if isinstance(each, str | int))
    return "" if value is None or isinstance(value, dict | bool) else str(value)


def _cells(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: _FORMULA.sub("", value.strip())[: MOST_CELL + 1] for name, value in pairs if name and value.strip()}
