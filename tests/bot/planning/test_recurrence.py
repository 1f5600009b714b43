"""When slots come again, against python-dateutil: rules, zones with gaps, folds and half hours, year ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.planning.recurrence import comes_on, occurrences, wall_of
from bot.planning.rules import WEEKDAYS, NoRule, read_rule
from storage.plans import Moved, Pause, Recurrence

ZONES = (
    "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns",
    "Pacific/Chatham", "Pacific/Apia", "Africa/Casablanca", "America/Santiago", "UTC",
)  # fmt: skip
# So late that dateutil, which looks for a rule without any day until the year 9999, is done in no time.
LATE = st.dates(date(9985, 1, 1), date(9991, 12, 31))


def recurring(rule: str, first: date, at: time = time(9), **more: object) -> Recurrence:
    return Recurrence.model_validate(
        {"id": "rc_abcdefgh", "rule": rule, "first": first, "at": at, "accounts": ("a_1",), "added_by": "m_1"}
        | {"added_at": datetime(2026, 1, 1, tzinfo=UTC)}
        | more
    )


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Any rule that the RFC allows and a plan takes, sensible or not.

    Left out is what dateutil gets wrong: plain weekdays beside numbered ones ("MO,2FR"), and a sixth Monday of a month.
    """
    freq = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 9))}")
    months = draw(st.just([]) | st.lists(st.integers(1, 12).map(str), max_size=4, unique=True))
    if months:
        parts.append("BYMONTH=" + ",".join(months))
    if draw(st.booleans()):
        weekday = st.sampled_from(WEEKDAYS)
        if freq in ("MONTHLY", "YEARLY") and draw(st.booleans()):
            most = 52 if freq == "YEARLY" and not months else 5
            weekday = st.builds(lambda number, day: f"{number}{day}", st.integers(-most, most).filter(bool), weekday)
        parts.append("BYDAY=" + ",".join(draw(st.lists(weekday, min_size=1, max_size=4, unique=True))))
    if freq != "WEEKLY" and draw(st.booleans()):
        numbers = st.lists(st.integers(-31, 31).filter(bool).map(str), min_size=1, max_size=4, unique=True)
        parts.append("BYMONTHDAY=" + ",".join(draw(numbers)))
    if len(parts) > 2 and draw(st.integers(0, 3)) == 0:
        places = st.lists(st.integers(-6, 6).filter(bool).map(str), min_size=1, max_size=2, unique=True)
        parts.append("BYSETPOS=" + ",".join(draw(places)))
    if draw(st.integers(0, 3)) == 0:
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    ends = draw(st.integers(0, 2))
    if ends == 1:
        parts.append(f"COUNT={draw(st.integers(1, 60))}")
    elif ends == 2:
        parts.append(f"UNTIL={draw(st.dates(date(9984, 1, 1), date(9998, 1, 1))):%Y%m%d}")
    return ";".join(parts)


@settings(max_examples=400)
@given(rule=rules(), begins=LATE, ahead=st.integers(-400, 2000), length=st.integers(0, 700))
def test_a_rule_names_the_days_that_dateutil_names(rule: str, begins: date, ahead: int, length: int) -> None:
    if "FREQ=WEEKLY" in rule and "BYSETPOS" in rule:
        # dateutil counts places from the first day on in a first week that is not whole: a test of its own is below.
        begins -= timedelta(days=(begins.weekday() - week_start(rule)) % 7)
    first = begins + timedelta(days=ahead)
    last = first + timedelta(days=length)
    theirs = rrulestr(rule, dtstart=datetime.combine(begins, time()))
    wanted = theirs.between(datetime.combine(first, time()), datetime.combine(last, time()), inc=True)
    assert list(read_rule(rule).days(begins, first, last)) == [each.date() for each in wanted]


def week_start(rule: str) -> int:
    return next((WEEKDAYS.index(part[5:]) for part in rule.split(";") if part.startswith("WKST=")), 0)


def test_places_in_a_week_count_the_whole_week_also_where_the_rule_begins_within_it() -> None:
    """BYSETPOS is of all that stands in one interval (RFC 5545, 3.3.10): the first one here is a Monday gone by."""
    tuesday = date(2026, 12, 1)
    found = read_rule("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1").days(tuesday, tuesday, tuesday + timedelta(days=14))
    assert list(found) == [date(2026, 12, 7), date(2026, 12, 14)]


@settings(max_examples=200)
@given(
    # dateutil misreads Morocco's clocks, which go back in Ramadan: that zone is below, by its official instants.
    zone=st.sampled_from([each for each in ZONES if each != "Africa/Casablanca"]),
    begins=st.dates(date(2019, 1, 1), date(2036, 12, 31)),
    at=st.times(max_value=time(23, 59)).map(lambda each: each.replace(second=0, microsecond=0)),
    rule=st.sampled_from(
        ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY")
    ),
)
def test_wall_clock_times_become_the_instants_that_dateutil_makes_of_them(
    zone: str, begins: date, at: time, rule: str
) -> None:
    start = datetime.combine(begins, time(), ZoneInfo(zone)).astimezone(UTC)
    end = start + timedelta(days=400)
    found = list(occurrences(recurring(rule, begins, at), ZoneInfo(zone), start, end))
    theirs, place = rrulestr(rule, dtstart=datetime.combine(begins, at)), tz.gettz(zone)
    walls = theirs.between(
        datetime.combine(begins, time()), datetime.combine(begins, time()) + timedelta(days=402), inc=True
    )
    instants = [tz.resolve_imaginary(wall.replace(tzinfo=place, fold=0)).astimezone(UTC) for wall in walls]
    assert [each.at for each in found] == [each for each in instants if start <= each < end]
    assert len({each.id for each in found}) == len(found)


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        ("Europe/Zurich", date(2027, 3, 28), time(2, 30), "2027-03-28T01:30+00:00"),  # is 3:30 then
        ("Europe/Zurich", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30+00:00"),  # the first of the two
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45+00:00"),  # a gap of half an hour
        ("Africa/Casablanca", date(2019, 5, 5), time(3, 0), "2019-05-05T03:00+00:00"),
        ("Africa/Casablanca", date(2019, 5, 5), time(2, 30), "2019-05-05T01:30+00:00"),  # the first of the two
        ("Asia/Kathmandu", date(2026, 12, 31), time(23, 59), "2026-12-31T18:14+00:00"),
        ("America/St_Johns", date(2027, 1, 1), time(0, 0), "2027-01-01T03:30+00:00"),
    ],
)
def test_gaps_move_on_by_the_gap_and_of_a_fold_the_first_counts(zone: str, day: date, at: time, instant: str) -> None:
    expected = datetime.fromisoformat(instant)
    around = expected - timedelta(days=1), expected + timedelta(days=1)
    found = [each for each in occurrences(recurring("FREQ=DAILY", day, at), ZoneInfo(zone), *around) if each.day == day]
    assert [each.at for each in found] == [expected]


def test_exceptions_pauses_and_moves_keep_every_other_name_and_time() -> None:
    monday = date(2026, 11, 30)
    plain = recurring("FREQ=WEEKLY;BYDAY=MO", monday)
    zone, start = ZoneInfo("Europe/Zurich"), datetime(2026, 11, 28, tzinfo=UTC)
    end = start + timedelta(days=50)
    before = {each.id: each for each in occurrences(plain, zone, start, end)}
    changed = plain.model_copy(
        update={
            "excepted": (date(2026, 12, 7),),
            "moved": (Moved(day=date(2026, 12, 14), to=datetime.fromisoformat("2026-12-15T11:00")),),
            "pauses": (Pause(first=date(2026, 12, 20), last=date(2026, 12, 31)),),
        }
    )
    after = {each.id: each for each in occurrences(changed, zone, start, end)}
    assert [*before] == [
        f"rc_abcdefgh-{day}" for day in (20261130, 20261207, 20261214, 20261221, 20261228, 20270104, 20270111)
    ]
    assert [*after] == [f"rc_abcdefgh-{day}" for day in (20261130, 20261214, 20270104, 20270111)]
    assert after["rc_abcdefgh-20261214"].at == datetime(2026, 12, 15, 10, tzinfo=UTC)
    assert all(after[name] == before[name] for name in after if name != "rc_abcdefgh-20261214")


def test_a_far_move_is_found_where_it_stands_now() -> None:
    moved = recurring(
        "FREQ=YEARLY",
        date(2026, 12, 24),
        moved=(Moved(day=date(2026, 12, 24), to=datetime.fromisoformat("2026-11-30T08:00")),),
    )
    start = datetime(2026, 11, 29, tzinfo=UTC)
    found = list(occurrences(moved, ZoneInfo("UTC"), start, start + timedelta(days=7)))
    assert [(each.id, each.day) for each in found] == [("rc_abcdefgh-20261224", date(2026, 12, 24))]


def test_a_span_gives_a_day_always_the_same_time_within_it() -> None:
    span = recurring("FREQ=DAILY", date(2026, 1, 1), time(8), until=time(10))
    walls = [wall_of(span, date(2026, 1, 1) + timedelta(days=ahead)) for ahead in range(365)]
    assert walls == [wall_of(span, date(2026, 1, 1) + timedelta(days=ahead)) for ahead in range(365)]
    assert {wall.time() for wall in walls} == {time(8 + step // 12, step % 12 * 5) for step in range(25)}
    assert comes_on(span, date(2031, 5, 6))
    assert not comes_on(span, date(2025, 12, 31))


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=1MO", "BYDAY=MO",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=DAILY;UNTIL=20270101T000000Z", "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;FREQ=WEEKLY", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=DAILY;COUNT=x", "FREQ=YEARLY;BYMONTH=-1", "FREQ=DAILY;UNTIL=20269901",
    ],
)  # fmt: skip
def test_what_is_no_rule_for_a_plan_is_refused_with_a_reason(rule: str) -> None:
    with pytest.raises(NoRule, match=r"\.$"):
        read_rule(rule)
