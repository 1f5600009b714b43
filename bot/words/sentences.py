"""Which text of the catalogue is this sentence, and what fills its holes?

Sentences are written down in English before it is known who reads them. They are recognised by what stands around the
holes, literally and in one pass: nothing that people wrote into a hole is a pattern, or makes the search slow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 1000  # characters; a longer one is read as it was written
MOST_PARTS = 12  # sentences that are told apart in one text
TELLING = 7  # letters around the holes from which a text is known again
UNKNOWN = 40  # what a sentence costs that nothing recognises, in characters of a hole
OURS = frozenset(
    {"aim", "doing", "key", "kind", "named", "noun", "part", "scope", "sentence", "tongue", "unit", "wait", "where"}
)  # holes that AdMind fills with words of its own

_HOLE = re.compile(r"\{(\w+)\}")
_BETWEEN = re.compile(r"(?<=[.!?…]) (?=\S)")


def is_telling(text: str) -> bool:
    """Whether a text with holes says enough by itself to be known again, and says which hole is which."""
    names = _HOLE.findall(text)
    return len(set(names)) == len(names) and sum(map(str.isalpha, _HOLE.sub("", text))) >= TELLING


def filled(text: str, values: Mapping[str, object]) -> str:
    """The text with `{name}` filled in, in one pass; what has no value stays."""
    return _HOLE.sub(lambda hole: str(values.get(hole[1], hole[0])), text)


@dataclass(frozen=True, slots=True)
class _Pattern:
    fixed: tuple[str, ...]
    names: tuple[str, ...]
    translated: str

    def values(self, english: str) -> tuple[str, ...] | None:
        """What fills the holes, each with as little as possible; None when it is another sentence."""
        first, *middle, last = self.fixed
        end = len(english) - len(last)
        if not english.startswith(first) or not english.endswith(last):
            return None
        found, start = [], len(first)
        for each in middle:
            at = english.find(each, start + 1, end)
            if at < 0:
                return None
            found.append(english[start:at])
            start = at + len(each)
        return (*found, english[start:end]) if start < end else None


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    cost: int


@dataclass(slots=True)
class Sentences:
    """Of one language: `texts` is English → translated."""

    texts: Mapping[str, str]
    _patterns: list[_Pattern] = field(init=False)

    def __post_init__(self) -> None:
        holed = [text for text in self.texts if _HOLE.search(text) and is_telling(text)]
        holed.sort(key=lambda text: (-len(_HOLE.sub("", text)), text))  # the most telling first
        self._patterns = [
            _Pattern(tuple(_HOLE.split(text)[::2]), tuple(_HOLE.findall(text)), self.texts[text]) for text in holed
        ]

    def said(self, english: str) -> str:
        """The translation, sentence by sentence; what is not known stays as it was written."""
        if len(english) > LONGEST:
            return english
        parts = _BETWEEN.split(english, MOST_PARTS - 1)
        best = [_Said("", 0)]  # of the first n parts: what leaves least of them to holes and to what is not known
        for end in range(1, len(parts) + 1):
            choices = []
            for start in range(end):
                one = self._recognised(" ".join(parts[start:end]))
                if one is None and end - start == 1:
                    one = _Said(parts[start], UNKNOWN)
                if one is not None:
                    before = best[start]
                    choices.append(_Said(f"{before.text} {one.text}".lstrip(" "), before.cost + one.cost))
            best.append(min(choices, key=lambda each: each.cost))
        return best[-1].text

    def _recognised(self, english: str) -> _Said | None:
        if english in self.texts:
            return _Said(self.texts[english], 0)
        for pattern in self._patterns:
            values = pattern.values(english)
            if values is not None:
                said = {
                    name: self.said(value) if name in OURS else value
                    for name, value in zip(pattern.names, values, strict=True)
                }
                return _Said(filled(pattern.translated, said), sum(map(len, values)))
        return None
