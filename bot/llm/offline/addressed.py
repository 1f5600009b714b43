# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""Which parts of a message are told to AdMind, and which are meant for the readers?

Words for the readers are covered, so that no rule that looks for wishes can take "please", "photographs" or "on
Instagram" out of a sentence that will be published. Open stay: what leads to the content ("Announce …"), clauses and
ends of sentences that hold nothing but wishes ("…, on the blog with an image"), and sentences of nothing but wishes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.llm.around import Around
from bot.llm.offline.accounts import PLATFORMS, take_accounts
from bot.llm.offline.phrases import TONES, language_of, pattern
from bot.llm.offline.sheet import COVERED, TAKEN, Sheet
from bot.llm.offline.wishes import take_image, take_language, take_tone
from bot.llm.offline.writing_text import sentence_spans
from bot.when import Found, find_phrases

LEADS: Final = ("asks_for_post", "thank", "hire", "remind", "invite", "ask", "promote", "announce", "inform")
Span = tuple[int, int]

_SOON: Final = re.compile(
    r"\b(?:asap|as soon as possible|right (?:now|away)|immediately|now|today|tomorrow|sofort|jetzt(?: gleich)?|"
    r"so (?:bald|schnell) wie möglich|möglichst bald|heute|morgen)\b",
    re.I,
)
_CLOCK: Final = re.compile(
    r"\d\s*(?:am|pm|uhr|h|o'clock)\b|\d[:.]\d\d|\b(?:noon|mittags?|midday|morning|evening)\b|\b(?:at|um)\s+\d", re.I
)
_RANGE: Final = re.compile(r"\d\s*(?:am|pm|uhr|h)?\s*(?:-|–|to\b|bis\b|until\b|and\b|und\b)\s*\d", re.I)
STYLE: Final = re.compile(rf"\b(?:{'|'.join(PLATFORMS)})(?:[- ](?:posts?|beitrag))?[- ](?:style|stil|tone|ton)\b", re.I)
_CLAUSE: Final = re.compile(
    rf",\s+|\s[–—-]\s|;\s+|(?<=\S)\s+\((?=[^()]*\)\W*$)|{TAKEN}+|\s(?=(?:and|und)\s+(?:post|publish|poste|send|share)\b)"
)
_TAIL: Final = re.compile(
    rf"(?:^|\s)(?=(?:on|to|via|with|without|in|at|for|as|and|auf|im|in|mit|ohne|für|als|und|über|am|um|please|bitte|{TAKEN})\b|{TAKEN})",
    re.I,
)
_PARTED: Final = re.compile(r"(?:\w+\W+){0,3}?(?:kündig|stell|lad)", re.I)
_PARTICLE: Final = re.compile(r"\s(?:an|ein|vor)(?=\s*[:,])", re.I)
_READERS: Final = re.compile(r"\b(?:your|yours|dein\w*|eure?\w*|ihre[mnrs]?)\b", re.I)  # what is theirs is said to them
_SUBJECT: Final = re.compile(r"\b(?:about|über|zu|zum|zur|on|regarding|announcing|that|dass|saying|for|für)\b", re.I)
_LONGEST: Final = 200
# German puts the rest of its verb last: "Kündige … an", "Kannst du … schreiben?"
_VERB_END: Final = re.compile(
    r"\s(?:an|ein|vor|schreiben|machen|erstellen|verfassen|vorbereiten|entwerfen|posten|veröffentlichen|publizieren|teilen)"
    rf"\s*[.?!]*[\s{TAKEN}]*$",
    re.I,
)
_WISHES: Final = (
    "polite",
    "no_image",
    "hashtag_wish",
    "no_hashtag",
    "no_emoji",
    "emoji",
    "variants",
    "go_out",
    "everywhere",
    "action_wish",
)
_TONED: Final = re.compile(rf"\b(?:{'|'.join(TONES)})(?:e[rsnm]?)?\b", re.I)
_EMPTY: Final = re.compile(rf"[{TAKEN}{COVERED}\W_]+")
_THEM: Final = re.compile(
    r"\b(?:it|this|that|them|es|das|ihn|sie|both|all|nice|schön\w*|style|stil|tone|ton|version|thanks|danke|thx|bitte|please|keep|kind of|ganz|be|"
    r"sein|something|etwas|friendly|ready|get|put|use|nimm|schreib\w*|halte|link|url|post|posten|poste|can|you|us|uns|dazu|gerne?|out|at|raus)\b",
    re.I,
)


def is_wish(words: str, around: Around, *, timed: bool = True) -> bool:
    """Whether these words hold wishes to AdMind and nothing else. `timed`: a day with an hour may be one of them."""
    return _unexplained(words, around, timed=timed) == "" and re.search(rf"[^\W\d]|{TAKEN}", words) is not None


def _unexplained(words: str, around: Around, *, timed: bool) -> str | None:
    """What is left when all wishes are taken off; None when it is too long or quotes something."""
    if len(words) > _LONGEST or COVERED in words or _READERS.search(words):
        return None
    sheet = Sheet(words, marked=True)
    if sheet.links or sheet.quotes:
        return None
    if timed:
        for found in find_phrases(sheet.text, language_of(words) or around.language):
            if is_hour(found.text) and not _RANGE.search(words[found.start : found.end + 6]):
                sheet.take_span(found.start, found.end)
    for wish in (STYLE, _SOON):
        sheet.take(wish)
    take_image(sheet, around, {})
    take_tone(sheet)
    take_language(sheet)
    take_accounts(sheet, around)
    for name in (*_WISHES, "asks_for_post"):
        sheet.take(pattern(name))
    return _EMPTY.sub("", pattern("note_words").sub(" ", _TONED.sub(" ", _THEM.sub(" ", sheet.text))))


def is_hour(phrase: str) -> bool:
    """Whether a phrase about time can say when to post: it names an hour, or is as good as now."""
    return _CLOCK.search(phrase) is not None or _SOON.fullmatch(phrase.strip()) is not None


def wished_times(sheet: Sheet, found: list[Found], around: Around) -> list[Found]:
    """Of all phrases about time those in sentences of nothing but wishes: no other can say when to post then."""
    own = [span for span in sentence_spans(sheet.text) if is_wish(sheet.text[span[0] : span[1]], around)]
    return [each for each in found if is_hour(each.text) and any(a <= each.start and each.end <= b for a, b in own)]


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells the readers: `goal` as the words before it name it, and where each statement stands.

    `asked` says of each statement whether words that ask for a post led to it.
    """

    goal: str
    spans: tuple[Span, ...]
    asked: tuple[bool, ...]


def cover_content(sheet: Sheet, around: Around) -> Told:
    """Cover what is meant for the readers, and tell what it is. The time to post is taken off before."""
    goals: list[str] = []
    spans: list[Span] = []
    asked: list[bool] = []
    for start, stop in sentence_spans(sheet.text):
        if is_wish(sheet.text[start:stop], around):
            continue
        lead, named = (start, []) if spans else _lead(sheet, start, stop, around)
        goals += named
        verb = _VERB_END.search(sheet.text, lead, stop) if named else None
        end = verb.start() if verb else stop
        particle = (
            _PARTICLE.search(sheet.text, lead, end) if named and _PARTED.match(sheet.text[start:lead].strip()) else None
        )
        if particle:
            sheet.take_span(*particle.span())
        content = list(_content(sheet, lead, end, around, asked=bool(named)))
        for a, b in content:
            sheet.cover(a, b)
        if content:
            spans.append((content[0][0], content[-1][1]))
            asked.append(any(name != "hire" for name in named))
    plain = [_GOALS.get(goal, goal) for goal in goals]
    goal = next((each for each in plain if each != "announce"), plain[0] if plain else "")
    return Told(goal, tuple(spans), tuple(asked))


_GOALS: Final = {"asks_for_post": "announce"}


def _lead(sheet: Sheet, start: int, end: int, around: Around) -> tuple[int, list[str]]:
    """Where the words end that only lead to the content, and what they ask for: "Please post on the blog: …"."""
    polite = pattern("polite").match(sheet.text[start:end])
    place = start + (polite.end() if polite else 0)
    words = sheet.text[place:end]
    found = [
        (name, match)
        for name in LEADS
        if (match := pattern(name).search(words)) and _is_front(words[: match.start()], around)
    ]
    names = ["asks_for_post" if name == "inform" and _POSTS.search(match[0]) else name for name, match in found]
    if not any(name != "hire" for name in names):
        colon = words.find(": ", 0, 60)
        return (place + colon + 1 if colon > 0 and is_wish(words[:colon], around) else start), names
    ends = max((match for name, match in found if name != "hire"), key=lambda match: match.end())
    place += len(_TO.sub("", words[: ends.end()]))
    colon = sheet.text.find(": ", place, min(end, place + 80))
    before = sheet.text[place:colon] if colon > 0 else "-"
    if not before.strip() or is_wish(before, around) or _FOR_WHOM.fullmatch(before):
        return colon + 1, names
    subjects = [m.start() for m in _SUBJECT.finditer(sheet.text, place, min(end, place + 120))]
    between = {cut: sheet.text[place:cut] for cut in subjects}
    return max(
        (cut for cut, said in between.items() if not said.strip() or is_wish(said, around)), default=place
    ), names


_POSTS: Final = re.compile(
    r"^\W*(?:post|publish|share|write|poste|schreib|veröffentlich)|\b(?:about|über|von)\s*$", re.I
)
_FOR_WHOM: Final = re.compile(r"\s*(?:for|für|to|an)\s+(?:(?:the|our|die|unsere|alle|all)\s+)?[^\W\d]+\s*", re.I)
_TO: Final = re.compile(r"\s+(?:about|for|on|über|zu[mr]?|für|regarding)\s*$", re.I)


def _is_front(before: str, around: Around) -> bool:
    """Whether nothing but wishes stands before it in its sentence."""
    return len(before) <= 80 and _unexplained(before, around, timed=True) == ""


def _content(sheet: Sheet, start: int, end: int, around: Around, *, asked: bool) -> Iterator[Span]:
    """The clauses from here that are no wishes, as few stretches; ends of clauses that are wishes stay open."""
    cuts = [start, *(place for m in _CLAUSE.finditer(sheet.text, start, end) for place in (m.start(), m.end())), end]
    clauses = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if a < b and sheet.text[a:b].strip()]
    first = 0
    while asked and first < len(clauses) and is_wish(sheet.text[slice(*clauses[first])], around, timed=False):
        first += 1
    last = len(clauses)
    while last > first and is_wish(sheet.text[slice(*clauses[last - 1])], around, timed=False):
        last -= 1
    if last <= first:
        return
    stop = _without_tail(sheet, *clauses[last - 1], around, asked=asked)
    stop -= len(sheet.text[:stop]) - len(sheet.text[:stop].rstrip(" .,;:"))
    inner = [
        cut
        for cut in clauses[first:last]
        if asked and is_wish(sheet.text[slice(*cut)], around, timed=False) and TAKEN in sheet.text[cut[1] : cut[1] + 2]
    ]
    place = clauses[first][0]
    for a, b in inner:
        yield place, a
        place = b
    yield place, stop


def _without_tail(sheet: Sheet, start: int, end: int, around: Around, *, asked: bool) -> int:
    """Where the clause ends when the wishes at its end are left out: "… on the blog with an image"."""
    for tail in _TAIL.finditer(sheet.text, start + 1, end):
        words = sheet.text[tail.end() : end]
        if _EMPTY.sub("", pattern("note_words").sub(" ", words)) == "" and TAKEN not in words:
            continue  # the "mit" of "bringt … mit" is part of the verb
        if is_wish(words, around, timed=False) and (
            asked or TAKEN in sheet.text[end : end + 2] or _says_picture(words)
        ):
            return tail.start()
    return end


def _says_picture(words: str) -> bool:
    led = re.match(r"(?:with|mit|without|ohne|no|kein\w*|plus)\b", words, re.I) is not None
    return led and any(pattern(name).search(words) for name in ("image", "no_image"))
