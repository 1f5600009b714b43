# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""Which times in a message say when to post, and how a list of days becomes one time a post."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot.llm.around import Around
from bot.llm.offline.accounts import ends_with_place
from bot.llm.offline.phrases import DAYS, pattern
from bot.llm.offline.sheet import Sheet
from bot.llm.offline.wishes import count_of
from bot.when import Found, find_phrases

_JOIN: Final = r"\s*(?:/|,\s*(?:and|und)\b|,|&|\+|\band\b|\bund\b)\s*"
_CLOCK: Final = (
    r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|uhr|h|o'clock)\b|\d{1,2}[:.]\d{2}|noon\b|midday\b|mittags?\b|"
    r"(?:um|at)\s+\d{1,2}\b)"
)
DAY_LIST: Final = re.compile(
    rf"\b((?:{DAYS})(?:{_JOIN}(?:{DAYS}))+)\b\.?,?\s*(?:each |jeweils |always |immer )?(?:at |um |@ ?)?({_CLOCK})?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Time:
    """A stretch of the message that says when to post; several `phrases` when it lists days."""

    start: int
    end: int
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Times:
    posting: tuple[Time, ...]
    deadlines: tuple[tuple[int, int], ...]
    others: tuple[tuple[int, int], ...]


def read_times(sheet: Sheet, language: str, around: Around) -> Times:
    """The times of a message. What is in quotes or links is not looked at."""
    text = sheet.text
    lists = [_list(match, language) for match in DAY_LIST.finditer(text) if _is_list(match, language)]
    covered = text
    for found in lists:
        covered = covered[: found.start] + "\ue002" * (found.end - found.start) + covered[found.end :]
    posting, deadlines, others = list(lists), list[tuple[int, int]](), list[tuple[int, int]]()
    likely, unsure, listed = list[Time](), list[Time](), list[Time]()
    covered = re.sub(r"(?<=\d):(?=\s)", " ", covered)  # "tomorrow 10:00: our news"
    bare = _DAY_AND_NUMBER.search(covered)
    if bare:  # "… tomorrow 9"
        posting.append(Time(bare.start(1), bare.end(2), (f"{bare[1]} {'um' if language == 'de' else 'at'} {bare[2]}",)))
        covered = covered[: bare.start(1)] + "\ue002" * (bare.end(2) - bare.start(1)) + covered[bare.end(2) :]
    phrases = list(_apart(find_phrases(covered, language or "en")))
    dated = [phrase for phrase in phrases if _names_day_and_hour(phrase)]
    for phrase in phrases:
        span = (phrase.start, phrase.end)
        time = Time(*span, (phrase.text,))
        cued = _is_cued(covered, phrase) or ends_with_place(covered[: phrase.start], around)
        cued = cued or (phrase in dated and (_is_a_sentence(covered, *span) or len(dated) == count_of(text)))
        if not cued and dated and phrase.kind == "posting" and re.fullmatch(_CLOCK, phrase.text.strip(), re.I):
            others.append(span)  # "every Thursday, 8pm" beside "Friday 10am"
            continue
        if phrase.kind == "deadline" and not cued:
            (others if re.fullmatch(_CLOCK, phrase.text.strip(), re.I) else deadlines).append(span)
        elif cued or (phrase.kind == "posting" and phrase.confidence > 0.6):
            posting.append(time)
        elif phrase.kind == "posting" and phrase.confidence >= 0.5:
            (likely if re.search(_CLOCK, phrase.text, re.I) is None else posting).append(time)
        elif _EVERY_WEEK.search(phrase.text):
            others.append(span)
        elif phrase.kind == "posting" and (_is_set_apart(covered, *span) or not text[phrase.end :].strip(" .!")):
            unsure.append(time)
        elif phrase.kind == "event" and phrase.confidence <= 0.6 and _AND.match(covered, phrase.end):
            listed.append(time)
        else:
            others.append(span)
    if posting:  # a day without an hour beside a time to post is what the post is about
        others += [(time.start, time.end) for time in likely]
    else:
        posting = likely
    if posting and listed and posting[-1].start > listed[-1].end:
        posting += listed  # "X tomorrow 9am and Y on Friday": the last one tells what the others are for
    else:
        others += [(time.start, time.end) for time in listed]
    if posting:
        others += [(time.start, time.end) for time in unsure]
    else:
        posting = unsure[-1:]
        others += [(time.start, time.end) for time in unsure[:-1]]
    return Times(tuple(sorted(posting, key=lambda time: time.start)), tuple(deadlines), tuple(others))


_EVERY_WEEK: Final = re.compile(rf"\b(?:{DAYS})s\b", re.I)  # "test rides on Saturdays" says what is, not when to post
_AND: Final = re.compile(r"\s*[,;]?\s*(?:and|und|then|dann|sowie|plus)\b|\s*;", re.I)
_NEW_DAY: Final = re.compile(
    rf",\s*(?=(?:tomorrow|today|tonight|morgen|heute|übermorgen|next|nächste\w*|{DAYS})\b)", re.I
)


_DAY_AND_NUMBER: Final = re.compile(rf"\b(tomorrow|today|morgen|heute|{DAYS})\s+(\d{{1,2}})\W*$", re.I)
_NEW_SENTENCE: Final = re.compile(
    rf"(?<=[^\W\d]{{3}})\.\s+(?=(?:tomorrow|today|tonight|morgen|heute|übermorgen|{DAYS})\b)", re.I
)


def _names_day_and_hour(phrase: Found) -> bool:
    clock = re.search(_CLOCK, phrase.text, re.I)
    return (
        phrase.kind != "deadline"
        and clock is not None
        and re.search(r"[^\W\d_]{3}", phrase.text[: clock.start()]) is not None
    )


def _is_a_sentence(text: str, start: int, end: int) -> bool:
    """Whether day and hour stand by themselves behind a full stop or a link: "… at https://…. Friday 10am"."""
    before = re.sub(r"(?:\b(?:on|at|am|um)\s*)+$", "", text[max(0, start - 40) : start].rstrip(), flags=re.I).rstrip()
    after = re.split(r"[.!?\n\ue000]", text[end:], maxsplit=1)[0]
    return before[-1:] in {".", "!", "?", "\ue000", "\n"} and len(after.split()) <= 2


def _apart(found: Iterable[Found]) -> Iterator[Found]:
    """A deadline and a time right after it are two: "until 31 December, tomorrow at 9"."""
    for phrase in found:
        comma = _NEW_DAY.search(phrase.text, 1) if phrase.kind == "deadline" else _NEW_SENTENCE.search(phrase.text, 1)
        if comma is None:
            yield phrase
            continue
        middle = phrase.start + comma.end()
        yield replace(phrase, end=phrase.start + comma.start(), text=phrase.text[: comma.start()])
        yield replace(phrase, start=middle, text=phrase.text[comma.end() :], kind="posting")


_CUE: Final = re.compile(
    r"(?:\b|(?=[,;]))(?:post|publish|schedule|send|share|release|go(?:es)? (?:out|live|up)|put (?:it|this) (?:out|up)|out|"
    r"poste(?:n)?|veröffentliche?n?|publizier\w*|plane?n?|raus|erschein\w*|einplanen|schick\w*|move|verschieb\w*|(?:[,;]|\band|\bund)\s+(?:one|eine[nr]?|einer))"
    r"(?: (?:it|this|that|them|both|all|es|das|ihn|sie|bitte))?(?: out| up| live)?"
    r"(?:\s+(?:on|at|for|to|from|by|am|um|auf|für|ab|in|next|the|den|dem))*\s*$",
    re.I,
)


_CUE_AFTER: Final = re.compile(
    r"\s*(?:posten|veröffentlichen|publizieren|erscheinen|einplanen|raus(?:gehen|schicken)?|online stellen|online gehen)\b",
    re.I,
)


def _is_cued(text: str, phrase: Found) -> bool:
    """Whether a word right before or after says that this is when to publish, or "Tomorrow 9am: …" does."""
    if _CUE.search(text[max(0, phrase.start - 60) : phrase.start]) or _CUE_AFTER.match(text, phrase.end):
        return True
    return text[phrase.end : phrase.end + 1] == ":" and re.search(_CLOCK, phrase.text, re.I) is not None


def _is_set_apart(text: str, start: int, end: int) -> bool:
    """A time between commas, or one that ends the request, stands for the posting; one inside a sentence does not."""
    before = re.sub(r"(?:\b(?:on|at|am|um|for|für)\s*)+$", "", text[max(0, start - 40) : start].rstrip(), flags=re.I)
    return before.rstrip()[-1:] in {"", ",", ";", ".", "-", "–", "—", ":", "\ue000", "\n", "!", ")"}


def _is_list(match: re.Match[str], language: str) -> bool:
    """Several days with a time. Two-letter German days are words in English ("so", "do"): a time must follow."""
    days = re.split(_JOIN, match[1], flags=re.I)
    short = any(len(day.strip(". ")) == 2 for day in days)
    return bool(match[2]) or (not short and match.end() == len(match.string.rstrip(" .!")))


def _list(match: re.Match[str], language: str) -> Time:
    clock = (match[2] or "").strip()
    days = [day.strip() for day in re.split(_JOIN, match[1], flags=re.I) if day.strip()]
    return Time(match.start(), match.end(), tuple(f"{day} {clock}".strip() for day in days))


def widened(sheet: Sheet, start: int, name: str) -> int:
    """Where the words that lead to a time begin, e.g. the "on" of "on Friday"."""
    match = pattern(name).search(sheet.text[max(0, start - 60) : start])
    return start - len(match[0]) if match else start
