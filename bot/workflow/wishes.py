"""Wishes about a draft's picture, read from an instruction by rule: they need no model and must never be guessed."""

from __future__ import annotations

import re
from typing import Literal

_PICTURE = r"(?:image|picture|photo|card|bild|foto|karte)"
_ADD = re.compile(
    rf"^\W*(?:(?:please|bitte|now|jetzt|and|und|but|aber)\W+)*(?:(?:add|with|include|make|mit|füge?)\W+)"
    rf"(?:(?:an?|the|its|einem?|ein|noch)\W+)*{_PICTURE}(?:\W+(?:please|bitte|too|hinzu|dazu))*\W*$",
    re.IGNORECASE,
)
_DROP = re.compile(
    rf"^\W*(?:(?:please|bitte|now|jetzt|and|und)\W+)*(?:without|no|drop|remove|delete|ohne|kein|entferne?|lösche?)\W+"
    rf"(?:(?:an?|the|any|das|ein|dem)\W+)*{_PICTURE}(?:\W+(?:please|bitte))*\W*$",
    re.IGNORECASE,
)


def picture_wish(instruction: str) -> Literal["card", "none"] | None:
    """`card` for "with an image", `none` for "without the picture"; None when it is about something else, or more."""
    text = instruction[:200]
    if _DROP.match(text):
        return "none"
    return "card" if _ADD.match(text) else None
