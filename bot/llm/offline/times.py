# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""Which times in a message say when to post, and how a list of days becomes one time a post."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot.llm.around import Around
from bot.llm.offline.accounts import ends_with_place
from bot.llm.offline.addressed import LEADS, is_wish, wished_times
from bot.llm.offline.phrases import DAYS, pattern
from bot.llm.offline.sheet import Sheet
from bot.llm.offline.wishes import count_of
from bot.llm.offline.writing_text import sentence_spans
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
    every = [match for match in DAY_LIST.finditer(text) if _is_list(match, language) and _may_post(text, match, around)]
    lists = [_list(match, language) for match in every]
    covered = text
    for found in lists:
        covered = covered[: found.start] + "\ue002" * (found.end - found.start) + covered[found.end :]
    posting = list(lists)
    covered = re.sub(r"(?<=\d):(?=\s)", " ", covered)  # "tomorrow 10:00: our news"
    bare = _DAY_AND_NUMBER.search(covered)
    if bare:  # "… tomorrow 9"
        posting.append(Time(bare.start(1), bare.end(2), (f"{bare[1]} {'um' if language == 'de' else 'at'} {bare[2]}",)))
        covered = covered[: bare.start(1)] + "\ue002" * (bare.end(2) - bare.start(1)) + covered[bare.end(2) :]
    phrases = list(_apart(find_phrases(covered, language or "en")))
    wished = wished_times(sheet, phrases, around)
    if wished:
        return _set_apart(posting, wished, phrases)
    known = language in ("", "en", "de")
    return _weighed(text, covered, posting, phrases if known else [], around)


def _set_apart(posting: list[Time], wished: list[Found], phrases: list[Found]) -> Times:
    """Some times stand where nothing but wishes do: all others are what the post is about."""
    rest = [each for each in phrases if each not in wished]
    late = [each for each in rest if each.kind == "deadline" and not re.fullmatch(_CLOCK, each.text.strip(), re.I)]
    return Times(
        _in_order([*posting, *(Time(each.start, each.end, (each.text,)) for each in wished)]),
        tuple((each.start, each.end) for each in late),
        tuple((each.start, each.end) for each in rest if each not in late),
    )


def _in_order(times: list[Time]) -> tuple[Time, ...]:
    return tuple(sorted(times, key=lambda time: time.start))


def _weighed(text: str, covered: str, posting: list[Time], phrases: list[Found], around: Around) -> Times:
    """Each time weighed by the words around it."""
    deadlines, others = list[tuple[int, int]](), list[tuple[int, int]]()
    likely, unsure, listed = list[Time](), list[Time](), list[Time]()
    dated = {phrase for phrase in phrases if _names_day_and_hour(phrase)}
    each_dated, asking = len(dated) == count_of(text), _Asking(text)
    for phrase in phrases:
        span = (phrase.start, phrase.end)
        time = Time(*span, (phrase.text,))
        cued = _is_cued(covered, phrase) or ends_with_place(covered[: phrase.start], around)
        cued = cued and not (phrase.kind == "deadline" and _ends_by(covered, phrase.start))
        cued = cued or (phrase in dated and (_is_a_sentence(covered, *span) or each_dated))
        if not cued and dated and phrase.kind == "posting" and re.fullmatch(_CLOCK, phrase.text.strip(), re.I):
            others.append(span)  # "every Thursday, 8pm" beside "Friday 10am"
            continue
        if _REPEATS.search(phrase.text) and not _is_cued(covered, phrase):
            others.append(span)  # "Tuesdays 7pm" is when it takes place, unless posting is spoken of
            continue
        if phrase.kind == "deadline" and not cued:
            (others if re.fullmatch(_CLOCK, phrase.text.strip(), re.I) else deadlines).append(span)
        elif cued or (phrase.kind == "posting" and phrase.confidence > 0.6):
            posting.append(time)
        elif phrase.kind == "posting" and not asking.leads_to(phrase) and not _is_set_apart(covered, *span):
            others.append(span)  # "Los geht es am 1. Juni um 8 Uhr" tells the readers something
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
    ends = phrases[-1] if len(phrases) > 1 and not text[phrases[-1].end :].strip(" .!") else None
    last = (ends.start, ends.end) if ends is not None and _names_day_and_hour(ends) else None
    if not posting and ends is not None and last in others and _is_request(text):
        posting = [Time(ends.start, ends.end, (ends.text,))]  # "Announce our concert on 6 December at 5pm tomorrow 9am"
        others.remove((ends.start, ends.end))
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
    return Times(_in_order(posting), tuple(deadlines), tuple(others))


_LETTERS: Final = re.compile(r"[^\W\d_]{3}")
_JOINED: Final = re.compile(r"\s*(?:,|&|\band\b|\bund\b)\s*", re.I)
_REPEATS: Final = re.compile(r"\b(?:every|each|jede[nrs]?|\w+days|\w+tags|daily|täglich|weekly|wöchentlich)\b", re.I)
_BY: Final = re.compile(r"\b(?:bis|until|till?|by|before|spätestens|vor)\s+(?:zum|am|the|on|dem)?\s*$", re.I)
_EVERY_WEEK: Final = re.compile(rf"\b(?:{DAYS})s\b", re.I)  # "test rides on Saturdays" says what is, not when to post
_AND: Final = re.compile(r"\s*[,;]?\s*(?:and|und|then|dann|sowie|plus)\b|\s*;", re.I)
_NEW_DAY: Final = re.compile(
    rf",\s*(?=(?:tomorrow|today|tonight|morgen|heute|übermorgen|next|nächste\w*|{DAYS})\b)", re.I
)


_DAY_AND_NUMBER: Final = re.compile(rf"\b(tomorrow|today|morgen|heute|{DAYS})\s+(\d{{1,2}})\W*$", re.I)
_NEW_SENTENCE: Final = re.compile(
    rf"(?<=[^\W\d]{{3}})\.\s+(?=(?:tomorrow|today|tonight|morgen|heute|übermorgen|{DAYS})\b)", re.I
)


def _ends_by(text: str, start: int) -> bool:
    """Whether "by" or "until" leads to what starts there."""
    return _BY.search(text[max(0, start - 60) : start]) is not None


class _Asking:
    """Which times of a text words that ask for a post lead to, in one walk over its sentences."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = sentence_spans(text)
        self._starts = [start for start, _ in self._spans]
        self._leads: dict[int, list[re.Match[str]]] = {}  # by sentence, the first of each kind

    def leads_to(self, phrase: Found) -> bool:
        """Whether a lead stands before it in its sentence, or nothing else does."""
        number = bisect_right(self._starts, phrase.start) - 1
        start, end = self._spans[number]
        before = phrase.start - start
        leads = self._leads.get(number)
        if leads is None:
            sentence = self._text[start:end]
            leads = self._leads[number] = [match for name in LEADS if (match := pattern(name).search(sentence))]
        if any(match.end() <= before or (match.start() < before and _leads(match, before)) for match in leads):
            return True
        return not (_LETTERS.search(self._text, start, phrase.start) or _LETTERS.search(self._text, phrase.end, end))


def _leads(match: re.Match[str], before: int) -> bool:
    """Whether a lead that reaches into the time is one without it, too."""
    return match.re.search(match.string[:before]) is not None


def _is_request(text: str) -> bool:
    return any(match.start() < 20 for name in LEADS if (match := pattern(name).search(text)))


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
        parts = list(_JOINED.finditer(phrase.text))
        cuts = [0, *(match.end() for match in parts)]
        ends = [*(match.start() for match in parts), len(phrase.text)]
        whole = [
            replace(phrase, start=phrase.start + a, end=phrase.start + b, text=phrase.text[a:b])
            for a, b in zip(cuts, ends, strict=True)
        ]
        if len(whole) > 1 and all(_names_day_and_hour(each) for each in whole):
            yield from whole  # "tomorrow 11am and Saturday 11am"
            continue
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


def _may_post(text: str, match: re.Match[str], around: Around) -> bool:
    """Whether a list of days says when to post: in a sentence that asks, set apart, or last; not "training Tue and Thu"."""
    start, end = next(span for span in sentence_spans(text) if span[0] <= match.start() < span[1])
    before, after = text[start : match.start()], text[match.end() : end]
    if is_wish(text[start:end], around) or re.search(r"[,;:.–—-]\s*$|^\s*$", before):
        return True
    return (
        any(pattern(name).search(before) for name in LEADS)
        or (_CUE.search(before) is not None)
        or not after.strip(" .!")
    )


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
