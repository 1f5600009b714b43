"""A long text in parts that fit into fields, and together again, word for word.

A part never begins or ends in white space, which a client may trim: the white space between two parts is its joint,
and comes back when they are joined.
"""

from __future__ import annotations

from typing import Final

import regex

from handlers.chat.cutting import Ruler

JOINTS: Final = {"p": "\n\n", "l": "\n", "s": " ", "n": ""}
GROWS: Final = 400  # so that a part can become longer


def parts_of(text: str, ruler: Ruler, most: int) -> list[tuple[str, str]]:
    """(joint, part): the text when each part is put after its joint. Short texts are one part, as they are."""
    if ruler.weigh(text) <= most:
        return [("n", text)]
    parts, joint = list[tuple[str, str]](), "n"
    while ruler.weigh(text) > most - GROWS:
        head = ruler.pieces(text, most - GROWS)[0]
        end, following, skipped = _seam(text, len(head), ruler, most)
        parts.append((joint, text[:end]))
        text, joint = text[end + skipped :], following
    return [*parts, (joint, text)]


def _seam(text: str, length: int, ruler: Ruler, most: int) -> tuple[int, str, int]:
    """Where to part a text at the latest: the end of the part, the joint after it, and how long that is."""
    for name, joint in JOINTS.items():
        if not joint:
            continue
        for found in regex.finditer(rf"(?r)(?<=\S){joint}(?=\S)", text[: length + 1]):
            if found.start() > length // 2:
                return found.start(), name, len(joint)
    for found in regex.finditer(r"(?r)(?<=\S)(?=\S)", text[: length + 1]):
        if found.start() <= length and ruler.weigh(text[: found.start()]) <= most and found.start():
            return found.start(), "n", 0
    return length, "n", 0
