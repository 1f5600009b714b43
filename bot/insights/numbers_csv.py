"""Numbers that a channel tells nobody but a person, from a CSV file: read, and what is wrong with it said by line.

    post,read_at,views,likes
    p_4x7k2m9q,2026-11-24T09:00:00+01:00,1204,31
    https://example.org/posts/12,2026-11-24,880,

`post` is a post's id or its link; `read_at` when the numbers were read; a day means its end. An empty cell is missing,
never zero; counts are totals so far, not what came in since.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from storage.series import NAME

MOST_BYTES: Final = 5_000_000
MOST_LINES: Final = 20_000
MOST_PROBLEMS: Final = 50
_COUNT: Final = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    post: str
    at: datetime
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1, the head's; 0 is the file as a whole."""

    line: int
    what: str


def read_numbers(data: bytes, zone: str) -> tuple[list[Line], list[Problem]]:
    """All that can be read, and all that is wrong; UTF-8, with commas or semicolons."""
    if len(data) > MOST_BYTES:
        return [], [Problem(0, "The file has more than 5 MB. Split it.")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(0, "The file is not UTF-8. Save it as “CSV UTF-8”.")]
    first = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        return _read(rows, zone)
    except csv.Error:
        return [], [Problem(max(rows.line_num, 1), "From here on it cannot be read as a table: save it as CSV again.")]


def _read(rows: Iterator[list[str]], zone: str) -> tuple[list[Line], list[Problem]]:
    """Raises csv.Error at a cell that is too long, or a line that ends in its middle."""
    head = [each.strip().casefold() for each in next(rows, [])]
    if wrong := _head(head):
        return [], [Problem(1, wrong)]
    lines, problems, seen = list[Line](), list[Problem](), dict[tuple[str, datetime], int]()
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        if number > MOST_LINES:
            problems.append(Problem(number, f"The file has more than {MOST_LINES:,} lines. Split it."))
            break
        found = _line(number, head, row, zone)
        if isinstance(found, Problem):
            problems.append(found)
        elif (found.post, found.at) in seen:
            problems.append(
                Problem(number, f"The same post and time stand in line {seen[found.post, found.at]} already.")
            )
        else:
            seen[found.post, found.at] = number
            lines.append(found)
    if not lines and not problems:
        problems.append(Problem(0, "There is no line with numbers in the file."))
    return lines, problems


def _head(head: list[str]) -> str:
    names = [each for each in head if each not in ("post", "read_at")]
    if "post" not in head or "read_at" not in head or not names:
        return "The first line must name the columns: post, read_at, and one for each number, such as views."
    if len(set(head)) != len(head):
        return "Two columns have the same name."
    if wrong := [each for each in names if not NAME.fullmatch(each)]:
        return f"“{wrong[0][:40]}” is no name of a number: small letters, digits and _ alone."
    return ""


def _line(number: int, head: list[str], row: list[str], zone: str) -> Line | Problem:
    if len(row) != len(head):
        return Problem(number, f"It has {len(row)} cells; the first line has {len(head)}.")
    cells = dict(zip(head, (cell.strip() for cell in row), strict=True))
    if not cells["post"]:
        return Problem(number, "No post is named.")
    at = _at(cells["read_at"], zone)
    if at is None:
        return Problem(number, f"“{cells['read_at'][:40]}” is no time: write 2026-11-24 or 2026-11-24T09:00:00+01:00.")
    counts: dict[str, int] = {}
    for name, cell in cells.items():
        if name in ("post", "read_at") or not cell:
            continue
        if not _COUNT.fullmatch(cell):
            return Problem(number, f"{name}: “{cell[:40]}” is no whole number from 0 on, written in digits alone.")
        counts[name] = int(cell)
    return Line(number, cells["post"], at, counts) if counts else Problem(number, "It has no number.")


def _at(text: str, zone: str) -> datetime | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            following = date.fromisoformat(text) + timedelta(days=1)
            return datetime.combine(following, time(), ZoneInfo(zone)) - timedelta(seconds=1)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))
