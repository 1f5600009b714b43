"""How much personal data is found in what people write, and how seldom ordinary copy is taken for it."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from bot.checks.bias import biased
from bot.privacy import find_personal
from tests.bot.privacy.ordinary import ORDINARY
from tests.bot.privacy.people import ITEMS, Item


def told(*lines: object) -> None:
    """On the screen, also of a run that passes."""
    sys.stdout.write("\n".join(map(str, lines)) + "\n")


def found(item: Item) -> bool:
    """Whether exactly this is found, as what it is."""
    return any(item.kind == each.kind and item.value == each.text for each in find_personal(item.text))


def test_nearly_all_of_what_people_give_away_is_found_in_every_country(capsys: pytest.CaptureFixture[str]) -> None:
    locales = {item.locale for item in ITEMS}
    assert len(locales) >= 10 and len(ITEMS) >= 300
    caught = [item for item in ITEMS if found(item)]
    kinds = Counter(item.kind for item in ITEMS)
    lines = [f"  {kind}: {sum(item.kind == kind for item in caught)} of {all_}" for kind, all_ in kinds.items()]
    with capsys.disabled():
        told(f"\npersonal data found: {len(caught)} of {len(ITEMS)} in {len(locales)} countries", *lines)
    assert len(caught) / len(ITEMS) >= 0.97
    for locale in locales:
        mine = [item for item in ITEMS if item.locale == locale]
        assert sum(map(found, mine)) / len(mine) >= 0.9, locale


def test_ordinary_copy_is_seldom_taken_for_personal_data_or_for_bias(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(ORDINARY) >= 200 and len(set(ORDINARY)) == len(ORDINARY)
    personal = [(text, [each.text for each in find_personal(text)]) for text in ORDINARY if find_personal(text)]
    unfair = [(text, biased(text)) for text in ORDINARY if biased(text)]
    with capsys.disabled():
        told(f"\nof {len(ORDINARY)} ordinary texts: {len(personal)} taken for personal data, {len(unfair)} for bias")
        told(*personal, *unfair)
    assert len(personal) / len(ORDINARY) <= 0.01
    assert len(unfair) / len(ORDINARY) <= 0.02


@pytest.mark.parametrize(
    "trap",
    [
        "1732723200.123456",  # Slack's timestamps
        "EAN 4006381333931",
        "1175843266458132520",  # Discord's ids
        "version 10.2.0.1",
        "20.11.2026",
        "2026-11-27 15:00:00",
        "https://user@velo.example/x",
        "@anna@mastodon.social",
        "192.168.1.17",
        "std::vector",
    ],
)
def test_what_only_looks_like_it_is_left_alone(trap: str) -> None:
    assert find_personal(f"See {trap} for more.") == ()


def test_two_numbers_side_by_side_are_two() -> None:
    said = [each.text for each in find_personal("044 668 18 00 079 412 34 56, anna@velo.example")]
    assert said == ["044 668 18 00", "079 412 34 56", "anna@velo.example"]
