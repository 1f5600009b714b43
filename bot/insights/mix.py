"""Who and what appears in a brand's posts, counted from records: compared with what the team declared, never scored.

The effective number says how many groups of equal size would be as varied as these (the exponential of Shannon's
entropy); HHI (Herfindahl–Hirschman) is the chance that two posts fall into the same group.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import regex

from storage.drafts import Draft, DraftStatus
from storage.plans import Plan
from storage.profile import Audience

# What other brands' accounts come to with their hashtags: 5th percentile, median, 95th (measured on public accounts).
TAGS_ELSEWHERE: Final = (1.0, 7.7, 35.0)
MOST_SHOWN: Final = 12
_TAG: Final = regex.compile(r"(?<![\p{L}\p{N}_&/#])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)")


@dataclass(frozen=True, slots=True)
class Share:
    """`percent` of the posts that name any; `wanted` is what the team declared, None where it did not."""

    name: str
    posts: int
    percent: float
    wanted: int | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """`effective` and `hhi` are None where nothing was named; `never` are those that the team wants and nobody wrote
    for; `unnamed` counts posts that name none.
    """

    shares: tuple[Share, ...]
    effective: float | None
    hhi: float | None
    unnamed: int = 0
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mix:
    """`posts` were approved; each counts once, on however many accounts it stands."""

    posts: int
    audiences: Spread
    tags: Spread
    goals: Spread
    pillars: Spread
    forms: Spread


def look_at(drafts: Iterable[Draft], audiences: Iterable[Audience], plan: Plan | None = None) -> Mix:
    """What these drafts of one brand came to; those that nobody approved count for nothing. The plan declares how
    pillars and forms are meant to be mixed.
    """
    approved = [draft for draft in drafts if draft.status is DraftStatus.approved]
    known = tuple(audiences)
    named = [_addressed(draft, known) for draft in approved]
    tags = [{tag.casefold() for each in draft.versions for tag in _TAG.findall(each.text)} for draft in approved]
    return Mix(
        posts=len(approved),
        audiences=_spread(named, {each.name: each.share for each in known}),
        tags=_spread(tags, {}),
        goals=_spread([{draft.brief.goal} if draft.brief.goal else set() for draft in approved], {}),
        pillars=_spread(
            [{draft.brief.pillar} - {""} for draft in approved],
            {each.name: each.share for each in (plan.pillars if plan else ())},
        ),
        forms=_spread(
            [{draft.brief.form} - {""} for draft in approved],
            {each.name: each.share for each in (plan.forms if plan else ())},
        ),
    )


def effective(counts: Iterable[int]) -> float:
    """How many groups of equal size are as varied as these."""
    total = sum(counts := [count for count in counts if count])
    return math.exp(-sum(count / total * math.log(count / total) for count in counts))


def concentration(counts: Iterable[int]) -> float:
    """HHI, from 1/n to 1."""
    total = sum(counts := list(counts))
    return sum((count / total) ** 2 for count in counts)


def _addressed(draft: Draft, known: tuple[Audience, ...]) -> set[str]:
    """The audiences that the brief is for: the team's by their names, others as the brief calls them."""
    said = draft.brief.audience.casefold()
    if not said.strip():
        return set()
    mine = {each.name for each in known if _stands_in(each.name.casefold(), said)}
    return mine or {" ".join(draft.brief.audience.split())[:60]}


def _stands_in(name: str, said: str) -> bool:
    return regex.search(rf"(?<![\p{{L}}\p{{N}}]){regex.escape(name)}(?![\p{{L}}\p{{N}}])", said) is not None


def _spread(named: list[set[str]], wanted: dict[str, int | None]) -> Spread:
    counts = Counter(name for names in named for name in names)
    total = sum(counts.values())
    shares = [Share(name, count, 100 * count / total, wanted.get(name)) for name, count in counts.most_common()]
    return Spread(
        shares=tuple(shares[:MOST_SHOWN]),
        effective=effective(counts.values()) if total else None,
        hhi=concentration(counts.values()) if total else None,
        unnamed=sum(not names for names in named),
        never=tuple(name for name in wanted if name not in counts),
    )
