"""When to post: what is read, what is asked, what is never guessed. Said on Wed 18 Nov 2026, 10:15 in Zurich."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.when import Resolved, Unclear, find_phrases, occurrences, resolve, say

ZONE = "Europe/Zurich"
NOW = datetime(2026, 11, 18, 10, 15, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)

ONCE = [
    ("en", "tomorrow 9am", "2026-11-19 09:00"),
    ("en", "Tomorrow at 9 AM.", "2026-11-19 09:00"),
    ("en", "next Tue 9am CET", "2026-11-24 09:00"),
    ("en", "next Tuesday at 09:00", "2026-11-24 09:00"),
    ("en", "in 20 seconds", "2026-11-18 10:15"),
    ("en", "in 20 minutes", "2026-11-18 10:35"),
    ("en", "in two hours", "2026-11-18 12:15"),
    ("en", "in 1 hour and 30 minutes", "2026-11-18 11:45"),
    ("en", "in 30m", "2026-11-18 10:45"),
    ("en", "tonight", "2026-11-18 20:00"),
    ("en", "tonight at 8", "2026-11-18 20:00"),
    ("en", "tonight at midnight", "2026-11-19 00:00"),
    ("en", "this Friday 3pm", "2026-11-20 15:00"),
    ("en", "Friday 3pm", "2026-11-20 15:00"),
    ("en", "Friday at 15h", "2026-11-20 15:00"),
    ("en", "Fri 1530h", "2026-11-20 15:30"),
    ("en", "31 May 18:00", "2027-05-31 18:00"),
    ("en", "May 31st, 2027 at 6pm", "2027-05-31 18:00"),
    ("en", "2026-12-01 09:00", "2026-12-01 09:00"),
    ("en", "2026-12-01T09:00:00Z", "2026-12-01 10:00"),
    ("en", "2026-12-01T09:00:00-05:00", "2026-12-01 15:00"),
    ("en", "2026-12-01T09:00+05:30", "2026-12-01 04:30"),
    ("en", "2026-12-01 09:00 UTC+2", "2026-12-01 08:00"),
    ("en", "2026-12-01 09:00 Europe/London", "2026-12-01 10:00"),
    ("en", "2026/12/01 9:00", "2026-12-01 09:00"),
    ("en-GB", "1/12/2026 09:00", "2026-12-01 09:00"),
    ("en-US", "1/12/2027 09:00", "2027-01-12 09:00"),
    ("en", "25/12/2026 09:00", "2026-12-25 09:00"),
    ("de", "1/12/2026 09:00", "2026-12-01 09:00"),
    ("en", "Tue 1 Dec 09:00 CET", "2026-12-01 09:00"),
    ("en", "Tue, 1 Dec, 09:00 CET", "2026-12-01 09:00"),
    ("en", "Tuesday the 1st of December at noon", "2026-12-01 12:00"),
    ("en", "noon", "2026-11-18 12:00"),
    ("en", "tomorrow at noon", "2026-11-19 12:00"),
    ("en", "12am tomorrow", "2026-11-19 00:00"),
    ("en", "12pm tomorrow", "2026-11-19 12:00"),
    ("en", "midnight", "2026-11-19 00:00"),
    ("en", "Tuesday morning", "2026-11-24 09:00"),
    ("en", "tomorrow afternoon at 3", "2026-11-19 15:00"),
    ("en", "tomorrow at 9:30 in the evening", "2026-11-19 21:30"),
    ("en", "tomorrow at quarter to ten", "2026-11-19 09:45"),
    ("en", "18:00", "2026-11-18 18:00"),
    ("en", "next week Tuesday 9am", "2026-11-24 09:00"),
    ("en", "Wednesday next week at 10:00", "2026-11-25 10:00"),
    ("en", "day after tomorrow 8:30 am", "2026-11-20 08:30"),
    ("en", "in 3 days at 9am", "2026-11-21 09:00"),
    ("en", "end of the month at 17:00", "2026-11-30 17:00"),
    ("en", "9am New York time on Friday", "2026-11-20 15:00"),
    ("en", "Fri 9am EST", "2026-11-20 15:00"),
    ("en", "15 July 2027 9am ET", "2027-07-15 15:00"),
    ("en", "15 July 2027 9am EST", "2027-07-15 15:00"),
    ("en", "15 July 2027 9am CET", "2027-07-15 09:00"),
    ("en", "next Thu 9am", "2026-11-26 09:00"),
    ("en", "please post it on Friday at 9am", "2026-11-20 09:00"),
    ("en", "around 3pm tomorrow", "2026-11-19 15:00"),
    ("de", "morgen 9 Uhr", "2026-11-19 09:00"),
    ("en", "morgen 9 Uhr", "2026-11-19 09:00"),
    ("de", "morgen früh um 8", "2026-11-19 08:00"),
    ("de", "nächsten Dienstag um 14:30", "2026-11-24 14:30"),
    ("de", "übermorgen um 14 Uhr 30", "2026-11-20 14:30"),
    ("de", "in 20 Minuten", "2026-11-18 10:35"),
    ("de", "in anderthalb Stunden", "2026-11-18 11:45"),
    ("de", "in zwei Tagen um 9 Uhr", "2026-11-20 09:00"),
    ("de", "am 3. Mai um 8 Uhr", "2027-05-03 08:00"),
    ("de", "3.5.2027 8:00", "2027-05-03 08:00"),
    ("de", "KW 50 Mittwoch 10 Uhr", "2026-12-09 10:00"),
    ("de", "Di 10:00", "2026-11-24 10:00"),
    ("de", "Do., 19.11., 16.30 Uhr", "2026-11-19 16:30"),
    ("de", "Dienstag morgen", "2026-11-24 09:00"),
    ("de", "heute um viertel nach drei nachmittags", "2026-11-18 15:15"),
    ("de", "kommenden Samstag mittags", "2026-11-21 12:00"),
    ("de", "Freitag 9 Uhr MEZ", "2026-11-20 09:00"),
    ("de", "Samstagabend um 8", "2026-11-21 20:00"),
    ("de", "am 24. um 18 Uhr", "2026-11-24 18:00"),
    ("de", "Silvester 18 Uhr", "2026-12-31 18:00"),
    ("en", "Christmas Eve at noon", "2026-12-24 12:00"),
    ("en", "Friday 9am Pacific time", "2026-11-20 18:00"),
    ("en", "Dec 1 2026, 09:00 (CET)", "2026-12-01 09:00"),
    ("fr", "demain à 9h", "2026-11-19 09:00"),
    ("es", "mañana a las 9:00", "2026-11-19 09:00"),
]
ASKED = [
    ("en", ""), ("en", "   "), ("en", "9"), ("en", "tomorrow"), ("en", "tomorrow 9"), ("en", "Tuesday"),
    ("en", "9am"), ("en", "Wed 9am"), ("en", "today 10:14"), ("en", "yesterday 9am"), ("en", "last Friday 9am"),
    ("en", "17 Nov 2026 09:00"), ("en", "17 November 9am"), ("en", "1/12/2026 09:00"), ("en", "1/12/2026"),
    ("en", "Friday midnight"), ("en", "tomorrow at 3"), ("en", "tomorrow 3:30"), ("en", "half nine tomorrow"),
    ("en", "next Fri 9am"), ("en", "Wed 1 Dec 09:00"), ("en", "30 Feb 9am"), ("en", "31.04. 9:00"),
    ("en", "24:00 tomorrow"), ("en", "13pm tomorrow"), ("en", "9:60 tomorrow"), ("en", "9am CST tomorrow"),
    ("en", "9am IST tomorrow"), ("en", "9am CET tomorrow PT"), ("en", "9:00-11:00 tomorrow"), ("en", "9-5 tomorrow"),
    ("en", "between 9am and 10am"), ("en", "by Friday 5pm"), ("en", "until 31 May"), ("en", "before Friday 9am"),
    ("en", "after 9am tomorrow"), ("en", "not on Friday 9am"), ("en", "Friday 9am unless Ana says no"),
    ("en", "Friday or Saturday 9am"), ("en", "end of the month"), ("en", "in 2 weeks"), ("en", "next week"),
    ("en", "this weekend"), ("en", "May"), ("en", "Q3 2026"), ("en", "2025 report"), ("en", "We may"),
    ("en", "asap tomorrow"), ("en", "now 9am"), ("en", "every hour"), ("en", "weekly at 9am"), ("en", "every Monday"),
    ("en", "every Monday 9am and 5:30pm"), ("en", "2099-01-01 09:00"), ("en", "in 900 weeks"),
    ("en", "tomorrow tomorrow 9am"), ("en", "Friday 9am 10am"), ("en", "the 31st at 9am, Monday"),
    ("de", "gestern 9 Uhr"), ("de", "heute Nacht"), ("de", "bis Freitag 9 Uhr"), ("de", "nicht morgen 9 Uhr"),
    ("de", "übermorgen"), ("de", "morgen um 3"), ("de", "zwischen 9 und 10 Uhr"), ("de", "Ende Monat oder so"),
    ("fr", "demain"), ("fr", "vers la fin"),
]  # fmt: skip
SEVERAL = [
    ("en", "Mon/Wed/Fri 10:00", ["2026-11-20 10:00", "2026-11-23 10:00", "2026-11-25 10:00"]),
    ("en", "Mon, Wed and Fri at 10", ["2026-11-20 10:00", "2026-11-23 10:00", "2026-11-25 10:00"]),
    ("en", "tomorrow 9am and 5pm", ["2026-11-19 09:00", "2026-11-19 17:00"]),
    ("en", "9am and 5pm tomorrow", ["2026-11-19 09:00", "2026-11-19 17:00"]),
    ("en", "Monday 9am and Tuesday 5pm", ["2026-11-23 09:00", "2026-11-24 17:00"]),
    ("en", "Thu-Sat 9:00", ["2026-11-19 09:00", "2026-11-20 09:00", "2026-11-21 09:00"]),
    ("en", "1 Dec 9am, 3 Dec 10am", ["2026-12-01 09:00", "2026-12-03 10:00"]),
    ("en", "1 Dec, 3 Dec at 9am", ["2026-12-01 09:00", "2026-12-03 09:00"]),
    ("de", "Mo, Do und Fr um 10 Uhr", ["2026-11-19 10:00", "2026-11-20 10:00", "2026-11-23 10:00"]),
]
RECURRENT = [
    ("en", "every other Thursday at noon until June", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;UNTIL=20270531T215959Z",
     ["2026-11-19 12:00", "2026-12-03 12:00"]),
    ("en", "every Monday at 9am until 30 November", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261130T225959Z",
     ["2026-11-23 09:00", "2026-11-30 09:00"]),
    ("en", "every Tue and Thu at 9am, 3 times", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3",
     ["2026-11-19 09:00", "2026-11-24 09:00", "2026-11-26 09:00"]),
    ("en", "Mondays at 9am", "FREQ=WEEKLY;BYDAY=MO", ["2026-11-23 09:00"]),
    ("en", "daily at 9:00 and 17:00", "FREQ=DAILY;BYHOUR=9,17", ["2026-11-18 17:00", "2026-11-19 09:00"]),
    ("en", "every 2 days at 9am", "FREQ=DAILY;INTERVAL=2", ["2026-11-19 09:00", "2026-11-21 09:00"]),
    ("en", "every weekday at 8:30 from 1 Dec", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", ["2026-12-01 08:30"]),
    ("en", "last Friday of every month at 10:00", "FREQ=MONTHLY;BYDAY=-1FR", ["2026-11-27 10:00", "2026-12-25 10:00"]),
    ("en", "monthly on the 15th at 9:00", "FREQ=MONTHLY;BYMONTHDAY=15", ["2026-12-15 09:00", "2027-01-15 09:00"]),
    ("en", "every 2 weeks on Monday at 9:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
     ["2026-11-23 09:00", "2026-12-07 09:00"]),
    ("en", "every Friday 9am ET", "FREQ=WEEKLY;BYDAY=FR", ["2026-11-20 15:00"]),
    ("de", "jeden zweiten Donnerstag um 12 Uhr bis Ende Juni", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;UNTIL=20270630T215959Z",
     ["2026-11-19 12:00", "2026-12-03 12:00"]),
    ("en", "every morning at 8", "FREQ=DAILY", ["2026-11-19 08:00"]),
    ("en", "every evening", "FREQ=DAILY", ["2026-11-18 18:00"]),
    ("de", "jeden Morgen um 8 Uhr", "FREQ=DAILY", ["2026-11-19 08:00"]),
    ("en", "the first of every month at 9am", "FREQ=MONTHLY;BYMONTHDAY=1", ["2026-12-01 09:00"]),
    ("de", "täglich um 9 Uhr", "FREQ=DAILY", ["2026-11-19 09:00"]),
    ("de", "montags um 9", "FREQ=WEEKLY;BYDAY=MO", ["2026-11-23 09:00"]),
    ("de", "jeden Mittwoch 10:30", "FREQ=WEEKLY;BYDAY=WE", ["2026-11-18 10:30"]),
]  # fmt: skip


def _local(instants: tuple[datetime, ...]) -> list[str]:
    return [f"{instant.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" for instant in instants]


def _read(phrase: str, language: str = "en", zone: str = ZONE, now: datetime = NOW) -> Resolved | Unclear:
    return resolve(phrase, now=now, zone=zone, language=language)


@pytest.mark.parametrize(("language", "phrase", "expected"), [case for case in ONCE if case[2]])
def test_a_phrase_with_one_reading_is_read(language: str, phrase: str, expected: str) -> None:
    answer = _read(phrase, language)
    assert isinstance(answer, Resolved), answer
    assert _local(answer.instants) == [expected]
    assert answer.recurrence is None
    assert answer.phrase == phrase


@pytest.mark.parametrize(("language", "phrase"), ASKED)
def test_a_phrase_with_none_or_two_readings_is_asked_about(language: str, phrase: str) -> None:
    answer = _read(phrase, language)
    assert isinstance(answer, Unclear), answer
    assert answer.question
    for option in answer.options:
        assert isinstance(_read(option, language), Resolved), option


@pytest.mark.parametrize(("language", "phrase", "expected"), SEVERAL)
def test_several_times_are_all_read_and_ascend(language: str, phrase: str, expected: list[str]) -> None:
    answer = _read(phrase, language)
    assert isinstance(answer, Resolved), answer
    assert _local(answer.instants) == expected


@pytest.mark.parametrize(("language", "phrase", "rule", "first"), RECURRENT)
def test_a_recurrence_gives_a_rule_and_its_first_times(language: str, phrase: str, rule: str, first: list[str]) -> None:
    answer = _read(phrase, language)
    assert isinstance(answer, Resolved), answer
    assert answer.recurrence == rule
    assert _local(answer.instants)[: len(first)] == first
    again = occurrences(rule, answer.instants[0], answer.zone, limit=len(answer.instants))
    assert again == answer.instants


def test_the_tables_are_long_enough() -> None:
    assert len(ONCE) + len(ASKED) + len(SEVERAL) + len(RECURRENT) >= 60


@pytest.mark.parametrize("phrase", ["now", "asap", "ASAP!", "as soon as possible", "right now", "jetzt", "sofort"])
def test_now_is_soon(phrase: str) -> None:
    answer = _read(phrase)
    assert isinstance(answer, Resolved)
    assert (answer.soon, answer.instants) == (True, (NOW,))


def test_assumptions_are_said() -> None:
    for phrase, part in (
        ("Tuesday morning", "09:00"), ("31 May 18:00", "2027"), ("next Thu 9am", "following week"),
        ("15 July 2027 9am EST", "New York"), ("28 March 2027 02:30", "moved to 03:30"),
        ("31 October 2027 02:30", "first"), ("every Thursday at noon until June", "1 Jun"), ("tomorrow at 9", "09:00"),
    ):  # fmt: skip
        answer = _read(phrase)
        assert isinstance(answer, Resolved), phrase
        assert any(part in note for note in answer.notes), (phrase, answer.notes)


def test_questions_are_asked_in_the_persons_language() -> None:
    german, english = _read("morgen", "de"), _read("tomorrow", "en")
    assert isinstance(german, Unclear)
    assert isinstance(english, Unclear)
    assert german.question.startswith("Um wie viel Uhr")
    assert english.question.startswith("At what time")
    assert english.options[0] == "Thu 19 Nov 2026 09:00"


def test_tomorrow_elsewhere_is_asked_when_it_is_another_day_there() -> None:
    early = datetime(2026, 11, 18, 7, 0, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    answer = _read("tomorrow 9am PT", now=early)  # in Los Angeles it is still the 17th
    assert isinstance(answer, Unclear)
    assert len(answer.options) == 2
    days = [_read(option, now=early) for option in answer.options]
    assert [_local(day.instants) for day in days if isinstance(day, Resolved)] == [
        ["2026-11-18 18:00"],
        ["2026-11-19 18:00"],
    ]
    assert isinstance(_read("Fri 9am PT", now=early), Resolved)


def test_a_series_keeps_its_wall_clock_over_the_change_of_clocks() -> None:
    answer = _read("every Sunday at 02:30 from 21 March", now=datetime(2027, 3, 1, tzinfo=UTC))
    assert isinstance(answer, Resolved)
    assert _local(answer.instants)[:3] == ["2027-03-21 02:30", "2027-03-28 03:30", "2027-04-04 02:30"]
    later = occurrences(answer.recurrence or "", answer.instants[0], ZONE, after=answer.instants[1], limit=1)
    assert _local(later) == ["2027-04-04 02:30"]


def test_a_count_is_not_outlived() -> None:
    answer = _read("every Monday at 9am, 14 times")
    assert isinstance(answer, Resolved)
    assert len(answer.instants) == 12
    assert len(occurrences(answer.recurrence or "", answer.instants[0], ZONE, limit=100)) == 14
    with pytest.raises(ValueError, match="BYSECOND"):
        occurrences("FREQ=DAILY;BYSECOND=3", NOW, ZONE)


def test_an_instant_is_said_on_the_teams_clock() -> None:
    instant = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    assert say(instant, ZONE) == "Tue 1 Dec, 09:00 CET"
    assert say(instant, ZONE, "de") == "Di 1. Dez., 09:00 CET"
    assert say(instant, "America/New_York") == "Tue 1 Dec, 03:00 EST"
    assert say(instant, "Asia/Dubai") == "Tue 1 Dec, 12:00 UTC+4"
    assert say(instant, "Asia/Kathmandu") == "Tue 1 Dec, 13:45 UTC+5:45"
    assert say(instant, ZONE, now=datetime(2025, 1, 1, tzinfo=UTC)) == "Tue 1 Dec 2026, 09:00 CET"


# --- properties ---------------------------------------------------------------------------------------------------

ZONES = st.sampled_from(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))
CHANGING = [ZONE, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"]
SOME_ZONES = [ZONE, "America/New_York", "Asia/Kathmandu", "Asia/Dubai", "UTC", "Asia/Tokyo"]
SOON = st.datetimes(min_value=datetime(2026, 11, 20), max_value=datetime(2029, 6, 1))  # noqa: DTZ001
WORDS = """next every other last this Tue Friday tomorrow today 9am 9 3 14:30 um Uhr morgen nächsten bis until and und ,
- / 1 Dec 31 May 1/12/2026 2026-12-01 noon midnight CET PT IST in 20 minutes weeks from to the of month end morning Mo
jeden Dienstag halb KW 12 weekly daily first times now not Q3 2099 +05:30 for monthly 15th 29 Feb 24.12. 02:30"""
PIECES = st.lists(st.sampled_from(WORDS.split()), max_size=9).map(" ".join)
ANYTHING = st.text(max_size=300) | PIECES | st.text(alphabet="0123456789:./-+ apmuhr,TZ", max_size=40)


@settings(max_examples=300, deadline=None)
@given(
    ANYTHING,
    st.sampled_from(["en", "de", "en-GB", "xx", ""]),
    st.sampled_from(SOME_ZONES),
)
@example("\u202e9 morrow\u0000", "en", ZONE)
@example("🎉" * 30, "de", ZONE)
@example("0/0/2026 9:00", "en", ZONE)
@example("29 Feb 9am", "en", ZONE)
@example("every 0 days at 9am", "en", ZONE)
def test_no_text_raises_and_no_instant_is_past(text: str, language: str, zone: str) -> None:
    answer = _read(text, language, zone)
    if isinstance(answer, Resolved):
        assert answer.instants
        assert all(instant >= NOW and instant.utcoffset() == timedelta(0) for instant in answer.instants)
        assert list(answer.instants) == sorted(set(answer.instants))
        assert answer.instants[0] - NOW < timedelta(days=3 * 366 + 1)
    else:
        assert answer.question
        for option in answer.options:
            assert isinstance(_read(option, language, zone), Resolved), (text, option)


@settings(max_examples=300, deadline=None)
@given(SOON, ZONES)
def test_iso_round_trip_in_every_zone(wall: datetime, zone: str) -> None:
    """What is written is what the clock there shows; where the clocks change, it is said."""
    wall = wall.replace(second=0, microsecond=0)
    answer = _read(f"{wall:%Y-%m-%d %H:%M}", zone=zone)
    assert isinstance(answer, Resolved)
    shown = answer.instants[0].astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if shown != wall:
        assert shown > wall
        assert "moved" in answer.notes[0]
    elif _odd(wall, ZoneInfo(zone)):
        assert "twice" in answer.notes[0]
    else:
        assert answer.notes == ()


@settings(max_examples=200, deadline=None)
@given(SOON, st.sampled_from(SOME_ZONES), st.sampled_from(["en", "de"]))
def test_what_is_said_is_read_back(wall: datetime, zone: str, language: str) -> None:
    instant = wall.replace(second=0, microsecond=0, tzinfo=UTC)
    local = instant.astimezone(ZoneInfo(zone))
    assume(local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset())
    answer = _read(say(instant, zone, language, now=NOW.replace(year=2000)), language, zone)
    assert isinstance(answer, Resolved)
    assert answer.instants == (instant,)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CHANGING), st.integers(min_value=0, max_value=700))
def test_every_change_of_clocks_is_noted(zone: str, ahead: int) -> None:
    clocks = ZoneInfo(zone)
    days = (date(2026, 11, 20) + timedelta(days=ahead + step) for step in range(400))
    day = next(day for day in days if _offset(day, clocks) != _offset(day + timedelta(days=1), clocks))
    walls = [datetime.combine(day, datetime.min.time()) + timedelta(minutes=15 * step) for step in range(96)]
    odd = [wall for wall in walls if _odd(wall, clocks)]
    assert odd
    for wall in odd:
        answer = _read(f"{wall:%Y-%m-%d %H:%M}", zone=zone)
        assert isinstance(answer, Resolved)
        assert len(answer.notes) == 1


def _offset(day: date, zone: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, datetime.min.time(), tzinfo=zone).utcoffset()


def _odd(wall: datetime, zone: ZoneInfo) -> bool:
    """Does that time not exist or exist twice on the zone's clocks? (PEP 495)"""
    return wall.replace(tzinfo=zone).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset()


@pytest.mark.parametrize("text", ["9am " * 250_000, "\u202e\u0000🎉" * 300_000, "1" * 1_000_000, "in " * 300_000])
def test_a_megabyte_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    assert isinstance(_read(text), Unclear)
    find_phrases(text)
    assert time.perf_counter() - started < 5


# --- phrases in running text --------------------------------------------------------------------------------------

TEXTS = [
    ("Announce our spring sale, 20% off all bikes until 31 May, on LinkedIn and X, next Tue 9am CET, with an image",
     [("31 May", "deadline"), ("next Tue 9am CET", "posting")]),
    ("Post about the new bike on LinkedIn, tomorrow 9am", [("tomorrow 9am", "posting")]),
    ("Summer festival from 3 to 5 June, on Instagram, Mon, Wed and Fri at 10",
     [("5 June", "event"), ("Mon, Wed and Fri at 10", "posting")]),
    ("On 12 May we open our new shop. Post it on Bluesky tomorrow at 9:00.",
     [("12 May", "event"), ("tomorrow at 9:00", "posting")]),
    ("We open on 12 May at 10am", [("12 May at 10am", "event")]),
    ("move it to Friday 3pm", [("Friday 3pm", "posting")]),
    ("Friday 3pm", [("Friday 3pm", "posting")]),
    ("make it 16:00 instead", [("16:00", "posting")]),
    ("can we do Friday at 3pm?", [("Friday at 3pm", "posting")]),
    ("Test days (12-14 December in Bern) on LinkedIn next Tuesday at 9am CET?",
     [("14 December", "event"), ("next Tuesday at 9am CET", "posting")]),
    ("Register by Friday! Post now", [("Friday", "deadline"), ("now", "posting")]),
    ("Frühlingsaktion, 20% auf alle Velos bis 31. Mai, auf LinkedIn, morgen 9 Uhr",
     [("31. Mai", "deadline"), ("morgen 9 Uhr", "posting")]),
    ("Am 12. Mai eröffnen wir unseren Laden, poste es nächsten Dienstag um 14:30 auf LinkedIn",
     [("12. Mai", "event"), ("nächsten Dienstag um 14:30", "posting")]),
    ("Spring sale tomorrow 9am on LinkedIn", [("tomorrow 9am", "posting")]),
    ("Write a post for our webinar on 5 December at 14:00, on LinkedIn, Tue 1 Dec 09:00 CET",
     [("5 December at 14:00", "event"), ("Tue 1 Dec 09:00 CET", "posting")]),
    ("A bike tip, every other Thursday at noon until June, on Mastodon",
     [("every other Thursday at noon until June", "posting")]),
    ("Only today: free coffee", [("today", "deadline")]),
    ("The sale ends on 31 May at midnight.", [("31 May at midnight", "deadline")]),
    ("reschedule to 2026-12-01 09:00", [("2026-12-01 09:00", "posting")]),
    ("On Tuesday 1 Dec at 09:00, post \"We are open\"", [("Tuesday 1 Dec at 09:00", "posting")]),
    ("We have 3 shops, 5 bikes and a second chance for 9 people", []),
    ("Our new bike: light, fast, red. Dienstag ist Ruhetag.", [("Dienstag", "event")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_posting_times_are_told_from_deadlines_and_events(text: str, expected: list[tuple[str, str]]) -> None:
    found = find_phrases(text)
    assert [(each.text, each.kind) for each in found] == expected
    assert all(text[each.start : each.end] == each.text and 0 < each.confidence <= 1 for each in found)


def test_a_posting_time_found_is_read() -> None:
    for text, expected in TEXTS:
        for phrase, kind in expected:
            if kind == "posting" and phrase != "now":
                assert isinstance(_read(phrase), Resolved), (text, phrase)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400) | PIECES)
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    end = 0
    for found in find_phrases(text):
        assert end <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        end = found.end
