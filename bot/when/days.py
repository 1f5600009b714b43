"""Which calendar day and which clock time do the pieces name, seen from now? Raises `Ask` where a person must say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.when import words
from bot.when.records import Resolved, Unclear
from bot.when.saying import say, say_day
from bot.when.tokens import Clock, Day, Piece
from bot.when.zones import misnamed, on_the_clock

_RECENTLY = timedelta(days=31)  # "1 November" said in mid-November is more likely a slip than next year
_FARTHEST = timedelta(days=3 * 366)
_USUAL_HOURS = (9, 12, 17)


class Ask(Exception):  # not an error: the way out of the grammar with a question
    """Stops reading with a question."""

    def __init__(self, unclear: Unclear) -> None:
        super().__init__(unclear.question)
        self.unclear = unclear


@dataclass(slots=True)
class Reading:
    """What holds for the whole phrase: when and where it is read, and the notes gathered on the way."""

    phrase: str
    now: datetime
    home: ZoneInfo
    zone: ZoneInfo
    language: str
    abbreviation: str = ""
    day_zone: ZoneInfo | None = None
    many: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day it is now on the clocks of the phrase's zone (or of `day_zone`, where that is tried instead)."""
        return self.now.astimezone(self.day_zone or self.zone).date()

    def ask(self, key: str, options: Iterable[str] = (), **values: object) -> Ask:
        """The question of that key, to be raised."""
        return Ask(Unclear(words.sentence(key, self.language, **values), tuple(options)))

    def note(self, key: str, **values: object) -> None:
        """Tell the person about an assumption, once."""
        text = words.sentence(key, self.language, **values)
        if text not in self.notes:
            self.notes.append(text)

    def option(self, day: date, hour: int, minute: int = 0) -> str:
        """A phrase without any doubt for that time, in the phrase's zone."""
        zone = "" if self.zone.key == self.home.key else f" {self.zone.key}"
        name, month = words.SHORT_DAYS["en"][day.weekday()], words.SHORT_MONTHS["en"][day.month - 1]
        return f"{name} {day.day} {month} {day.year} {hour:02}:{minute:02}{zone}"

    def options(self, day: date, hours: Sequence[int] = _USUAL_HOURS, minute: int = 0) -> tuple[str, ...]:
        """Such phrases for those hours of the day that are still to come."""
        walls = [datetime.combine(day, time(hour, minute)) for hour in hours]
        latest = self.now + _FARTHEST
        ahead = [wall for wall in walls if self.now < on_the_clock(wall, self.zone)[0] <= latest]
        return tuple(self.option(wall.date(), wall.hour, wall.minute) for wall in ahead)


@dataclass(slots=True)
class Segment:
    """The pieces that together name one day, one or more times, or both."""

    weekday: tuple[int, str] | None = None
    date: Day | None = None
    days: int | None = None
    week: int | tuple[str, int] | None = None
    plus: int | None = None
    month: int | tuple[str, int] | None = None
    ordinal: int | None = None
    times: list[Clock] = field(default_factory=list)
    part: str | None = None

    def names_day(self) -> bool:
        """Does it say which day?"""
        named = (self.weekday, self.date, self.days, self.week, self.plus, self.month, self.ordinal)
        return any(value is not None for value in named) or self.part == "tonight"

    def names_time(self) -> bool:
        """Does it say at what time?"""
        return bool(self.times) or self.part is not None

    def only_weekday(self) -> bool:
        """Is a weekday all it says about the day, so that a date may follow after a comma?"""
        named = (self.date, self.days, self.week, self.plus, self.month, self.ordinal)
        return self.weekday is not None and all(value is None for value in named)

    def take(self, piece: Piece, reading: Reading) -> None:
        """Add one piece; a second one of the same kind is a question."""
        if piece.kind == "time":
            self.times.append(piece.value)
            if len(self.times) > 1:
                raise reading.ask("many")
            return
        if getattr(self, piece.kind) is not None:
            raise reading.ask("many")
        setattr(self, piece.kind, piece.value)


def day_of(segment: Segment, reading: Reading) -> date | None:
    """The day a segment names, None if none. Asks when it does not exist, contradicts itself or has two readings."""
    today = reading.today
    if segment.plus is not None:
        anchor = Segment(segment.weekday, segment.date, segment.days)
        base = day_of(anchor, reading)
        if base is None:
            raise reading.ask("no_day")
        return base + timedelta(days=segment.plus)
    if segment.month is not None:
        if segment.weekday or segment.date or segment.days is not None or not isinstance(segment.month, int):
            return _month_end(segment, reading)
        return last_of_month(today.year, today.month + segment.month)
    if segment.week is not None:
        return _in_week(segment, reading)
    if segment.ordinal is not None:
        return _ordinal_day(segment, reading)
    named: date | None = None
    if segment.date is not None:
        named = _dated(segment.date, segment.times, reading)
    if segment.days is not None:
        counted = today + timedelta(days=segment.days)
        if named is not None and named != counted:
            raise reading.ask("many")
        named = counted
    if segment.part == "tonight" and named is None and segment.weekday is None:
        named = today
    if segment.weekday is None:
        return named
    weekday, modifier = segment.weekday
    if named is None:
        return _weekday(weekday, modifier, segment, reading)
    if named.weekday() != weekday:
        raise reading.ask("mismatch", date=say_day(named, reading.language))
    return named


def last_of_month(year: int, month: int) -> date:
    """The last day of that month; month 13 is the next January."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _month_end(segment: Segment, reading: Reading) -> date:
    if isinstance(segment.month, tuple) and segment.month[0] == "end" and segment.weekday is None:
        month = segment.month[1]
        year = reading.today.year + (month < reading.today.month)
        return last_of_month(year, month)
    raise reading.ask("no_day")


def _dated(day: Day, times: Sequence[Clock], reading: Reading) -> date:
    today = reading.today
    try:
        if day.year is not None:
            return date(day.year, day.month, day.day)
        named = date(today.year, day.month, day.day)
        if named >= today:
            return named
        following = date(today.year + 1, day.month, day.day)
    except ValueError:  # 29 February
        raise reading.ask("no_such_day", what=f"{day.day}.{day.month}.{day.year or ''}") from None
    if today - named <= _RECENTLY:
        options = reading.options(following, (times[0].hour,), times[0].minute) if times else reading.options(following)
        raise reading.ask("past", options, time=say_day(named, reading.language))
    reading.note("note_year", year=following.year)
    return following


def _in_week(segment: Segment, reading: Reading) -> date:
    if segment.weekday is None or segment.date or segment.days is not None:
        raise reading.ask("no_day")
    weekday, modifier = segment.weekday
    monday = reading.today - timedelta(days=reading.today.weekday())
    if isinstance(segment.week, tuple):
        year = reading.today.isocalendar().year
        if segment.week[1] < reading.today.isocalendar().week:
            year += 1
        try:
            return date.fromisocalendar(year, segment.week[1], weekday + 1)
        except ValueError:
            raise reading.ask("no_such_day", what=f"KW {segment.week[1]}") from None
    if modifier not in {"", "this"}:
        raise reading.ask("many")
    return monday + timedelta(days=7 * (segment.week or 0) + weekday)


def _ordinal_day(segment: Segment, reading: Reading) -> date:
    """ "Friday the 27th": the first such day within a year, which must be of the weekday that was named."""
    if segment.date or segment.days is not None:
        raise reading.ask("many")
    today = reading.today
    for ahead in range(63):
        day = today + timedelta(days=ahead)
        if day.day == segment.ordinal:
            if segment.weekday is not None and segment.weekday[0] != day.weekday():
                raise reading.ask("mismatch", date=say_day(day, reading.language))
            return day
    raise reading.ask("no_such_day", what=str(segment.ordinal))


def _weekday(weekday: int, modifier: str, segment: Segment, reading: Reading) -> date:
    today = reading.today
    ahead = (weekday - today.weekday()) % 7
    if modifier == "past":
        raise reading.ask("past", time=words.SHORT_DAYS["en"][weekday])
    if modifier != "next":
        return today + timedelta(days=ahead)  # today's weekday is today; a time already past is asked about later
    ahead = ahead or 7
    coming = today + timedelta(days=ahead)
    same_week = today.weekday() + ahead < 7
    if ahead == 1 and same_week:  # nobody calls tomorrow "next Tuesday"
        reading.note("note_next")
        return coming + timedelta(days=7)
    if same_week or ahead == 1:
        clock = segment.times[0] if segment.times else Clock(9)
        both = (coming, coming + timedelta(days=7))
        options = [reading.option(day, clock.hour, clock.minute) for day in both]
        raise reading.ask("next", options, day=words.SHORT_DAYS[_tongue(reading)][weekday])
    return coming


def _tongue(reading: Reading) -> str:
    return "de" if reading.language.lower().startswith("de") else "en"


def wall_times(segment: Segment, reading: Reading) -> list[datetime]:
    """The naive wall-clock times of a segment. Asks for a missing day or time, never guesses one silently."""
    day = day_of(segment, reading)
    clock = clock_of(segment.times, segment.part, day, reading)
    if clock is None:
        if day is None:
            raise reading.ask("no_time_plain")
        raise reading.ask("no_time", reading.options(day), day=say_day(day, reading.language))
    if clock.midnight:
        return [_midnight(day, segment, reading)]
    if day is None:
        day = reading.today
    wall = datetime.combine(day, time(clock.hour, clock.minute))
    if segment.date is None and on_the_clock(wall, reading.zone)[0] < reading.now:  # "9am" at noon, "Wed 9am" on Wed
        again = day + timedelta(days=7 if segment.weekday else 1)
        if reading.many and segment.only_weekday() and segment.weekday and segment.weekday[1] == "":
            return [datetime.combine(again, wall.time())]  # "Mon/Wed/Fri 10:00" on a Wednesday afternoon
        options = reading.options(again, (clock.hour,), clock.minute) if segment.days is None else ()
        raise reading.ask("past", options, time=_said(wall, reading))
    return [wall]


def _midnight(day: date | None, segment: Segment, reading: Reading) -> datetime:
    if day is None or segment.part == "tonight" or segment.days == 0:
        reading.note("note_midnight")
        return datetime.combine(reading.today + timedelta(days=1), time(0))
    both = (day, day + timedelta(days=1))
    raise reading.ask("midnight", [option for each in both for option in reading.options(each, (0,))])


def clock_of(times: Sequence[Clock], part: str | None, day: date | None, reading: Reading) -> Clock | None:
    """The one clock time that the pieces say, None if none; "morning" alone is 9:00 with a note."""
    if not times:
        if part is None:
            return None
        hour = words.PARTS[part][1]
        reading.note("note_part", what=part, time=f"{hour:02}:00")
        return Clock(hour)
    clock = times[0]
    if part is not None:
        return _within(clock, part, reading)
    if clock.sure:
        return clock
    doubtful_until = 5 if _tongue(reading) == "de" else 6
    if clock.hour <= doubtful_until:
        where = day or reading.today
        options = reading.options(where, (clock.hour, clock.hour + 12), clock.minute)
        raise reading.ask("am_pm", options, hour=f"{clock.hour}:{clock.minute:02}")
    reading.note("note_hour", hour=clock.hour, time=f"{clock.hour:02}:{clock.minute:02}")
    return clock


def _within(clock: Clock, part: str, reading: Reading) -> Clock:
    first, last = {"morning": (0, 11), "afternoon": (12, 18), "evening": (17, 23)}[words.PARTS[part][0]]
    if clock.midnight and first == 17:
        return clock
    for hour in (clock.hour, clock.hour + 12):
        if first <= hour <= last:
            return Clock(hour, clock.minute)
    raise reading.ask("no_such_time", what=f"{clock.hour}:{clock.minute:02} {part}")


def _said(wall: datetime, reading: Reading) -> str:
    return say(on_the_clock(wall, reading.zone)[0], reading.zone.key, reading.language)


def finish(walls: Sequence[datetime], reading: Reading, recurrence: str | None = None) -> Resolved:
    """Wall-clock times → instants, with a note for each oddity of the clocks. Asks when one is past or years away."""
    instants: set[datetime] = set()
    for wall in walls:
        instant, oddity = on_the_clock(wall, reading.zone)
        local = instant.astimezone(reading.zone)
        if oddity is not None:
            shown = f"{wall:%H:%M}"
            reading.note(f"note_{oddity}", wall=shown, time=f"{local:%H:%M}")
        if instant < reading.now:
            raise reading.ask("past", time=_said(wall, reading))
        if instant - reading.now > _FARTHEST:
            raise reading.ask("far", time=f"{local:%Y-%m-%d}")
        if reading.abbreviation and misnamed(reading.abbreviation, instant, reading.zone):
            reading.note("note_zone", zone=reading.zone.key.rpartition("/")[2].replace("_", " "))
        instants.add(instant.astimezone(UTC))
    if not instants:
        raise reading.ask("never")
    return Resolved(tuple(sorted(instants)), reading.zone.key, reading.phrase, tuple(reading.notes), recurrence)
