"""Slots in words: "LinkedIn Mon and Wed 9:00 customer story, Fri 10:00 tip; Bluesky daily between 8 and 10".

Read by rule, in English and German; what is not clear is asked about, never guessed. Each weekday that is named becomes
a slot of its own, so that each can be moved, paused and dropped by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Final

from bot.errors import BadInput
from bot.planning.rules import WEEKDAYS
from bot.when.pieces import fold, read
from bot.when.tokens import Clock, Day, Piece
from bot.words import told
from storage.accounts import Account
from storage.plans import Fill, Plan

MOST: Final = 60  # slots in one message
LONGEST: Final = 4000
_SPAN: Final = re.compile(
    r"(?:(?P<word>between|zwischen|from|von)\s+)?(?P<h1>[0-9]{1,2})(?:[:.](?P<m1>[0-9]{2}))?\s*(?P<x1>am|pm|uhr|h)?"
    r"\s*(?P<join>and|und|to|bis|-)\s*(?P<h2>[0-9]{1,2})(?:[:.](?P<m2>[0-9]{2}))?\s*(?P<x2>am|pm|uhr|h)?(?![\w.:])"
)
_FILLERS: Final = re.compile(
    r"^(?:[\s:,.–-]|(?:on|at|in|to|for|a|an|the|as|with|we|post|posts|plan|auf|am|um|für|ein|eine|einen|als|mit|uhr|"
    r"and|und|also|please|bitte|wir|posten)\b)+|(?:[\s:,.–-]|\b(?:and|und|on|at|am|um)(?=\s*$))+$",
    re.I,
)
_ABOUT: Final = re.compile(r"^(?P<form>.*?)\s*\b(?:about|on|for|über|zu|zum thema|für)\b\s+(?P<pillar>.+)$", re.I)
_OPENS: Final = re.compile(
    r"^\s*/?(?:admind\s+)?(?:please\s+|bitte\s+)?(?:plan|plane|planen)\b\s*(?:add\b)?\s*:?\s*", re.I
)
_QUEUE: Final = re.compile(r"\b(?:from the )?(?:queue|warteschlange)\b", re.I)
_EVERGREEN: Final = re.compile(r"\b(?:evergreens?|dauerbrenner)\b", re.I)
_RECURS: Final = frozenset({"weekday", "repeat", "nth", "ordinal", "month"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A recurring slot as it was said."""

    rule: str
    at: time
    accounts: tuple[str, ...]
    until: time | None = None
    first: date | None = None
    pillar: str = ""
    form: str = ""
    fill: Fill = "ideas"


@dataclass(slots=True)
class _Clause:
    days: list[Piece] = field(default_factory=list)
    times: list[tuple[time, time | None]] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    first: date | None = None
    last: date | None = None
    accounts: tuple[str, ...] = ()


def read_slots(text: str, accounts: Sequence[Account], plan: Plan, *, language: str, today: date) -> tuple[Wanted, ...]:
    """The slots that the text asks for. Raises BadInput with a question where it is not clear."""
    text = _OPENS.sub("", text, count=1)
    if not text.strip() or len(text) > LONGEST:
        raise _ask(told("Say when, where and what, such as “LinkedIn Mon and Wed 9:00 customer story”."))
    found, known = list[Wanted](), tuple[str, ...]()
    for group in re.split(r"[;\n]+", text):
        if group.strip(" .,"):
            for clause in _clauses(group, accounts, known, language, today):
                known = clause.accounts
                found += _wanted(clause, plan, group)
    if len(found) > MOST:
        raise _ask(told("These are more than {most} slots. Say some of them first.", most=MOST))
    return tuple(found)


def speaks_of_slots(text: str, accounts: Sequence[Account], plan: Plan, *, language: str, today: date) -> bool:
    """Whether a whole message that nobody marked as one is about recurring slots, beyond doubt."""
    if len(text) > LONGEST or not accounts:
        return False
    named = _OPENS.sub("", text, count=1)
    start = re.match(r"\s*(?:on\s+|auf\s+)?", named, re.I)
    folded = fold(named[start.end() if start else 0 :])
    if not any(re.match(rf"{re.escape(name)}(?!\w)", folded) for name, _ in _names(accounts)):
        return False
    try:
        found = read_slots(text, accounts, plan, language=language, today=today)
    except BadInput:
        return False
    says = any(
        each.kind == "repeat" or (each.kind == "weekday" and each.value[1]) for each in read(fold(text), language)
    )
    return (len(found) > 1 or says) and all(len(each.form.split()) <= 5 for each in found)


def _clauses(
    group: str, accounts: Sequence[Account], known: tuple[str, ...], language: str, today: date
) -> list[_Clause]:
    """The parts of a group, each with its days, its times and the words about what stands there."""
    folded = fold(group)
    head, chosen = _accounts(folded, accounts)
    chosen = chosen or known or (tuple(each.id for each in accounts) if len(accounts) == 1 else ())
    if not chosen:
        there = ", ".join(each.name for each in accounts) or told("none yet")
        raise _ask(told("For which account: {there}?", there=there))
    spans = {each.start(): each for each in _SPAN.finditer(folded) if _is_span(each)}
    clauses, place = [_Clause(accounts=chosen)], head
    for piece in _pieces(folded, head, spans, language):
        clause = clauses[-1]
        before = group[place : piece.start]
        if before.strip():
            clause.label.append(before)
        place = piece.end
        if piece.kind in _RECURS:
            if clause.times:
                clauses.append(_Clause(accounts=chosen))
            clauses[-1].days.append(piece)
        elif piece.kind == "time":
            if clause.times and clause.label and _label(clause.label):
                clauses.append(_Clause(accounts=chosen, days=list(clause.days)))
            clauses[-1].times.append(_times(piece, language))
        elif piece.kind == "until":
            clause.last = _bound(piece, today)
        elif piece.kind == "start":
            clause.first = _bound(piece, today)
    if group[place:].strip():
        clauses[-1].label.append(group[place:])
    return clauses


def _pieces(folded: str, head: int, spans: dict[int, re.Match[str]], language: str) -> list[Piece]:
    """Only those that say when; what else stands there is words about the post."""
    blank = list(folded)
    for span in spans.values():
        blank[span.start() : span.end()] = "\x00" * (span.end() - span.start())
    raw = [
        each
        for each in read("".join(blank).replace("\x00", "¤"), language, head)
        if each.text.strip("¤") or each.kind != "word"
    ]
    found: list[Piece] = [Piece("time", each, at, each.end(), each[0]) for at, each in spans.items()]
    index = 0
    while index < len(raw):
        piece = raw[index]
        following = raw[index + 1] if index + 1 < len(raw) else None
        if piece.kind in ("until", "start") and following is not None and following.kind == "date":
            found.append(Piece(piece.kind, following.value, piece.start, following.end, piece.text))
            index += 2
            continue
        if piece.kind == "problem":
            raise _ask(told("I could not read “{what}” as a time.", what=piece.text[:40]))
        if piece.kind in _RECURS or (piece.kind == "time" and isinstance(piece.value, Clock)):
            found.append(piece)
        elif piece.kind in ("date", "days", "week", "plus", "offset", "soon"):
            raise _ask(
                told("“{what}” comes once, and a slot again and again. Which weekday is it?", what=piece.text[:40])
            )
        index += 1
    return sorted(_ranges(found, folded), key=lambda each: each.start)


def _ranges(pieces: list[Piece], folded: str) -> list[Piece]:
    """ "Mon-Fri", "Mo bis Fr" → every weekday between them."""
    pieces = sorted(pieces, key=lambda each: each.start)
    opened: list[Piece] = []
    for piece in pieces:
        last = opened[-1] if opened else None
        if last is not None and last.kind == piece.kind == "weekday":
            between = folded[last.end : piece.start].strip(" .")
            if between in ("-", "to", "bis", "through", "thru"):
                first, until = last.value[0], piece.value[0]
                for step in range(1, (until - first) % 7 + 1):
                    opened.append(replace(piece, value=((first + step) % 7, last.value[1])))
                continue
        opened.append(piece)
    return opened


def _is_span(match: re.Match[str]) -> bool:
    """ "9-11", "between 8 and 10", "von 8 bis 10"; "8 and 10" alone are two times or no times at all."""
    return match["join"] in ("-", "to", "bis") or match["word"] in ("between", "zwischen")


def _names(accounts: Sequence[Account]) -> list[tuple[str, str]]:
    """What accounts may be called, the longest name first, with their ids."""
    found = {(fold(name), each.id) for each in accounts for name in (each.name, each.handle.lstrip("@"), each.channel)}
    return sorted(((name, account) for name, account in found if name), key=lambda each: -len(each[0]))


def _accounts(folded: str, accounts: Sequence[Account]) -> tuple[int, tuple[str, ...]]:
    """Where the names of accounts at the beginning end, and whom they name."""
    place, chosen = 0, list[str]()
    filler = re.compile(r"(?:[\s,:+&@]|(?:on|auf|and|und|in|for|für)\b)*")
    while True:
        gap = filler.match(folded, place)
        start = gap.end() if gap else place
        fits = [
            (len(name), each)
            for name, each in _names(accounts)
            if re.match(rf"{re.escape(name)}(?!\w)", folded[start:])
        ]
        if not fits:
            return (start if chosen else place), tuple(dict.fromkeys(chosen))
        longest = max(length for length, _ in fits)
        chosen += sorted(each for length, each in fits if length == longest)
        place = start + longest


def _times(piece: Piece, language: str) -> tuple[time, time | None]:
    if isinstance(piece.value, Clock):
        clock = piece.value
        if not clock.sure and not (7 <= clock.hour <= 12 or language.startswith("de")):
            raise _ask(told("{what} in the morning or in the afternoon?", what=piece.text.strip()))
        return time(clock.hour, clock.minute), None
    match: re.Match[str] = piece.value
    second = match["x2"]
    first = match["x1"] or (
        second
        if second in ("am", "uhr", "h") or (second == "pm" and _hour(match["h1"], "pm") < _hour(match["h2"], "pm"))
        else ""
    )
    hours = _hour(match["h1"], first or ""), _hour(match["h2"], second or "")
    minutes = int(match["m1"] or 0), int(match["m2"] or 0)
    if max(hours) > 23 or max(minutes) > 59 or (hours[1], minutes[1]) <= (hours[0], minutes[0]):
        raise _ask(told("There is no such span of time: {what}.", what=piece.text))
    return time(hours[0], minutes[0]), time(hours[1], minutes[1])


def _hour(said: str, half: str) -> int:
    hour = int(said)
    if half in ("am", "pm") and 1 <= hour <= 12:
        return hour % 12 + (12 if half == "pm" else 0)
    return hour


def _bound(piece: Piece, today: date) -> date:
    day: Day = piece.value
    try:
        named = date(day.year or today.year, day.month, day.day)
        return named if day.year or named >= today else date(today.year + 1, day.month, day.day)
    except ValueError:
        raise _ask(told("There is no such day: {what}.", what=f"{day.day}.{day.month}.")) from None


def _wanted(clause: _Clause, plan: Plan, group: str) -> list[Wanted]:
    if not clause.days:
        raise _ask(told("On which days? I read: {what}", what=group.strip()[:80]))
    if not clause.times:
        raise _ask(told("At what time? I read: {what}", what=group.strip()[:80]))
    label = _label(clause.label)
    fill: Fill = "queue" if _QUEUE.search(label) else "evergreen" if _EVERGREEN.search(label) else "ideas"
    label = _FILLERS.sub("", _EVERGREEN.sub("", _QUEUE.sub("", label))).strip()
    pillar, form = _named(label, plan)
    ends = f";UNTIL={clause.last:%Y%m%d}" if clause.last else ""
    return [
        Wanted(rule + ends, at, clause.accounts, until, clause.first, pillar, form[:60], fill)
        for rule in _rules(clause.days, group)
        for at, until in clause.times
    ]


def _label(parts: Sequence[str]) -> str:
    return " ".join(_FILLERS.sub("", part).strip() for part in parts).strip()


def _named(label: str, plan: Plan) -> tuple[str, str]:
    """Pillar and form: "tip about Safety" names both, "Safety" a pillar that there is; all else is a form."""
    whole = plan.pillar(label) if label else None
    if whole is not None:
        return whole.name, ""
    parts = _ABOUT.match(label)
    pillar = plan.pillar(parts["pillar"].strip(" .")) if parts else None
    return (pillar.name, parts["form"].strip()) if pillar is not None and parts else ("", label)


def _rules(days: Sequence[Piece], group: str) -> list[str]:
    """One rule for each day that is named."""
    repeats = [each.value for each in days if each.kind == "repeat"]
    weekdays = list(dict.fromkeys(each.value for each in days if each.kind == "weekday"))
    if len(repeats) > 1 or any(each[1] not in ("", "every", "other") for each in weekdays):
        raise _ask(told("How often? I read: {what}", what=group.strip()[:80]))
    freq: str
    freq, interval = repeats[0] if repeats else ("", 1)
    every = f";INTERVAL={interval}" if interval > 1 else ""
    if freq == "DAILY" and not weekdays:
        return [f"FREQ=DAILY{every}"]
    if freq == "WEEKDAYS":
        return ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"]
    if freq == "FIRST":
        return ["FREQ=MONTHLY;BYMONTHDAY=1"]
    nth = [each.value for each in days if each.kind == "nth"]
    numbers = [each.value for each in days if each.kind == "ordinal"] + [-1 for each in days if each.kind == "month"]
    if weekdays and not (nth or numbers) and freq in ("", "WEEKLY"):
        steps = {day: 2 if how == "other" else interval for day, how in weekdays}
        return [
            f"FREQ=WEEKLY{f';INTERVAL={step}' if step > 1 else ''};BYDAY={WEEKDAYS[day]}" for day, step in steps.items()
        ]
    if (nth or numbers) and not weekdays and freq in ("", "MONTHLY"):
        return [f"FREQ=MONTHLY{every};BYDAY={which}{WEEKDAYS[day]}" for which, day in nth] + [
            f"FREQ=MONTHLY{every};BYMONTHDAY={day}" for day in numbers
        ]
    raise _ask(told("How often? I read: {what}", what=group.strip()[:80]))


def _ask(question: str) -> BadInput:
    return BadInput(question, kept=told("Nothing was planned."))
