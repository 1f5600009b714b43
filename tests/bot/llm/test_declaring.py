"""What people declare in words, whichever model is chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.declaring import MOST_PARTNER, declared, takes_back
from bot.llm.offline.said import Call
from bot.llm.offline.understanding import understand
from tests.bot.llm.offline.table import NONE, ONE


@pytest.mark.parametrize(
    ("words", "partner", "rest"),
    [
        ("this is a paid partnership with Velo AG", "Velo AG", ""),
        ("It's a paid collaboration with Ben and Jerry's, please.", "Ben and Jerry's", ""),
        ("das ist eine bezahlte Partnerschaft mit Velo", "Velo", ""),
        ("Es ist bezahlte Werbung für Möbel Pfister", "Möbel Pfister", ""),
        ("mark it as an ad", "", ""),
        ("kennzeichne es als Werbung für Velo bitte", "Velo", ""),
        ("this post is sponsored by Velo.ch", "Velo.ch", ""),
        ("make it shorter, and this is a paid partnership with Velo", "Velo", "make it shorter"),
        (
            "Announce our sale on Friday. This is a paid partnership with Velo.",
            "Velo",
            "Announce our sale on Friday.",
        ),
        (
            "Announce our sale, this is a paid partnership with Velo, tomorrow at 9am",
            "Velo",
            "Announce our sale, tomorrow at 9am",
        ),
        ("In paid partnership with “Salt & Co. Ltd”: announce our range", "Salt & Co. Ltd", "announce our range"),
        ("Schreibe über das Fest. Bezahlte Kooperation mit Velo.", "Velo", "Schreibe über das Fest."),
    ],
)
def test_a_declaration_is_read_with_the_partner_and_what_else_was_said(words: str, partner: str, rest: str) -> None:
    found = declared(words)
    assert found is not None and (found.partner, found.rest) == (partner, rest)


@pytest.mark.parametrize(
    "words",
    [
        "Our race is sponsored by Velo",
        "Announce our partnership with Velo on Friday",
        "Apply for our paid partnership programme",
        "mark the occasion as an ad hoc event",
        "this is not a paid partnership",
        "das ist keine bezahlte Partnerschaft mehr",
        "shorter",
    ],
)
def test_other_words_declare_nothing(words: str) -> None:
    assert declared(words) is None


def test_taking_back_is_seen_and_never_done_by_words() -> None:
    assert takes_back("this is no longer a paid partnership") and not takes_back("this is a paid partnership")


@given(st.text(max_size=400))
def test_any_words_are_read(words: str) -> None:
    found = declared(f"this is a paid partnership with {words}")
    assert found is None or len(found.partner) <= MOST_PARTNER


@pytest.mark.parametrize("words", ["this is a paid partnership with Velo", "das ist bezahlte Werbung für Velo"])
def test_a_draft_that_is_there_is_declared_without_a_key(words: str) -> None:
    answer = understand(words, ONE)
    assert isinstance(answer, Call) and answer.name == "revise_draft" and answer.args["instruction"] == words


def test_a_new_post_is_not_told_about_itself() -> None:
    said = "Announce our spring sale: 20% off all bikes until 31 May. This is a paid partnership with Velo AG."
    for around in (NONE, ONE):
        answer = understand(said, around)
        assert isinstance(answer, Call) and answer.name == "draft_posts", around
        assert "Velo" not in str(answer.args) and "20% off all bikes" in str(answer.args)
