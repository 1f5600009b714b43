"""A campaign's arc as a picture: a lane for each account over its days, in a light or a dark neutral look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from bot.artwork.calendar_picture import DARK as CALENDAR_DARK
from bot.artwork.calendar_picture import LIGHT as CALENDAR_LIGHT
from bot.artwork.calendar_picture import WIDTH
from bot.artwork.lettering import Missing, drawable, find_extra, language_code, plain
from bot.artwork.typeset import typeset

LIGHT: Final[Mapping[str, str]] = {
    **CALENDAR_LIGHT, "line": "#ddd5c4", "teaser": "#3c5468", "teaser-soft": "#e3eaee", "reveal": "#7d4e00",
    "reveal-soft": "#f8ebcd", "proof": "#17653f", "proof-soft": "#dfeee0", "launch": "#0f5c43",
    "launch-soft": "#0f5c43", "launch-ink": "#fffdf6", "followup": "#545a50", "followup-soft": "#ece7dc",
}  # fmt: skip
DARK: Final[Mapping[str, str]] = {
    **CALENDAR_DARK, "line": "#33362f", "teaser": "#a7c1d6", "teaser-soft": "#222c33", "reveal": "#eebf66",
    "reveal-soft": "#37301c", "proof": "#7bd3a0", "proof-soft": "#1d3226", "launch": "#6fd0a6",
    "launch-soft": "#6fd0a6", "launch-ink": "#0d1a14", "followup": "#b3b5aa", "followup-soft": "#2c2f29",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A day as it is drawn; `flag`: something that the arc is built around, `kept`: nothing is to stand there."""

    weekday: str
    number: str
    weekend: bool = False
    kept: bool = False
    flag: bool = False
    today: bool = False
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A post on its day; `fixed`: drafted or beyond, `heed`: something is wrong with where it stands."""

    stage: str
    fixed: bool = False
    heed: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """An account; a cell a day, with the posts that stand there."""

    name: str
    channel: str
    cells: tuple[tuple[Mark, ...], ...]


@dataclass(frozen=True, slots=True)
class TimelinePicture:
    """Everything that is drawn, in words. Weeks and bands as how many days, with their label; a band's stage or ""."""

    title: str
    sub: str
    brand: str
    days: tuple[Column, ...]
    weeks: tuple[tuple[int, str], ...]
    bands: tuple[tuple[int, str, str], ...]
    lanes: tuple[Lane, ...]
    legend: tuple[tuple[str, str], ...]
    named: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    language: str = "en"


def draw_timeline(picture: TimelinePicture, *, dark: bool = False) -> bytes:
    """A PNG, 1600 pixels wide and as high as it needs. Blocking, for some tenths of a second."""
    missing = Missing()
    find_extra(tuple(_texts(picture)), missing, picture.language)
    data: dict[str, object] = {
        "w": WIDTH,
        "c": dict(DARK if dark else LIGHT),
        "lang": language_code(picture.language),
        "extra": list(missing.extra.families) if missing.extra else [],
        "title": _line(picture.title, missing),
        "sub": _line(picture.sub, missing),
        "brand": _line(picture.brand, missing),
        "days": [{name: getattr(day, name) for name in Column.__slots__} for day in picture.days],
        "weeks": [{"days": days, "label": label} for days, label in picture.weeks],
        "bands": [{"days": days, "stage": stage, "label": label} for days, stage, label in picture.bands],
        "lanes": [_lane(lane, missing) for lane in picture.lanes],
        "legend": [{"stage": stage, "label": label} for stage, label in picture.legend],
        "named": [_line(each, missing) for each in picture.named],
        "notes": [_line(each, missing) for each in picture.notes],
    }
    image, _ = typeset("timeline", data, missing.extra)
    out = BytesIO()
    image.convert("RGB").quantize(256).save(out, "PNG", optimize=True)  # flat colours: a fifth of the bytes
    return out.getvalue()


def _lane(lane: Lane, missing: Missing) -> dict[str, object]:
    cells = [[{name: getattr(mark, name) for name in Mark.__slots__} for mark in cell] for cell in lane.cells]
    return {"name": _line(lane.name, missing), "channel": _line(lane.channel, missing), "cells": cells}


def _line(text: str, missing: Missing) -> str:
    return drawable(plain("headline", text)[0], missing)


def _texts(picture: TimelinePicture) -> Iterable[str]:
    yield from (picture.title, picture.sub, picture.brand, *picture.named, *picture.notes)
    for lane in picture.lanes:
        yield from (lane.name, lane.channel)
