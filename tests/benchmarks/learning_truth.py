"""Worlds whose truth is known, in which experiments and times are judged: seeded, and without a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from bot.insights.best_time import Pattern, Timed
from bot.insights.experiments import Prior, Trial, fitted, judged, pick

ARMS = ("a", "b", "c", "d")
MEAN, DIFFER = 0.02, 0.35  # the usual rate, and by how much of it variants differ
THRESHOLD = 0.05
WITHIN = 0.002  # posts of one variant differ too


@dataclass(frozen=True, slots=True)
class Truth:
    """One test: the true rate of each variant, and what each post would bring, whichever variant it gets."""

    rates: Any
    past: Sequence[tuple[int, int]]
    shown: Any
    seed: int

    def clicks(self, post: int, arm: int) -> int:
        """The same for every policy that gives this post this variant."""
        draws = np.random.default_rng([self.seed, post, arm])
        rate, strength = self.rates[arm], 1 / WITHIN - 1
        return int(draws.binomial(int(self.shown[post]), draws.beta(rate * strength, (1 - rate) * strength)))


def a_test(seed: int, *, posts: int = 100, shown: int = 400) -> Truth:
    draws = np.random.default_rng([7, seed])
    strength = (1 - MEAN) / (MEAN * DIFFER**2)
    rates = draws.beta(MEAN * strength, (1 - MEAN) * strength, len(ARMS))
    spread = 1 / (WITHIN + 1 / (strength + 1)) - 1
    before = draws.beta(MEAN * spread, (1 - MEAN) * spread, 60)
    seen = draws.poisson(shown, 60)
    past = [(int(draws.binomial(count, rate)), int(count)) for count, rate in zip(seen, before, strict=True)]
    return Truth(rates, past, draws.poisson(shown, posts), seed)


Policy = Callable[[Truth, Prior, list[Trial], int], int]


def ours(truth: Truth, prior: Prior, trials: list[Trial], post: int) -> int:
    """Thompson sampling until the expected loss is small, then what was best."""
    verdict = judged(trials, ARMS, prior, threshold=THRESHOLD, seed=truth.seed * 1000 + post)
    if verdict.state == "decided":
        return ARMS.index(verdict.best)
    return ARMS.index(pick({each.arm: each.chance for each in verdict.arms}, truth.seed * 1000 + post))


def uniform(truth: Truth, prior: Prior, trials: list[Trial], post: int) -> int:
    return post % len(ARMS)


def commits(truth: Truth, prior: Prior, trials: list[Trial], post: int) -> int:
    """Explores a fifth, then takes what was best."""
    fifth = max(len(ARMS), len(truth.shown) // 5)
    if post < fifth:
        return post % len(ARMS)
    first = trials[:fifth]
    rates = [_rate([each for each in first if each.arm == arm]) for arm in ARMS]
    return rates.index(max(rates))


def reward(truth: Truth, policy: Policy) -> float:
    """Expected clicks by impressions, over what the best variant would bring."""
    prior, trials, won = fitted(truth.past), list[Trial](), 0.0
    for post, shown in enumerate(truth.shown):
        arm = policy(truth, prior, trials, post)
        clicks = truth.clicks(post, arm)
        trials.append(Trial(ARMS[arm], int(shown), clicks, clicks))
        won += float(truth.rates[arm]) * int(shown)
    return won / float(truth.shown.sum()) / MEAN


def stopped(truth: Truth, threshold: float) -> tuple[bool, float, int]:
    """Whether it stopped, what was really lost by what it then took (by the usual rate), and after how many posts."""
    prior, trials = fitted(truth.past), list[Trial]()
    for post, shown in enumerate(truth.shown):
        verdict = judged(trials, ARMS, prior, threshold=threshold, seed=truth.seed * 1000 + post)
        if verdict.state == "decided":
            lost = float(truth.rates.max() - truth.rates[ARMS.index(verdict.best)])
            return True, lost / MEAN, post
        arm = ARMS.index(pick({each.arm: each.chance for each in verdict.arms}, truth.seed * 1000 + post))
        clicks = truth.clicks(post, arm)
        trials.append(Trial(ARMS[arm], int(shown), clicks, clicks))
    return False, 0.0, len(truth.shown)


FORMS = ("tip", "story", "offer", "news")


def a_year_of_times(seed: int, *, strength: float, posts: int = 300) -> list[Timed]:
    """Stories and mornings do better and Sundays worse, by as much as `strength`; all else is chance."""
    draws, found = np.random.default_rng([11, seed]), []
    for _ in range(posts):
        form, hour, day = FORMS[draws.integers(4)], int(draws.integers(7, 21)), int(draws.integers(7))
        lift = strength * ((form == "story") * 0.5 + (9 <= hour < 12) * 0.35 - (day == 6) * 0.35)
        found.append(Timed(form, hour, day, float(np.exp(3 + lift + draws.normal(0, 0.6)))))
    return found


def unseen_gain(learned: Pattern, seed: int) -> float:
    """By how much closer it comes to fresh posts of the same truth than the mean of those that it learned from."""
    fresh = a_year_of_times(1000 + seed, strength=1.0, posts=2000)
    told = np.log([each.brought for each in fresh])
    mean = np.log([each.brought for each in a_year_of_times(seed, strength=1.0)]).mean()
    day = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday
    said = [np.log1p(learned.score(day + timedelta(days=each.weekday, hours=each.hour), each.form)) for each in fresh]
    return 1 - float(((told - mean - said) ** 2).mean() / ((told - mean) ** 2).mean())


def _rate(trials: Sequence[Trial]) -> float:
    return sum(each.clicks for each in trials) / max(1, sum(each.impressions for each in trials))
