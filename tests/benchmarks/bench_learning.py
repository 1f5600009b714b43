"""What is learned from a synthetic year of posts with known truth: reward, the promise of stopping, and times."""

from __future__ import annotations

import sys
import time

from bot.insights.best_time import pattern
from tests.benchmarks.learning_truth import (
    MEAN,
    THRESHOLD,
    a_test,
    a_year_of_times,
    commits,
    ours,
    reward,
    stopped,
    uniform,
    unseen_gain,
)

TESTS, SEEDS = 100, 40


def main() -> int:
    began = time.perf_counter()
    tests = [a_test(seed) for seed in range(TESTS)]
    policies = {"ours": ours, "uniform A/B": uniform, "explore a fifth, then commit": commits}
    won = {name: sum(reward(each, policy) for each in tests) / TESTS for name, policy in policies.items()}
    best = sum(float(each.rates.max()) for each in tests) / TESTS / MEAN
    for name, value in won.items():
        _say(f"reward of a year, {name}", f"{value:.3f} of the usual rate (the best variant always: {best:.3f})")
    ended = [each for each in (stopped(test, THRESHOLD) for test in tests) if each[0]]
    lost = sum(each[1] for each in ended) / len(ended)
    posts = sum(each[2] for each in ended) / len(ended)
    _say("stopped", f"{len(ended)} of {TESTS} tests, after {posts:.0f} posts")
    _say("really lost by what it took", f"{100 * lost:.1f} % of the usual rate (promised: {100 * THRESHOLD:.0f} %)")
    found = [pattern(a_year_of_times(seed, strength=1.0)) for seed in range(SEEDS)]
    gains = [unseen_gain(each, seed) for seed, each in enumerate(found) if each.usable]
    _say(
        "times, where there is a pattern", f"found in {len(gains)} of {SEEDS}; on unseen posts {_percent(gains)} closer"
    )
    chance = [pattern(a_year_of_times(seed, strength=0.0)) for seed in range(SEEDS)]
    _say("times, where all is chance", f"says that it cannot in {sum(not each.usable for each in chance)} of {SEEDS}")
    _say("took", f"{time.perf_counter() - began:.0f} s")
    kept = won["ours"] > won["explore a fifth, then commit"] > won["uniform A/B"] and lost <= THRESHOLD
    return 0 if kept and min(gains) > 0 else 1


def _percent(gains: list[float]) -> str:
    return f"{100 * sum(gains) / len(gains):.1f} % ({100 * min(gains):.1f} to {100 * max(gains):.1f} %)"


def _say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<44} {value}\n")
