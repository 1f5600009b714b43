"""Texts, dates and numbers in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.plural import to_python

from bot.words.sentences import Sentences, filled

FOLDER = Path(__file__).parent
LANGUAGES = {"en": "English", "de": "Deutsch"}
LOCALES = {"en": "en_GB", "de": "de"}


class Phrasebook:
    """`text` and `many` for sentences, the rest for what locales differ in. Zones are IANA `tzinfo`s."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(LOCALES[language])
        self._texts, self._plurals = _catalogue(language)
        self._form = to_python(self.locale.plural_form)

    def text(self, english: str, /, **values: object) -> str:
        """The text with `{name}` filled in. What is filled in is never read as a pattern."""
        return filled(self._texts.get(english, english), values)

    def said(self, english: str) -> str:
        """What was written down in English before it was known who reads it: findings, failures, a doctor's words.

        Each sentence is recognised by its text in the catalogue; what is filled in stays, one that is not known too.
        """
        return english if self.language == "en" else _said(self.language, english)

    def many(self, one: str, other: str, count: int, /, **values: object) -> str:
        """The singular or the plural of `count`, which both may name as `{count}`."""
        forms = self._plurals.get(one)
        index = ("one", "other").index(self._form(count)) if self._form(count) in ("one", "other") else 1
        return filled(forms[index] if forms else (one, other)[index], {"count": self.number(count)} | values)

    def when(self, instant: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
        """`Tue 1 Dec, 09:00`; the year is said when it is another than `now`'s."""
        return f"{self.day(instant.astimezone(zone).date(), now and now.astimezone(zone).date())}, " + self.clock(
            instant, zone
        )

    def day(self, day: date, today: date | None = None) -> str:
        """`Tue 1 Dec`."""
        year = "y" if today is not None and day.year != today.year else ""
        return format_skeleton(f"{year}MMMEd", day, locale=self.locale)

    def date_short(self, day: date) -> str:
        """`1 Dec`."""
        return format_skeleton("MMMd", day, locale=self.locale)

    def long_day(self, day: date) -> str:
        """`Tuesday 1 December 2026`."""
        return format_date(day, "full", locale=self.locale)

    def month(self, day: date) -> str:
        """`December 2026`."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def weekday(self, day: date, width: str = "EEE") -> str:
        return format_date(day, width, locale=self.locale)

    def clock(self, instant: datetime, zone: tzinfo) -> str:
        """`09:00`."""
        return format_time(instant.astimezone(zone), "HH:mm", locale=self.locale)

    def exact(self, instant: datetime, zone: tzinfo) -> str:
        """Date and time to the second, with the zone: for receipts and the audit."""
        return format_datetime(instant, "medium", tzinfo=zone, locale=self.locale) + f" {instant.astimezone(zone):%Z}"

    def ago(self, span: timedelta) -> str:
        """`3 hours ago`, `in 2 days`: how far away, seen from now; `span` is positive for what is past."""
        return format_timedelta(-span, add_direction=True, locale=self.locale)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.locale)

    def percent(self, share: float, *, digits: int = 0) -> str:
        """`12%`, `4.7%` of a share between 0 and 1; zeros at the end are left out."""
        pattern: str = self.locale.percent_formats[None].pattern
        return format_percent(share, pattern.replace("0", "0." + "#" * digits) if digits else pattern, self.locale)

    def compact(self, value: float) -> str:
        """`184.2K`; where a language shortens no thousands in full: `184.200`."""
        short: str = format_compact_decimal(value, locale=self.locale, fraction_digits=1)
        return self.number(round(value)) if short.isdigit() else short

    def interval(self, first: date, last: date, *, year: bool = True) -> str:
        """`23–29 Nov 2026`: what both share is said once."""
        said: str = format_interval(first, last, "yMMMd" if year else "MMMd", locale=self.locale)
        return said.replace("\u2009", " ")

    def series(self, items: list[str]) -> str:
        """`Ana, Ben and Carla`."""
        return format_list(items, locale=self.locale)


_reader: ContextVar[str] = ContextVar("reader", default="")


def read_in(language: str) -> None:
    """Whoever is answered from here on (in this task) reads this language."""
    _reader.set(language)


@contextmanager
def reading(language: str) -> Iterator[None]:
    """For these lines: what is told is for somebody else, in this language."""
    before = _reader.set(language)
    try:
        yield
    finally:
        _reader.reset(before)


def reader(otherwise: str = "en") -> str:
    """The language of whoever is being answered; `otherwise` where nobody has said it."""
    return _reader.get() or otherwise


def told(english: str, /, **values: object) -> str:
    """A text in the language of whoever is being answered."""
    return words(reader()).text(english, **values)


def noted(english: str) -> str:
    """A part of a sentence that is written down in English: the catalogue has it, `said` and `retold` put it in."""
    return english


def retold(english: str) -> str:
    """A sentence that was written down in English, in the language of whoever is being answered."""
    return words(reader()).said(english)


@cache
def words(language: str) -> Phrasebook:
    """The phrasebook of a language, or of English for one that has none."""
    short = language.partition("-")[0].lower()
    return Phrasebook(short if short in LANGUAGES else "en")


@cache
def _catalogue(language: str) -> tuple[Mapping[str, str], Mapping[str, tuple[str, str]]]:
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return {}, {}
    with path.open("rb") as file:
        read = read_po(file, locale=LOCALES[language])
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, str]] = {}
    for message in read:
        match message.id, message.string:
            case (str(one), _), (str(first), str(second)) if first and second:
                plurals[one] = (first, second)
            case str(text), str(found) if text and found:
                texts[text] = found
    return texts, plurals


@lru_cache(maxsize=4096)
def _said(language: str, english: str) -> str:
    return _sentences(language).said(english)


@cache
def _sentences(language: str) -> Sentences:
    return Sentences(_catalogue(language)[0])
