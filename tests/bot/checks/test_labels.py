"""What must be said, in which words, and whether a text says it."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.disclosure import disclosure
from bot.checks.labels import LEAD, mark, marked, required, share_of, shows, unmarked
from bot.checks.run import CHECKS
from storage.drafts import Brief
from storage.sealed import Medium
from storage.team import Labels
from tests.bot.checks.subjects import subject

PAID = Brief(request="", language="en", paid_partnership=True, partner="Velo AG")
LANGUAGES = ("en", "de-CH", "fr", "it", "es", "nl", "pl")


def medium(source: Literal["card", "upload", "generated"]) -> Medium:
    return Medium(sha256="0" * 64, mime="image/png", size=1, width=1, height=1, source=source)


@pytest.mark.parametrize(
    ("source", "said", "by_model", "labels", "wanted"),
    [
        ("card", True, 100, Labels(), ()),
        ("upload", False, 100, Labels(), ()),
        ("upload", True, 0, Labels(), ("ai_generated",)),
        ("generated", False, 0, Labels(), ("ai_generated",)),
        ("generated", True, 100, Labels(ai_pictures="none"), ()),
        ("card", False, 100, Labels(ai_text="label"), ("ai_generated",)),
        ("card", False, 1, Labels(ai_text="label"), ("ai_generated",)),
        ("card", False, 0, Labels(ai_text="label"), ()),
    ],
)
def test_the_policy_says_which_facts_need_a_label(
    source: Literal["card", "upload", "generated"], said: bool, by_model: int, labels: Labels, wanted: tuple[str, ...]
) -> None:
    brief = Brief(request="", ai_picture=said)
    assert required(labels, brief, (medium(source),), by_model) == wanted
    paid = brief.model_copy(update={"paid_partnership": True})
    assert required(labels, paid, (medium(source),), by_model) == (*wanted, "paid_partnership")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("partner", ["", "Velo AG", "Ben & Jerry’s"])
@pytest.mark.parametrize("headed", [False, True])
@given(text=st.text(alphabet="ab .\n#", max_size=300))
def test_what_is_put_in_front_is_recognised_and_comes_off_again(
    language: str, partner: str, headed: bool, text: str
) -> None:
    brief = PAID.model_copy(update={"language": language, "partner": partner})
    flags = ("ai_generated", "paid_partnership")
    text = f"Hello{text}".strip()
    full = marked(text, flags, brief, headed=headed)
    assert [shows(full, flag, headed=headed) for flag in flags] == ["yes", "yes"]
    assert marked(full, flags, brief, headed=headed) == full
    assert " ".join(unmarked(full, brief).split()) == " ".join(text.split())


def test_a_title_stays_the_title() -> None:
    assert marked("Our sale\n\nAll bikes.", ("paid_partnership",), PAID, headed=True) == (
        "Our sale\n\nAd · Paid partnership with Velo AG\n\nAll bikes."
    )
    assert marked("All bikes.", ("paid_partnership",), PAID, headed=True) == (
        "Ad · Paid partnership with Velo AG: All bikes."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#ad New bikes", "yes"),
        ("Anzeige: Neue Räder", "yes"),
        ("Werbung\nNeue Räder", "yes"),
        ("New bikes. #sponsored", "yes"),
        ("Paid partnership with Velo: new bikes", "yes"),
        (f"{'New bikes. ' * 12}#ad", "late"),
        ("#sp New bikes", "no"),
        ("#partner New bikes", "no"),
        ("Thanks Velo! New bikes", "no"),
        ("This is not a paid partnership.", "no"),
        ("Unser Stellenanzeiger ist da", "no"),
        ("Ad hoc opening on Friday", "no"),
        ("Read this ad: it is old", "no"),
        ("#adventure starts here", "no"),
    ],
)
def test_what_says_that_it_is_an_ad(text: str, found: str) -> None:
    assert shows(text, "paid_partnership") == found


def test_the_fold_is_counted_from_the_first_letter() -> None:
    assert shows("x" * (LEAD - 4) + " #ad", "paid_partnership") == "yes"
    assert shows("x" * LEAD + " #ad", "paid_partnership") == "late"


MODEL = "Our spring sale is here, with every bike at a fifth off until the end of May."


def test_words_keep_their_writer() -> None:
    assert share_of(MODEL, by_model=True) == 100
    assert share_of(MODEL, by_model=False) == 0
    assert share_of(MODEL, by_model=False, before=MODEL, share=100) == 100
    half = share_of(f"{MODEL} Come by, have a coffee and try the red one with Ana and Ben.", by_model=False,
                    before=MODEL, share=100)  # fmt: skip
    assert 50 <= half <= 60
    rewritten = "Come and see us: the coffee is on, and the red one waits for you."
    assert share_of(rewritten, by_model=False, before=MODEL, share=100) == 0
    assert share_of(MODEL, by_model=True, before=f"please post “{MODEL}”", share=0) == 0
    assert share_of("", by_model=True) == 0


@given(st.text(max_size=200), st.text(max_size=200), st.integers(0, 100), st.booleans())
def test_a_share_is_a_percentage(before: str, after: str, share: int, by_model: bool) -> None:
    assert 0 <= share_of(after, by_model=by_model, before=before, share=share) <= 100


@pytest.mark.parametrize("flags", [(), ("paid_partnership",)])
@pytest.mark.parametrize("missing", ["block", "warn"])
async def test_a_missing_ad_is_what_the_policy_says(
    flags: tuple[Literal["paid_partnership"], ...], missing: Literal["block", "warn"]
) -> None:
    said, labels = ("ai_generated", "paid_partnership"), Labels(missing_ad=missing)
    asked = subject("New bikes.", brief=PAID, flags=flags, disclosure=said, labels=labels)
    found = {finding.rule: finding for finding in await disclosure(asked)}
    assert ("ad_not_marked" in found) == (not flags)
    if not flags:
        assert found["ad_not_marked"].severity == missing
        assert mark(("paid_partnership",), PAID) in found["ad_not_marked"].fix
    assert found["ai_not_marked"].severity == "warn"


async def test_an_ad_that_nobody_declared_is_noted_and_the_check_runs_on_every_draft() -> None:
    (found,) = await disclosure(subject("#ad New bikes."))
    assert (found.rule, found.severity) == ("ad_not_declared", "note")
    assert await disclosure(subject("New bikes.")) == ()
    assert CHECKS["disclosure"][1] is disclosure
