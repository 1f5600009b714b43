"""Which pieces of time does a text hold, from left to right: "next Tue" · "9am" · "CET"?

At each place the first pattern that fits wins. A word that no pattern knows becomes a piece of kind "word": the
grammar then asks instead of guessing.
"""

from __future__ import annotations

import re

from bot.when.patterns import Meaning, rules
from bot.when.tokens import Piece

_ISO_T = re.compile(r"(?<=20[0-9]{2}-[0-9]{2}-[0-9]{2})t(?=[0-9]{2}:)")


def fold(text: str) -> str:
    """Lower case with plain dashes, quotes and spaces; each character keeps its place."""
    folded = [lower if len(lower := char.lower()) == 1 else char for char in text]
    plain = "".join(folded).translate({0x2013: "-", 0x2014: "-", 0x2019: "'", 0xA0: " ", 0x202F: " ", 0x2009: " "})
    return _ISO_T.sub(" ", plain)


_MORGEN = re.compile(r"morgen(?!\w)")
_WORD = re.compile(r"\w+|[^\w\s]")


def read(folded: str, language: str, start: int = 0) -> list[Piece]:
    """All pieces of a folded text from `start` on; together with white space they cover every character."""
    pieces: list[Piece] = []
    place = start
    while place < len(folded):
        if folded[place].isspace():
            place += 1
            continue
        piece = piece_at(folded, place, language, pieces[-1] if pieces else None)
        pieces.append(piece)
        place = piece.end
    return pieces


def piece_at(folded: str, place: int, language: str, before: Piece | None) -> Piece:
    """The one piece that starts at `place` (not white space), given the piece before it."""
    morgen = _MORGEN.match(folded, place)
    if morgen:  # "Dienstag morgen" is Tuesday morning; "morgen" alone is tomorrow
        after_day = before is not None and before.kind in {"weekday", "date", "days", "repeat"}
        meaning: Meaning = ("part", "morgens") if after_day else ("days", 1)
        return Piece(*meaning, place, morgen.end(), morgen[0])
    for pattern, build in rules(language.lower().startswith("de")):
        match = pattern.match(folded, place)
        if match and match.end() > place:
            found = build(match, language.lower())
            if found:
                return Piece(*found, place, match.end(), match[0])
    word = _WORD.match(folded, place)
    end = word.end() if word else place + 1
    return Piece("word", folded[place:end], place, end, folded[place:end])
