"""A calendar as a picture: what goes out when, at a glance, in a light or a dark neutral look of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from bot.artwork.lettering import Missing, drawable, find_extra, language_code, plain, right_to_left
from bot.artwork.typeset import typeset

Sign = Literal["waits", "goes", "out", "trouble", "empty", "gone"]
WIDTH: Final = 1600
LIGHT: Final[Mapping[str, str]] = {
    "paper": "#f3eee3", "sheet": "#fffdf8", "faint": "#f8f4eb", "card": "#f5f1e8", "ink": "#1c2a24", "muted": "#646c66",
    "good": "#1c7350", "warn": "#96590b", "warn-soft": "#fbe9cc", "bad": "#b8321f",
}  # fmt: skip
DARK: Final[Mapping[str, str]] = {
    "paper": "#131512", "sheet": "#1d201c", "faint": "#171a16", "card": "#272b26", "ink": "#eceee8", "muted": "#a4aba3",
    "good": "#72cda0", "warn": "#ecb75e", "warn-soft": "#3a2e18", "bad": "#ff8d78",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marked:
    """An entry as it is drawn."""

    time: str
    title: str
    where: str
    sign: Sign
    clash: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A day as it is drawn; `month` is said where it begins or the picture does, `more` tells of entries left out."""

    weekday: str
    number: str
    month: str
    entries: tuple[Marked, ...]
    more: str = ""
    today: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class CalendarPicture:
    """Everything that is drawn, in words. Up to seven days stand as columns; more as weeks of seven, whole ones."""

    title: str
    sub: str
    brand: str
    days: tuple[Column, ...]
    legend: tuple[tuple[Sign, str], ...]
    clash: str
    nothing: str
    notes: tuple[str, ...] = ()
    language: str = "en"


def draw_calendar(picture: CalendarPicture, *, dark: bool = False) -> bytes:
    """A PNG, 1600 pixels wide and as high as it needs. Blocking, for some tenths of a second."""
    missing = Missing()
    find_extra(tuple(_texts(picture)), missing, picture.language)
    week = len(picture.days) <= 7
    data: dict[str, object] = {
        "w": WIDTH,
        "kind": "week" if week else "month",
        "columns": max(len(picture.days), 3) if week else 7,
        "c": DARK if dark else LIGHT,
        "lang": language_code(picture.language),
        "extra": list(missing.extra.families) if missing.extra else [],
        "title": _line(picture.title, missing),
        "sub": _line(picture.sub, missing),
        "brand": _line(picture.brand, missing),
        "weekdays": [] if week else [day.weekday for day in picture.days[:7]],
        "days": [_day(day, missing) for day in picture.days],
        "legend": [{"sign": sign, "label": label} for sign, label in picture.legend],
        "words": {"clash": picture.clash, "nothing": picture.nothing},
        "notes": [_line(note, missing) for note in picture.notes],
    }
    image, _ = typeset("calendar", data, missing.extra)
    out = BytesIO()
    image.convert("RGB").quantize(256).save(out, "PNG", optimize=True)  # flat colours: a fifth of the bytes
    return out.getvalue()


def _day(day: Column, missing: Missing) -> dict[str, object]:
    return {
        "weekday": day.weekday,
        "number": day.number,
        "month": day.month,
        "entries": [_entry(entry, missing) for entry in day.entries],
        "more": day.more,
        "today": day.today,
        "outside": day.outside,
    }


def _entry(entry: Marked, missing: Missing) -> dict[str, object]:
    title = _line(entry.title, missing)
    return {
        "time": entry.time,
        "title": title,
        "where": _line(entry.where, missing),
        "sign": entry.sign,
        "clash": entry.clash,
        "rtl": right_to_left(title, "en"),
    }


def _line(text: str, missing: Missing) -> str:
    return drawable(plain("headline", text)[0], missing)


def _texts(picture: CalendarPicture) -> Iterable[str]:
    yield from (picture.title, picture.sub, picture.brand, *picture.notes)
    for day in picture.days:
        for entry in day.entries:
            yield from (entry.title, entry.where)
