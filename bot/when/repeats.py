"""What do the pieces of "every other Thursday at noon until June" say? A series and its first times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from bot.when.days import Reading, Segment, clock_of, day_of, finish, last_of_month
from bot.when.records import Resolved
from bot.when.saying import say_day
from bot.when.series import Series
from bot.when.tokens import Clock, Piece
from bot.when.zones import on_the_clock

_SHOWN = 12
_DAY_KINDS = {"weekday", "date", "days", "week", "month", "ordinal"}


def is_series(pieces: Sequence[Piece]) -> bool:
    """Do the pieces speak of something that recurs?"""
    return any(
        piece.kind in {"repeat", "nth"} or (piece.kind == "weekday" and piece.value[1] in {"every", "other"})
        for piece in pieces
    )


@dataclass(slots=True)
class _Parts:
    freq: str = ""
    interval: int = 1
    weekdays: list[int] = field(default_factory=list)
    nth: list[tuple[int, int]] = field(default_factory=list)
    month_days: list[int] = field(default_factory=list)
    times: list[Clock] = field(default_factory=list)
    part: str | None = None
    until: Segment | None = None
    through: bool = False
    start: Segment | None = None
    count: int | None = None
    length: timedelta | None = None


def resolve_series(pieces: Sequence[Piece], reading: Reading) -> Resolved:
    """The recurrence with its first occurrences, at most 12. Asks for what is missing or contradictory."""
    parts = _collect(pieces, reading)
    if not parts.times and parts.part is None:
        raise reading.ask("no_time_plain")
    clocks = [_clock(each, parts, reading) for each in parts.times] or [_clock(None, parts, reading)]
    if len({clock.minute for clock in clocks}) > 1:
        raise reading.ask("many")
    first = day_of(parts.start, reading) if parts.start is not None else reading.today
    if first is None:
        raise reading.ask("repeat")
    first = max(first, reading.today)
    hours = sorted({clock.hour for clock in clocks})
    clock = time(hours[0], clocks[0].minute)
    series = Series(
        parts.freq, parts.interval, tuple(sorted(set(parts.weekdays))), tuple(parts.nth), tuple(parts.month_days),
        tuple(hours) if len(hours) > 1 else (), None, parts.count,
    )  # fmt: skip
    first = _first_ahead(series, first, clock, reading)
    series = replace(series, until=_until(parts, first, reading))
    walls = list(islice(_ahead(series, first, clock, reading), min(_SHOWN, parts.count or _SHOWN)))
    return finish(walls, reading, series.rule())


def _ahead(series: Series, first: date, clock: time, reading: Reading) -> list[datetime]:
    walls = islice(series.walls(first, clock, reading.zone), 2 * _SHOWN)
    return [wall for wall in walls if on_the_clock(wall, reading.zone)[0] >= reading.now]


def _first_ahead(series: Series, first: date, clock: time, reading: Reading) -> date:
    """The interval counts from the first occurrence that is still to come, not from one earlier today."""
    walls = islice(replace(series, interval=1).walls(first, clock, reading.zone), 4)
    ahead = [wall.date() for wall in walls if on_the_clock(wall, reading.zone)[0] >= reading.now]
    return ahead[0] if ahead else first


def _clock(said: Clock | None, parts: _Parts, reading: Reading) -> Clock:
    clock = clock_of([said] if said else [], parts.part, None, reading)
    if clock is None:
        raise reading.ask("no_time_plain")
    return Clock(clock.hour, clock.minute)


def _collect(pieces: Sequence[Piece], reading: Reading) -> _Parts:
    parts = _Parts()
    target: Segment | None = None
    for piece in pieces:
        if piece.kind in {"until", "start"}:
            target = Segment()
            if getattr(parts, piece.kind) is not None:
                raise reading.ask("repeat")
            setattr(parts, piece.kind, target)
            parts.through = parts.through or bool(piece.kind == "until" and piece.value)
        elif target is not None and piece.kind in _DAY_KINDS and not _repeats(piece):
            target.take(piece, reading)
        elif piece.kind not in {"and", "soft"}:
            target = None
            _take(piece, parts, reading)
    _settle(parts, reading)
    return parts


def _repeats(piece: Piece) -> bool:
    return piece.kind == "weekday" and piece.value[1] in {"every", "other"}


def _take(piece: Piece, parts: _Parts, reading: Reading) -> None:
    match piece.kind:
        case "repeat" if not parts.freq or (parts.freq, parts.interval) == ("WEEKLY", 1):
            freq, parts.interval = piece.value
            if freq == "WEEKDAYS":
                freq, parts.weekdays = "WEEKLY", [0, 1, 2, 3, 4]
            if freq == "FIRST":
                freq, parts.month_days = "MONTHLY", [1]
            parts.freq = freq
        case "weekday" if piece.value[1] in {"", "every", "other"}:
            parts.weekdays.append(piece.value[0])
            parts.interval = 2 if piece.value[1] == "other" else parts.interval
        case "nth":
            parts.nth.append(piece.value)
        case "ordinal":
            parts.month_days.append(piece.value)
        case "month" if piece.value == 0:
            parts.month_days.append(-1)
        case "time":
            parts.times.append(piece.value)
        case "part" if parts.part is None:
            parts.part = piece.value
        case "count" if parts.count is None and parts.length is None:
            if isinstance(piece.value, int):
                parts.count = piece.value
            else:
                parts.length = timedelta(days=piece.value[0] * (7 if piece.value[1].startswith("week") else 1))
        case _:
            raise reading.ask("repeat")


def _settle(parts: _Parts, reading: Reading) -> None:
    """Which FREQ, and is it whole? "Weekly" without a day, or two kinds of day at once, is a question."""
    if parts.nth or parts.month_days:
        if parts.weekdays or parts.freq not in {"", "MONTHLY"} or (parts.nth and parts.month_days):
            raise reading.ask("repeat")
        if any(not 1 <= day <= 31 and day != -1 for day in parts.month_days):
            raise reading.ask("repeat")
        parts.freq = "MONTHLY"
    elif parts.weekdays:
        if parts.freq not in {"", "WEEKLY"}:
            raise reading.ask("repeat")
        parts.freq = "WEEKLY"
    elif parts.freq != "DAILY":
        raise reading.ask("repeat")
    if not 1 <= parts.interval <= 52 or (parts.count is not None and not 1 <= parts.count <= 1000):
        raise reading.ask("repeat")


def _until(parts: _Parts, first: date, reading: Reading) -> datetime | None:
    """The last instant of the series: the end of the day that "until" names; "until June" ends before 1 June."""
    last: date | None = None
    if parts.length is not None:
        last = first + parts.length - timedelta(days=1)
    if parts.until is not None:
        month = parts.until.month
        if isinstance(month, tuple):
            year = reading.today.year + (month[1] <= reading.today.month if month[0] == "start" else
                                         month[1] < reading.today.month)  # fmt: skip
            last = last_of_month(year, month[1])
            if month[0] == "start" and not parts.through:
                last = last.replace(day=1) - timedelta(days=1)
                reading.note("note_until", date=say_day(last + timedelta(days=1), reading.language))
        else:
            last = day_of(parts.until, reading)
            if last is None:
                raise reading.ask("repeat")
    if last is None:
        return None
    return on_the_clock(datetime.combine(last, time(23, 59, 59)), reading.zone)[0].astimezone(UTC)
