"""The brand's own rules: words, small print, hashtags; and nothing where a team wrote none down."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.checks import disclaimers
from bot.checks.base import Subject
from bot.checks.brand import brand
from storage.drafts import Finding
from storage.profile import Disclaimer, HashtagRule, Preferred, Profile
from tests.bot.checks.subjects import BRIEF, GOOD, subject

HELMETS = "Helmets save lives."


def ruled(
    text: str,
    profile: Profile | None = None,
    *,
    avoid: tuple[str, ...] = (),
    account: dict[str, str] | None = None,
    **more: Any,
) -> Subject:
    plain = subject(text, **more)
    rules = {"profile": profile or Profile(), "avoid_words": avoid}
    (version,) = plain.versions
    seen = dataclasses.replace(version, account=version.account.changed(**(account or {})))
    return dataclasses.replace(plain, brand=plain.brand.changed(**rules), versions=(seen,))


async def found(seen: Subject) -> list[tuple[str, str]]:
    return [(each.severity, each.rule) for each in await brand(seen)]


def said(seen: Subject, finding: Finding) -> str:
    assert finding.span is not None
    return seen.versions[0].text[slice(*finding.span)]


async def test_a_brand_without_rules_finds_nothing() -> None:
    assert await found(ruled("Cheap bikes! #cheap #bikes #sale")) == []


async def test_words_that_the_brand_avoids_are_shown_where_they_stand() -> None:
    seen = ruled("A CHEAP bike, not a cheapskate's, at https://velo.example/cheap", avoid=("cheap",))
    (finding,) = await brand(seen)
    assert (finding.severity, said(seen, finding)) == ("warn", "CHEAP")


async def test_a_phrase_is_found_over_a_line_break() -> None:
    seen = ruled("Act\nnow and save.", avoid=("act now",))
    (finding,) = await brand(seen)
    assert said(seen, finding) == "Act\nnow"


async def test_a_preferred_word_is_named_for_the_one_it_replaces() -> None:
    profile = Profile(prefers=(Preferred(say="sign up", instead_of=("register", "subscribe")),))
    seen = ruled("Register today; registered riders know.", profile)
    (finding,) = await brand(seen)
    assert (said(seen, finding), finding.fix) == ("Register", "Write “sign up” instead.")


@pytest.mark.parametrize(
    ("rule", "account", "text", "owed"),
    [
        ({}, {}, GOOD, True),
        ({"mentions": ("e-bike",)}, {}, GOOD, False),
        ({"mentions": ("e-bike",)}, {}, "Ride our E-Bike today.", True),
        ({"mentions": ("bike",)}, {}, "Bikers welcome.", False),
        ({"regions": ("DE",)}, {"region": "CH"}, GOOD, False),
        ({"regions": ("DE",)}, {"region": "DE"}, GOOD, True),
        ({"regions": ("DE",)}, {"language": "de-CH"}, GOOD, False),
        ({"regions": ("CH",)}, {"language": "de-CH"}, GOOD, True),
        ({"regions": ("DE",)}, {}, GOOD, True),
        ({"channels": ("linkedin",)}, {}, GOOD, False),
        ({"channels": ("x", "linkedin")}, {}, GOOD, True),
    ],
)
async def test_small_print_stands_in_the_way_exactly_where_its_rule_holds(
    rule: dict[str, tuple[str, ...]], account: dict[str, str], text: str, owed: bool
) -> None:
    profile = Profile(disclaimers=(Disclaimer(text=HELMETS, **rule),))
    seen = ruled(text, profile, account=account)
    assert await found(seen) == ([("block", "disclaimer")] if owed else [])
    whole = ruled(f"{text}\n\nHelmets  save\nlives.", profile, account=account)
    assert await found(whole) == []


async def test_hashtags_are_counted_and_named() -> None:
    rule = HashtagRule(always=("velo",), never=("cheap",), most=2)
    seen = ruled("Now! #Sale #Cheap #bikes", Profile(hashtags=rule))
    assert [each.reason for each in await brand(seen)] == [
        "#Cheap is not to be used here.",
        "It has 3 hashtags; the brand wants at most 2.",
        "#velo is missing; every post of the brand carries it.",
    ]
    assert await found(ruled("Now! #VELO #sale", Profile(hashtags=rule))) == []
    assert await found(ruled("Now!", Profile(hashtags=rule), hashtags="none")) == []


def test_small_print_that_code_put_there_comes_off_again() -> None:
    seen = ruled(GOOD, Profile(disclaimers=(Disclaimer(text=HELMETS), Disclaimer(text="Prices in CHF."))))
    account = seen.versions[0].account
    owed = disclaimers.due(seen.brand, account, BRIEF, GOOD)
    whole = disclaimers.completed(GOOD, owed)
    assert whole == f"{GOOD}\n\n{HELMETS}\n\nPrices in CHF."
    assert disclaimers.completed(whole, owed) == whole
    assert disclaimers.bare(whole, seen.brand) == GOOD
