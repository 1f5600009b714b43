"""What changed between two revisions, as people read it: word by word, per account, and what else is different."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from bot.when import say
from bot.words import noted, words
from storage.drafts import Draft, Version

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
MARKS = (
    (
        "paid_partnership",
        noted("It is marked as a paid partnership now."),
        noted("It is no longer marked as a paid partnership."),
    ),
    ("ai_generated", noted("It is marked as made with AI now."), noted("It is no longer marked as made with AI.")),
)
MOST_WORDS = 6000  # longer texts are compared by lines, so that no text takes seconds


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a text: kept, removed or added. In order, kept and added give the new text, kept and removed the old."""

    kind: Literal["kept", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One account's text, and in `also` what else changed for it, a sentence each."""

    account: str
    pieces: tuple[Piece, ...]
    also: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.also) or any(piece.kind != "kept" for piece in self.pieces)


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces by which `new` differs from `old`, words kept whole."""
    before, after = _units(old), _units(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("kept", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("removed", "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("added", "".join(after[j1:j2])))
    return tuple(pieces)


def compare_drafts(old: Draft, new: Draft, *, zone: str, language: str = "en") -> tuple[Difference, ...]:
    """A difference for every account of either revision, the new one's order first."""
    accounts = [v.account for v in new.versions] + [v.account for v in old.versions if not new.version(v.account)]
    found = []
    for account in accounts:
        before, after = old.version(account), new.version(account)
        also = [*_elsewhere(before, after), *_time(old, new, zone, language)]
        pieces = compare_texts(before.text if before else "", after.text if after else "")
        found.append(Difference(account, pieces, tuple(also)))
    return tuple(found)


def _elsewhere(before: Version | None, after: Version | None) -> list[str]:
    if before is None or after is None:
        return ["The account was added." if before is None else "The account was removed."]
    said = []
    if before.first_comment != after.first_comment:
        new = after.first_comment
        said.append(f"The first comment is now “{new}”." if new else "The first comment was removed.")
    if [medium.sha256 for medium in before.media] != [medium.sha256 for medium in after.media]:
        gone, come = bool(before.media) and not after.media, bool(after.media) and not before.media
        said.append(
            "The picture was removed." if gone else "A picture was added." if come else "The picture is another."
        )
    elif [medium.alt for medium in before.media] != [medium.alt for medium in after.media]:
        said.append(f"The picture's description is now “{after.media[0].alt}”.")
    for flag, now, no_longer in MARKS:
        if (flag in before.disclosure) != (flag in after.disclosure):
            said.append(now if flag in after.disclosure else no_longer)
    return said


def _time(old: Draft, new: Draft, zone: str, language: str) -> list[str]:
    if old.due == new.due:
        return []
    at_once = words(language).text("as soon as it is approved")
    before = say(old.due, zone, language) if old.due else at_once
    after = say(new.due, zone, language) if new.due else at_once
    return [f"The time was {before} and is now {after}."]


def _units(text: str) -> list[str]:
    found = _WORDS.findall(text)
    return found if len(found) <= MOST_WORDS else text.splitlines(keepends=True)
