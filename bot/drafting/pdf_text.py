"""What do people see of a PDF? Its letters one by one, each looked up in the page as it is drawn.

A letter counts when it stands on the page, is large enough to be read, is painted, and when there is contrast between
it and what is around it in the picture of its page. So white, tiny, transparent, covered, clipped and off-page words
fall out, and those in the invisible mode too, by which a scan carries what a machine believed to read. What stands in
notes, attachments, form fields and metadata is never read. Words over a photograph cannot be judged so: nothing rests
on this alone. Runs in the child that `extraction` starts; PDFium (https://pdfium.googlesource.com/pdfium/) is native.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from bot.drafting.extracted import MOST_TEXT, MOST_TITLE, Extracted
from bot.drafting.hidden import shown_only

MOST_PAGES: Final = 30
MOST_LETTERS: Final = 60_000  # looked at, seen or not
MOST_PIXELS: Final = 4_000_000  # of one page's picture
SMALLEST: Final = 3.0  # points from the lowest to the highest letter of a font
CONTRAST: Final = 32  # of 255
PIXELS_A_POINT: Final = 2.0
_UNPAINTED: Final = frozenset({3, 7})  # FPDF_TEXTRENDERMODE_INVISIBLE, _CLIP
_FILLED: Final = frozenset({0, 4})
_FAINTEST: Final = 26  # of 255: a tenth
_FAR: Final = 10_000.0  # points: so that rounding does not show
_PASSWORD: Final = 4  # FPDF_ERR_PASSWORD
_HYPHEN: Final = "\x02"  # PDFium's sign for a hyphen at the end of a line that is none of the word
_END: Final = re.compile(r"[.!?:;…][\"'”’»)]*$")
_BULLET: Final = re.compile(r"^(?:[•▪◦‣·*–-]|\d{1,2}[.)])\s")


@dataclass(slots=True)
class _Line:
    text: str
    left: float
    right: float
    top: float
    bottom: float
    page: int

    @property
    def size(self) -> float:
        return self.top - self.bottom


def read_pdf(body: bytes) -> Extracted:
    """The visible text of its first pages; the largest line of the first is its title."""
    import pypdfium2  # noqa: PLC0415 - only in the child

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        return Extracted(why="locked" if getattr(error, "err_code", 0) == _PASSWORD else "damaged")
    lines: list[_Line] = []
    looked = found = 0
    for number in range(min(len(document), MOST_PAGES)):
        for line in _lines(document[number], number, MOST_LETTERS - looked):
            looked += len(line.text)
            if line.text.strip():
                lines.append(line)
                found += len(line.text)
        if found >= MOST_TEXT or looked >= MOST_LETTERS:
            break
    text = shown_only("\n".join(_paragraphs(lines))).strip()[:MOST_TEXT]
    if not text:
        return Extracted(why="scanned" if len(document) else "damaged")
    return Extracted(title=shown_only(_title(lines))[:MOST_TITLE], text=text)


def _lines(page: Any, number: int, most: int) -> Iterator[_Line]:
    """The page's lines in the order of the file, without what cannot be seen."""
    import pypdfium2.raw as pdfium  # noqa: PLC0415

    letters = page.get_textpage()
    picture = _Picture(page)
    line: _Line | None = None
    for index in range(min(letters.count_chars(), max(0, most))):
        letter = chr(pdfium.FPDFText_GetUnicode(letters, index))
        if letter in "\r\n":
            if line is not None:
                yield line
            line = None
            continue
        made_up = pdfium.FPDFText_IsGenerated(letters, index) == 1
        if line is not None and (made_up or letter.isspace() or letter == _HYPHEN):
            line.text += letter if letter == _HYPHEN else " "
            continue
        if made_up or letter.isspace():
            continue
        box = _box(letters, index)
        if box is None or not picture.shows(letters, index, box):
            continue
        left, bottom, right, top = box
        if line is None:
            line = _Line(letter, left, right, top, bottom, number)
        else:
            line.text += letter
            line.left, line.right = min(line.left, left), max(line.right, right)
            line.top, line.bottom = max(line.top, top), min(line.bottom, bottom)
    if line is not None:
        yield line


def _box(letters: Any, index: int) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top in points, by the font's height and not the letter's."""
    import pypdfium2.raw as pdfium  # noqa: PLC0415

    found = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(letters, index, found):
        return None
    return found.left, min(found.bottom, found.top), found.right, max(found.bottom, found.top)


class _Picture:
    """A page as it is drawn, in shades of grey."""

    def __init__(self, page: Any) -> None:
        import pypdfium2.raw as pdfium  # noqa: PLC0415

        self._page = page
        width, height = page.get_size()
        scale = min(PIXELS_A_POINT, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        self._width, self._height = max(1, int(width * scale)), max(1, int(height * scale))
        self._rows = b""
        self._corners = (self._at(0, 0), self._at(_FAR, 0), self._at(0, _FAR))  # cheaper than asking for each letter
        if self._width * self._height > MOST_PIXELS:
            return  # a page a mile long and a point wide: nobody reads it
        bitmap = pdfium.FPDFBitmap_CreateEx(self._width, self._height, pdfium.FPDFBitmap_Gray, None, 0)
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, self._width, self._height, 0xFFFFFFFF)
            flags = pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE
            pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, self._width, self._height, 0, flags)
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            held = ctypes.cast(
                pdfium.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_ubyte * (stride * self._height))
            )
            whole = bytes(held.contents)
            self._rows = b"".join(whole[row * stride : row * stride + self._width] for row in range(self._height))
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)

    def shows(self, letters: Any, index: int, box: tuple[float, float, float, float]) -> bool:
        """Whether people can see this letter there."""
        import pypdfium2.raw as pdfium  # noqa: PLC0415

        left, bottom, right, top = box
        if min(top - bottom, max(right - left, 1.0) * 8) < SMALLEST:
            return False
        mode = pdfium.FPDFTextObj_GetTextRenderMode(pdfium.FPDFText_GetTextObject(letters, index))
        if mode in _UNPAINTED:
            return False
        greys = Counter(self._around(left, bottom, right, top))
        darkest, lightest = min(greys, default=0), max(greys, default=0)
        if lightest - darkest < CONTRAST:
            return False
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if mode not in _FILLED or not pdfium.FPDFText_GetFillColor(letters, index, red, green, blue, alpha):
            return True
        if alpha.value < _FAINTEST:
            return False
        ink = (red.value * 299 + green.value * 587 + blue.value * 114) // 1000
        ground = greys.most_common(1)[0][0]
        ink = ground + (ink - ground) * alpha.value // 255
        painted = darkest < ink + 4 * CONTRAST and lightest > ink - 4 * CONTRAST
        return painted and abs(ink - ground) >= CONTRAST

    def _around(self, left: float, bottom: float, right: float, top: float) -> bytes:
        """The pixels of a box and a little more; none for one beside the page."""
        first, second = self._pixel(left, top), self._pixel(right, bottom)
        x0, x1 = sorted((first[0], second[0]))
        y0, y1 = sorted((first[1], second[1]))
        if not self._rows or x0 < -1 or y0 < -1 or x1 > self._width + 1 or y1 > self._height + 1:
            return b""
        x0, x1 = max(0, x0 - 1), min(self._width, x1 + 2)
        return b"".join(
            self._rows[row * self._width + x0 : row * self._width + x1]
            for row in range(max(0, y0 - 1), min(self._height, y1 + 2), 2)
        )

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        (x0, y0), (x1, y1), (x2, y2) = self._corners
        return (
            round(x0 + (x1 - x0) * x / _FAR + (x2 - x0) * y / _FAR),
            round(y0 + (y1 - y0) * x / _FAR + (y2 - y0) * y / _FAR),
        )

    def _at(self, x: float, y: float) -> tuple[int, int]:
        import pypdfium2.raw as pdfium  # noqa: PLC0415

        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(self._page, 0, 0, self._width, self._height, 0, x, y, across, down)
        return across.value, down.value


def _paragraphs(lines: list[_Line]) -> Iterator[str]:
    """Lines that were broken for the page only are one again: a part of a sentence may say the opposite."""
    kept = [line for line in lines if not line.text.strip(" -–—|/.").isdigit()]  # page numbers
    widest = max((line.right for line in kept), default=0.0)
    said = ""
    for before, line in pairwise([None, *kept]):
        assert line is not None  # noqa: S101 - only the first before is
        if before is not None and _goes_on(before, line, widest):
            said = said.removesuffix(_HYPHEN) + line.text if said.endswith(_HYPHEN) else f"{said} {line.text}"
        else:
            if said:
                yield _clean(said)
            said = line.text
        said = said.rstrip()
    if said:
        yield _clean(said)


def _goes_on(before: _Line, line: _Line, widest: float) -> bool:
    if before.text.rstrip().endswith(_HYPHEN):
        return True
    ended = _END.search(before.text.rstrip()) is not None
    if line.page != before.page:
        return not ended and line.text[:1].islower()
    if abs(line.size - before.size) > 0.15 * before.size or _BULLET.match(line.text):
        return False
    gap = before.bottom - line.top
    if gap > 0.7 * line.size or gap < -3 * line.size:  # far below, or at the top of the next column
        return gap < 0 and not ended and line.text[:1].islower()
    return not (ended and before.right < 0.8 * widest)


def _title(lines: list[_Line]) -> str:
    first = [line for line in lines if line.page == 0 and sum(letter.isalpha() for letter in line.text) > 2]
    if not first:
        return ""
    largest = max(line.size for line in first)
    if largest < 1.1 * sorted(line.size for line in first)[len(first) // 2]:
        return _clean(first[0].text)
    place = next(number for number, line in enumerate(first) if line.size == largest)
    title = [first[place].text]
    for before, line in pairwise(first[place : place + 3]):
        if abs(line.size - largest) > 0.02 * largest or before.bottom - line.top > line.size:
            break
        title.append(line.text)
    return _clean(" ".join(title))


def _clean(text: str) -> str:
    return " ".join(text.replace(_HYPHEN, "-").replace("\x00", "").split())
