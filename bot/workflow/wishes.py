"""Wishes about a draft's picture, read from an instruction by rule: they need no model and must never be guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_PICTURE = r"(?:image|picture|photo|card|bild|foto|karte)"
_LEAD = r"^\W*(?:(?:please|bitte|now|jetzt|and|und|but|aber)\W+)*"
_ADD = re.compile(
    rf"{_LEAD}(?:(?:add|with|include|make|mit|füge?)\W+)"
    rf"(?:(?:an?|the|its|einem?|ein|noch)\W+)*{_PICTURE}(?:\W+(?:please|bitte|too|hinzu|dazu))*\W*$",
    re.IGNORECASE,
)
_DROP = re.compile(
    rf"{_LEAD}(?:without|no|drop|remove|delete|ohne|kein|entferne?|lösche?)\W+"
    rf"(?:(?:an?|the|any|das|ein|dem)\W+)*{_PICTURE}(?:\W+(?:please|bitte))*\W*$",
    re.IGNORECASE,
)
_MADE = r"(?:ai[- ]generated|generated|ai|(?:ki[- ])?generierte[mnrs]?)"
_GENERATE = re.compile(
    rf"{_LEAD}(?:"
    rf"(?:generate|generiere?)\W+(?:me\W+)?(?:(?:an?|the|another|new|ein|neues|noch|anderes)\W+)*(?:image|picture|photo|bild|foto)"
    rf"|(?:(?:use|add|with|make|create|try|take|mit|nimm|verwende|mach)\W+)(?:(?:an?|the|another|new|ein|einem|neues)\W+)*"
    rf"(?:{_MADE}\W+(?:image|picture|photo|bild|foto)|ki-bild))"
    r"(?:\W+(?:of|showing|that shows|von|mit|das)\W+(?P<shows>.+?))?"
    r"(?P<words>\W+(?:and|with|und|mit)\W+(?:the\W+|our\W+|der\W+|dem\W+)?(?:headline|words|text|überschrift|worten)"
    r"(?:\W+(?:on|over|darauf|drauf|darüber)\b(?:\W+(?:it|top))?)?)?"
    r"(?:\W+(?:please|bitte|instead|stattdessen))*\W*$",
    re.IGNORECASE | re.DOTALL,
)
_AGAIN = re.compile(
    rf"{_LEAD}(?:(?:make|try|use|take|generate|mach|nimm|generiere)\W+)?(?:another|a new|a different|ein anderes|"
    r"ein neues|noch ein)\W+(?:generated\W+)?(?:image|picture|photo|bild|foto)(?:\W+(?:please|bitte))*\W*$",
    re.IGNORECASE,
)


_LIBRARY = re.compile(
    rf"{_LEAD}(?:(?:use|add|with|take|mit|nimm|verwende)\W+)?(?:the|our|das|dem|unser|unserem)\W+(?:image|picture|photo|bild|foto)"
    r"\s+(?:called\s+|named\s+|tagged\s+|namens\s+)?(?P<name>[^\n]{1,80}?)\s+"
    r"(?:from|in|out of|aus|in)\s+(?:the|our|der|unserer)\s+(?:media\s+)?(?:library|bibliothek|mediathek)"
    r"(?:\W+(?:please|bitte))*\W*$",
    re.IGNORECASE,
)
_CAROUSEL = re.compile(
    rf"{_LEAD}(?:(?:make|turn|tell|mach|mache|draw|use|as|als|add)\W+)(?:(?:it|this|that|them|as|into|a|an|das|daraus|es|ein|einen)\W+)*"
    r"(?:carousel|karussell|slides)(?:\W+(?:please|bitte|of it|from it|draus|daraus|instead|stattdessen))*\W*$",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    rf"{_LEAD}(?:alt(?:[ -]?text)?\s*:\s*|(?:it|(?:the|this) {_PICTURE})\s+shows\s+|(?:das|dieses) {_PICTURE} zeigt\s+)"
    r"(?P<shows>[^\n]{3,400})$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PictureWish:
    """`carousel` for "make it a carousel", `card` for "with an image", `none` for "without the picture", `generate` for
    "a generated image of …" (`shows`: of what; `words`: with the card's words over it), `again` for "another picture",
    `library` for "the picture X from the library" (`shows`: its name or tag), `shows` for "the picture shows …", which
    describes the one that is there.
    """

    kind: Literal["carousel", "card", "none", "generate", "again", "library", "shows"]
    shows: str = ""
    words: bool = False


def picture_wish(instruction: str) -> PictureWish | None:
    """None when it is about something else, or more."""
    text = instruction[:500]
    if _DROP.match(text[:200]):
        return PictureWish("none")
    if _CAROUSEL.match(text[:200]):
        return PictureWish("carousel")
    if _ADD.match(text[:200]):
        return PictureWish("card")
    shelved = _LIBRARY.match(text[:200])
    if shelved is not None:
        return PictureWish("library", shelved["name"].strip(" “”\"'„"))
    described = _SHOWS.match(text)
    if described is not None:
        return PictureWish("shows", described["shows"].strip(' “”"„'))
    if _AGAIN.match(text[:200]):
        return PictureWish("again")
    made = _GENERATE.match(text)
    if made is None:
        return None
    return PictureWish("generate", " ".join((made["shows"] or "").split())[:400], bool(made["words"]))
