"""Advice follows what did well, says how sure it is, and keeps a part for whom it would leave out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.insights.advice import Kind, keeps_open, lacking, lifts, shown, wishes
from bot.insights.observed import Observation

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
AUDIENCES: Mapping[str, int | None] = {"families": 40, "commuters": 40, "racers": 20}
PILLARS: Mapping[str, int | None] = {"service": None, "people": None}
DECLARED: Mapping[Kind, Mapping[str, int | None]] = {"audience": AUDIENCES, "pillar": PILLARS}
TRUE = {"families": 1.0, "commuters": 2.2, "racers": 0.8}


def _post(number: int, audience: str, pillar: str, form: str, value: float) -> Observation:
    at = START + timedelta(days=number)
    return Observation(f"p_{number}", f"d_{number}", "a_1", f"Post {number}", "", at, 9, at.weekday(), form=form,
                       pillar=pillar, audience=audience, impressions=1000, engagements=round(value))  # fmt: skip


def _year(posts: int, draws: random.Random, audiences: Mapping[str, float]) -> list[Observation]:
    names = list(audiences)
    return [
        _post(n, name := names[n % len(names)], ("service", "people")[n % 2], "tip",
              30 * audiences[name] * draws.lognormvariate(0, 0.3))
        for n in range(posts)
    ]  # fmt: skip


def test_what_does_well_is_said_with_its_interval_and_its_posts_or_not_at_all() -> None:
    posts = _year(60, random.Random(1), TRUE)
    best, *_, worst = lifts(posts, "audience")
    assert (best.name, worst.name) == ("commuters", "racers")
    assert 0 < best.low < best.share < best.high and best.posts == 20 and worst.high < 0
    assert best.share < 1.2 and [each.audience for each in best.best] == ["commuters"] * 3
    chance = lifts(_year(60, random.Random(2), dict.fromkeys(TRUE, 1.0)), "audience")
    assert all(each.low <= 0 <= each.high for each in chance)
    assert lifts(posts[:9], "audience") == () and lifts(posts, "form") == (), "one form is better than none"


def test_what_gets_too_little_is_found_against_what_the_team_declared() -> None:
    found = lacking("audience", AUDIENCES, {"commuters": 9, "families": 1}, 10)
    assert [(each.name, each.posts, each.of) for each in found] == [("racers", 0, 10), ("families", 1, 10)]
    assert lacking("audience", AUDIENCES, {"families": 4, "commuters": 4, "racers": 2}, 10) == []
    assert [each.name for each in lacking("pillar", PILLARS, {}, 0)] == ["service", "people"]


def test_of_any_number_of_posts_the_set_part_stays_open() -> None:
    for percent in (0, 10, 30, 33, 100):
        kept = [keeps_open(place, percent) for place in range(200)]
        assert all(100 * sum(kept[:n]) >= percent * n for n in range(1, 201))
        assert sum(kept) <= 200 * percent / 100 + 1 and kept[0] == (percent > 0)


def test_following_it_for_a_year_optimises_and_does_not_narrow_the_brand() -> None:
    draws, given = random.Random(5), dict[int, Counter[str]]()
    for percent in (0, 30):
        posts, served = _year(60, random.Random(1), TRUE), Counter[str]({"commuters": 20})
        pillars, chosen = Counter[str]({"service": 10, "people": 10}), Counter[str]()
        for week in range(20):
            counts: Mapping[Kind, Mapping[str, int]] = {"audience": served, "pillar": pillars}
            found = wishes(10, posts, DECLARED, counts, percent=percent)
            open_ = [each for each in found if each.lacks]
            assert len(open_) == 10 * percent // 100, "as long as anybody gets too little"
            for place, each in enumerate(found):
                value = 30 * TRUE[each.audience or "families"] * draws.lognormvariate(0, 0.3)
                posts.append(_post(100 + week * 10 + place, each.audience, each.pillar, "tip", value))
                chosen[each.audience] += 1
                served[each.audience] += 1
                pillars[each.pillar or "service"] += 1
        given[percent] = chosen
    assert given[0] == Counter({"commuters": 200}), "optimising alone narrows the brand"
    assert given[30]["families"] + given[30]["racers"] >= 0.25 * 200 and given[30]["commuters"] > 100
    assert given[30]["families"] > given[30]["racers"] > 0


def test_a_brand_without_numbers_gets_balance_and_no_claims() -> None:
    first, *rest = wishes(3, [], DECLARED, {}, percent=30)
    assert (
        [each.name for each in first.lacks] == ["families", "service"] and first.lifts == () and not list(shown(first))
    )
    assert all(each.lifts == () for each in rest)
    assert wishes(1, [], {}, {}, percent=30)[0].lacks == ()
