"""A profile as people type it: what was typed is what is kept, and what is kept can be typed again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.team import profiles
from storage.profile import Audience, Disclaimer, Preferred
from storage.team import Fact

WORD = st.text(alphabet="abc dé-ÜÄ'", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
WORDS = st.lists(WORD, min_size=1, max_size=4, unique=True).map(tuple)
NONE: st.SearchStrategy[tuple[str, ...]] = st.just(())


@given(WORD, st.text(alphabet="abc :|", max_size=40).map(str.strip))
def test_an_audience_comes_back(name: str, about: str) -> None:
    kept = Audience(name=name, about=about)
    assert profiles.audience(profiles.audience_line(kept)) == kept


@given(WORD, WORDS)
def test_a_preferred_word_comes_back(say: str, others: tuple[str, ...]) -> None:
    kept = Preferred(say=say, instead_of=others)
    assert profiles.preferred(profiles.preferred_line(kept)) == kept


@given(WORD, WORDS | NONE, st.lists(st.sampled_from(["CH", "DE"]), unique=True).map(tuple), WORDS | NONE)
def test_small_print_comes_back(
    text: str, mentions: tuple[str, ...], regions: tuple[str, ...], channels: tuple[str, ...]
) -> None:
    folded = tuple(dict.fromkeys(each.casefold() for each in channels))
    kept = Disclaimer(text=text, mentions=mentions, regions=regions, channels=folded)
    assert profiles.disclaimer(profiles.disclaimer_line(kept)) == kept


@given(WORD, WORD | st.just(""))
def test_a_fact_comes_back(text: str, evidence: str) -> None:
    assert profiles.fact(profiles.fact_line(Fact(text=text, evidence=evidence))) == Fact(text=text, evidence=evidence)


def test_an_arrow_can_be_written_in_several_ways() -> None:
    kept = Preferred(say="sign up", instead_of=("register", "log on"))
    for line in ("sign up <- register, log on", "sign up ← register,log on", "sign up instead of register, log on"):
        assert profiles.preferred(line) == kept


@pytest.mark.parametrize(
    ("read", "line"),
    [
        (profiles.preferred, "sign up"),
        (profiles.preferred, "<- register"),
        (profiles.disclaimer, "Helmets. | where: CH"),
        (profiles.disclaimer, "Helmets. | regions: Switzerland"),
    ],
)
def test_a_line_that_is_not_understood_says_how_to_write_it(read: object, line: str) -> None:
    assert callable(read)
    with pytest.raises(BadInput) as refused:
        read(line)
    assert refused.value.do_next


def test_samples_stand_apart_by_dashes() -> None:
    texts = ("One.\n\nTwo - three.", "Four.")
    assert profiles.samples(profiles.samples_text(texts)) == texts
