"""A campaign's picture: one lane or many, a week or fourteen, whatever accounts are called, in light and dark."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from PIL import Image, ImageStat

from bot.artwork import timeline_picture
from bot.artwork.colour import contrast as ratio
from bot.artwork.timeline_picture import Column, Lane, Mark, TimelinePicture, draw_timeline
from tests.bot.artwork.test_calendar_picture import WORDS

STAGES = ("teaser", "reveal", "proof", "launch", "followup")


def picture(weeks: int, lanes: int) -> TimelinePicture:
    days = weeks * 7
    cells = tuple((Mark(STAGES[day % 5], fixed=day % 2 == 0, heed=day == 4),) * (day % 3) for day in range(days))
    return TimelinePicture(
        title=WORDS[lanes % len(WORDS)],
        sub="proposed",
        brand="Velo AG " * 20,
        days=tuple(
            Column("Mo", str(day), weekend=day % 7 > 4, kept=day == 2, flag=day == 3, today=day == 1)
            for day in range(days)
        ),
        weeks=((7, "Mon 22 Feb"),) * weeks,
        bands=((days - 1, "teaser", "teaser"), (1, "launch", "launch")),
        lanes=tuple(Lane(WORDS[lane % len(WORDS)], "@velo", cells) for lane in range(lanes)),
        legend=tuple((stage, stage) for stage in STAGES),
        named=("webinar: Mon 8 Mar",),
        notes=("Give one of them another time.",),
    )


@pytest.mark.parametrize(("weeks", "lanes", "dark"), [(1, 1, False), (5, 11, True), (14, 3, False)])
def test_it_is_as_high_as_what_stands_on_it(weeks: int, lanes: int, dark: bool) -> None:
    image = Image.open(io.BytesIO(draw_timeline(picture(weeks, lanes), dark=dark)))
    assert image.format == "PNG" and image.width == 1600 and 400 <= image.height <= 1800
    bottom = image.convert("RGB").crop((0, image.height - 20, 1600, image.height))
    assert len(bottom.getcolors() or ()) == 1, "nothing is cut off below"
    assert (ImageStat.Stat(bottom).mean[0] < 60) is dark


@pytest.mark.parametrize("look", [timeline_picture.LIGHT, timeline_picture.DARK])
def test_every_word_and_sign_can_be_read(look: Mapping[str, str]) -> None:
    for stage in STAGES:
        ink = look["launch-ink"] if stage == "launch" else look[stage]
        assert ratio(ink, look[f"{stage}-soft"]) >= 4.5, stage
    assert ratio(look["sheet"], look["warn"]) >= 4.5
