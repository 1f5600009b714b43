"""What people declare of a post in words: "this is a paid partnership with Velo". By rule, the same for every model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST_PARTNER: Final = 80  # characters
MOST_WORDS: Final = 6

_KIND: Final = (
    r"(?:paid (?:partnership|collaboration|collab|cooperation|promotion|post)|sponsored (?:post|content)|"
    r"bezahlte[rs]? (?:partnerschaft|kooperation|zusammenarbeit|werbung|werbepartnerschaft|beitrag|post)|"
    r"gesponserte[rs]? (?:beitrag|post|inhalt))"
)
_IT: Final = (
    r"(?:(?:this|that|it|th(?:e|is) (?:post|draft)|das|dies|es|die?e?s?e?r? (?:beitrag|post|entwurf))"
    r"(?:[’']s|\s+is|\s+will be|\s+ist|\s+wird)(?:\s+(?:also|auch|übrigens))?)"
)
_A: Final = r"(?:an?\s+|eine?\s+|part of an?\s+|teil einer\s+)?"
_SAID: Final = re.compile(
    rf"\b{_IT}\s+{_A}{_KIND}\b"
    rf"|\b{_IT}\s+(?:sponsored|paid for|gesponsert|bezahlt)\b(?=\s+(?:by|von)\b)"
    r"|\b(?:(?:please|bitte)\s+)?(?:mark|label|declare|flag|kennzeichne|markiere|deklariere)\s+"
    r"(?:it|this|th(?:e|is) (?:post|draft)|es|das|de(?:n|e?s?e?n) (?:beitrag|post|entwurf))\s+(?:as|als)\s+"
    rf"(?:an?\s+|the\s+|eine?\s+)?(?:{_KIND}|ad|advert|advertisement|anzeige|werbung)(?=\W|$)(?!\s+hoc)"
    rf"|(?:^|(?<=[.!?\n,;:(])|(?<=\band\b)|(?<=\bund\b))\s*(?:in\s+)?{_A}{_KIND}\b"
    r"(?=\s+(?:with|by|mit|von)\b|\s*(?:[.!\n]|$))",
    re.IGNORECASE,
)
_WITH: Final = re.compile(r"\s+(?:with|by|for|from|mit|von|für)\s+(?:de[rmn]\s+|the\s+)?(?=\S)", re.IGNORECASE)
_QUOTED: Final = re.compile(r"[“\"„«]([^”\"“»\n]{1,80})[”\"“»]")
_WORD: Final = re.compile(r"[ \t]*((?:[^\s.,;:!?()]|\.(?=\w))+)")
_ENDS: Final = frozenset(
    "and und on at am um for für about über as als please bitte next tomorrow today morgen heute that so but".split()  # noqa: SIM905 - easier to read
)
_TAKEN_BACK: Final = re.compile(
    rf"\b(?:not|no longer|isn[’']t|never|keine?|nicht(?: mehr)?)\s+(?:\w+\s+)?{_A}"
    rf"(?:{_KIND}|sponsored|gesponsert|ad|anzeige|werbung)\b",
    re.IGNORECASE,
)
_POLITE: Final = re.compile(r"\W*(?:please|bitte|thanks|thank you|danke)?\W*", re.IGNORECASE)
_AND: Final = re.compile(
    r"^[\s,;:.!—–-]+|^\s*(?:and|und|but|aber)\b\s*|[\s,;:(—–-]+(?:(?:and|und)\s*)?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A paid partnership as a person said it; `partner` is empty for nobody named, `rest` is what else was said."""

    partner: str
    rest: str


def declared(text: str) -> Declared | None:
    """None when no paid partnership is declared, also when one is taken back: that is for a person's own hand."""
    match = None if takes_back(text) else _SAID.search(text)
    if match is None:
        return None
    partner, end = _partner(text, match.end())
    before, after = _AND.sub("", text[: match.start()]), _AND.sub("", text[end:]).strip()
    if _POLITE.fullmatch(after := _AND.sub("", after)):
        after = ""
    if _POLITE.fullmatch(before):
        before = ""
    glue = "" if not before or not after or before[-1] in ".!?\n" else "." if after[0].isupper() else ","
    return Declared(partner, f"{before}{glue} {after}".strip())


def takes_back(text: str) -> bool:
    """Whether it says that something is no paid partnership."""
    return _TAKEN_BACK.search(text) is not None


def _partner(text: str, start: int) -> tuple[str, int]:
    """The name that follows, and where it ends."""
    led = _WITH.match(text, start)
    if led is None:
        return "", start
    quoted = _QUOTED.match(text, led.end())
    if quoted is not None:
        return " ".join(quoted[1].split()), quoted.end()
    end, words = led.end(), list[str]()
    while len(words) < MOST_WORDS and (word := _WORD.match(text, end)) is not None:
        following = _WORD.match(text, word.end())
        if word[1].casefold() in _ENDS and not (words and following and following[1][0].isupper()):
            break
        words.append(word[1])
        end = word.end()
    return " ".join(words)[:MOST_PARTNER], end if words else start
