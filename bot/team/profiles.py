"""A brand's profile as people type it, one thing a line, and back: the form of the studio and the terminal's options.

Commuters 60%: ride every day, want no maintenance      an audience, and how many of the posts are for it
sign up <- register, subscribe                           a word that is preferred
Helmets save lives. | mentions: Gravel 2, e-bike | regions: CH, DE | channels: linkedin      small print
Frame guarantee of ten years | warranty terms 2026, page 3                                    a fact and its evidence
Gravel 2 until 2027-03-15 09:00                                                               an embargo
2026-12-24 to 2026-12-26: Christmas | warn                                     a time in which nothing should go out
sunday                                                                         a day of every week without posts
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import regex

from bot.errors import BadInput
from storage.profile import Audience, Blackout, Disclaimer, Embargo, HashtagRule, Manner, Preferred, Profile, Timing
from storage.team import Fact

__all__ = [
    "Audience", "Blackout", "Disclaimer", "Embargo", "Fact", "HashtagRule", "Manner", "Preferred", "Profile", "Timing",
    "audience", "audience_line", "blackout", "blackout_line", "disclaimer", "disclaimer_line", "embargo",
    "embargo_line", "fact", "fact_line", "preferred", "preferred_line", "samples",
    "samples_text", "tags",
]  # fmt: skip

_ARROW = regex.compile(r"\s*(?:<-|←|<–|statt:|instead of:?)\s*", regex.I)
_CONDITIONS = ("mentions", "regions", "channels")
_SHARE = regex.compile(r"(?<=\S)\s+(\d{1,3})\s?%\s*$")
_UNTIL = regex.compile(r"(.*\S)\s+(?:until|till|before|bis|vor)\s+(\d{4}-\d\d-\d\d)(?:[ T](\d{1,2}:\d\d))?", regex.I)
_DAYS = regex.compile(
    r"(\d{4}-\d\d-\d\d)(?:\s*(?:to|until|bis|–|-|\.\.)\s*(\d{4}-\d\d-\d\d))?\s*(?::\s*(.*))?", regex.I
)
_WEEK = (
    ("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"), ("thursday", "donnerstag"),
    ("friday", "freitag"), ("saturday", "samstag", "sonnabend"), ("sunday", "sonntag"),
)  # fmt: skip
_WEEKLY = {name: number for number, names in enumerate(_WEEK) for name in names}


def audience(line: str) -> Audience:
    name, _, about = line.partition(":")
    share = _SHARE.search(name)
    if share is not None and int(share[1]) <= 100:
        return Audience(name=_short(name[: share.start()]), about=about.strip()[:500], share=int(share[1]))
    return Audience(name=_short(name), about=about.strip()[:500])


def preferred(line: str) -> Preferred:
    """Raises BadInput for a line that does not say what it is used for."""
    parts = _ARROW.split(line, maxsplit=1)
    others = _listed(parts[1]) if len(parts) == 2 else ()
    if not others or not parts[0].strip():
        raise BadInput(
            f"“{line[:80]}” does not say which word is used for which.",
            kept="Nothing changed.",
            do_next="Write the one you use, an arrow, and those that it replaces: sign up <- register, subscribe",
        )
    return Preferred(say=_short(parts[0]), instead_of=tuple(map(_short, others)))


def disclaimer(line: str) -> Disclaimer:
    """Raises BadInput for a condition that is none."""
    text, *conditions = (part.strip() for part in line.split(" | "))
    found: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        name, colon, said = condition.partition(":")
        name = name.strip().casefold()
        if not colon or name not in _CONDITIONS:
            raise BadInput(
                f"“{condition[:80]}” is no condition of small print.",
                kept="Nothing changed.",
                do_next="After the text come “| mentions: …”, “| regions: …” or “| channels: …”.",
            )
        found[name] = _listed(said)
    regions = tuple(each.upper() for each in found.get("regions", ()))
    wrong = next((each for each in regions if not regex.fullmatch(r"[A-Z]{2}", each)), "")
    if wrong:
        raise BadInput(
            f"“{wrong[:20]}” is no country code.", kept="Nothing changed.", do_next="Write two letters, such as CH."
        )
    channels = tuple(each.casefold() for each in found.get("channels", ()))
    return Disclaimer(text=text[:600], mentions=found.get("mentions", ()), regions=regions, channels=channels)


def fact(line: str) -> Fact:
    text, _, evidence = line.partition(" | ")
    return Fact(text=text.strip(), evidence=evidence.strip())


def embargo(line: str) -> Embargo:
    """Raises BadInput for a line without a word or a date."""
    match = _UNTIL.fullmatch(line.strip())
    try:
        if match is not None:
            until = datetime.fromisoformat(f"{match[2]}T{(match[3] or '00:00').zfill(5)}")
            return Embargo(about=_short(match[1]), until=until)
    except ValueError:
        pass
    raise BadInput(
        f"“{line[:80]}” does not say until when nothing may be told.",
        kept="Nothing changed.",
        do_next="Write the word, until, and a date: Gravel 2 until 2027-03-15 09:00",
    )


def blackout(line: str) -> Blackout:
    """Raises BadInput for a line that names no days."""
    text, bar, also = line.partition("|")
    mild = also.strip().casefold() in ("warn", "warnen", "warnung")
    days, _, why = text.partition(":")
    day = days.strip().casefold()
    weekday = _WEEKLY.get(day, _WEEKLY.get(day.removesuffix("s")))
    if weekday is not None and (mild or not bar):
        return Blackout(weekday=weekday, why=why.strip()[:120], blocks=not mild)
    match = _DAYS.fullmatch(text.strip())
    try:
        if match is not None and (mild or not bar):
            first = date.fromisoformat(match[1])
            last = date.fromisoformat(match[2] or match[1])
            if first <= last:
                return Blackout(first=first, last=last, why=(match[3] or "").strip()[:120], blocks=not mild)
    except ValueError:
        pass
    raise BadInput(
        f"“{line[:80]}” does not say on which days nothing goes out.",
        kept="Nothing changed.",
        do_next="Write days such as 2026-12-24 to 2026-12-26: Christmas, or a weekday; “| warn” after it only warns.",
    )


def embargo_line(each: Embargo) -> str:
    return f"{each.about} until {each.until:%Y-%m-%d %H:%M}"


def blackout_line(each: Blackout) -> str:
    if each.weekday is not None:
        days = _WEEK[each.weekday][0]
    else:
        days = f"{each.first}" if each.first == each.last else f"{each.first} to {each.last}"
    return f"{days}{': ' + each.why if each.why else ''}{'' if each.blocks else ' | warn'}"


def audience_line(each: Audience) -> str:
    name = each.name if each.share is None else f"{each.name} {each.share}%"
    return f"{name}: {each.about}" if each.about else name


def preferred_line(each: Preferred) -> str:
    return f"{each.say} <- {', '.join(each.instead_of)}"


def disclaimer_line(each: Disclaimer) -> str:
    conditions = [f"{name}: {', '.join(said)}" for name in _CONDITIONS if (said := getattr(each, name))]
    return " | ".join([each.text, *conditions])


def fact_line(each: Fact) -> str:
    return f"{each.text} | {each.evidence}" if each.evidence else each.text


def samples(text: str) -> tuple[str, ...]:
    """Posts in one field, apart by a line of three dashes or more."""
    return tuple(part.strip() for part in regex.split(r"(?m)^[ \t]*-{3,}[ \t]*$", text) if part.strip())


def samples_text(each: Sequence[str]) -> str:
    return "\n---\n".join(each)


def tags(text: str) -> tuple[str, ...]:
    """Hashtags in any way of writing them, without #."""
    return tuple(dict.fromkeys(tag.lstrip("#") for tag in regex.split(r"[\s,]+", text) if tag.strip("#")))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))


def _short(text: str) -> str:
    return " ".join(text.split())[:60]
