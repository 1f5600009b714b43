"""Where a feed folds a long text behind "…more"; for previews, so that people see which words carry it.

No platform promises its fold: these are what people measure on a wide screen (2026), and a phone shows less:
https://posttruncate.com/en/platform-limits/. Line ends count, for the fold is one of lines.
"""

from __future__ import annotations

from dataclasses import dataclass

FOLD = '<span class="fold"></span>'  # where it is, in a preview's markup: text is escaped, so nothing forges it
_REACH = 20  # characters that a word is let run back, so that none is cut


@dataclass(frozen=True, slots=True)
class Fold:
    """So many lines of about so many characters."""

    lines: int
    width: int

    def at(self, text: str) -> int | None:
        """The index at which readers see no further, between words; None where they see all of it."""
        left, start = self.lines, 0
        while left:
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            if end - start > left * self.width:
                return _between_words(text, start, start + left * self.width)
            if end == len(text):
                return None
            left -= max(1, -(-(end - start) // self.width))
            start = end + 1
        return start if text[start:].strip() else None


def _between_words(text: str, start: int, cut: int) -> int:
    blank = max(text.rfind(" ", max(start, cut - _REACH), cut + 1), 0)
    return blank + 1 if blank else cut
