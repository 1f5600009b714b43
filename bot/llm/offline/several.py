# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""One request, several posts: a list of days, several times with something to each, or a list line by line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.llm.around import Around
from bot.llm.offline.brief import post_idea
from bot.llm.offline.phrases import DAYS, language_of
from bot.llm.offline.sheet import Sheet
from bot.llm.offline.times import Time, read_times, widened
from bot.llm.offline.wishes import count_of
from bot.when import Resolved, Unclear, resolve

MAX_POSTS: Final = 10
SATURDAY: Final = 5
ANGLES: Final = (
    "the news itself",
    "what it does for the reader",
    "one detail in the foreground",
    "a question to the reader",
    "a reminder, last chance",
    "how it came about",
    "for those who are new",
)
_ITEM: Final = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]+(.+)$", re.M)


_AGAIN: Final = re.compile(
    r"[,;.]?\s+(?:(?:and|then|und|dann)\s+)+(?:please\s+|bitte\s+)?(?:remind|erinner)\w*\s+(?:\w+\s+){0,3}?(?:of|about|an|daran)?"
    r"\s*(?:it|this|that|again|das|es|daran|nochmals?|noch einmal)?\s+(?:on|at|am|um)?\s*([^.\n]*\d[^.\n]*)[.!]?\s*$",
    re.I,
)


class TimesMissing(Exception):
    """More posts are asked for than times given, or the other way round."""

    def __init__(self, posts: int, times: int) -> None:
        super().__init__(f"{posts} posts, {times} times")
        self.posts = posts
        self.times = times


def post_ideas(text: str, around: Around) -> list[dict[str, Any]]:
    """One PostIdea for each post that the message asks for. Raises TimesMissing."""
    again = _AGAIN.search(text)
    if again:  # "… tomorrow 9am, and remind people of it on 5 December at 10am"
        first = post_ideas(text[: again.start()], around)
        return [*first, first[-1] | {"goal": "remind", "when": again[1].strip(" ,.!"), "angle": ANGLES[4]}]
    sheet = Sheet(text)
    language = language_of(sheet.text)
    times = read_times(sheet, language, around).posting
    count = min(count_of(text), MAX_POSTS)
    items = _listed(text, around, language, count) or _one_about_each(text, around, language)
    if items:
        return items
    if len(times) == 1 and len(times[0].phrases) > 1:
        return _on_one_topic(text, around, [_day(phrase, around, language) for phrase in times[0].phrases], count)
    if len(times) > 1:
        return _apart(sheet, times, around, language) or _on_one_topic(
            text, around, [phrase for time in times for phrase in time.phrases], count
        )
    if count > 1:
        days = _day_by_day(times[0].phrases[0], around, language, count) if times else [""] * count
        return _on_one_topic(text, around, days, count)
    return [post_idea(text, around)]


def is_day_by_day(text: str, around: Around) -> bool:
    """Whether one time was given for several posts."""
    sheet = Sheet(text)
    times = read_times(sheet, language_of(sheet.text), around).posting
    return count_of(text) > 1 and len(times) == len(times[0].phrases if times else ()) == 1


def _day_by_day(phrase: str, around: Around, language: str, count: int) -> list[str]:
    """The first at the time that was given, the others at the same hour of the working days after it: never several at
    one moment. Raises TimesMissing for what is no one moment still to come.
    """
    phrase = _day(phrase, around, language)
    found = resolve(phrase, now=around.now, zone=around.zone, language=language or "en")
    if not isinstance(found, Resolved) or found.recurrence or found.soon or len(found.instants) != 1:
        raise TimesMissing(count, 1)
    first = found.instants[0].astimezone(ZoneInfo(around.zone))
    ahead = (first + timedelta(days=number) for number in range(1, 3 * count))
    days = [day for day in ahead if day.weekday() < SATURDAY][: count - 1]
    return [phrase, *(f"{day:%Y-%m-%d %H:%M}" for day in days)]


def _listed(text: str, around: Around, language: str, count: int) -> list[dict[str, Any]]:
    """A post a line, when the lines are as many as the posts asked for or each has its own time."""
    items = [match[1].strip() for match in _ITEM.finditer(text)][:MAX_POSTS]
    if len(items) < 2:
        return []
    ideas = [post_idea(item, around, language=language) for item in items]
    if count != len(items) and not all(idea.get("when") for idea in ideas):
        return []
    frame = post_idea(_ITEM.sub("", text), around, language=language)
    return _inherit(ideas, frame)


_ONE_ABOUT: Final = re.compile(
    r"[\s,;:]*(?:\b(?:and|und|then|dann)\s+)?\b(?:one|another(?: one)?|(?:the )?(?:first|second|third|other|last)(?: one)?|ein(?:e[rn]?|s)?|"
    r"noch ein(?:e[rn]?|s)?|(?:der|die|das) (?:erste|zweite|dritte|andere))\s+(?:is |should be |soll )?(?:about|on(?= our| the)|über|zu[rm]?)\s+",
    re.I,
)
_DAY: Final = re.compile(rf"\b(?:{DAYS}|today|tomorrow|heute|morgen|übermorgen)\b", re.I)
_SENTENCE_END: Final = re.compile(r"(?<=\w{2})[.!]\s+(?=[A-ZÄÖÜ])|\n")


def _one_about_each(text: str, around: Around, language: str) -> list[dict[str, Any]]:
    """ "Two posts: one about X and one about Y. Tue 9am and Thu 9am": a time each, in their order. Raises TimesMissing."""
    marks = list(_ONE_ABOUT.finditer(Sheet(text).text))[:MAX_POSTS]
    if len(marks) < 2:
        return []
    last = _SENTENCE_END.search(text, marks[-1].end())
    ends = [*(mark.start() for mark in marks[1:]), last.start() if last else len(text)]
    parts = [text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]
    around_them = f"{text[: marks[0].start()]}. {text[last.end() :] if last else ''}"
    frame = post_idea(around_them, around, language=language)
    phrases = [phrase for time in read_times(Sheet(around_them), language, around).posting for phrase in time.phrases]
    if len(phrases) == 1:  # "Tuesday 9am and Thursday 9am" is found as one
        days = re.split(r"\s*(?:,|&|\band\b|\bund\b)\s*", phrases[0], flags=re.I)
        phrases = days if all(_DAY.search(day) for day in days) else phrases
    if phrases and len(phrases) != len(parts):
        raise TimesMissing(len(parts), len(phrases))
    if not phrases:
        ideas = [post_idea(part, around, language=language) for part in parts]
        timed = sum("when" in idea for idea in ideas)
        if 0 < timed < len(ideas):
            raise TimesMissing(len(ideas), timed)
    else:  # a date in a part is then what it is about
        pairs = zip(parts, phrases, strict=True)
        ideas = [post_idea(part, around, language=language, posting=(0, 0)) | {"when": when} for part, when in pairs]
    return _inherit(ideas, frame) if all(_subject(idea) for idea in ideas) else []


def _day(phrase: str, around: Around, language: str) -> str:
    """A day of a list: one that has just passed is next week's, as in the list as a whole."""
    found = resolve(phrase, now=around.now, zone=around.zone, language=language or "en")
    return found.options[0] if isinstance(found, Unclear) and len(found.options) == 1 else phrase


def _on_one_topic(text: str, around: Around, phrases: list[str], count: int) -> list[dict[str, Any]]:
    if count and count != len(phrases):
        raise TimesMissing(count, len(phrases))
    idea = post_idea(text, around)
    idea.pop("when", None)
    return [
        idea | ({"when": phrase} if phrase else {}) | {"angle": ANGLES[number % len(ANGLES)]}
        for number, phrase in enumerate(phrases[:MAX_POSTS])
    ]


def _apart(sheet: Sheet, times: tuple[Time, ...], around: Around, language: str) -> list[dict[str, Any]]:
    """Each time with its own subject before it ("X tomorrow 9am and Y on Friday") or after it ("Mon 9am: X. Tue: Y")."""
    text = sheet.original
    starts = [widened(sheet, time.start, "preposition") for time in times]
    ends = [time.end for time in times]
    before = list(zip([0, *ends[:-1]], ends, strict=True))
    after = list(zip(starts, [*starts[1:], len(text)], strict=True))
    head_says = _subject(post_idea(text[: starts[0]], around, language=language))
    for spans, tail in ((before, text[ends[-1] :]), (after, "")):
        if spans is before and not head_says:
            continue
        ideas = [_part(text, span, time, around, language) for span, time in zip(spans, times, strict=True)]
        if all(_subject(idea) for idea in ideas):
            rest = post_idea(tail, around, language=language) if tail.strip(" .,;!") else {}
            if _subject(rest):
                ideas[-1] = _part(text, (spans[-1][0], len(text)), times[-1], around, language)
                rest = {}
            return _inherit(_inherit(ideas, rest), ideas[0])
    return []


def _part(text: str, span: tuple[int, int], time: Time, around: Around, language: str) -> dict[str, Any]:
    """The idea in a stretch of the message, whose time is known. Words that only join it to another are blanked."""
    start, end = span
    part = re.sub(r"^[\s,;.]*(?:and|und|then|dann)\b", lambda match: " " * len(match[0]), text[start:end], flags=re.I)
    return post_idea(part, around, language=language, posting=(time.start - start, time.end - start))


def _inherit(ideas: list[dict[str, Any]], frame: dict[str, Any]) -> list[dict[str, Any]]:
    """What is said once holds for all: accounts, picture, tone, hashtags, language."""
    shared = {
        name: frame[name] for name in ("accounts", "image", "tone", "language", "hashtags", "audience") if name in frame
    }
    return [shared | idea for idea in ideas]


def _subject(idea: dict[str, Any]) -> bool:
    return bool(idea.get("topic") or idea.get("verbatim") or idea.get("facts"))
