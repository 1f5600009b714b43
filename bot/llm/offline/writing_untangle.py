"""Facts that repeat the topic, taken apart: people say "our charity run on 12 June: 5 km and 10 km" in one breath."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from bot.llm.offline.writing_text import WORD, bare, is_clause, same_words, starts_with_verb, words

_WHEN = regex.compile(
    r"(?i)^(?:(?:on|at|this|next|from|until|till|starting|in|during|am|ab|bis|vom|um|diese[nrs]?|nächste[nrs]?|im)\s)?"
    r"[^,:;]*?(?:\d|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:montag|dienstag|mittwoch|donnerstag|"
    r"freitag|samstag|"
    r"sonntag)|\btomorrow|\btonight|\bmorgen\b|\bweekend|\bwochenende)"
)
_PREPOSITION = regex.compile(
    r"(?i)^(?:on|at|this|next|from|until|till|starting|in|during|am|ab|bis|vom|um|diese[nrs]?|nächste[nrs]?|im)\s"
)
_GOES_ON = regex.compile(
    r"(?i)^(?:who|that|which|with|in|at|for|of|about|to|by|from|near|and|or|mit|in|im|bei|für|von|über|"
    r"zu[rm]?|und|der|die)\s"
)
_ACTIONS = frozenset([
    "apply", "sign", "up", "register", "book", "order", "reply", "please", "bewerbung", "bewerben", "anmelden",
    "anmeldung", "bitte", "jetzt",
])  # fmt: skip
_DAY_ALONE = regex.compile(r"(?i)(?:day|tag|mittwoch)$")


@dataclass(frozen=True)
class Untangled:
    topic: str
    deadline: str
    facts: tuple[str, ...]


def untangle(topic: str, deadline: str, facts: list[str], language: str) -> Untangled:
    """The topic said once; what followed it becomes its date, the rest of its phrase, or facts of their own."""
    found: list[str] = []
    for fact in facts:
        if _is_call(fact, deadline):
            continue
        rest = _after(topic, fact)
        if rest is None:
            found.append(fact)
            continue
        if starts_with_verb(rest, language):
            topic = fact  # not a phrase about the matter, but the sentence that says it
            continue
        for place, piece in enumerate(_pieces(rest)):
            if same_words(piece, f"{topic} {deadline}") or _is_call(piece, deadline):
                continue
            if not deadline and _PREPOSITION.match(piece) and _WHEN.match(piece):
                deadline = piece
            elif place == 0 and _GOES_ON.match(piece) and not rest.startswith((":", ",", "–", "-")):
                topic = f"{topic} {piece}"
            else:
                found.append(piece)
    return Untangled(topic, deadline, tuple(found))


def _after(topic: str, fact: str) -> str | None:
    """What follows the topic in a fact that begins with it; None when it does not."""
    asked, said = words(topic), list(WORD.finditer(fact))
    if not asked or [match[0].casefold() for match in said[: len(asked)]] != asked:
        return None
    return fact[said[len(asked) - 1].end() :].strip()


def _pieces(rest: str) -> list[str]:
    """Parts between colons and commas; a weekday stays with its date, a number with its decimals."""
    parts = [part for part in regex.split(r"\s*(?:[:;]|,(?!\d)|\s[–-])\s+|^[:,;–-]\s*", rest) if part]
    joined: list[str] = []
    for part in parts:
        if joined and _DAY_ALONE.search(joined[-1]) and part[:1].isdigit():
            joined[-1] = f"{joined[-1]}, {part}"
        else:
            joined.append(part)
    return [piece for piece in map(_tidied, joined) if words(piece)]


def _tidied(part: str) -> str:
    return bare(regex.sub(r"(?i)^(?:and|und)\s+", "", part))


def _is_call(piece: str, deadline: str) -> bool:
    """Whether it only says to act by the deadline, which the deadline's own sentence will say."""
    return bool(deadline) and set(words(piece)) <= set(words(deadline)) | _ACTIONS


_LONE_LABEL = regex.compile(r"(?i)^(?:links?|url|more|more info\w*|info\w*|details?|here|see|mehr|hier)$")
_SENTENCE = regex.compile(r"(?<=\p{Ll}{3}[.!?])\s+")
_SUBORDINATE = regex.compile(r"(?i)(?:which|who|that|so|but|because|if|when|die|der|das|dass|weil|wenn|aber)\b")
_PRICE_CUT = regex.compile(r"(?i)^(?:now |only |jetzt |neu |nur )?.{0,12}\d.*\b(?:instead of|statt|rather than)\b.*\d")


def single_facts(said: list[str]) -> list[str]:
    """Facts one by one: sentences apart, and parts of a list apart when each says something of its own."""
    found: list[str] = []
    for text in said:
        for part in _SENTENCE.split(text):
            pieces = regex.split(r",\s+", part)
            whole = is_clause(part, "en") or is_clause(part, "de")
            own = len(pieces) > 1 and not whole and all(len(piece.split()) > 2 for piece in pieces)
            listed = regex.search(r"(?i)\b(?:and|or|und|oder)\b", pieces[-1]) is not None
            subordinate = any(_SUBORDINATE.match(piece) for piece in pieces)
            found += pieces if own and not listed and not subordinate else [part]
    return [fact for fact in map(bare, found) if fact and not _LONE_LABEL.match(fact)]


def price_cut(facts: list[str]) -> str:
    """A fact that is an offer: "now CHF 2490 instead of CHF 2990"; empty when there is none."""
    return next((fact for fact in facts if _PRICE_CUT.match(fact)), "")


_NOMINATIVE = {
    **{"unserem": "unser", "unserer": "unsere", "einem": "ein", "einer": "eine"},
    **{"meinem": "mein", "meiner": "meine", "unseren": "unser", "einen": "ein", "den": "der"},
}


def nominative(topic: str) -> str:
    """A German phrase in the dative, as "zu unserem Sommerfest" leaves it, where it can be put right without a guess:
    before a bare noun.
    """
    first, _, rest = topic.partition(" ")
    if first.casefold() in _NOMINATIVE and rest[:1].isupper():
        return f"{_NOMINATIVE[first.casefold()]} {rest}"
    return topic
