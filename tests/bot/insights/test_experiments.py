"""Experiments on their own numbers: fitted, seeded, better than what teams do else, and stopped as promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.insights.experiments import Trial, chances, fitted, judged, pick
from tests.benchmarks.learning_truth import THRESHOLD, a_test, commits, ours, reward, stopped, uniform

AB = ("a", "b")


def _trials(arm: str, clicks: int, *, posts: int = 10, shown: int = 500, raw: int | None = None) -> list[Trial]:
    return [Trial(arm, shown, clicks, clicks if raw is None else raw) for _ in range(posts)]


def test_the_prior_is_fitted_on_the_past_and_one_lucky_post_decides_nothing() -> None:
    even = fitted([(10, 500)] * 30)
    assert even.mean == pytest.approx(0.02) and even.within < 1e-4 and even.posts == 30
    uneven = fitted([(2, 500), (18, 500)] * 15)
    assert uneven.mean == pytest.approx(0.02) and uneven.within > 0.005
    assert uneven.counted(100_000) < 300 < even.counted(1000), "a post of many counts by what its rate tells"
    lucky = [*_trials("a", 10), *_trials("b", 10, posts=9), Trial("b", 50_000, 4_000, 4_000)]
    assert chances(lucky, AB, uneven, 1)["b"] < 0.9
    nothing = fitted([])
    assert 0 < nothing.mean < 0.05 and nothing.posts == 0


def test_below_the_line_there_is_not_enough_data() -> None:
    prior = fitted([(10, 500)] * 30)
    few = [Trial("a", 400, 40, 40), Trial("a", 50, 5, 5), Trial("b", 300, 1, 1), Trial("b", 200, 1, 1)]
    assert judged(few, AB, prior, threshold=0.1, seed=1).state == "too little", "950 impressions"
    alone = [*_trials("a", 40), Trial("b", 500, 1, 1)]
    assert judged(alone, AB, prior, threshold=0.1, seed=1).state == "too little", "one post of b"
    clear = judged([*_trials("a", 20), *_trials("b", 8)], AB, prior, threshold=0.05, seed=1)
    assert (clear.state, clear.best) == ("decided", "a") and clear.loss <= 0.05
    a, b = clear.of("a"), clear.of("b")
    assert a.low < a.rate < a.high and a.chance + b.chance == pytest.approx(1) and a.chance > 0.95
    assert a.rate < 0.04, "shrunk towards what is usual"
    close = judged([*_trials("a", 10, posts=2), *_trials("b", 10, posts=2)], AB, prior, threshold=0.05, seed=1)
    assert close.state == "running"


def test_it_says_whether_bots_would_have_turned_it_round() -> None:
    prior = fitted([(10, 500)] * 30)
    verdict = judged([*_trials("a", 15, raw=16), *_trials("b", 9, raw=40)], AB, prior, threshold=0.1, seed=1)
    assert (verdict.best, verdict.with_bots) == ("a", "b")
    assert (
        judged([*_trials("a", 15, raw=30), *_trials("b", 9, raw=12)], AB, prior, threshold=0.1, seed=1).with_bots == ""
    )


def test_the_same_seed_gives_the_same_draw_and_draws_follow_the_chances() -> None:
    prior = fitted([(10, 500)] * 30)
    trials = [*_trials("a", 12, posts=3), *_trials("b", 9, posts=3)]
    likely = chances(trials, AB, prior, 7)
    assert likely == chances(trials, AB, prior, 7) != chances(trials, AB, prior, 8)
    taken = [pick(likely, seed) for seed in range(2000)]
    assert taken == [pick(likely, seed) for seed in range(2000)]
    assert taken.count("a") / 2000 == pytest.approx(likely["a"], abs=0.04)
    assert replace(prior, posts=3) != prior


def test_a_year_of_known_truth_rewards_it_more_than_halves_and_than_committing_early() -> None:
    tests = [a_test(seed) for seed in range(24)]
    won, even, early = (sum(reward(each, policy) for each in tests) for policy in (ours, uniform, commits))
    assert won > early > even
    assert won / len(tests) > 1.1, "of what the usual rate brings"


def test_the_stopping_rule_keeps_its_promise() -> None:
    ended = [lost for done, lost, _ in (stopped(a_test(seed), THRESHOLD) for seed in range(60)) if done]
    assert len(ended) > 20 and sum(ended) / len(ended) <= THRESHOLD
