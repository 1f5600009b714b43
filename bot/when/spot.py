"""Where does a running text speak of time, and is it the time to post, a deadline, or an event in the world?

A wrong "posting" would publish at the end of an offer, so the words around a span decide, and `confidence` says how
clearly. "…until 31 May, on LinkedIn, next Tue 9am CET, with an image" holds a deadline and a posting time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from bot.when.pieces import fold, piece_at
from bot.when.records import Found
from bot.when.tokens import Piece

_LONGEST = 20_000
_CORE = {"date", "weekday", "nth", "days", "time", "offset", "soon", "repeat", "plus"}
_DAYS = {"date", "days", "nth", "plus", "weekday", "repeat"}
_JOINING = {"and", "range", "filler", "until", "start", "about"}
_INSIDE = _CORE | _JOINING | {"part", "zone", "week", "ordinal", "month", "count"}
_SAFE_FILLERS = {"at", "on", "um", "am", "the", "den", "der", "dem", "of", "@", "an"}
_STOPS = re.compile(r"[,;.!?\n:()]")

_DEADLINE_BEFORE = re.compile(
    r"\b(?:until|till?|by|before|through|ends?|ending|bis(?: zum| zu)?|vor|spätestens|expires?|expiring|"
    r"deadline(?: is)?|due|up to|no later than|last day(?: is)?|only|nur|nur noch|endet|enden|valid (?:to|through)|"
    r"gültig bis)\s*(?:the|on|at|dem|am|den|end of)?\s*$"
)
_DEADLINE_AFTER = re.compile(r"\s*(?:only\b|at the latest\b|nur\b)")
_RANGE_BEFORE = re.compile(
    r"(?:\b(?:from|between|von|vom|zwischen|since|seit|ab)|[0-9]\s*(?:to|-|bis|and|und)|[0-9]\.?-)\s*$"
)
_RANGE_AFTER = re.compile(r"\s*(?:to|-|bis|through|until)\s*[0-9a-z]")
_POSTING = re.compile(
    r"\b(?:posts?|publish|schedule|reschedule|send|share|move|shift|push|postpone|release|go(?:es)? (?:out|live)|"
    r"make it|do it|can we do|let's do|how about|"
    r"put (?:it|this|that) (?:out|up)|tweet|poste|posten|veröffentlich\w*|plane|planen|verschieb\w*|verleg\w*|"
    r"schick\w*|teile|raus)\b"
)
_ABOUT = re.compile(r"\b(?:about|that|which|announcing|über|dass|for our|saying)\b")
_HAPPENS = re.compile(
    r"\b(?:we|wir|opens?|opening|open|starts?|starting|begins?|beginnt|startet|eröffn\w*|öffne\w*|takes? place|findet|"
    r"join us|is|are|was|were|ist|sind|war|will|wird|werden|happens?|feiern|celebrate|runs?|läuft|visit|meet|come|"
    r"ship(?:s|ping)?|arrives?|since|webinar|event|concert|party)\b"
)
_ASKING = re.compile(
    r"^\W*(?:please |bitte )?(?:announce|write|draft|create|make|prepare|promote|erstelle|schreib\w*|kündige?)\b"
)
_CHANNEL = (
    r"(?:linkedin|x|twitter|bluesky|mastodon|instagram|insta|facebook|threads|telegram|slack|discord|tiktok|youtube|"
    r"pinterest|reddit|nostr|whatsapp|wordpress|ghost|medium|blog|newsletter|e-?mail|website|feed|rss|webhook|"
    r"everywhere|all (?:channels|accounts)|überall|@[\w.]+)"
)
_BARE = re.compile(
    rf"{_CHANNEL}|\b(?:please|bitte|then|and|und|also|on|auf|to|in|at|for|für|the|our|unsere[mnr]?|page|"
    r"account|channels?|both|it|this|them|es|out|with|mit|an?|einem?|image|picture|photo|bild|video|if possible|"
    r"or|just|simply|time|when|wann|date|thanks|thank you|danke|ok|okay|yes|ja|no|nein|better|lieber|"
    r"instead|stattdessen|rather|how about|around|about|gegen)\b|[\W_]"
)
_CHANNEL_AFTER = re.compile(rf"\s*(?:on|to|auf|in|via|über)\s+(?:the |our |unsere[mnr]? )?{_CHANNEL}\b")
_CHANNEL_BEFORE = re.compile(
    rf"\b(?:on|to|auf|via)\s+(?:[\w@]+\s+(?:and|und|&)\s+)?{_CHANNEL}\s*(?:at|on|um|am|for)?\s*$"
)


def find_phrases(text: str, language: str = "en") -> tuple[Found, ...]:
    """The spans of a text (its first 20,000 characters) that speak of time, in order and apart from each other.

    `language` "de…" also reads two-letter weekdays. Give a span's text to `resolve`; only kind "posting" says when to
    post, and below a confidence of 0.5 it needs a question.
    """
    folded = fold(text[:_LONGEST])
    found: list[Found] = []
    place = 0
    for word in re.finditer(r"[\w@]+", folded):
        if word.start() < place:
            continue
        run = _run(folded, word.start(), language)
        if run:
            start, end = run[0].start, run[-1].end
            end -= folded[end - 1] == "." and folded[end - 2].isalpha()  # the stop of the sentence, not of "Dec."
            kind, confidence = _meant(folded, run)
            found.append(Found(start, end, text[start:end], kind, confidence))
            place = end
    return tuple(found)


def _run(folded: str, place: int, language: str) -> list[Piece]:
    """The longest row of time pieces that starts here and says one thing; empty if none does."""
    run: list[Piece] = []
    kinds: set[str] = set()
    comma = False
    while place < len(folded):
        gap = re.compile(r"[ \t]*").match(folded, place)
        place = gap.end() if gap else place
        if place >= len(folded) or folded[place] in "\r\n":
            break
        piece = piece_at(folded, place, language, run[-1] if run else None)
        if piece.kind == "soft" and piece.text == "," and run and not comma:
            comma, place = True, piece.end
            continue
        if not _belongs(piece, run, kinds, comma) or _new_sentence(folded, run, piece):
            break
        run.append(piece)
        kinds.add(piece.kind)
        comma, place = False, piece.end
    while run and run[-1].kind in _JOINING:
        run.pop()
    strong = any(piece.kind in _CORE or (piece.kind == "part" and piece.text == "tonight") for piece in run)
    return run if strong or any(piece.kind == "problem" for piece in run) or _month_end(run) else []


def _new_sentence(folded: str, run: Sequence[Piece], piece: Piece) -> bool:
    """A stop that ends a sentence and no ordinal: another day after a whole date is said of something else."""
    if not run or piece.kind not in _DAYS | {"month", "part"}:
        return False
    end = run[-1].end
    stopped = folded[end - 1] == "." and folded[end - 2 : end - 1].isalpha()
    return stopped and any(each.kind in {"date", "days", "nth"} for each in run)


def _month_end(run: Sequence[Piece]) -> bool:
    return any(piece.kind == "month" and not isinstance(piece.value, tuple) for piece in run)


def _belongs(piece: Piece, run: Sequence[Piece], kinds: set[str], comma: bool) -> bool:
    """`kinds`: of the run's pieces."""
    kind = piece.kind
    if kind == "problem":
        return piece.value[0] in {"day_or_month", "no_such_day", "no_such_time"} or (
            piece.value[0] == "zone" and bool(run) and run[-1].kind == "time"
        )
    if not run:
        return kind in _CORE | {"week", "month", "part"} and not (kind == "part" and piece.text != "tonight")
    if kind not in _INSIDE or (kind == "filler" and piece.text not in _SAFE_FILLERS):
        return False
    if kind == "filler" and piece.text in {"(", ")"}:
        return False
    if kind == "soon" or "soon" in kinds or "offset" in kinds:
        return False
    if kind == "zone":
        return run[-1].kind in {"time", "zone"} or (comma and "time" in kinds)
    if kind in {"until", "start", "count"}:
        return bool(kinds & {"repeat", "nth"}) or _recurs(run)
    if comma:
        return _belongs_after_comma(kind, run, kinds)
    if kind in {"time", "part"} and "time" in kinds and run[-1].kind not in {"and", "filler", "time"} | _DAYS:
        return False
    return not (kind == "range" and run[-1].kind != "weekday")


def _belongs_after_comma(kind: str, run: Sequence[Piece], kinds: set[str]) -> bool:
    if kind in {"time", "part", "filler"}:
        return "time" not in kinds and bool(kinds & (_DAYS | {"week"}))
    if kind == "weekday":
        return kinds <= {"weekday", "and"}
    return kind in {"date", "ordinal"} and kinds <= {"weekday"} and len(run) == 1


def _recurs(run: Sequence[Piece]) -> bool:
    return any(piece.kind == "weekday" and piece.value[1] in {"every", "other"} for piece in run)


Meant = tuple[Literal["posting", "deadline", "event"], float]


def _meant(folded: str, run: Sequence[Piece]) -> Meant:
    """What the span is for, judged by its clause (between commas and stops) and its sentence."""
    start, end = run[0].start, run[-1].end
    before = re.split(_STOPS, folded[max(0, start - 300) : start])[-1]
    after = re.split(_STOPS, folded[end : end + 300])[0]
    timed = any(piece.kind in {"time", "offset", "soon", "part", "repeat", "nth"} for piece in run) or _recurs(run)
    if _DEADLINE_BEFORE.search(before) or _DEADLINE_AFTER.match(after):
        return "deadline", 0.9
    if _RANGE_BEFORE.search(before) or (_RANGE_AFTER.match(after) and not _recurs(run)):
        return "event", 0.85
    posting = [match.end() for match in _POSTING.finditer(before)]
    since = before[posting[-1] :] if posting else before
    if _HAPPENS.search(since):
        return "event", 0.8
    if posting:
        return ("event", 0.6) if _ABOUT.search(since) else ("posting", 0.9 if timed else 0.7)
    rest = _BARE.sub("", _POSTING.sub("", before + " " + after))
    if not rest:
        return "posting", 0.9 if timed else 0.6
    if _CHANNEL_AFTER.match(after) or _CHANNEL_BEFORE.search(before):
        return "posting", 0.75 if timed else 0.5
    if _HAPPENS.search(after) or any(piece.kind == "soon" for piece in run):
        return "event", 0.7
    if _ASKING.match(before) and timed and not after.strip():
        return "posting", 0.6
    return ("posting", 0.4) if timed and not after.strip() else ("event", 0.5)
