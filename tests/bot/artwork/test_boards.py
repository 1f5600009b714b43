"""Boards are drawn whatever they hold: much or little, missing values, long words, other scripts; light and dark."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

from bot.artwork.boards import (
    HEIGHT,
    WIDTH,
    Bar,
    Board,
    Chart,
    Line,
    Note,
    Table,
    Tile,
    _colours,
    draw_board,
    nice_ticks,
    print_board,
)
from bot.artwork.colour import contrast
from bot.artwork.palette import derive
from tests.fakes.tagged_pdf import read_tagged

VALUES = (12.0, 30.0, None, 8.0, 22.0, 21.0, 40.0)
BOARD = Board(
    title="October 2026 in numbers",
    subtitle="42 posts on 5 accounts",
    brand="Fernhill",
    tiles=tuple(Tile(name, "184.2K", "↑ 18%", "usual 150–170K", "good", VALUES) for name in ("Reach", "Clicks")),
    chart=Chart(
        "Engagements per day",
        (Line("October", VALUES), Line("September", tuple(reversed(VALUES)))),
        tuple((tick, f"{tick:.0f}") for tick in nice_ticks(VALUES)),
        ((0, "1 Oct"), (3, "4 Oct")),
        last="40",
        empty="No numbers yet.",
    ),
    bars_title="By account",
    bars=(Bar("LinkedIn", "15.2K", 1.0), Bar("X", "no numbers since Thu", None), Bar("Mastodon", "0", 0.0)),
    notes=(Note("★", "“Wet-weather tips”, LinkedIn: 212 clicks", "good"), Note("—", "X: no numbers since Thu")),
    words=("Engagements: 1,204.",),
    tables=(Table("Accounts", ("Account", "Posts"), (("LinkedIn", "12"), ("X", "–")), (False, True)),),
    alt="October in numbers. Reach: 184.2K.",
    foot="Fernhill · read until 1 Nov",
    palette=("#1f7a55", "#e8894f"),
)
EMPTY = replace(BOARD.chart, lines=(Line("October", (None, None)),))
ODD = {
    "nothing": replace(BOARD, tiles=(), bars=(), notes=(), chart=EMPTY, tables=(), words=(), subtitle=""),
    "one value": replace(BOARD, chart=replace(BOARD.chart, lines=(Line("x", (None, 5.0, None)),))),
    "one day": replace(BOARD, chart=replace(BOARD.chart, lines=(Line("x", (5.0,)),), days=((0, "1 Oct"),))),
    "all zero": replace(BOARD, chart=replace(BOARD.chart, lines=(Line("x", (0.0, 0.0, 0.0)),))),
    "below zero": replace(
        BOARD,
        chart=replace(
            BOARD.chart,
            lines=(Line("x", (-5.0, 3.0)),),
            ticks=tuple((tick, f"{tick:.0f}") for tick in nice_ticks((-5.0, 3.0))),
        ),
    ),
    "long words": replace(
        BOARD,
        title="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz " * 3,
        brand="Donaudampfschifffahrtsgesellschaft Winterthur-Seen AG",
        bars=(Bar("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2, "1.234.567.890", 1.0),),
        notes=(Note("★", "x" * 800),),
    ),
    "scripts": replace(
        BOARD,
        title="أكتوبر بالأرقام",
        brand="חנות",
        bars=(Bar("साइकिल की दुकान", "3", 1.0), Bar("ร้านจักรยาน", "2", 0.7), Bar("🚲 店", "1", 0.3)),
    ),
    "typst in words": replace(BOARD, title='#panic("x") $x$ *b* \\ // #import "base.typ"', brand="#{1+1}"),
    "controls": replace(BOARD, title="a\u202eb\x00c\ud800d", brand="\u2068e\u2069"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("dark", [False, True])
def test_whatever_it_holds_it_is_a_picture_of_the_same_size(name: str, dark: bool) -> None:
    drawn = draw_board(ODD[name], dark=dark)
    with Image.open(BytesIO(drawn.data)) as picture:
        assert picture.size == (WIDTH, HEIGHT) and picture.format == "PNG"


@pytest.mark.parametrize("name", ["nothing", "long words", "scripts", "controls"])
def test_whatever_it_holds_its_pages_are_tagged(name: str) -> None:
    pages = print_board(ODD[name])
    assert _tagged(pages) and read_tagged(pages).faults == []


def test_pages_are_read_aloud_in_order_picture_and_tables_too() -> None:
    rows = tuple((f"{'Long title ' * (number % 30)}{number}", "LinkedIn", "3 Nov", "–") for number in range(90))
    table = Table("Posts", ("Post", "Account", "Went out", "Reach"), rows, (False, False, False, True))
    read = read_tagged(print_board(replace(BOARD, tables=(*BOARD.tables, table), lacks="– is missing.")))
    assert read.faults == []
    assert [kind for kind in read.kinds if kind in ("H1", "H2", "Figure", "L", "Table")] == [
        *("H1", "Figure", "L", "H2", "Table", "H2", "Table")
    ]
    assert read.of("Figure")[0].entries["/Alt"] == BOARD.alt
    assert [len(each.children) for each in read.of("TBody")] == [2, 90] and len(read.of("TH")) == 2 + 4
    assert read.order[-1][0] > 1, "the table goes on for pages"


def _changed(change: Callable[[PdfWriter], object]) -> list[str]:
    writer, out = PdfWriter(clone_from=BytesIO(print_board(BOARD))), BytesIO()
    change(writer)
    writer.write(out)
    return read_tagged(out.getvalue()).faults


def _first(writer: PdfWriter, **wanted: str) -> Any:
    """The first object of the file with these entries."""
    for each in writer._objects:
        if isinstance(each, DictionaryObject) and all(each.get(f"/{k}") == f"/{v}" for k, v in wanted.items()):
            return each
    raise LookupError(wanted)


def _drawn_beside(writer: PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"0 0 10 10 re f")
    page: Any = writer.pages[0]
    page[NameObject("/Contents")] = ArrayObject([page.raw_get("/Contents"), writer._add_object(stream)])


SPOILT: dict[str, Callable[[PdfWriter], object]] = {
    "no language": lambda writer: writer.root_object.pop("/Lang"),
    "without an alternative text": lambda writer: _first(writer, S="Figure").pop("/Alt"),
    "does not say what it heads": lambda writer: _first(writer, S="TH").pop("/A"),
    "belongs to nothing": _drawn_beside,
    "drawn, and in no element": lambda writer: _first(writer, S="H1").pop("/K"),
    "is not in the index": lambda writer: writer.pages[0].pop("/StructParents"),
    "another element for": lambda writer: _first(writer, S="Figure").update(
        {NameObject("/K"): _first(writer, S="H1")["/K"]}
    ),
    "a level of headings is left out": lambda writer: _first(writer, S="H2").update(
        {NameObject("/S"): NameObject("/H3")}
    ),
    "rows of a table are of different lengths": lambda writer: _first(writer, S="TR")["/K"].pop(),
    "names another parent": lambda writer: _first(writer, S="H1").update(
        {NameObject("/P"): writer.pages[0].raw_get("/Parent")}
    ),
    "window shows a file name": lambda writer: writer.root_object.pop("/ViewerPreferences"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILT)
def test_the_reader_of_tagged_pages_sees_what_is_wrong_with_them(fault: str) -> None:
    assert _changed(lambda writer: None) == []
    assert [said for said in _changed(SPOILT[fault]) if fault in said]


def test_the_same_board_gives_the_same_bytes_and_its_pages_say_what_the_picture_shows() -> None:
    assert draw_board(BOARD).data == draw_board(BOARD).data
    pages = print_board(BOARD)
    assert pages == print_board(BOARD) and _tagged(pages)
    plain = _inflated(pages)
    assert "October in numbers. Reach: 184.2K." in plain or "FEFF" in plain  # the alternative text
    assert all(tag in plain for tag in ("/H1", "/Table", "/TH", "/TD", "/Figure"))


@pytest.mark.parametrize(
    "palette", [("#1f7a55",), ("#ffe500",), ("#000000",), ("#ffffff",), ("#ff0000", "#00ff00"), ()]
)
@pytest.mark.parametrize("dark", [False, True])
def test_all_words_and_lines_read_on_what_they_stand_on(palette: tuple[str, ...], dark: bool) -> None:
    found, _ = derive(palette, "Velo")
    colours = _colours(found.brand, found.deep, found.ink, found.paper, found.pop, dark)
    for words in ("ink", "muted", "good", "bad"):
        assert contrast(colours[words], colours["card"]) >= 4.5
    assert contrast(colours["quiet"], colours["ground"]) >= 4.5
    for line in ("accent", "other"):
        assert contrast(colours[line], colours["card"]) >= 3.0


@given(st.lists(st.none() | st.floats(0, 1e9), max_size=40))
def test_ticks_are_round_few_and_hold_every_value(values: list[float | None]) -> None:
    ticks = nice_ticks(values)
    assert 2 <= len(ticks) <= 7 and ticks == sorted(set(ticks)) and ticks[0] == 0
    assert ticks[-1] >= max((value for value in values if value is not None), default=0)
    assert all(tick == int(tick) for tick in ticks)


def _tagged(pages: bytes) -> bool:
    plain = _inflated(pages)
    return "/MarkInfo" in plain and "/StructTreeRoot" in plain and "pdfuaid" in plain


def _inflated(pages: bytes) -> str:
    found = [pages]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pages, re.S):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(found).decode("latin-1")
