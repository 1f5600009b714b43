"""Text cut to what a chat takes: between graphemes, by the chat's own way of counting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

_GRAPHEME = regex.compile(r"\X")
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
        room, end = most - self.weigh(mark), 0
        for found in _GRAPHEME.finditer(text):
            room -= self._letter(found[0])
            if room < 0:
                break
            end = found.end()
        kept = text[:end]
        space = max(kept.rfind(" "), kept.rfind("\n"))
        return Cut((kept[:space] if space > end * 0.8 else kept).rstrip() + mark, False)

    def pieces(self, text: str, most: int) -> tuple[str, ...]:
        """The whole text in parts that fit, which joined give it again."""
        if text and self.weigh(text) <= most:
            return (text,)
        parts, current, room = list[str](), list[str](), most
        for found in _GRAPHEME.finditer(text):
            # One letter under thousands of marks is drawn by nobody.
            units = list(found[0]) if self._letter(found[0]) > most else [found[0]]
            for unit in units:
                if (heavy := self._letter(unit)) > room and current:
                    parts.append("".join(current))
                    current, room = [], most
                current.append(unit)
                room -= heavy
        return (*parts, "".join(current)) if current else tuple(parts)


def shares(wanted: Sequence[int], room: int, *, least: int) -> list[int]:
    """How much of a common room each may take: short ones all they want, long ones the same, none below `least`."""
    level, left, count = room, max(room, 0), len(wanted)
    for each in sorted(wanted):
        level = left // count if count else 0
        if each > level:
            break
        left, count = left - each, count - 1
    return [max(min(each, level), least) for each in wanted]
