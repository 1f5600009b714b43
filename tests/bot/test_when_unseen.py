"""Forty phrases written before the grammar, never tuned on: how often is it right, wrong, or asking?

Said on Wed 18 Nov 2026, 10:15 in Zurich. `None` means that a question is the right answer. A recurrence is compared by
its first occurrence. A wrong time is worse than a question, so only two wrong answers are allowed and eight questions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.when import Resolved, resolve

ZONE = "Europe/Zurich"
NOW = datetime(2026, 11, 18, 10, 15, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)

UNSEEN: list[tuple[str, str, tuple[str, ...] | None]] = [
    ("en", "tomorrow at half past nine", ("2026-11-19 09:30",)),
    ("en", "Thu 8:15am", ("2026-11-19 08:15",)),
    ("en", "next Monday 7pm", ("2026-11-23 19:00",)),
    ("en", "Nov 30 at 6 pm", ("2026-11-30 18:00",)),
    ("en", "the 1st of December, 9 o'clock", ("2026-12-01 09:00",)),
    ("en", "in 45 mins", ("2026-11-18 11:00",)),
    ("en", "in an hour and a half", ("2026-11-18 11:45",)),
    ("en", "half an hour from now", ("2026-11-18 10:45",)),
    ("en", "a week from today at 10am", ("2026-11-25 10:00",)),
    ("en", "Black Friday 9am", ("2026-11-27 09:00",)),
    ("en", "Friday the 27th at 10", ("2026-11-27 10:00",)),
    ("en", "tomorrow 25:00", None),
    ("en", "yesterday 5pm", None),
    ("en", "31 Feb 09:00", None),
    ("en", "2027-01-15T08:30", ("2027-01-15 08:30",)),
    ("en", "2026-12-24 18:00 UTC", ("2026-12-24 19:00",)),
    ("en", "Tue 9am PT", ("2026-11-24 18:00",)),
    ("en", "9am ET tomorrow", ("2026-11-19 15:00",)),
    ("en", "every Monday at 9", ("2026-11-23 09:00",)),
    ("en", "weekdays at 8:30", ("2026-11-19 08:30",)),
    ("en", "daily 18:00", ("2026-11-18 18:00",)),
    ("en", "every first Monday of the month at 10:00", ("2026-12-07 10:00",)),
    ("en", "Mon & Thu 12:00", ("2026-11-19 12:00", "2026-11-23 12:00")),
    ("en", "Wed, 25 Nov, 4.30 pm", ("2026-11-25 16:30",)),
    ("en", "Thu 20 Nov 10:00", None),
    ("de", "morgen um halb zehn", ("2026-11-19 09:30",)),
    ("de", "Donnerstag 8 Uhr 15", ("2026-11-19 08:15",)),
    ("de", "nächsten Montag um 19 Uhr", ("2026-11-23 19:00",)),
    ("de", "am 1. Dezember um 9", ("2026-12-01 09:00",)),
    ("de", "in einer Viertelstunde", ("2026-11-18 10:30",)),
    ("de", "heute Abend", ("2026-11-18 18:00",)),
    ("de", "jeden Freitag um 16:00", ("2026-11-20 16:00",)),
    ("de", "übermorgen 14.30 Uhr", ("2026-11-20 14:30",)),
    ("de", "24.12. um 10 Uhr", ("2026-12-24 10:00",)),
    ("en", "03/04/2027 10:00", None),
    ("en", "sometime next week", None),
    ("en", "when Ana is back", None),
    ("en", "Monday or Tuesday 9am", None),
    ("en", "not tomorrow 9am", None),
    ("en", "two weeks from Friday 11:00", ("2026-12-04 11:00",)),
]


# Forty more, written later without a look at the grammar. At first sight: 34 right, 6 questions, none
# wrong; three causes of questions were mended then.
LATER: list[tuple[str, str, tuple[str, ...] | None]] = [
    ("en", "the day after tomorrow at 7:45am", ("2026-11-20 07:45",)),
    ("en", "this Saturday around 11", None),
    ("en", "Friday morning", ("2026-11-20 09:00",)),
    ("en", "tonight at 8", ("2026-11-18 20:00",)),
    ("en", "noon on Sunday", ("2026-11-22 12:00",)),
    ("en", "Dec 5th 3:30pm", ("2026-12-05 15:30",)),
    ("en", "5 December, 1530", ("2026-12-05 15:30",)),
    ("en", "a quarter to six tomorrow evening", ("2026-11-19 17:45",)),
    ("en", "in two and a half hours", ("2026-11-18 12:45",)),
    ("en", "in 3 days at 9", ("2026-11-21 09:00",)),
    ("en", "end of the month", None),
    ("en", "Monday week at 10am", ("2026-11-30 10:00",)),
    ("en", "first thing tomorrow", None),
    ("en", "next weekend", None),
    ("en", "Christmas Eve at 6pm", ("2026-12-24 18:00",)),
    ("en", "12/25/2026 8am", ("2026-12-25 08:00",)),
    ("en", "today 9am", None),
    ("en", "Tuesday 24 November 2026 at 14h", ("2026-11-24 14:00",)),
    ("en", "Thursday 10am London time", ("2026-11-19 11:00",)),
    ("en", "midnight tomorrow", None),
    ("en", "every other Friday at 4pm", ("2026-11-20 16:00",)),
    ("en", "Tue, Thu and Sat at 18:30", ("2026-11-19 18:30", "2026-11-21 18:30", "2026-11-24 18:30")),
    ("en", "the last Friday of November at 5pm", ("2026-11-27 17:00",)),
    ("en", "before 5pm tomorrow", None),
    ("en", "not before Monday 9am", None),
    ("de", "in drei Tagen um 8", ("2026-11-21 08:00",)),
    ("de", "heute in einer Woche um 10 Uhr", ("2026-11-25 10:00",)),
    ("de", "kommenden Samstag 11 Uhr", ("2026-11-21 11:00",)),
    ("de", "Viertel vor acht morgen früh", ("2026-11-19 07:45",)),
    ("de", "am Freitagnachmittag um drei", ("2026-11-20 15:00",)),
    ("de", "Sonntagabend um 20:15", ("2026-11-22 20:15",)),
    ("de", "am 3.12. um 17.30", ("2026-12-03 17:30",)),
    ("de", "Heiligabend 16 Uhr", ("2026-12-24 16:00",)),
    ("de", "in einer halben Stunde", ("2026-11-18 10:45",)),
    ("de", "morgen Mittag", ("2026-11-19 12:00",)),
    ("de", "jeden zweiten Dienstag um 9", ("2026-11-24 09:00",)),
    ("de", "Anfang Dezember", None),
    ("de", "gestern um 8", None),
    ("de", "werktags um 7:30", ("2026-11-19 07:30",)),
    ("de", "Mittwoch in einer Woche, 14 Uhr", ("2026-11-25 14:00",)),
]


def _verdict(language: str, phrase: str, expected: tuple[str, ...] | None) -> str:
    answer = resolve(phrase, now=NOW, zone=ZONE, language=language)
    if not isinstance(answer, Resolved):
        return "right" if expected is None else "question"
    local = tuple(f"{instant.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" for instant in answer.instants)
    if expected is not None and (local[:1] if answer.recurrence else local) == expected:
        return "right"
    return "wrong"


def test_phrases_written_later_are_never_wrong() -> None:
    verdicts = {phrase: _verdict(language, phrase, expected) for language, phrase, expected in LATER}
    counts = {verdict: list(verdicts.values()).count(verdict) for verdict in ("right", "wrong", "question")}
    assert len(verdicts) == 40
    assert counts["wrong"] == 0, verdicts
    assert counts["question"] <= 3, verdicts


def test_unseen_phrases_are_rarely_wrong_and_seldom_asked_about() -> None:
    verdicts = {phrase: _verdict(language, phrase, expected) for language, phrase, expected in UNSEEN}
    counts = {verdict: list(verdicts.values()).count(verdict) for verdict in ("right", "wrong", "question")}
    print(counts, {phrase: verdict for phrase, verdict in verdicts.items() if verdict != "right"})  # noqa: T201
    assert len(verdicts) == 40
    assert counts["wrong"] <= 2, verdicts
    assert counts["question"] <= 8, verdicts
