"""An arc on its timeline: each stage reaches until the next one, and days that are kept free say why."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from bot.planning.timeline import MOST_WEEKS, timeline
from storage.campaigns import Milestone
from tests.bot.planning.test_campaigns import campaign, launches


@given(launches, st.integers(0, 90))
def test_every_post_stands_in_the_band_of_its_stage(launch: date, build_up: int) -> None:
    found = campaign(launch, build_up)
    drawn = timeline(found, lambda day: "Closed." if day == launch else "")
    assert drawn.days[0].day.weekday() == 0 and sum(each.days for each in drawn.bands) == len(drawn.days)
    assert len(drawn.days) <= MOST_WEEKS * 7 and {len(week) for week in drawn.weeks[:-1]} <= {7}
    ends = list(accumulate(each.days for each in drawn.bands))
    for post in found.arc:
        place = (post.at.date() - drawn.days[0].day).days
        assert next(each for each, end in zip(drawn.bands, ends, strict=True) if place < end).stage == post.stage
    assert [each.day for each in drawn.days if each.kept] == [launch]


def test_what_the_arc_is_built_around_is_marked_outside_of_it_too() -> None:
    found = campaign()
    fair = Milestone(name="fair", day=found.last + timedelta(days=10))
    drawn = timeline(found.changed(milestones=(*found.milestones, fair)), lambda _day: "")
    assert [(each.day, each.inside) for each in drawn.days if fair in each.milestones] == [(fair.day, False)]
