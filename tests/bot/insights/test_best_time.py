"""Times and forms: found where they are, and not where they are not."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from bot.insights.best_time import LEAST_POSTS, Timed, pattern

FORMS = ("tip", "story", "offer", "news")


def _year(seed: int, *, strength: float, posts: int = 300) -> list[Timed]:
    """Posts whose truth is known: stories and mornings do better, Sundays worse, all else is chance."""
    draws, found = np.random.default_rng(seed), []
    for _ in range(posts):
        form, hour, day = FORMS[draws.integers(4)], int(draws.integers(7, 21)), int(draws.integers(7))
        lift = strength * ((form == "story") * 0.5 + (9 <= hour < 12) * 0.35 - (day == 6) * 0.35)
        found.append(Timed(form, hour, day, float(np.exp(3 + lift + draws.normal(0, 0.6)))))
    return found


def test_it_foretells_unseen_posts_better_than_their_mean_where_there_is_a_pattern() -> None:
    won = []
    for seed in range(6):
        found = pattern(_year(seed, strength=1.0))
        assert found.usable and found.better > 0.03, seed
        fresh = _year(1000 + seed, strength=1.0, posts=2000)
        told = np.log([each.brought for each in fresh])
        seen = np.log([each.brought for each in _year(seed, strength=1.0)]).mean()
        said = [
            np.log1p(found.score(datetime(2027, 3, 1 + each.weekday, each.hour, tzinfo=UTC), each.form))
            for each in fresh
        ]
        won.append(1 - float(((told - seen - said) ** 2).mean() / ((told - seen) ** 2).mean()))
    assert min(won) > 0.03
    best = found.best("form")
    assert best is not None and best.name == "story" and best.low > 0 and best.low < best.share < best.high
    assert best.share < np.exp(0.5), "shrunk"
    assert 60 < best.posts < 100
    hour = found.best("hour")
    assert hour is None or hour.name == "9"


def test_where_all_is_chance_it_says_that_it_cannot() -> None:
    found = [pattern(_year(seed, strength=0.0, posts=150)) for seed in range(20)]
    assert sum(each.usable for each in found) <= 4
    cannot = next(each for each in found if not each.usable)
    assert cannot.score(datetime(2027, 3, 1, 9, tzinfo=UTC), "story") == 0 and cannot.best("hour") is None
    assert cannot.effects and all(each.low <= each.share <= each.high for each in cannot.effects)


def test_a_few_posts_say_nothing() -> None:
    few = pattern(_year(1, strength=3.0, posts=LEAST_POSTS - 1))
    assert not few.usable and few.effects == () and few.posts == LEAST_POSTS - 1
    same = pattern([Timed("tip", 9, 0, 5.0)] * LEAST_POSTS)
    assert not same.usable and same.better == pytest.approx(0, abs=1e-9)
