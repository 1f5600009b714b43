"""Wishes about a draft's first comment, read by rule: they need no model and must never be guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_LEADING = 4  # words in front of a link that lead to it and say nothing else: "Book your place:"
_POLITE = r"^\W*(?:(?:please|bitte|now|jetzt|and|und|but|aber)\W+)*"
_FIRST = r"(?:(?:the|a|den|dem|der|einen?|einem|ein)\W+)*(?:first|1st|1\.|erste[nmrs]?)\W+(?:comment|kommentar)"
_LINK_BELOW = re.compile(
    rf"{_POLITE}(?:(?:put|move|place|post|share|add|leave|setze?|pack|packe|verschiebe?|stelle?|schreibe?|nimm|tu)\W+)?"
    rf"(?:(?:the|our|its|den|unseren)\W+)*(?:link|url|address|adresse)\W+"
    rf"(?:(?:goes|comes|should\W+go|only|kommt|gehört|soll|nur|lieber|rather|instead)\W+)*"
    rf"(?:in|into|to|as|im|ins|als)\W+{_FIRST}(?:\W+(?:please|bitte|instead|setzen|packen|verschieben|stellen))*\W*$",
    re.IGNORECASE,
)
_NO_COMMENT = re.compile(
    rf"{_POLITE}(?:no|without|drop|remove|delete|ohne|kein(?:en)?|entferne?|lösche?|streiche?)\W+{_FIRST}"
    r"(?:\W+(?:please|bitte))*\W*$",
    re.IGNORECASE,
)
_COMMENT_SAYS = re.compile(
    rf"{_POLITE}(?:(?:add|write|make|set|use|with|füge?|schreibe?|mit|als|as|in|im)\W+)*{_FIRST}"
    r"(?:\W+(?:should|shall|soll)(?:te)?)?(?:\W+(?:say|read|be|lauten|sein|hinzu|says|is|ist))*"
    r"\s*(?::\s*|\s(?=[\"“„«]))(?P<said>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class CommentWish:
    """The first comment shall hold the link, or this text; with neither there shall be none."""

    text: str = ""
    link: bool = False


def comment_wish(instruction: str) -> CommentWish | None:
    """None when it is about something else, or more."""
    if _NO_COMMENT.match(instruction[:200]):
        return CommentWish()
    if _LINK_BELOW.match(instruction[:300]):
        return CommentWish(link=True)
    says = _COMMENT_SAYS.match(instruction[:5000])
    return CommentWish(says["said"].strip().strip('"“”„«»').strip()) if says else None


def without(link: str, text: str) -> str:
    """The text when its link stands elsewhere: a line of its own goes, and so do the words that only led to it."""
    kept = []
    for line in text.split("\n"):
        if link not in line:
            kept.append(line)
            continue
        rest = re.sub(rf"\s*(?:[:→>»]|[-–—]>?)?\s*{re.escape(link)}", "", line).strip(" :→>»-–—")
        only_led = not kept or (not rest.endswith((".", "!", "?")) and len(rest.split()) <= MOST_LEADING)
        if rest.strip(".!?") and (not only_led or not any(each.strip() for each in kept)):
            kept.append(rest)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
