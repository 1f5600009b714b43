"""No card looks otherwise than it did when somebody looked at it: see `golden`."""

from __future__ import annotations

import pytest

from bot.artwork.cards import LAYOUTS, render_card
from tests.bot.artwork.golden import SIZES, WORDS, apart, cases, fingerprint, kept, wide_fonts

MEAN, MOST = 0.35, 4  # levels of 16: a renderer's next version moves edges, not words
CASES = list(cases())


def test_every_layout_size_and_script_is_kept() -> None:
    assert len(CASES) == (len(LAYOUTS) + 1) * len(SIZES) * len(WORDS) == len(kept())
    assert len(SIZES) == 5
    assert len(WORDS) == 12 + 3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("layout", [*LAYOUTS, "photo"])
def test_cards_look_as_they_did(layout: str, size: str) -> None:
    golden = kept()
    with wide_fonts():
        drawn = {
            words: render_card(card)
            for its_layout, its_size, words, card in CASES
            if (its_layout, its_size) == (layout, size)
        }
    for words, card in drawn.items():
        mean, most = apart(fingerprint(card.data), golden[f"{layout} {size} {words}"])
        assert mean <= MEAN and most <= MOST, (words, mean, most)
        assert not any("Missing glyphs" in problem for problem in card.problems), words


def test_a_card_that_changed_is_told() -> None:
    golden = kept()
    prints = {words: golden[f"aurora square {words}"] for words in WORDS}
    for one in WORDS:
        for other in WORDS:
            mean, most = apart(prints[one], prints[other])
            assert one == other or mean > MEAN or most > MOST, (one, other, mean, most)
