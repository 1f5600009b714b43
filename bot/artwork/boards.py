"""What does a report look like? Tiles, a line through its days and bars, drawn from figures that are words already.

Nothing is counted here: `shown` is what stands there, `values` only say where a line goes. A missing value is a gap,
never zero. The same board gives the same bytes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, Literal

import typst
from PIL import Image

from bot.artwork import lettering, typefaces
from bot.artwork.colour import contrast, mix, oklch, readable
from bot.artwork.logo import open_logo, place_logo
from bot.artwork.palette import derive
from bot.artwork.picture import Picture, PictureRefused
from bot.artwork.typeset import TEMPLATES, typeset

WIDTH, HEIGHT = 1600, 900
TICKS: Final = 4
APART: Final = "\u2068\u2069"
MOST_TILES: Final = 4
MOST_BARS: Final = 5
_GOOD, _BAD = ("#1d7a4f", "#4cc38a"), ("#b3362b", "#ff8f7d")  # on light, on dark
Tone = Literal["good", "bad", ""]


@dataclass(frozen=True, slots=True)
class Tile:
    """`spark`: what each day brought. `note` is a second line such as the usual range."""

    label: str
    shown: str
    change: str = ""
    note: str = ""
    tone: Tone = ""
    spark: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """`share` of the longest one, 0 to 1; None where nothing is known, which `shown` then says."""

    name: str
    shown: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Note:
    """One line below the panels: a sign such as ★, and what it is about."""

    sign: str
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """The first line is now, the second before. `ticks` pairs a value with its words, `days` a place with its."""

    title: str
    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    days: tuple[tuple[int, str], ...]
    last: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """For the pages of the PDF behind the picture's; a column's numbers stand right where `right` says so."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """`words` are paragraphs for the PDF, `alt` says the picture's numbers, `foot` where they are from and when, and
    `lacks` what a dash in a table means.
    """

    title: str
    subtitle: str
    brand: str
    tiles: tuple[Tile, ...]
    chart: Chart
    bars_title: str
    bars: tuple[Bar, ...]
    notes: tuple[Note, ...] = ()
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    alt: str = ""
    foot: str = ""
    lacks: str = ""
    palette: tuple[str, ...] = ()
    logo: bytes | None = None
    language: str = "en"
    more: str = ""
    problems: list[str] = field(default_factory=list)


def nice_ticks(values: Sequence[float | None], whole: bool = True) -> list[float]:
    """Round values from zero on that hold them all; at least two. `whole`: none between two integers."""
    most = max((value for value in values if value is not None), default=0.0)
    least = min((value for value in values if value is not None), default=0.0)
    raw = max(most, 1.0 if whole else 1e-9) / TICKS
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= raw * 0.999)
    if whole:
        step = max(1.0, math.ceil(step))
    first = math.floor(min(0.0, least) / step)
    last = max(math.ceil(most / step), first + 1)
    return [step * place for place in range(first, last + 1)]


def draw_board(board: Board, *, dark: bool = False) -> Picture:
    """The report as one PNG. Blocking. Raises PictureRefused for a fault in the template: words cannot cause one."""
    data, extra, logo, colours, problems = _data(board, dark)
    try:
        page, boxes = typeset("report", data, extra)
    except typst.TypstError as error:
        raise _faulty() from error
    picture = Image.new("RGB", page.size, colours["ground"])
    picture.paste(page, (0, 0), page)
    if logo is not None:
        for box in boxes:
            if box.kind == "logo":
                where = (box.x, box.y, box.width, box.height)
                place_logo(picture, logo, where, colours["ink"], colours["ground"])
    out = BytesIO()
    picture.save(out, "PNG")
    return Picture(out.getvalue(), "image/png", picture.width, picture.height, "report", tuple(problems))


def print_board(board: Board) -> bytes:
    """The same as a tagged PDF (PDF/UA-1): its first page the picture's, then every number as a table.

    Blocking. Raises PictureRefused as `draw_board` does.
    """
    data, extra, logo, _, _ = _data(board, dark=False)
    if logo is not None:
        out = BytesIO()
        logo.save(out, "PNG")
        data["logo_png"] = list(out.getvalue())
    fonts = typefaces.vendored() if extra is None else typefaces.vendored_and(extra.path.parent)
    try:
        compiler = typst.Compiler(
            TEMPLATES / "report_pages.typ",
            root=TEMPLATES,
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data)},
        )
        pages = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError as error:
        raise _faulty() from error
    if not isinstance(pages, bytes):
        raise ValueError("a PDF is one file")
    return pages


def _faulty() -> PictureRefused:
    return PictureRefused(
        "The report could not be drawn; that is a fault of ours.", do_next="Its numbers are in the CSV and the text."
    )


def _data(
    board: Board, dark: bool
) -> tuple[dict[str, object], typefaces.Extra | None, Image.Image | None, dict[str, str], list[str]]:
    palette, _ = derive(board.palette, board.brand)
    colours = _colours(palette.brand, palette.deep, palette.ink, palette.paper, palette.pop, dark)
    logo, problems = _logo(board.logo)
    missing = lettering.Missing()
    lettering.find_extra(tuple(_texts(board)), missing, board.language)

    def shown(text: str) -> str:
        """What fonts can draw of it; marks that keep directions apart stay."""
        parts = re.split(f"([{APART}])", text)
        drawn = [part if part in APART else _drawn(part, missing) for part in parts if part]
        return "".join(drawn) or "–"

    def line(values: Sequence[float | None]) -> list[float | None]:
        return list(values)

    data: dict[str, object] = {
        "w": WIDTH,
        "h": HEIGHT,
        "c": colours,
        "lang": lettering.language_code(board.language),
        "extra": list(missing.extra.families) if missing.extra else [],
        "title": shown(board.title),
        "subtitle": shown(board.subtitle) if board.subtitle else "",
        "brand": shown(board.brand),
        "logo": None if logo is None else logo.width / logo.height,
        "tiles": [
            {
                "label": shown(tile.label),
                "shown": shown(tile.shown),
                "change": shown(tile.change) if tile.change else "",
                "note": shown(tile.note) if tile.note else "",
                "tone": tile.tone,
                "spark": line(tile.spark),
            }
            for tile in board.tiles[:MOST_TILES]
        ],
        "chart": {
            "title": shown(board.chart.title),
            "lines": [{"name": shown(each.name), "values": line(each.values)} for each in board.chart.lines[:2]],
            "ticks": [[value, text] for value, text in board.chart.ticks],
            "days": [[place, shown(text)] for place, text in board.chart.days],
            "last": shown(board.chart.last) if board.chart.last else "",
            "empty": shown(board.chart.empty) if board.chart.empty else "",
        },
        "bars_title": shown(board.bars_title),
        "bars": [{"name": shown(b.name), "shown": shown(b.shown), "share": b.share} for b in board.bars[:MOST_BARS]],
        "more": shown(board.more) if board.more else "",
        "notes": [{"sign": each.sign, "text": shown(each.text), "tone": each.tone} for each in board.notes],
        "words": [shown(each) for each in board.words],
        "tables": [
            {
                "title": shown(table.title),
                "head": [shown(each) for each in table.head],
                "rows": [[shown(each) if each else "" for each in row] for row in table.rows],
                "right": list(table.right),
            }
            for table in board.tables
        ],
        "alt": shown(board.alt) if board.alt else shown(board.title),
        "foot": shown(board.foot) if board.foot else "",
        "lacks": shown(board.lacks) if board.lacks else "",
        "logo_png": None,
    }
    return data, missing.extra, logo, colours, [*problems, *filter(None, [missing.sentence()])]


def _drawn(text: str, missing: lettering.Missing) -> str:
    kept = "".join(ch for ch in text if ch == " " or lettering.harmless(ch))
    drawn = lettering.drawable(kept, missing)
    before, after = kept[: len(kept) - len(kept.lstrip())], kept[len(kept.rstrip()) :]
    return f"{before}{drawn.strip() or '–'}{after}" if kept.strip() else kept


def _texts(board: Board) -> list[str]:
    found = [board.title, board.subtitle, board.brand, board.bars_title, board.foot, *board.words, board.more]
    found.append(board.lacks)
    found += [text for tile in board.tiles for text in (tile.label, tile.shown, tile.change, tile.note)]
    found += [board.chart.title, *(each.name for each in board.chart.lines), *(text for _, text in board.chart.days)]
    found += [text for bar in board.bars for text in (bar.name, bar.shown)] + [note.text for note in board.notes]
    found += [cell for table in board.tables for row in (table.head, *table.rows) for cell in row]
    return found


def _colours(brand: str, deep: str, ink: str, paper: str, pop: str, dark: bool) -> dict[str, str]:
    """Every role reads on the card that it stands on: words at 4.55:1, lines at 3:1."""
    if dark:
        ground = mix("#0d1013", deep, 0.32)
        card = mix(ground, "#ffffff", 0.055)
        words = "#f4f6f5"
    else:
        ground = mix(paper, deep, 0.035)
        card = mix(paper, "#ffffff", 0.86)
        words = ink
    least = 4.6 if dark else 3.0  # thin lines glow less on the dark
    accent = brand if contrast(brand, card) >= least else readable(brand, card, least)
    other = pop if contrast(pop, card) >= 3 and _apart(pop, accent) else readable(mix(words, card, 0.45), card, 3.2)
    return {
        "ground": ground,
        "card": card,
        "ink": words,
        "muted": readable(mix(words, card, 0.4), card, 4.6),
        "quiet": readable(mix(words, ground, 0.4), ground, 4.6),
        "hair": mix(words, card, 0.88),
        "track": mix(words, card, 0.9),
        "accent": accent,
        "other": other,
        "good": readable(_GOOD[dark], card, 4.6),
        "bad": readable(_BAD[dark], card, 4.6),
    }


def _apart(one: str, other: str) -> bool:
    """Whether two lines can be told apart."""
    first, second = oklch(one), oklch(other)
    around = abs((first.hue - second.hue + 180) % 360 - 180)
    return around > 40 or abs(first.light - second.light) > 0.2


def _logo(data: bytes | None) -> tuple[Image.Image | None, list[str]]:
    if data is None:
        return None, []
    try:
        return open_logo(data), []
    except (OSError, ValueError, Image.DecompressionBombError):
        return None, ["The logo could not be read, so the brand's name stands alone."]
