"""Which of several variants brings more clicks, and how sure that is: Thompson sampling over posts.

A variant's rate of clicks by impressions has a Beta prior that is fitted on the brand's own past (empirical Bayes).
Posts differ for many reasons besides their variant: of a post with many impressions only as much counts as its rate
tells beyond that spread, so that one lucky post decides nothing. A variant is drawn as often as it is likely to be the
best. It stops when what is lost by taking the best of now is expected to be small. Draws are seeded: whoever has the
numbers and the seed gets the same probabilities. Everything here is pure; numpy comes late, as it is slow to load.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

LEAST_IMPRESSIONS: Final = 1000  # of a whole experiment: below that the best is a guess
LEAST_POSTS: Final = 2  # of each variant
DRAWS: Final = 4000
SURE: Final = 0.9  # of what an interval covers
PAST_WEIGHT: Final = 12  # posts: how much the past says of how posts of one variant differ, beside those of the test
PAST_POSTS: Final = 5  # below that the prior is the usual one, not the brand's own
USUAL_RATE: Final = 0.01  # of clicks by impressions, where a brand has no past
USUAL_SPREAD: Final = 0.01  # the correlation within a post: rates of posts differ about as much as their mean
VARIANTS_DIFFER: Final = 0.3  # of the mean, at least: a past without variants does not say that they change nothing

State = Literal["too little", "running", "decided"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A post of a variant: how often it was seen, and its clicks by people; `raw` are all clicks, bots' too."""

    arm: str
    impressions: int
    clicks: int
    raw: int


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before: the mean rate, how many impressions that is worth for a variant, and the correlation of
    impressions within one post. `posts` of the past that it rests on.
    """

    mean: float
    strength: float
    within: float
    posts: int

    def counted(self, impressions: int) -> float:
        """As how many independent impressions those of one post count."""
        return impressions / (1 + (impressions - 1) * self.within) if impressions else 0.0


@dataclass(frozen=True, slots=True)
class ArmStanding:
    """`rate` is what is believed, `low` to `high` where it lies with 90 % probability; `chance` to be the best."""

    arm: str
    posts: int
    impressions: int
    clicks: int
    raw: int
    rate: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`loss`: what is expected to be lost by taking `best`, as a share of the brand's usual rate. `with_bots`: which
    would be the best if clicks of bots counted, where that is another one.
    """

    state: State
    arms: tuple[ArmStanding, ...]
    best: str
    loss: float
    usual: float
    impressions: int
    with_bots: str = ""

    def of(self, arm: str) -> ArmStanding:
        return next(each for each in self.arms if each.arm == arm)


def fitted(past: Sequence[tuple[int, int]]) -> Prior:
    """From clicks and impressions of past posts, by the method of moments for the beta-binomial distribution."""
    seen = [(clicks, max(clicks, shown)) for clicks, shown in past if shown > 0]
    clicks, shown = sum(each for each, _ in seen), sum(each for _, each in seen)
    if len(seen) < PAST_POSTS or not 0 < clicks < shown:
        mean = (clicks + 1) / (shown + 1 / USUAL_RATE) if shown else USUAL_RATE
        return Prior(mean, _strength(mean, USUAL_SPREAD), USUAL_SPREAD, len(seen))
    mean = clicks / shown
    within = min(max(_within(mean, seen), 1e-5), 0.5)
    return Prior(mean, _strength(mean, within), within, len(seen))


def within_variants(trials: Sequence[Trial], prior: Prior) -> Prior:
    """The prior, with what the test itself tells of how posts of one variant differ: in the past, posts differed by
    what variants they happened to have, too.
    """
    told, weight = 0.0, 0
    for arm in {each.arm for each in trials}:
        mine = [each for each in trials if each.arm == arm and each.impressions > 0]
        shown, hits = sum(each.impressions for each in mine), sum(each.clicks for each in mine)
        if len(mine) < 2 or not 0 < hits < shown:
            continue
        told += (len(mine) - 1) * _within(hits / shown, [(each.clicks, each.impressions) for each in mine])
        weight += len(mine) - 1
    within = (PAST_WEIGHT * prior.within + told) / (PAST_WEIGHT + weight)
    return replace(prior, within=min(max(within, 1e-5), 0.5))


def chances(trials: Sequence[Trial], arms: Sequence[str], prior: Prior, seed: int) -> dict[str, float]:
    """How likely each is to be the best. Blocking: some milliseconds."""
    best = _drawn(trials, arms, prior, seed, raw=False).argmax(axis=0)
    return {arm: float((best == place).mean()) for place, arm in enumerate(arms)}


def pick(found: Mapping[str, float], seed: int) -> str:
    """One of them, each with its probability."""
    import numpy as np  # noqa: PLC0415

    at, passed = float(np.random.default_rng([seed, 1]).random()) * sum(found.values()), 0.0
    for arm, chance in found.items():
        passed += chance
        if at < passed:
            return arm
    return next(reversed(list(found)))


def judged(
    trials: Sequence[Trial],
    arms: Sequence[str],
    prior: Prior,
    *,
    threshold: float,
    seed: int,
    prior_with_bots: Prior | None = None,
) -> Verdict:
    """How it stands; `threshold` as a share of the brand's usual rate. Blocking: some milliseconds."""
    import numpy as np  # noqa: PLC0415

    drawn = _drawn(trials, arms, prior, seed, raw=False)
    first, means = drawn.argmax(axis=0), drawn.mean(axis=1)
    low, high = np.quantile(drawn, [(1 - SURE) / 2, (1 + SURE) / 2], axis=1)
    rows = []
    for place, arm in enumerate(arms):
        mine = [each for each in trials if each.arm == arm]
        rows.append(
            ArmStanding(
                arm=arm,
                posts=len(mine),
                impressions=sum(each.impressions for each in mine),
                clicks=sum(each.clicks for each in mine),
                raw=sum(each.raw for each in mine),
                rate=float(means[place]),
                low=float(low[place]),
                high=float(high[place]),
                chance=float((first == place).mean()),
            )
        )
    place = int(means.argmax())
    loss = float((drawn.max(axis=0) - drawn[place]).mean()) / prior.mean
    impressions = sum(each.impressions for each in rows)
    enough = impressions >= LEAST_IMPRESSIONS and all(each.posts >= LEAST_POSTS for each in rows)
    state: State = "too little" if not enough else "decided" if loss <= threshold else "running"
    with_bots = _drawn(trials, arms, prior_with_bots or prior, seed, raw=True).mean(axis=1)
    other = arms[int(with_bots.argmax())]
    return Verdict(
        state=state,
        arms=tuple(rows),
        best=arms[place],
        loss=loss,
        usual=prior.mean,
        impressions=impressions,
        with_bots=other if other != arms[place] else "",
    )


def seed_of(*names: str) -> int:
    """A seed that follows from names, such as those of an experiment and a draft."""
    return int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:6])


def _within(mean: float, posts: Sequence[tuple[int, int]]) -> float:
    """The correlation within a post, which chance alone may put below zero."""
    shown, free = sum(count for _, count in posts), len(posts) - 1
    noise = mean * (1 - mean)
    spread = sum(count * (clicks / count - mean) ** 2 for clicks, count in posts)
    room = shown - sum(count * count for _, count in posts) / shown - free
    return (spread - noise * free) / (noise * room) if room > 0 else USUAL_SPREAD


def _strength(mean: float, within: float) -> float:
    """As much as the past knows, but no more than leaves variants room to differ."""
    return max(2.0, min(1 / within - 1, (1 - mean) / (mean * VARIANTS_DIFFER**2)))


def _drawn(trials: Sequence[Trial], arms: Sequence[str], prior: Prior, seed: int, *, raw: bool) -> Any:
    """Rates of each variant (rows), drawn from what is believed of them."""
    import numpy as np  # noqa: PLC0415

    prior = within_variants(trials, prior)
    hits = dict.fromkeys(arms, prior.mean * prior.strength)
    rest = dict.fromkeys(arms, (1 - prior.mean) * prior.strength)
    for each in trials:
        clicks = each.raw if raw else each.clicks
        shown = max(each.impressions, clicks)
        if each.arm not in hits or not shown:
            continue
        counted = prior.counted(shown)
        hits[each.arm] += counted * clicks / shown
        rest[each.arm] += counted * (1 - clicks / shown)
    draws = np.random.default_rng(seed)
    return np.stack([draws.beta(hits[arm], rest[arm], DRAWS) for arm in arms])
