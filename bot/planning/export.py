"""A calendar as a file: CSV that no spreadsheet runs anything of, or JSON. What is written can be read in again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Final

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would begin to calculate at


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a calendar, in words; `id` is its draft's."""

    id: str
    date: str
    time: str
    zone: str
    accounts: tuple[str, ...]
    state: str
    title: str
    text: str = ""
    topic: str = ""
    picture: str = ""
    link: str = ""
    hashtags: tuple[str, ...] = ()
    campaign: str = ""
    pillar: str = ""


def as_csv(lines: Iterable[Line]) -> bytes:
    """RFC 4180, in UTF-8 with a mark, without which Excel takes it for something else."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(field.name for field in fields(Line))
    for line in lines:
        writer.writerow(harmless(", ".join(v) if isinstance(v, tuple) else str(v)) for v in asdict(line).values())
    return out.getvalue().encode("utf-8-sig", "replace")


def as_json(lines: Iterable[Line]) -> bytes:
    return json.dumps({"entries": [asdict(line) for line in lines]}, ensure_ascii=False, indent=1).encode(
        "utf-8", "replace"
    )


def harmless(cell: str) -> str:
    """A cell that is no formula: reading it in takes the mark off again (OWASP, CSV injection:
    https://owasp.org/www-community/attacks/CSV_Injection).
    """
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
