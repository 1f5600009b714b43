"""Does every fact of what a model says again stand in what the person wrote? Pure, and by rule.

A model that hands words to the grammar of plans or campaigns may reorder them and leave some out. Days, times, numbers,
accounts and every other word that carries meaning must be the person's own: a time by its value ("nine in the morning"
is "9:00"), a word by its stem, an account by any of its names. Words of the grammar itself ("launch", "goal") are free.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.llm.around import KnownAccount
from bot.when.pieces import fold, read
from bot.when.tokens import Clock, Day, Piece
from bot.when.words import NUMBERS, PARTS


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


SLOTS: Final = _listed(
    "plan plane planen add slot slots post posts posten beitrag beiträge we wir our unser unsere as als a an the ein "
    "eine einen der die das den dem on at in to for with of about between from and until till also each every auf am "
    "um im für mit zu zum zur über von zwischen und bis auch jeden jede jedes uhr o clock please bitte s"
)
CAMPAIGN: Final = SLOTS | _listed(
    "launch lanciere lancieren lancierung starte start introduce campaign campaigns kampagne new neu goal aim ziel is "
    "ist build up buildup lead run vorlauf anlauf aufbau follow ups nachlauf audience audiences zielgruppe zielgruppen "
    "pillar pillars säule säulen budget message messages botschaft kernbotschaft key name named called namens link utm "
    "usd dollar dollars make create mach erstelle"
)
CHANGE: Final = CAMPAIGN | _listed(
    "move shift postpone put set verschiebe verlege lege setze day tag week per pro woche je"
)
# Words that say in which direction something changes: any of a group stands for the others.
_ALIKE: Final = tuple(
    _listed(each)
    for each in (
        "fewer less weniger reduce reduziere cut rarer seltener slower",
        "more mehr additional another extra increase oftener häufiger zusätzlich noch",
        "before prior ahead earlier vor vorher davor bevor",
        "after afterwards following later nach danach nachher nachdem",
        "drop without remove no not don skip leave never nothing ohne keine kein keinen nicht streiche lass weg raus",
        "add include too plus nimm dazu zusätzlich",
        "holidays holiday feiertage feiertagen feiertag",
    )
)
_EVERYWHERE: Final = re.compile(
    r"\b(?:everywhere|(?:all|every|both)(?: of)?(?: our| the| my)? (?:accounts?|channels?)|überall|"
    r"alle[nr]?(?: unsere[nr]?)? (?:konten|kanäle[n]?)|beide[nr]? (?:konten|kanäle[n]?))\b"
)
_URL: Final = re.compile(r"https?://[^\s<>\"“”„«»]+", re.I)
_LATE: Final = frozenset({"afternoon", "evening"})
_LONGEST: Final = 12_000
_HALF: Final = 12 * 60


@dataclass(slots=True)
class _Facts:
    """What a text states, by value."""

    days: set[int] = field(default_factory=set)  # weekdays, Monday is 0
    rhythms: set[object] = field(default_factory=set)
    dates: set[tuple[int | None, int, int]] = field(default_factory=set)
    spans: set[tuple[str, object]] = field(default_factory=set)  # "in two weeks", a zone, a part of the day
    times: set[int] = field(default_factory=set)  # minutes after midnight
    numbers: set[int] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def unsaid(words: str, said: str, accounts: Sequence[KnownAccount], free: frozenset[str]) -> tuple[str, ...]:
    """What these words state and `said` does not, as it stands in them; none of it when every fact was said.

    `accounts` are those that may be named, `free` the words of the grammar.
    """
    own, given = fold(said[-_LONGEST:]), fold(words)
    if " ".join(given.split()) in " ".join(own.split()):
        return ()
    links = [link for each in _URL.finditer(given) if (link := each[0].rstrip(".,;:!?)")) not in own]
    given = _URL.sub(" ", given)
    wrong, given = _accounts(given, own, accounts)
    facts = _facts(_URL.sub(lambda each: " " * len(each[0]), own))
    return tuple(dict.fromkeys([*links, *wrong, *_missing(given, facts, own, free)]))


def heard(said: str, accounts: Sequence[KnownAccount]) -> str:
    """What could be read of a person's words, in those words: days, times and accounts; "" for none."""
    own = fold(said[:_LONGEST])
    kinds = ("weekday", "nth", "repeat", "time", "date", "days", "ordinal")
    parts = [said[each.start : each.end].strip() for each in read(own, "en") if each.kind in kinds]
    parts += [each.name for each in accounts if any(_stands(name, own) for name in _names(each))]
    return ", ".join(dict.fromkeys(parts))[:300]


def _missing(given: str, facts: _Facts, own: str, free: frozenset[str]) -> Iterable[str]:
    found = read(given, "en")
    between = _Facts()
    _ranges(between, found)
    if not between.days <= facts.days:  # the grammar takes "Mon-Fri" for five days
        yield from (piece.text.strip() for piece in found if piece.kind == "weekday")
    for place, piece in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        if not _is_said(piece, following, facts, own, free):
            yield piece.text.strip()


def _is_said(piece: Piece, following: Piece | None, facts: _Facts, own: str, free: frozenset[str]) -> bool:
    value = piece.value
    match piece.kind:
        case "weekday":
            day, how = value
            return day in facts.days and (how != "other" or ("WEEKLY", 2) in facts.rhythms)
        case "repeat":
            return _comes(value, facts)
        case "nth" | "ordinal" | "month":
            return (piece.kind, value) in facts.rhythms
        case "date":
            return any(
                (day.month, day.day) == (month, number) and (day.year is None or year in (None, day.year))
                for day in [value]
                for year, month, number in facts.dates
            )
        case "time":
            return isinstance(value, Clock) and bool(_minutes(value, following) & facts.times)
        case "days" | "week" | "plus" | "offset" | "zone" | "part":
            return (piece.kind, value) in facts.spans
        case "number":
            number = int(value) if str(value).isdigit() else NUMBERS.get(str(value), -1)
            return number in facts.numbers or number * 60 in facts.times
        case "problem":
            return piece.text.strip() in own
        case "word":
            return _word_said(str(value), facts, free)
    return True  # what joins the others


def _comes(rhythm: tuple[str, int], facts: _Facts) -> bool:
    how, step = rhythm
    if how == "WEEKDAYS" and facts.days >= set(range(5)):
        return True
    if how == "WEEKLY" and step == 1 and facts.days:
        return True
    return rhythm in facts.rhythms


def _word_said(word: str, facts: _Facts, free: frozenset[str]) -> bool:
    if not any(char.isalnum() for char in word) or word in free:
        return True
    if word.isdigit() or word in NUMBERS:
        return (int(word) if word.isdigit() else NUMBERS[word]) in facts.numbers
    if any(word in group and group & facts.words for group in _ALIKE):
        return True
    stem = _stem(word)
    return any(stem == _stem(each) for each in facts.words)


def _stem(word: str) -> str:
    for end, instead in (("ies", "y"), ("s", ""), ("en", ""), ("n", ""), ("e", "")):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)] + instead
    return word


def _facts(own: str) -> _Facts:
    facts = _Facts()
    late = any(name in own for name, (part, _) in PARTS.items() if part in _LATE)
    for language in ("en", "de"):
        pieces = read(own, language)
        for place, piece in enumerate(pieces):
            following = pieces[place + 1] if place + 1 < len(pieces) else None
            _put(facts, piece, following, german=language == "de", late=late)
        _ranges(facts, pieces)
        _clocks(facts, pieces)
    facts.words |= set(re.findall(r"\w+", own))
    facts.numbers |= {NUMBERS[each] for each in facts.words if each in NUMBERS}
    return facts


def _put(facts: _Facts, piece: Piece, following: Piece | None, *, german: bool, late: bool) -> None:
    value = piece.value
    match piece.kind:
        case "weekday":
            facts.days.add(value[0])
            if value[1] == "other":
                facts.rhythms.add(("WEEKLY", 2))
        case "repeat":
            facts.rhythms.add(value)
            if value[0] == "WEEKDAYS":
                facts.days |= set(range(5))
        case "nth" | "ordinal" | "month":
            facts.rhythms.add((piece.kind, value))
        case "date" if isinstance(value, Day):
            facts.dates.add((value.year, value.month, value.day))
        case "time" if isinstance(value, Clock):
            facts.times |= _minutes(value, following, german=german, late=late)
        case "days" | "week" | "plus" | "offset" | "zone" | "part":
            facts.spans.add((piece.kind, value))
        case "number" if str(value).isdigit():
            facts.numbers.add(int(value))


def _minutes(clock: Clock, following: Piece | None, *, german: bool = False, late: bool = False) -> set[int]:
    """Which times of day are meant: one, or the two that are left open when words about it stand elsewhere."""
    at = clock.hour * 60 + clock.minute
    if clock.sure:
        return {at}
    if following is not None and following.kind == "part":
        part = following.value if isinstance(following.value, str) else ""
        afternoon = PARTS.get(part, (part, 0))[0] in _LATE
        return {(at % _HALF) + _HALF} if afternoon else {at % _HALF}
    found = {at} if german or clock.hour >= 7 else set()
    return found | ({(at % _HALF) + _HALF} if late else set())


def _ranges(facts: _Facts, pieces: Sequence[Piece]) -> None:
    """ "Monday to Friday" says Tuesday, too."""
    for first, joined, last in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if first.kind == last.kind == "weekday" and (joined.kind == "range" or joined.text in ("through", "thru")):
            facts.days |= {(first.value[0] + step) % 7 for step in range((last.value[0] - first.value[0]) % 7 + 1)}


def _clocks(facts: _Facts, pieces: Sequence[Piece]) -> None:
    """ "between 8 and 10", "at 9 and 11 am", "nine in the morning": the bare numbers say times of day."""
    for place, piece in enumerate(pieces):
        hour = NUMBERS.get(piece.text, int(piece.text) if piece.text.isdecimal() else 0)
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        if piece.kind in ("number", "word") and 1 <= hour <= 12 and following is not None and following.kind == "part":
            facts.times |= _minutes(Clock(hour, sure=False), following)
            continue
        if piece.kind != "number" or not str(piece.value).isdigit() or int(piece.value) > 23:
            continue
        led = place > 0 and pieces[place - 1].text in ("between", "zwischen", "from", "von", "at", "um")
        joined = [each.kind in ("and", "range", "soft") for each in pieces[place + 1 : place + 2]] == [True]
        after = pieces[place + 2] if place + 2 < len(pieces) else None
        if joined and after is not None and (after.kind == "time" or (led and after.kind == "number")):
            facts.times.add(int(piece.value) * 60)
            if after.kind == "number" and int(after.value) < 24:
                facts.times.add(int(after.value) * 60)


def _names(account: KnownAccount) -> set[str]:
    return {fold(each) for each in (account.name, account.handle.lstrip("@"), account.channel) if each.strip()}


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _accounts(given: str, own: str, accounts: Sequence[KnownAccount]) -> tuple[list[str], str]:
    """Names of accounts that nobody said, and the words without any name of an account."""
    named = dict[str, set[str]]()  # by name: whom it names
    for account in accounts:
        for name in _names(account):
            named.setdefault(name, set()).add(account.id)
    used = list[str]()
    for name in sorted(named, key=len, reverse=True):
        if _stands(name, given):
            used.append(name)
            given = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", given)
    chosen = {each for name in used for each in named[name]}
    said = {each for name, whom in named.items() if whom <= chosen and _stands(name, own) for each in whom}
    if _EVERYWHERE.search(own) and chosen == {each.id for each in accounts}:
        said = chosen
    return [name for name in used if not named[name] & said], given
