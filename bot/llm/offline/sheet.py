"""A message on the table: parts are taken off it one after another, what is left over are the claims.

Positions never change: what was taken is overwritten by a mark, what is quoted is covered until the end, so that no
rule reads instructions in a quotation or in a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bot.llm.offline.phrases import LINK, QUOTED

TAKEN: Final = "\ue000"
COVERED: Final = "\ue001"
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")
_MARKS: Final = re.compile("[\ue000-\ue002]")


class Sheet:
    def __init__(self, text: str, *, marked: bool = False) -> None:
        """`marked`: the text is a stretch of another sheet, whose marks stay."""
        self.original = text if marked else _MARKS.sub(" ", text)
        self.text = self.original
        self.link_starts = [match.start() for match in LINK.finditer(self.text)]
        self.links = [self._link(match) for match in LINK.finditer(self.text)]
        self.link_ends = [start + len(link) for start, link in zip(self.link_starts, self.links, strict=True)]
        self.quotes = [(match.start(), match.end()) for match in QUOTED.finditer(self.text)]
        for start, end in self.quotes:
            self._fill(start, end, COVERED)

    def take(self, pattern: re.Pattern[str], keep: Callable[[re.Match[str]], bool] | None = None) -> list[str]:
        """Everything that matches, taken off up to what is covered. With `keep`, only where it says True."""
        found = []
        for match in list(pattern.finditer(self.text)):
            said = match[0].split(COVERED, 1)[0]
            if said.strip(TAKEN + " ") and (keep is None or keep(match)):
                end = match.start() + len(said)
                found.append(self.original[match.start() : end].strip())
                self._fill(match.start(), end, TAKEN)
        return found

    def take_sentences(self, pattern: re.Pattern[str]) -> bool:
        """Every sentence in which the pattern is found, taken off; one by one, which stays linear."""
        found = False
        for match in list(_SENTENCE.finditer(self.text)):
            if pattern.search(match[0]):
                self._fill(match.start(), match.end(), TAKEN)
                found = True
        return found

    def cover(self, start: int, end: int) -> None:
        """Hide a stretch from all rules; what was taken stays taken."""
        kept = "".join(TAKEN if letter == TAKEN else COVERED for letter in self.text[start:end])
        self.text = self.text[:start] + kept + self.text[end:]

    def take_span(self, start: int, end: int) -> str:
        words = self.original[start:end]
        self._fill(start, end, TAKEN)
        return words

    def quoted(self, number: int) -> str:
        start, end = self.quotes[number]
        return self.original[start + 1 : end - 1].strip()

    def covered(self, start: int, end: int) -> str:
        """What is covered in a stretch, in its own words; each run of anything else is one mark."""
        pairs = zip(self.original[start:end], self.text[start:end], strict=True)
        return re.sub(f"{TAKEN}+", TAKEN, "".join(letter if mark == COVERED else TAKEN for letter, mark in pairs))

    def left(self) -> str:
        """What is left over, quotations uncovered; each run of taken characters is one mark."""
        kept = "".join(mark if mark == TAKEN else letter for letter, mark in zip(self.original, self.text, strict=True))
        return re.sub(f"{TAKEN}+", TAKEN, kept)

    def _link(self, match: re.Match[str]) -> str:
        link = match[0].rstrip(".,;:!?…—–")
        while link.endswith(")") and link.count("(") < link.count(")"):
            link = link[:-1].rstrip(".,;:!?")
        self._fill(match.start(), match.start() + len(link), TAKEN)
        return link

    def _fill(self, start: int, end: int, mark: str) -> None:
        self.text = self.text[:start] + mark * (end - start) + self.text[end:]
