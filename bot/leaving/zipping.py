"""A zip file that is handed on while it is written: never whole in memory, and never on a disk."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MOST_NAME = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would carry these out


class _Sink:
    """What a zip file is written to: it cannot seek, so sizes follow each file (APPNOTE.TXT 4.3.9)."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Zipped:
    """`taken` gives what has been written since the last time; `close` writes the end."""

    def __init__(self, at: datetime) -> None:
        self._sink = _Sink()
        self._at = at.timetuple()[:6]
        self._zip = ZipFile(self._sink, "w", ZIP_DEFLATED)

    def add(self, name: str, data: bytes | str, *, packed: bool = True) -> None:
        """A whole file; `packed` false for what is compressed already."""
        self._zip.writestr(self._info(name, packed), data)

    def open(self, name: str) -> IO[bytes]:
        """A file that is written bit by bit, and closed before the next one."""
        return self._zip.open(self._info(name, True), "w", force_zip64=True)

    def taken(self) -> bytes:
        found, self._sink.parts = b"".join(self._sink.parts), []
        return found

    def close(self) -> None:
        self._zip.close()

    def _info(self, name: str, packed: bool) -> ZipInfo:
        info = ZipInfo(name, self._at)
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info.external_attr = 0o600 << 16
        return info


class Table:
    """A CSV file inside a zip: UTF-8 with a mark that spreadsheets look for, a header, and rows."""

    def __init__(self, zipped: Zipped, name: str, columns: Iterable[str]) -> None:
        self._columns = tuple(columns)
        self._text = io.TextIOWrapper(zipped.open(name), encoding="utf-8-sig", newline="", errors="replace")
        self._rows = csv.writer(self._text)
        self._rows.writerow(self._columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._text.close()

    def row(self, values: Mapping[str, object]) -> None:
        """What looks like a formula gets a ' in front, which spreadsheets do not show."""
        self._rows.writerow([_cell(values.get(column, "")) for column in self._columns])
        self._text.flush()


def file_name(*parts: str) -> str:
    """A name that every system takes, from what people wrote: letters, digits, spaces and dashes, without a path."""
    text = unicodedata.normalize("NFC", " ".join(part for part in parts if part))
    plain = " ".join(re.sub(r"[^\w\- ]+", " ", text).split())
    return plain[:MOST_NAME].strip(" .") or "untitled"


def _cell(value: object) -> str:
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
