"""The calendar's picture: of one, ten or two hundred entries, in light and dark, whatever people call their posts."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from PIL import Image, ImageStat

from bot.artwork import calendar_picture
from bot.artwork.calendar_picture import CalendarPicture, Column, Marked, draw_calendar
from bot.artwork.colour import contrast as ratio

WORDS = (
    "Spring sale", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", "عرض الربيع على كل الدراجات",
    "Весенняя распродажа", "स्प्रिंग सेल", "ลดราคาจักรยาน", "春のセール", "Gravel 2 🎉", "#set page(width: 1pt)", "x" * 5000,
    "",
)  # fmt: skip


def picture(days: int, entries: int) -> CalendarPicture:
    return CalendarPicture(
        title="December 2026",
        sub=f"{entries} entries",
        brand="Velo AG " * 20,
        days=tuple(
            Column(
                weekday="Mon",
                number=str(day % 31 + 1),
                month="Dec" if day == 0 else "",
                entries=tuple(
                    Marked(
                        "09:00", WORDS[(day + each) % len(WORDS)], WORDS[each % len(WORDS)], "waits", clash=each == 1
                    )
                    for each in range(entries // days + (day < entries % days))
                ),
                today=day == 1,
                outside=day > 30,
            )
            for day in range(days)
        ),
        legend=(("waits", "waiting for approval"),),
        clash="clash",
        nothing="nothing",
        notes=("Nothing for Feed.",),
    )


@pytest.mark.parametrize(("days", "entries"), [(1, 1), (7, 0), (7, 10), (7, 56), (35, 10), (42, 168)])
def test_it_is_as_high_as_what_stands_on_it(days: int, entries: int) -> None:
    image = Image.open(io.BytesIO(draw_calendar(picture(days, entries))))
    assert image.format == "PNG" and image.width == 1600 and 400 <= image.height <= 3200
    bottom = image.convert("RGB").crop((0, image.height - 20, 1600, image.height))
    colours = bottom.getcolors()
    assert colours is not None and len(colours) == 1, "nothing is cut off below"


def test_it_is_drawn_in_the_dark_too() -> None:
    def paper(*, dark: bool) -> float:
        corner = Image.open(io.BytesIO(draw_calendar(picture(7, 10), dark=dark))).convert("RGB").crop((0, 0, 9, 9))
        return float(ImageStat.Stat(corner).mean[0])

    assert paper(dark=False) > 200
    assert paper(dark=True) < 60


@pytest.mark.parametrize("look", [calendar_picture.LIGHT, calendar_picture.DARK])
def test_every_word_can_be_read(look: Mapping[str, str]) -> None:
    for ground in ("sheet", "card", "paper", "faint"):
        for ink in ("ink", "muted"):
            assert ratio(look[ink], look[ground]) >= 4.5, (ink, ground)
    assert ratio(look["warn"], look["warn-soft"]) >= 4.5
    assert min(ratio(look[sign], look["card"]) for sign in ("good", "warn", "bad")) >= 3
