"""A day far outside an account's own days is noticed, an ordinary one is not, and what is missing is no drop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.insights.clicked import Clicked, Hour
from bot.insights.unusual import robust_z, unusual_day
from tests.bot.insights.test_summing import NOW, post, steady
from tests.fakes.counted_posts import grown

DAY = timedelta(days=1)


def test_ordinary_days_wake_nobody() -> None:
    assert unusual_day(steady({"likes": 100}), NOW, "Europe/Zurich") == []
    assert unusual_day(steady({"likes": 100}, weeks=1), NOW, "Europe/Zurich") == []  # too few days to tell
    assert unusual_day([], NOW, "Europe/Zurich") == []


def test_a_spike_is_told_with_the_post_that_made_it() -> None:
    at = NOW - timedelta(hours=24)
    posts = [*steady({"likes": 100}), post(at, grown(at, {"likes": 5000}, NOW), title="Wet-weather tips")]
    [found] = unusual_day(posts, NOW, "Europe/Zurich")
    assert (found.way, found.metric) == ("up", "engagements") and found.value > found.high >= found.low
    assert found.post is not None and found.post.title == "Wet-weather tips"


def test_clicks_on_our_own_links_come_first_and_only_where_there_are_links() -> None:
    posts = steady({"likes": 100})
    linked = next(each for each in posts if each.out_at and each.out_at < NOW - 60 * DAY)
    yesterday = NOW - timedelta(hours=24)
    hours = [Hour(yesterday - number * DAY, 40, 10, 30 + number % 3) for number in range(1, 40)]
    calm = Clicked({linked.id: [*hours, Hour(yesterday, 40, 10, 31)]})
    assert unusual_day(posts, NOW, "Europe/Zurich", calm) == []
    wild = Clicked({linked.id: [*hours, Hour(yesterday, 900, 300, 500)]})
    [found] = unusual_day(posts, NOW, "Europe/Zurich", wild)
    assert (found.metric, found.way, found.value, found.post) == ("clicks", "up", 500.0, linked)
    assert unusual_day(posts, NOW, "Europe/Zurich", Clicked({})) == []


def test_a_day_on_which_nothing_came_is_a_drop_but_not_when_nothing_was_read() -> None:
    early = [each for each in steady({"likes": 300}) if each.out_at and each.out_at < NOW - 33 * DAY]
    posts = early + [
        each for each in steady({"likes": 300}) if each.out_at and NOW - 32 * DAY < each.out_at < NOW - 2 * DAY
    ]
    found = unusual_day(posts, NOW, "Europe/Zurich")
    assert [each.way for each in found] == ["down"]
    cut = NOW - 3 * DAY
    unread = [
        post(each.out_at, [r for r in each.readings if r.at < cut]) for each in steady({"likes": 300}) if each.out_at
    ]
    assert unusual_day(unread, NOW, "Europe/Zurich") == []


def test_days_that_are_all_alike_are_no_reason_to_divide_by_nothing() -> None:
    assert robust_z(100, [100.0] * 20) == 0 and robust_z(200, [100.0] * 20) == pytest.approx(10)
