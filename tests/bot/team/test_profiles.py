"""A profile as people type it: what was typed is what is kept, and what is kept can be typed again."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.team import profiles
from handlers.cli.profiling import profile_rows, profiled
from handlers.cli.talk import Refused
from storage.profile import Audience, Blackout, Disclaimer, Embargo, Preferred
from storage.team import Fact

WORD = st.text(alphabet="abc dé-ÜÄ'", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
WORDS = st.lists(WORD, min_size=1, max_size=4, unique=True).map(tuple)
NONE: st.SearchStrategy[tuple[str, ...]] = st.just(())


@given(WORD, st.text(alphabet="abc :|", max_size=40).map(str.strip))
def test_an_audience_comes_back(name: str, about: str) -> None:
    kept = Audience(name=name, about=about)
    assert profiles.audience(profiles.audience_line(kept)) == kept


@given(WORD, st.integers(0, 100) | st.none())
def test_an_audiences_share_comes_back(name: str, share: int | None) -> None:
    kept = Audience(name=name, about="ride daily", share=share)
    assert profiles.audience(profiles.audience_line(kept)) == kept


@given(
    WORD, st.datetimes(min_value=datetime.fromisoformat("2000-01-01"), max_value=datetime.fromisoformat("2999-01-01"))
)
def test_an_embargo_comes_back(about: str, until: datetime) -> None:
    kept = Embargo(about=about, until=until.replace(second=0, microsecond=0))
    assert profiles.embargo(profiles.embargo_line(kept)) == kept


@given(st.dates(), st.dates(), WORD | st.just(""), st.booleans())
def test_days_without_posts_come_back(one: date, other: date, why: str, blocks: bool) -> None:
    kept = Blackout(first=min(one, other), last=max(one, other), why=why, blocks=blocks)
    assert profiles.blackout(profiles.blackout_line(kept)) == kept


@given(st.integers(0, 6), WORD | st.just(""), st.booleans())
def test_a_day_of_the_week_comes_back(weekday: int, why: str, blocks: bool) -> None:
    kept = Blackout(weekday=weekday, why=why, blocks=blocks)
    assert profiles.blackout(profiles.blackout_line(kept)) == kept


def test_options_of_the_terminal_change_their_part_of_the_times_alone() -> None:
    old = profiles.Profile().model_dump(mode="json")
    first = profiled({"embargoes": ["Gravel 2 until 2027-03-15 09:00"], "gap": ["90"]}, old)["profile"]
    then = profiled({"blackouts": ["sunday | warn"]}, profiles.Profile.model_validate(first).model_dump(mode="json"))
    kept = profiles.Profile.model_validate(then["profile"]).timing
    assert (kept.gap_minutes, len(kept.embargoes), kept.blackouts) == (90, 1, (Blackout(weekday=6, blocks=False),))
    rows = dict(profile_rows(then["profile"]))
    assert rows["minutes between posts"] == ["90"] and rows["days without posts"] == ["sunday | warn"]
    with pytest.raises(Refused, match="until when"):
        profiled({"embargoes": ["Gravel 2"]}, old)


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
        (profiles.embargo, "Gravel 2"),
        (profiles.embargo, "Gravel 2 until 2027-13-01"),
        (profiles.embargo, "until 2027-03-15"),
        (profiles.blackout, "someday"),
        (profiles.blackout, "2026-12-26 to 2026-12-24"),
        (profiles.blackout, "sunday | perhaps"),
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
