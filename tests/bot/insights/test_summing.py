"""Sums of posts whose truth is known: nothing lost, nothing twice, like compared with like, one brand alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.insights.clicked import Clicked, Hour
from bot.insights.gained import Span, by_day, gained
from bot.insights.summary import Figure, Looks, Usual
from bot.insights.summing import Known, Material, Range, summed, usual
from storage.counted import Counted
from storage.posts import PostState
from storage.series import Reading
from tests.fakes.counted_posts import grown

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)  # Monday, 9:00 in Zurich
LAST_WEEK = Range("week", date(2026, 11, 23), 7, "Europe/Zurich")
DAY = timedelta(days=1)


def post(
    out_at: datetime, readings: Sequence[Reading], *, account: str = "a_1", brand: str = "b_1", title: str = "Bread"
) -> Counted:
    name = f"p_{account}{out_at:%m%d%H%M%S}"
    return Counted(
        name, brand, account, "mastodon", title, "", out_at, PostState.published, out_at, None, "", "", tuple(readings)
    )


def steady(totals: Mapping[str, int], *, account: str = "a_1", brand: str = "b_1", weeks: int = 14) -> list[Counted]:
    """One post a day, all alike."""
    days = [NOW - timedelta(days=day, hours=2) for day in range(weeks * 7)]
    return [post(at, grown(at, totals, NOW), account=account, brand=brand) for at in days]


def material(posts: Sequence[Counted], **more: object) -> Material:
    names = dict.fromkeys(each.account for each in posts if each.brand == "b_1")
    given: dict[str, object] = {"accounts": [Known(name, name.upper(), "mastodon") for name in names]} | more
    return Material("w_1", "b_1", "Velo", NOW, posts, **given)  # type: ignore[arg-type]


@given(
    st.lists(st.integers(1, 60 * 24), min_size=1, max_size=8, unique=True),
    st.lists(st.integers(0, 500), min_size=8, max_size=8),
)
def test_days_add_up_to_what_the_channel_told_last(hours: list[int], steps: list[int]) -> None:
    out_at, total, readings = NOW - 70 * DAY, 0, list[Reading]()
    for hour, step in zip(sorted(hours), steps, strict=False):
        total += step
        readings.append(Reading(out_at + timedelta(hours=hour), {"likes": total}))
    edges = [out_at + timedelta(days=day) for day in range(71)]
    days = by_day([post(out_at, readings)], "engagements", edges, NOW)
    assert sum(days) == pytest.approx(total)
    whole = gained(post(out_at, readings), "engagements", Span(edges[0], edges[-1], NOW))
    assert whole == pytest.approx(total)


def test_a_week_like_every_other_lies_in_its_usual_range_and_does_not_move() -> None:
    summary = summed(material(steady({"likes": 100, "reach": 2000})), LAST_WEEK)
    figure = summary.figure("engagements")
    assert figure is not None and figure.usual is not None and figure.usual.spans == 8
    assert figure.value == pytest.approx(figure.before or 0, abs=1)  # judged by what was known when it was as old
    assert figure.moved == "" and not summary.moves and len(figure.days) == 7 == len(figure.days_before)
    assert sum(value or 0 for value in figure.days) == pytest.approx(figure.value or 0, abs=1)
    assert summary.figure("clicks") is None  # nobody told: not zero
    rate = summary.figure("rate")
    assert rate is not None and rate.value == pytest.approx(50, rel=0.02)


def test_below_four_comparable_spans_there_is_not_enough_data() -> None:
    summary = summed(material(steady({"likes": 100}, weeks=4)), LAST_WEEK)
    figure = summary.figure("engagements")
    assert figure is not None and figure.value and figure.usual is None
    assert usual([1, 2, None, 3]) is None and usual([1, 2, 3, 4]) == Usual(low=1.75, middle=2.5, high=3.25, spans=4)


def test_a_star_and_a_drop_are_named_with_their_account() -> None:
    posts = steady({"likes": 100}) + steady({"likes": 100}, account="a_2")
    at = NOW - 5 * DAY
    posts.append(post(at, grown(at, {"likes": 3000}, NOW), title="Wet-weather tips"))
    gone = [each for each in posts if each.account == "a_2" and each.out_at and each.out_at > NOW - 12 * DAY]
    posts = [each for each in posts if each not in gone]
    summary = summed(material(posts), LAST_WEEK)
    assert summary.best is not None and summary.best.title == "Wet-weather tips"
    ways = {name: figure.moved for name, figure in summary.moves}
    assert ways["A_1"] == "up" and ways["A_2"] == "down"


def test_an_account_whose_numbers_stopped_is_compared_with_as_much_of_the_weeks_before() -> None:
    silent = [
        post(each.out_at, [r for r in each.readings if r.at < NOW - 5 * DAY], account="a_2")
        for each in steady({"likes": 100}, account="a_2")
        if each.out_at
    ]
    summary = summed(material(steady({"likes": 100}) + silent), LAST_WEEK)
    [missing] = summary.missing
    assert (missing.account, missing.why) == ("a_2", "unread") and missing.since is not None
    assert abs(missing.since - (NOW - 5 * DAY)) < DAY
    figure = summary.figure("engagements")
    assert figure is not None and figure.moved == ""  # what is missing is no drop
    quiet = [post(e.out_at, [], account="a_2") for e in silent if e.out_at and e.out_at > NOW - 12 * DAY]
    summary = summed(material(steady({"likes": 100}) + quiet), LAST_WEEK)
    line = next(each for each in summary.accounts if each.account == "a_2")
    assert line.posts == 7 and line.figure("engagements") is None and summary.missing


def test_of_another_brand_nothing_is_counted() -> None:
    mine, theirs = steady({"likes": 10}), steady({"likes": 90_000}, brand="b_2")
    alone, beside = summed(material(mine), LAST_WEEK), summed(material(mine + theirs), LAST_WEEK)
    assert beside == alone


def test_clicks_on_our_own_links_take_the_place_of_what_channels_tell_and_bots_are_named() -> None:
    posts = steady({"likes": 10, "clicks": 999})
    at = NOW - 3 * DAY
    hours = {posts[3].id: [Hour(at, 34, 10, 20)], posts[40].id: [Hour(at - 30 * DAY, 5, 0, 5)]}
    summary = summed(material(posts, clicks=Clicked(hours)), LAST_WEEK)
    figure = summary.figure("clicks")
    assert figure is not None and figure.value == 20 and summary.bots == 10 and summary.own_clicks
    assert summary.looks == Looks(all=34, bots=10, valid=20) == summary.accounts[0].looks


def test_where_nobody_could_click_clicks_are_missing_and_not_zero() -> None:
    posts = steady({"likes": 10}) + steady({"likes": 10}, account="a_2")
    linked = next(each for each in posts if each.account == "a_1" and each.out_at and each.out_at < NOW - 3 * DAY)
    hours = {linked.id: [Hour(NOW - 2 * DAY, 30, 10, 20)]}
    summary = summed(material(posts, clicks=Clicked(hours)), LAST_WEEK)
    figure = summary.figure("clicks")
    assert figure is not None and (figure.value, figure.before, figure.usual) == (20, None, None)
    assert [bool(each.figure("clicks")) for each in summary.accounts] == [True, False]
    assert [each.post for each in summary.posts if "clicks" in each.values] == [linked.id]
    assert summary.best is not None and summary.best.post == linked.id and summary.worst is None
    none = summed(material(posts, clicks=Clicked({})), LAST_WEEK)
    assert none.figure("clicks") is None and none.looks is None


def test_a_week_in_progress_is_compared_with_as_much_of_the_one_before() -> None:
    summary = summed(material(steady({"likes": 100})), Range("week", date(2026, 11, 30), 7, "Europe/Zurich"))
    figure = summary.figure("engagements")
    assert figure is not None and figure.before is not None and figure.value is not None
    assert figure.value == pytest.approx(figure.before, abs=2) and figure.value < 200


def test_months_follow_each_other_whatever_their_length() -> None:
    march = Range("month", date(2027, 3, 1), 31, "Europe/Zurich")
    assert (march.earlier.first, march.earlier.days) == (date(2027, 2, 1), 28)
    assert (march.end - march.start) == timedelta(days=31) - timedelta(hours=0)
    assert Figure(metric="reach", value=5.0, before=0.0).change is None
