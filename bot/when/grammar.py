"""What does a phrase say about when? Pieces → instants, or a question; wrong is worse than none."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.when.days import Ask, Reading, Segment, finish, wall_times
from bot.when.fallback import resolve_otherwise
from bot.when.pieces import fold, read
from bot.when.records import Resolved, Unclear
from bot.when.repeats import is_series, resolve_series
from bot.when.tokens import Day, Piece
from bot.when.words import sentence
from bot.when.zones import region

_LONGEST = 200
_MOST_TIMES = 60
_HALF_HOURS = {  # the zones that keep such an offset all year
    210: "Asia/Tehran", 270: "Asia/Kabul", 330: "Asia/Kolkata", 345: "Asia/Kathmandu", 390: "Asia/Yangon",
    525: "Australia/Eucla", 570: "Australia/Darwin", -570: "Pacific/Marquesas",
}  # fmt: skip


def resolve(phrase: str, *, now: datetime, zone: str, language: str = "en") -> Resolved | Unclear:
    """Read a phrase ("next Tue 9am CET", "Mon, Wed and Fri at 10") as said at `now` (aware) by someone in `zone`.

    English and German are read whatever `language` is; it decides the language of questions and notes, German's
    two-letter weekdays, and with a region ("en-GB", "en-US") the order of day and month. Never raises for any phrase;
    raises `ZoneInfoNotFoundError` for a zone that does not exist. A phrase with a word it does not know, two readings,
    no time, or a time in the past gives a question.
    """
    answer = _answer(phrase, now, zone, language)
    if isinstance(answer, Resolved) or not answer.options:
        return answer
    plain = (option for option in answer.options if isinstance(_answer(option, now, zone, language), Resolved))
    return Unclear(answer.question, tuple(plain))


def _answer(phrase: str, now: datetime, zone: str, language: str) -> Resolved | Unclear:
    home = ZoneInfo(zone)
    if len(phrase) > _LONGEST:
        return Unclear(sentence("long", language))
    pieces = [piece for piece in read(fold(phrase), language) if piece.kind != "filler"]
    try:
        return _resolve(pieces, Reading(phrase, now, home, home, language))
    except Ask as ask:
        return ask.unclear


def _resolve(pieces: list[Piece], reading: Reading) -> Resolved:
    if not pieces:
        raise reading.ask("empty")
    _refuse_problems(pieces, reading)
    unknown = [piece for piece in pieces if piece.kind == "word"]
    if unknown:
        otherwise = resolve_otherwise(reading.phrase, reading.now, reading.zone, reading.language)
        if otherwise is None:
            raise reading.ask("leftover", what=_unread(unknown, reading.phrase))
        return finish([otherwise], reading)
    for number in (piece for piece in pieces if piece.kind == "number"):
        raise reading.ask("number", what=number.text[:20])
    if any(piece.kind == "about" for piece in pieces):
        reading.note("note_about")
    pieces = _strip_soft([piece for piece in pieces if piece.kind != "about"])
    kinds = [piece.kind for piece in pieces]
    if kinds == ["soon"]:
        return Resolved((reading.now,), reading.zone.key, reading.phrase, soon=True)
    if kinds == ["offset"]:
        return finish([(reading.now + pieces[0].value).astimezone(reading.zone).replace(tzinfo=None)], reading)
    if "soon" in kinds or "offset" in kinds:
        raise reading.ask("many")
    pieces = _take_zone(pieces, reading)
    if is_series(pieces):
        return resolve_series(pieces, reading)
    return _resolve_once(_open_ranges(pieces), reading)


def _unread(unknown: Sequence[Piece], phrase: str) -> str:
    """The first words in a row that were not read, as they were written."""
    first = last = unknown[0]
    for piece in unknown[1:]:
        if piece.start - last.end > 1:
            break
        last = piece
    written = phrase[first.start : last.end]
    return "".join(char if char.isprintable() else " " for char in written)[:40].strip()


def _strip_soft(pieces: list[Piece]) -> list[Piece]:
    while pieces and pieces[-1].kind == "soft":
        pieces = pieces[:-1]
    while pieces and pieces[0].kind == "soft":
        pieces = pieces[1:]
    return pieces


def _refuse_problems(pieces: Sequence[Piece], reading: Reading) -> None:
    for piece in pieces:
        if piece.kind != "problem":
            continue
        key, text, *more = piece.value
        if key == "day_or_month":
            days = [_day_option(day, pieces, reading) for day in more[0]]
            raise reading.ask(key, [option for option in days if option], what=text)
        if key == "zone":
            at = reading.phrase.lower().find(piece.text)
            before, after = reading.phrase[:at], reading.phrase[at + len(piece.text) :]
            options = [f"{before}{city}{after}" for city in (more[0] if more else ())] if at >= 0 else []
            raise reading.ask(key, options, what=text)
        raise reading.ask(key, what=text[:40], time=text[:40])


def _day_option(day: Day, pieces: Sequence[Piece], reading: Reading) -> str:
    """The phrase again, with a day that cannot be misread in place of "1/12/2026"."""
    clocks = [piece.value for piece in pieces if piece.kind == "time"]
    if not clocks or len(clocks) > 1:
        return ""
    year = day.year or reading.today.year
    try:
        ahead = reading.options(date(year, day.month, day.day), (clocks[0].hour,), clocks[0].minute)
        return "".join(ahead)
    except ValueError:
        return ""


def _take_zone(pieces: list[Piece], reading: Reading) -> list[Piece]:
    """Take the zone out of the pieces and into the reading. Two zones are a question."""
    zones = {piece.value for piece in pieces if piece.kind == "zone"}
    if len(zones) > 1:
        raise reading.ask("many")
    for kind, value in zones:
        if kind == "abbreviation":
            reading.zone, reading.abbreviation = region(value, reading.home, reading.now), value
        elif kind == "region":
            reading.zone = ZoneInfo(value)
        else:
            reading.zone = _fixed(value, reading)
    return [piece for piece in pieces if piece.kind != "zone"]


def _fixed(minutes: int, reading: Reading) -> ZoneInfo:
    """A whole-hour offset as IANA's Etc zone (whose sign is reversed); home, if home has that offset all year."""
    offset = timedelta(minutes=minutes)
    if {datetime(reading.now.year, month, 1, tzinfo=reading.home).utcoffset() for month in (1, 7)} == {offset}:
        return reading.home
    if minutes in _HALF_HOURS:
        return ZoneInfo(_HALF_HOURS[minutes])
    if minutes % 60 or not -12 <= minutes // 60 <= 14:
        raise reading.ask("zone", what=f"{minutes / 60:+}")
    hours = minutes // 60
    return ZoneInfo("UTC" if hours == 0 else f"Etc/GMT{-hours:+d}")


def _open_ranges(pieces: list[Piece], reading: Reading | None = None) -> list[Piece]:
    """ "Mon-Fri" → Mon, Tue, Wed, Thu, Fri."""
    opened: list[Piece] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        window = pieces[index : index + 3]
        if [each.kind for each in window] in (["weekday", "range", "weekday"], ["weekday", "until", "weekday"]):
            first, last = window[0].value[0], window[2].value[0]
            days = [(first + step) % 7 for step in range((last - first) % 7 + 1)]
            for place, day in enumerate(days):
                if place:
                    opened.append(Piece("and", None, piece.start, window[2].end, ""))
                opened.append(Piece("weekday", (day, piece.value[1]), piece.start, window[2].end, ""))
            index += 3
        else:
            opened.append(piece)
            index += 1
    return opened


def _resolve_once(pieces: list[Piece], reading: Reading) -> Resolved:
    for piece in pieces:
        if piece.kind in {"until", "range", "start", "count"}:
            raise reading.ask("deadline" if piece.kind == "until" else "many")
    segments = _shared(_segments(pieces, reading), reading)
    if len(segments) > _MOST_TIMES:
        raise reading.ask("many")
    reading.many = len(segments) > 1
    return finish(_agreed(segments, reading), reading)


def _agreed(segments: Sequence[Segment], reading: Reading) -> list[datetime]:
    """The wall-clock times. "Tomorrow 9am PT" said where it is already tomorrow has two readings: a question."""
    walls = [wall for segment in segments for wall in wall_times(segment, reading)]
    if reading.today != reading.now.astimezone(reading.home).date():
        reading.day_zone = reading.home
        others = [wall for segment in segments for wall in wall_times(segment, reading)]
        reading.day_zone = None
        if others != walls:
            both = [reading.option(wall.date(), wall.hour, wall.minute) for wall in (*walls[:1], *others[:1])]
            raise reading.ask("zone_day", both)
    return walls


def _segments(pieces: Sequence[Piece], reading: Reading) -> list[Segment]:
    """Cut at "and"; at a comma only where the next piece cannot belong to what stands before it."""
    segments = [Segment()]
    comma = False
    for piece in pieces:
        if piece.kind == "soft":
            comma = True
            continue
        if piece.kind == "and":
            segments.append(Segment())
            comma = False
            continue
        current = segments[-1]
        if comma and not _continues(piece, current) and current != Segment():
            segments.append(Segment())
        segments[-1].take(piece, reading)
        comma = False
    if any(segment == Segment() for segment in segments):
        raise reading.ask("leftover", what=reading.phrase[-20:])
    return segments


def _continues(piece: Piece, current: Segment) -> bool:
    if piece.kind in {"time", "part"}:
        return not current.times
    if current.only_weekday() and not current.names_time():
        return piece.kind != "weekday"
    return not current.names_day() or (piece.kind == "weekday" and current.weekday is None)


def _shared(segments: list[Segment], reading: Reading) -> list[Segment]:
    """ "Mon, Wed and Fri at 10" shares the time, "tomorrow 9am and 5pm" the day. Anything in between is a question."""
    if len(segments) == 1:
        return segments
    with_day = [segment.names_day() for segment in segments]
    with_time = [segment.names_time() for segment in segments]
    if all(with_day) and all(with_time):
        return segments
    if all(with_day) and not any(with_time[:-1]) and with_time[-1]:
        for segment in segments[:-1]:
            segment.times, segment.part = segments[-1].times, segments[-1].part
        return segments
    if all(with_time) and with_day[0] and not any(with_day[1:]):
        return [segments[0], *(_with_day_of(segments[0], segment) for segment in segments[1:])]
    if all(with_time) and with_day[-1] and not any(with_day[:-1]):
        return [*(_with_day_of(segments[-1], segment) for segment in segments[:-1]), segments[-1]]
    raise reading.ask("many" if any(with_time) else "no_time_plain")


def _with_day_of(day: Segment, times: Segment) -> Segment:
    merged = copy(day)
    merged.times, merged.part = times.times, times.part
    return merged
