"""Statements that are lists: told line by line where there is room, and taken apart where posts share them."""

from __future__ import annotations

import regex

from bot.llm.offline.writing_text import is_clause, upper_first

_COMMA = regex.compile(r",\s+(?![^(]*\))(?![^\"“„«]*[\"”“»](?:[^\"“„«]*$))")
_HEAD = regex.compile(r"^([^:.!?]{3,70}):\s+(?=\S)")
_JOINED = regex.compile(
    r"(?i)^(?:and|or|und|oder|sowie|but|aber|which|who|die|der|das|where|at|in|on|from|am|im|um|ab|bei|only|nur)\b|:\s"
)
_WHEN_WHERE = regex.compile(
    r"(?i)\b(?:\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|uhr|h)\b|\d{1,2}[:.]\d{2}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|"
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?|jan(?:uary|uar)?|feb(?:ruary|ruar)?|märz|march|"
    r"april|may|mai|june|juni|july|juli|august|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|"
    r"until|bis|deadline|stra(?:ss|ß)e|street|platz|square|hall|halle|booth|stand)\b|(?:CHF|EUR|USD|GBP|Fr\.|[€$£])\s?\d|"
    r"\d\s?(?:CHF|EUR|€|\$|£|Franken|francs|Euro|%)|@|\+?\d{2,4}(?: \d{2,3}){2,}"
)
PRICE = regex.compile(
    r"(?i)(?:CHF|EUR|USD|GBP|Fr\.|[€$£])\s?\d[\d.,’']*\d?|\b\d[\d.,’']*\s?(?:CHF|EUR|€|\$|£|francs?|Franken|Euro|dollars?)(?!\w)"
)
_VERB_PARTS = regex.compile(r"^(?:[Ii]t|[Hh]e|[Ss]he)\s(?=\p{Ll}+s\s)")
LONGEST_ENTRY, SHORTEST_LIST = 9, 70


def entries(said: str) -> tuple[str, list[str]] | None:
    """A head (with its colon, or empty) and three entries at least; None when it is a sentence or a short row."""
    text = said.rstrip(".")
    head = _HEAD.match(text)
    rest = text[head.end() :] if head else text
    parts = _together(_COMMA.split(rest))
    if len(parts) < 3 or len(rest) < SHORTEST_LIST or any(not 1 < len(part.split()) <= LONGEST_ENTRY for part in parts):
        return None
    if is_clause(rest, "en") or is_clause(rest, "de") or any(_JOINED.search(part) for part in parts):
        return None
    return (f"{head[1]}:" if head else ""), [upper_first(part) for part in parts]


def _together(parts: list[str]) -> list[str]:
    """A day and its hours are one entry: "Wednesday 22 April, 1pm to 5pm"."""
    joined: list[str] = []
    for part in parts:
        if joined and _HOURS.match(part) and _DAY.search(joined[-1]):
            joined[-1] = f"{joined[-1]}, {part}"
        else:
            joined.append(part)
    return joined


_HOURS = regex.compile(
    r"(?i)(?:from |von |ab |at |um )?\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|uhr|h)?(?:\s?(?:-|–|to|bis)\s?\d|$|\s|am|pm)"
)
_DAY = regex.compile(r"(?i)day\b|tag\b|mittwoch|\b\d{1,2}\.?\s\p{Lu}\p{Ll}+|\p{Lu}\p{Ll}+\s\d{1,2}\b")


def listed(said: str) -> str:
    """Its entries as lines below its head when it is a list, else as it is."""
    found = entries(said)
    return "\n".join([*([found[0]] if found[0] else []), *(f"• {entry}" for entry in found[1])]) if found else said


def essential(said: str) -> bool:
    """Whether no post on the matter can do without it: when, where, how much, whom to ask."""
    return _WHEN_WHERE.search(said) is not None


def points(statements: list[str]) -> list[str]:
    """The statements with lists and rows of verbs taken apart, so that each can have its own post."""
    found: list[str] = []
    for said in statements:
        list_of = entries(said)
        subject = _VERB_PARTS.match(said)
        if list_of:
            found += list_of[1]
        elif subject:
            parts = regex.split(r",\s+(?:and\s+)?(?=\p{Ll}+s\s)", said[subject.end() :].rstrip("."))
            found += [f"{subject[0]}{part}" for part in parts]
        else:
            found.append(said)
    return found


def focused(statements: list[str], turn: int) -> list[str]:
    """What one of several posts tells: the first everything, each other one point and what none can do without."""
    if not turn:
        return statements
    apart = points(statements)
    free = [said for said in apart if not essential(said)]
    if len(free) < 2:
        shift = turn % len(apart) if apart else 0
        return apart[shift:] + apart[:shift]
    chosen = free[turn % len(free)]
    return [said for said in apart if said == chosen or essential(said)]


def within(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words."""
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
