"""What the next posts had better be: for whom, on what, in which form. From what posts brought, and whom they left out.

A set part of them goes to audiences and pillars that get less than the team wants, whatever the numbers say: else what
did well once would crowd out all that was tried too little to do well. The first of any number of posts is one of that
part. Effects are shrunk towards none, with an interval and a sample; where nothing is known, nothing is claimed. Pure.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal

from bot.insights.observed import Observation

Kind = Literal["audience", "pillar", "form"]
MIXED: Final[tuple[Kind, ...]] = ("audience", "pillar")  # what is kept from narrowing
LEAST_POSTS: Final = 12  # in all, below which no kind is said to do better
LEAST_OF_KIND: Final = 3
LACKS: Final = 0.05  # of all posts, below its part: less is chance
SHOWN: Final = 3
_Z: Final = 1.645  # 90 %


@dataclass(frozen=True, slots=True)
class Lift:
    """By how much posts of one kind bring more than the mean, as a share, with 90 % between `low` and `high`."""

    kind: Kind
    name: str
    share: float
    low: float
    high: float
    posts: int
    best: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Lack:
    """One that gets less than its part: `posts` of `of` posts, `wanted` of them as a share."""

    kind: Kind
    name: str
    posts: int
    of: int
    wanted: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What a post had better be; `lacks`: whom it serves that get too little, `lifts`: its kinds that do well."""

    audience: str = ""
    pillar: str = ""
    form: str = ""
    lacks: tuple[Lack, ...] = ()
    lifts: tuple[Lift, ...] = ()


def lifts(posts: Sequence[Observation], kind: Kind) -> tuple[Lift, ...]:
    """Of each audience, pillar or form with enough posts, the best first; none where there is not enough data."""
    told = [(str(getattr(each, kind)), math.log1p(each.value), each) for each in posts if each.value is not None]
    groups: dict[str, list[tuple[float, Observation]]] = defaultdict(list)
    for name, value, each in told:
        if name:
            groups[name].append((value, each))
    groups = {name: rows for name, rows in groups.items() if len(rows) >= LEAST_OF_KIND}
    if sum(map(len, groups.values())) < LEAST_POSTS or len(groups) < 2:
        return ()
    mean = fmean(value for _, value, _ in told)
    means = {name: fmean(value for value, _ in rows) - mean for name, rows in groups.items()}
    free = sum(len(rows) - 1 for rows in groups.values())
    within = sum((value - mean - means[name]) ** 2 for name, rows in groups.items() for value, _ in rows) / free
    noise = fmean(within / len(rows) for rows in groups.values())
    between = max(0.0, sum(each**2 for each in means.values()) / len(means) - noise)
    found = []
    for name, rows in groups.items():
        error = within / len(rows)
        keep = between / (between + error) if between + error else 0.0
        middle, off = keep * means[name], _Z * math.sqrt(keep * error)
        best = sorted((each for _, each in rows), key=lambda each: -(each.value or 0))[:SHOWN]
        ends = (math.expm1(middle - off), math.expm1(middle + off))
        found.append(Lift(kind, name, math.expm1(middle), *ends, len(rows), tuple(best)))
    return tuple(sorted(found, key=lambda each: -each.share))


def parts(declared: Mapping[str, int | None]) -> dict[str, float]:
    """Which part of all posts each is meant to get: as declared, and those without share what is left, alike."""
    rest = [name for name, share in declared.items() if share is None]
    left = max(0, 100 - sum(share or 0 for share in declared.values())) / 100
    return {name: (left / len(rest) if share is None else share / 100) for name, share in declared.items()}


def lacking(kind: Kind, declared: Mapping[str, int | None], served: Mapping[str, int], of: int) -> list[Lack]:
    """Those that get less than their part; first the one that has had the least of it."""
    wanted = parts(declared)
    found = [
        Lack(kind, name, served.get(name, 0), of, part)
        for name, part in wanted.items()
        if part - (served.get(name, 0) / of if of else 0.0) > LACKS
    ]
    return sorted(found, key=lambda each: (each.posts / max(1, each.of) / each.wanted, -each.wanted))


def keeps_open(place: int, percent: int) -> bool:
    """Whether the post at this place, from 0, is one of those for what gets too little: of any first n posts, at least
    that percentage are.
    """
    return math.ceil((place + 1) * percent / 100) > math.ceil(place * percent / 100)


def wishes(
    count: int,
    posts: Sequence[Observation],
    declared: Mapping[Kind, Mapping[str, int | None]],
    served: Mapping[Kind, Mapping[str, int]],
    *,
    percent: int,
) -> list[Wish]:
    """What the next so many posts had better be. `served` counts lately approved posts; `percent` of the posts go to
    what gets too little, as long as anything does.
    """
    counts = {kind: Counter(served.get(kind, {})) for kind in MIXED}
    does_well: dict[Kind, list[Lift]] = {
        kind: [each for each in lifts(posts, kind) if each.low > 0] for kind in ("audience", "pillar", "form")
    }
    found = list[Wish]()
    for place in range(count):
        lacks = list[Lack]()
        for kind in MIXED if keeps_open(place, percent) else ():
            lacks += lacking(kind, declared.get(kind, {}), counts[kind], sum(counts[kind].values()))[:1]
        named = {each.kind: each.name for each in lacks}
        used = list[Lift]()
        for kind, known in does_well.items():
            allowed = [each for each in known if kind == "form" or each.name in declared.get(kind, {})]
            if kind not in named and allowed:
                used.append(allowed[0])
                named[kind] = allowed[0].name
        for kind in MIXED:
            if kind in named:
                counts[kind][named[kind]] += 1
        found.append(
            Wish(
                audience=named.get("audience", ""),
                pillar=named.get("pillar", ""),
                form=named.get("form", ""),
                lacks=tuple(lacks),
                lifts=tuple(used),
            )
        )
    return found


def shown(wish: Wish) -> Iterable[Observation]:
    """Posts that are evidence for it, the best first, each once."""
    return {each.post: each for lift in wish.lifts for each in lift.best}.values()
