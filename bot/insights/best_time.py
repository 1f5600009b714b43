"""When and in which form posts of one account do better: effects of form, hour and weekday, shrunk towards none.

A raw table of weekdays by hours is worse than the overall mean on most accounts: it takes noise for a pattern. Here
all effects are fitted together by ridge regression on the logarithm of what a post brought, each kind of effect with
its own shrinkage, which leaving each post out in turn chooses. Then it is asked whether that foretells posts that it
has not seen better than their mean does: where it does not, nothing is recommended. Pure; numpy comes late.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any, Final, Literal

Kind = Literal["form", "hour", "day"]
KINDS: Final[tuple[Kind, ...]] = ("form", "hour", "day")
LEAST_POSTS: Final = 40  # below that no pattern of this size can be told from chance
BAND: Final = 3  # hours that are looked at together
LEAST_OF_FORM: Final = 5  # posts, below which a form is one of the others
SHRINKAGE: Final = (4.0, 16.0, 64.0, 1e9)  # in posts; the last leaves no effect
FOLDS: Final = 10
SURE: Final = 1.2816  # standard errors by which it must be better: one in ten is so by chance
_Z: Final = 1.645  # 90 %


@dataclass(frozen=True, slots=True)
class Timed:
    """One post: its form ("" where none), its local hour and weekday (Monday is 0), and what it brought."""

    form: str
    hour: int
    weekday: int
    brought: float


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much posts of this kind do better or worse than the mean, as a share: 0.12 is 12 % more; with 90 %
    probability between `low` and `high`. `name` is a form, the first hour of a band, or a weekday.
    """

    kind: Kind
    name: str
    share: float
    low: float
    high: float
    posts: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """`better`: by how much smaller its error is on posts that it has not seen than the overall mean's, as a share.
    `usable`: whether that is more than chance; where it is not, no time is better than another as far as is known.
    """

    posts: int
    usable: bool
    better: float
    effects: tuple[Effect, ...]

    def score(self, at: datetime, form: str = "") -> float:
        """What is expected of a post at that local time, against the mean: 0.1 is 10 % more; 0 where nothing is
        known.
        """
        if not self.usable:
            return 0.0
        names = {"form": form, "hour": str(at.hour // BAND * BAND), "day": str(at.weekday())}
        total = 1.0
        for each in self.effects:
            if names[each.kind] == each.name:
                total *= 1 + each.share
        return total - 1

    def best(self, kind: Kind) -> Effect | None:
        """The best of its kind whose interval leaves nothing out of doubt but its sign; None where there is none."""
        sure = [each for each in self.effects if each.kind == kind and each.low > 0]
        return max(sure, key=lambda each: each.share, default=None) if self.usable else None


def pattern(posts: Sequence[Timed]) -> Pattern:
    """Blocking: some tenths of a second for a year of posts, nothing for those that were asked about lately."""
    return _pattern(tuple(posts))


@lru_cache(maxsize=64)
def _pattern(posts: tuple[Timed, ...]) -> Pattern:
    import numpy as np  # noqa: PLC0415

    if len(posts) < LEAST_POSTS:
        return Pattern(len(posts), False, 0.0, ())
    names, groups, rows = _columns(posts)
    told = np.log1p(np.array([post.brought for post in posts]))
    order = np.random.default_rng(len(posts)).permutation(len(posts))
    ours, means = np.zeros(len(posts)), np.zeros(len(posts))
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        rest = np.setdiff1d(order, out)
        mean = told[rest].mean()
        weights, _, _ = _fit(rows[rest], told[rest] - mean, groups)
        ours[out] = (told[out] - mean - (rows[out] @ weights)) ** 2
        means[out] = (told[out] - mean) ** 2
    gain = means - ours
    wrong = float(means.mean())
    better = float(gain.mean()) / wrong if wrong else 0.0
    error = float(gain.std(ddof=1)) / len(posts) ** 0.5
    usable = better > 0 and float(gain.mean()) > SURE * error
    weights, spread, _ = _fit(rows, told - told.mean(), groups)
    counts = rows.sum(axis=0)
    effects = [
        Effect(
            kind=kind,
            name=name,
            share=float(np.expm1(weights[place])),
            low=float(np.expm1(weights[place] - _Z * spread[place])),
            high=float(np.expm1(weights[place] + _Z * spread[place])),
            posts=int(counts[place]),
        )
        for place, (kind, name) in enumerate(names)
    ]
    return Pattern(len(posts), usable, better, tuple(effects))


def _columns(posts: Sequence[Timed]) -> tuple[list[tuple[Kind, str]], Any, Any]:
    """A column for each form, band of hours and weekday that occurs; of each column its kind; and the posts in them."""
    import numpy as np  # noqa: PLC0415

    often = Counter(post.form for post in posts)
    known = {form for form, count in often.items() if form and count >= LEAST_OF_FORM}
    said: list[dict[Kind, str]] = [
        {
            "form": post.form if post.form in known else "",
            "hour": str(post.hour // BAND * BAND),
            "day": str(post.weekday),
        }
        for post in posts
    ]
    names: list[tuple[Kind, str]] = []
    for kind in KINDS:
        found = {each[kind] for each in said} - {""}
        names += [(kind, name) for name in sorted(found, key=lambda name: (len(name), name))]
    places = {name: place for place, name in enumerate(names)}
    rows = np.zeros((len(posts), len(names)))
    for row, each in enumerate(said):
        for kind, name in each.items():
            if name:
                rows[row, places[kind, name]] = 1.0
    return names, np.array([KINDS.index(kind) for kind, _ in names]), rows


def _fit(rows: Any, told: Any, groups: Any) -> tuple[Any, Any, float]:
    """Effects, the standard deviation of each, and the error when each post is left out; the shrinkage with the least
    of that is taken.
    """
    import numpy as np  # noqa: PLC0415

    square, toward = rows.T @ rows, rows.T @ told
    best: tuple[float, Any, Any] = (math.inf, None, None)
    for chosen in product(SHRINKAGE, repeat=len(KINDS)):
        inverse = np.linalg.inv(square + np.diag(np.array(chosen)[groups]))
        weights = inverse @ toward
        lever = np.einsum("ij,jk,ik->i", rows, inverse, rows, optimize=True) + 1 / len(told)
        off = (told - rows @ weights) / np.maximum(1 - lever, 1e-6)
        error = float((off**2).mean())
        if error < best[0] - 1e-12:
            best = (error, weights, np.sqrt(np.maximum(np.diag(inverse), 0) * error))
    return best[1], best[2], best[0]
