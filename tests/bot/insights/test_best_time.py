"""Times and forms: found where they are, and not where they are not."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from bot.insights.best_time import LEAST_POSTS, Timed, pattern
from tests.benchmarks.learning_truth import a_year_of_times, unseen_gain


def test_it_foretells_unseen_posts_better_than_their_mean_where_there_is_a_pattern() -> None:
    found = pattern(a_year_of_times(0, strength=1.0))
    for seed in range(6):
        each = pattern(a_year_of_times(seed, strength=1.0))
        assert each.usable and each.better > 0.03, seed
        assert unseen_gain(each, seed) > 0.03, "on posts that nobody had seen"
    best = found.best("form")
    assert best is not None and best.name == "story" and best.low > 0 and best.low < best.share < best.high
    assert best.share < np.exp(0.5), "shrunk"
    assert 60 < best.posts < 100
    hour = found.best("hour")
    assert hour is None or hour.name == "9"


def test_where_all_is_chance_it_says_that_it_cannot() -> None:
    found = [pattern(a_year_of_times(seed, strength=0.0, posts=150)) for seed in range(20)]
    assert sum(each.usable for each in found) <= 4
    cannot = next(each for each in found if not each.usable)
    assert cannot.score(datetime(2027, 3, 1, 9, tzinfo=UTC), "story") == 0 and cannot.best("hour") is None
    assert cannot.effects and all(each.low <= each.share <= each.high for each in cannot.effects)


def test_a_few_posts_say_nothing() -> None:
    few = pattern(a_year_of_times(1, strength=3.0, posts=LEAST_POSTS - 1))
    assert not few.usable and few.effects == () and few.posts == LEAST_POSTS - 1
    same = pattern([Timed("tip", 9, 0, 5.0)] * LEAST_POSTS)
    assert not same.usable and same.better == pytest.approx(0, abs=1e-9)
