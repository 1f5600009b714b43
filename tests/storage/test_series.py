"""What is packed comes back as it was; what nobody told stays missing; and a year of it is small."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.numbers import STEPS
from storage.series import Reading, added, count_at, packed, since, unpacked

OUT = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)
NAMES = ("likes", "replies", "views", "outbound_clicks")
readings = st.lists(
    st.builds(
        Reading,
        st.integers(0, 4_000_000).map(lambda seconds: OUT + timedelta(seconds=seconds)),
        st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**12), min_size=1),
    ),
    max_size=20,
    unique_by=lambda reading: reading.at,
)


@given(readings, readings)
def test_readings_come_back_and_more_can_be_put_in_at_any_place(first: list[Reading], more: list[Reading]) -> None:
    assert unpacked(OUT, packed(OUT, first)) == tuple(sorted(first, key=lambda reading: reading.at))
    taken = {reading.at for reading in first}
    fresh = [reading for reading in more if reading.at not in taken]
    both = unpacked(OUT, added(OUT, packed(OUT, first), fresh))
    assert both == tuple(sorted([*first, *fresh], key=lambda reading: reading.at))
    cut = OUT + timedelta(days=10)
    assert unpacked(OUT, since(OUT, packed(OUT, first), cut)) == tuple(each for each in both if each.at >= cut) or more


def test_what_is_missing_is_not_zero_and_what_is_zero_is_not_missing() -> None:
    told = [Reading(OUT, {"likes": 0}), Reading(OUT + timedelta(hours=1), {"views": 7})]
    assert unpacked(OUT, packed(OUT, told)) == tuple(told)
    assert count_at(OUT, told, "replies", OUT + timedelta(days=1)) is None
    assert count_at(OUT, told, "likes", OUT + timedelta(days=1)) == 0
    assert count_at(OUT, told, "views", OUT + timedelta(minutes=30)) == 3.5


def test_a_year_of_ten_thousand_posts_is_a_few_megabytes() -> None:
    eight = [Reading(OUT + step, dict.fromkeys(NAMES, 1000 * number)) for number, step in enumerate(STEPS, 1)]
    assert len(packed(OUT, eight)) < 200


def test_a_name_that_could_be_taken_for_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="no name"):
        packed(OUT, [Reading(OUT, {"likes|1": 2})])
