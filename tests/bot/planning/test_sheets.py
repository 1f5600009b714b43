"""Files of planned posts, as spreadsheets of every country write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.planning.sheet_times import Unclear, instant, order_of, read_clock, read_day
from bot.planning.sheets import MOST_BYTES, MOST_ROWS, Row, read_sheet

HEAD = "date,time,text\n"


@pytest.mark.parametrize(
    "data",
    [
        "date,time,accounts,text\n2026-12-09,09:00,Feed,Grüße; alle\n".encode(),
        "\ufeffdate,time,accounts,text\r\n2026-12-09,09:00,Feed,Grüße; alle\r\n".encode(),
        "Datum;Uhrzeit;Konten;Beitrag\n2026-12-09;09:00;Feed;\"Grüße; alle\"\n".encode(),
        "sep=;\r\nDatum;Uhrzeit;Konten;Beitrag\r\n2026-12-09;09:00;Feed;\"Grüße; alle\"\r\n".encode("cp1252"),
        "Date\tTime\tChannel\tPost\r\n2026-12-09\t09:00\tFeed\tGrüße; alle\r\n".encode("utf-16"),
        '{"entries": [{"date": "2026-12-09", "time": "09:00", "accounts": ["Feed"], "text": "Grüße; alle"}]}'.encode(),
        '[{"Date": "2026-12-09", "time": "09:00", "accounts": "Feed", "text": "Grüße; alle"}]'.encode(),
    ],
    ids=["plain", "mark", "semicolons", "excel", "tabs in UTF-16", "json", "list"],
)  # fmt: skip
def test_each_way_of_writing_gives_the_same_row(data: bytes) -> None:
    [row] = read_sheet(data).rows
    assert row.fields == {"date": "2026-12-09", "time": "09:00", "accounts": "Feed", "text": "Grüße; alle"}


def test_a_row_is_named_by_the_line_where_it_begins() -> None:
    text = 'date,time,text\n\n2026-12-09,09:00,"one\ntwo ""quoted""\nthree"\n,,\n2026-12-10,09:00,four\n'
    assert read_sheet(text.encode()).rows == (
        Row(3, {"date": "2026-12-09", "time": "09:00", "text": 'one\ntwo "quoted"\nthree'}),
        Row(7, {"date": "2026-12-10", "time": "09:00", "text": "four"}),
    )


def test_what_the_export_made_harmless_is_itself_again() -> None:
    [row] = read_sheet((HEAD + "2026-12-09,09:00,'=SUM(A1)\n").encode()).rows
    assert row.fields["text"] == "=SUM(A1)"
    [row] = read_sheet((HEAD + "2026-12-09,09:00,'tis the season\n").encode()).rows
    assert row.fields["text"] == "'tis the season"


def test_a_column_that_means_nothing_is_told_and_an_approval_is_never_read() -> None:
    sheet = read_sheet(b"date,time,text,acount,state\n2026-12-09,09:00,x,Feed,approved\n")
    assert sheet.unread == ("acount",)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04....", "workbook"),
        (b"\x00\x01\x02date", "no file of text"),
        (b"\xff\xfe\x00", "no file of text"),
        (b"when,what\n1,2\n", "date and time"),
        (b"date,time\n1,2\n", "text is not among them"),
        (b"date,day,time,text\n1,2,3,4\n", "Two columns"),
        (HEAD.encode(), "nothing below"),
        (HEAD.encode() + b'2026-12-09,09:00,"open\n', "from line 2 on"),
        (b'{"entries": 3}', "no list of entries"),
        (b'{"entries": [', "no whole JSON"),
        (b"[" * 100_000, "no whole JSON"),
        (b"a" * (MOST_BYTES + 1), "larger than 10 MB"),
        (HEAD.encode() + b"2026-12-09,09:00,x\n" * (MOST_ROWS + 1), "at most 5000"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        read_sheet(data)
    assert refused.value.kept == "Nothing was imported."


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    try:
        read_sheet(HEAD.encode() + data)
        read_sheet(data)
    except BadInput:
        pass


@pytest.mark.parametrize(
    "said",
    ["2026-12-09", "9.12.2026", "09.12.26", "9. 12. 2026", "2026/12/9", "46365", "2026-12-09 00:00:00", "12/9/2026"],
)
def test_a_day_in_each_countrys_way(said: str) -> None:
    assert read_day(said, "month first") == date(2026, 12, 9)


def test_a_day_that_can_be_read_in_two_ways_is_asked_about() -> None:
    with pytest.raises(Unclear, match="two ways"):
        read_day("9/12/2026", "")
    assert read_day("9/12/2026", order_of(["31/12/2026", "9/12/2026"])) == date(2026, 12, 9)
    assert read_day("12/9/2026", order_of(["12/31/2026", "12/9/2026"])) == date(2026, 12, 9)
    assert order_of(["31/12/2026", "12/31/2026"]) == "", "they disagree"
    assert read_day("25/12/2026", "") == date(2026, 12, 25)
    for wrong in ("31.2.2026", "2026-13-01", "soon", "99999999", "13/13/2026"):
        with pytest.raises(Unclear):
            read_day(wrong, "")


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("09:30", time(9, 30)), ("9:30", time(9, 30)), ("9.30", time(9, 30)), ("9:30 AM", time(9, 30)),
        ("9:30pm", time(21, 30)), ("12 am", time(0)), ("12:00 p.m.", time(12)), ("9 Uhr", time(9)),
        ("0.375", time(9)), ("0,5", time(12)), ("09:30:00", time(9, 30)),
    ],
)  # fmt: skip
def test_a_time_in_each_countrys_way(said: str, clock: time) -> None:
    assert read_clock(said) == clock


@pytest.mark.parametrize("said", ["9", "25:00", "13 pm", "noonish", "9:75", ""])
def test_what_is_no_time_is_told(said: str) -> None:
    with pytest.raises(Unclear):
        read_clock(said)


def test_an_hour_that_a_clock_change_skips_is_told_and_one_that_comes_twice_is_the_first() -> None:
    zurich = ZoneInfo("Europe/Zurich")
    with pytest.raises(Unclear, match="clocks go forward"):
        instant(date(2027, 3, 28), time(2, 30), zurich)
    assert instant(date(2026, 10, 25), time(2, 30), zurich) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(date(2026, 12, 9), time(9), ZoneInfo("Asia/Kolkata")) == datetime(2026, 12, 9, 3, 30, tzinfo=UTC)
