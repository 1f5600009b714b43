"""Text cut to what a chat takes: between graphemes, by the chat's own way of counting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from re import Pattern

import regex

_GRAPHEME = regex.compile(r"\X")
# Where a text is parted best: between paragraphs, lines, sentences, words.
_SEAMS = tuple(regex.compile(each) for each in (r"\n\s*\n", r"\n", r"(?<=[.!?…:;])\s+", r"\s+"))
_SHORT = 8  # characters: nearly all graphemes are that short, and the same ones come again and again


@dataclass(frozen=True, slots=True)
class Cut:
    """A text as it fits; `whole` tells whether that is all of it."""

    text: str
    whole: bool


class Ruler:
    """Cuts by `weigh`, the length of a text as a chat counts it: never less for more text."""

    def __init__(self, weigh: Callable[[str], int]) -> None:
        self.weigh = weigh
        self._known = lru_cache(maxsize=4096)(weigh)

    def _letter(self, text: str) -> int:
        return self._known(text) if len(text) <= _SHORT else self.weigh(text)

    def cut(self, text: str, most: int, *, mark: str = "…") -> Cut:
        """At most `most` of it, cut between two graphemes, at a space where one is near."""
        if self.weigh(text) <= most:
            return Cut(text, True)
        kept = text[: self._end(text, most - self.weigh(mark))]
        space = max(kept.rfind(" "), kept.rfind("\n"))
        return Cut((kept[:space] if space > len(kept) * 0.8 else kept).rstrip() + mark, False)

    def pieces(self, text: str, most: int) -> tuple[str, ...]:
        """The whole text in parts that fit, which joined give it again."""
        parts = list[str]()
        while text and self.weigh(text) > most:
            end = self._end(text, most) or self._within(text, most)
            parts.append(text[:end])
            text = text[end:]
        return (*parts, text) if text else tuple(parts)

    def parted(self, text: str, most: int, *, unbroken: Pattern[str]) -> tuple[str, ...]:
        """As `pieces`, parted where a reader pauses, and never within what `unbroken` matches unless that alone is too
        long.
        """
        parts = list[str]()
        while text and self.weigh(text) > most:
            end = _seam(text, self._end(text, most) or self._within(text, most), unbroken)
            parts.append(text[:end])
            text = text[end:]
        return (*parts, text) if text else tuple(parts)

    def _end(self, text: str, most: int) -> int:
        """How much of it fits, in whole graphemes."""
        room, ends = most, [0]
        for found in _GRAPHEME.finditer(text):
            room -= self._letter(found[0])
            if room < 0:
                break
            ends.append(found.end())
        # Together they may be heavier than one by one: "1" and "." begin a list.
        while len(ends) > 1 and (over := self.weigh(text[: ends[-1]]) - most) > 0:
            del ends[-max(1, min(over // 8, len(ends) - 1)) :]
        return ends[-1]

    def _within(self, text: str, most: int) -> int:
        """How much fits of a grapheme that is too heavy alone: nobody draws a letter under thousands of marks."""
        end, room = 1, most - self._letter(text[0])
        while end < len(text) and (room := room - self._letter(text[end])) >= 0:
            end += 1
        return end


def _seam(text: str, end: int, unbroken: Pattern[str]) -> int:
    """Where a reader pauses in the latter half of what fits; else before what must stay whole; else `end`."""
    for seam in _SEAMS:
        if found := max((each.end() for each in seam.finditer(text, 0, end) if each.end() > end // 2), default=0):
            return int(found)
    for whole in unbroken.finditer(text):
        if whole.start() >= end:
            break
        if whole.start() > 0 and end < whole.end():
            return whole.start()
    return end


def shares(wanted: Sequence[int], room: int, *, least: int) -> list[int]:
    """How much of a common room each may take: short ones all they want, long ones the same, none below `least`."""
    level, left, count = room, max(room, 0), len(wanted)
    for each in sorted(wanted):
        level = left // count if count else 0
        if each > level:
            break
        left, count = left - each, count - 1
    return [max(min(each, level), least) for each in wanted]
