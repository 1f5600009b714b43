"""A file of numbers is read whole, and what is wrong is said by line; nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.insights.numbers_csv import MOST_BYTES, read_numbers

GOOD = "post,read_at,views,likes\np_1,2026-11-24,1204,\np_2,2026-11-24T09:00:00+01:00,0,3\n"


@pytest.mark.parametrize(
    "text", [GOOD, "\ufeff" + GOOD, GOOD.replace(",", ";"), GOOD.replace("\n", "\r\n"), GOOD + "\n"]
)
def test_a_file_as_spreadsheets_write_it_is_read_and_an_empty_cell_is_missing(text: str) -> None:
    lines, problems = read_numbers(text.encode(), "Europe/Zurich")
    assert not problems and [(each.number, each.post, each.counts) for each in lines] == [
        (2, "p_1", {"views": 1204}),
        (3, "p_2", {"views": 0, "likes": 3}),
    ]
    assert lines[0].at.astimezone(UTC) == datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("post,views\np_1,3\n", 1, "must name the columns"),
        ("post,read_at,views,views\n", 1, "same name"),
        ("post,read_at,Views per day\n", 1, "no name of a number"),
        (GOOD + "p_3,24.11.2026,1,2\n", 4, "is no time"),
        (GOOD + "p_3,2026-11-24,1'204,2\n", 4, "no whole number"),
        (GOOD + "p_3,2026-11-24,-3,2\n", 4, "no whole number"),
        (GOOD + "p_3,2026-11-24,1\n", 4, "3 cells"),
        (GOOD + "p_3,2026-11-24,,\n", 4, "no number"),
        (GOOD + "p_1,2026-11-24,5,5\n", 4, "line 2 already"),
        ("post,read_at,views\n", 0, "no line"),
        ("", 1, "must name the columns"),
    ],
)
def test_what_is_wrong_is_said_by_line(text: str, line: int, said: str) -> None:
    _, [problem] = read_numbers(text.encode(), "UTC")
    assert problem.line == line and said in problem.what


@given(st.binary(max_size=300))
@example(b"a\rb")
def test_no_file_breaks_it(data: bytes) -> None:
    lines, problems = read_numbers(data, "UTC")
    assert lines or problems


def test_lines_may_end_as_on_old_macs_and_an_endless_cell_is_said_by_line() -> None:
    lines, problems = read_numbers(b"post,read_at,views\rp_1,2026-11-24,12\rp_2,2026-11-24,13\r", "UTC")
    assert not problems and [each.counts for each in lines] == [{"views": 12}, {"views": 13}]
    lines, [problem] = read_numbers(b"post,read_at,views\np_1,2026-11-24,12\np_2," + b"x" * 200_000, "UTC")
    assert not lines and problem.line == 3 and "From here on" in problem.what


def test_a_file_that_is_too_large_or_no_text_says_so() -> None:
    assert "5 MB" in read_numbers(b"x" * (MOST_BYTES + 1), "UTC")[1][0].what
    assert "UTF-8" in read_numbers("post,read_at,ä\n".encode("latin-1"), "UTC")[1][0].what
