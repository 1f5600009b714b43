"""Phrases in other languages ("demain à 9h"): what dateparser reads of them, refused unless it is beyond doubt.

dateparser guesses: it ignores words, takes "May" for a date and fills a missing time with the present one. So its
answer counts only if it does not depend on the present time of day, every number of the phrase shows up in it, and it
reads the phrase as a whole. It is imported late, because its language data costs about a second.
"""

from __future__ import annotations

import importlib
import re
import warnings
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_NUMBERS = re.compile(r"[0-9]+")
_FOREIGN = re.compile(r"[^\W\d_]+")
_ENOUGH_LETTERS = 40


def resolve_otherwise(phrase: str, now: datetime, zone: ZoneInfo, language: str) -> datetime | None:
    """The naive wall-clock time in `zone` of a phrase in `language`, or None if there is any doubt.

    English and German are never handed over: a word of theirs that our own grammar does not know is a question.
    """
    code = language.lower()[:2]
    if code in {"en", "de"} or len(phrase) > 80 or sum(map(len, _FOREIGN.findall(phrase))) > _ENOUGH_LETTERS:
        return None
    today = now.astimezone(zone).date()
    answers = {_parsed(phrase, datetime.combine(today, time(*base)), code) for base in ((3, 17), (17, 41))}
    if len(answers) != 1:
        return None
    answer = answers.pop()
    if answer is None or not _shows_every_number(phrase, answer, today):
        return None
    return answer


def _parsed(phrase: str, base: datetime, code: str) -> datetime | None:
    dateparser: Any = importlib.import_module("dateparser")
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "RETURN_AS_TIMEZONE_AWARE": False,
                "NORMALIZE": True}  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer: datetime | None = dateparser.parse(phrase, languages=[code], settings=settings)
    except Exception:  # it raises many kinds on odd input, all of which mean: not read
        return None
    return answer.replace(second=0, microsecond=0) if answer is not None else None


def _shows_every_number(phrase: str, answer: datetime, today: date) -> bool:
    ahead = answer.date() - today
    shown = {answer.year, answer.year % 100, answer.month, answer.day, answer.hour, answer.hour % 12, answer.minute}
    if ahead > timedelta(0):
        shown |= {ahead.days}
    numbers = [int(number) for number in _NUMBERS.findall(phrase)]
    return bool(numbers) and all(number in shown for number in numbers)
