"""What people's edits have in common, and what is no rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.insights.habits import Habit, HandEdit, habits, quoted

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
Pair = tuple[str, str]


def edits(*pairs: Pair, drafts: int = 0, comment: str = "") -> list[HandEdit]:
    """A draft each, or as many as said."""
    return [
        HandEdit(
            draft=f"d_{n % drafts if drafts else n}",
            title="A post",
            account="a_1",
            revision=1,
            by="m_1",
            at=START + timedelta(hours=n),
            before=before,
            after=after,
            comment_after=comment,
        )
        for n, (before, after) in enumerate(pairs)
    ]


def found(said: Sequence[HandEdit], language: str = "en") -> dict[str, Habit]:
    return {habit.kind: habit for habit in habits(said, language)}


SHOUTING = [
    ("Our sale starts today! Come by.", "Our sale starts today. Come by."),
    ("New bikes are here! They are light.", "New bikes are here. They are light."),
    ("We open in Bern! See the shop.", "We open in Bern. See the shop."),
]


def test_what_is_always_dropped_is_a_rule_with_its_evidence() -> None:
    (habit,) = habits(edits(*SHOUTING), "en")
    assert (habit.kind, habit.line, habit.chances, habit.drafts) == ("no_exclamation", "No exclamation marks.", 3, 3)
    assert quoted(habit.edits[0]) == ("Our sale starts today!", "Our sale starts today.")


def test_in_the_brands_own_language() -> None:
    assert found(edits(*SHOUTING), "de-CH")["no_exclamation"].line == "Keine Ausrufezeichen."


def test_two_edits_or_one_draft_are_no_rule() -> None:
    assert habits(edits(*SHOUTING[:2]), "en") == ()
    assert habits(edits(*SHOUTING, drafts=1), "en") == ()
    assert found(edits(*SHOUTING, drafts=2))


def test_four_of_five_are_a_rule_and_three_of_five_are_none() -> None:
    kept = ("What a day! Thank you.", "What a day! Thank you all.")
    more = [*SHOUTING, ("Ten years! We thank you.", "Ten years. We thank you.")]
    assert found(edits(*more, kept))["no_exclamation"].chances == 5
    assert "no_exclamation" not in found(edits(*SHOUTING, kept, kept))


def test_a_mark_within_a_link_is_none() -> None:
    kept = ("See https://velo.example/a!b now.", "See https://velo.example/a!b today.")
    assert found(edits(*SHOUTING, kept))["no_exclamation"].chances == 3


@pytest.mark.parametrize(
    ("kind", "pairs", "language"),
    [
        ("no_emoji", [("We open 🎉 today.", "We open today.")] * 3, "en"),
        ("emoji", [("We open today.", "We open today 🚲.")] * 3, "en"),
        ("no_hashtags", [("We open. #velo #bern", "We open.")] * 3, "en"),
        ("no_greeting", [("Hello everyone! We open a shop.", "We open a shop!")] * 3, "en"),
        ("no_greeting", [("Liebe Leute\nWir öffnen.", "Wir öffnen.")] * 3, "de"),
        ("no_closing", [("We open a shop.\n\nSee you there!", "We open a shop!")] * 3, "en"),
        ("no_closing", [("Wir öffnen morgen.\n\nWir freuen uns auf euch", "Wir öffnen morgen.")] * 3, "de"),
        (
            "no_question",
            [("Ready for spring? Our sale starts.", "Our sale starts. Are you ready for spring?")] * 3,
            "en",
        ),
        ("no_capitals", [("Our HUGE sale starts.", "Our huge sale starts.")] * 3, "en"),
        ("formal", [("Besuch uns, wir zeigen dir alles.", "Besuchen Sie uns, wir zeigen Ihnen alles.")] * 3, "de"),
        ("informal", [("Wir zeigen Ihnen alles.", "Wir zeigen dir alles.")] * 3, "de"),
    ],
)
def test_manners_are_noticed(kind: str, pairs: list[Pair], language: str) -> None:
    habit = found(edits(*pairs), language)[kind]
    assert habit.chances == 3 and (habit.line or kind == "no_hashtags")


def test_a_word_for_another_is_a_preferred_word() -> None:
    said = edits(
        ("Register for the tour on Sunday in Bern.", "Sign up for the tour on Sunday in Bern."),
        ("You can register for our course until May.", "You can sign up for our course until May."),
        ("Please register at the counter of the shop.", "Please sign up at the counter of the shop."),
    )
    habit = found(said)["prefer"]
    assert (habit.what, habit.instead) == ("register", "sign up")
    assert "avoid" not in found(said), "it is preferred, and that says enough"


def test_evidence_is_the_sentence_that_shows_it() -> None:
    said = edits(
        *[
            (
                f"Our {what} is here! Please register for it in Bern.",
                f"Our {what} is here. Please sign up for it in Bern.",
            )
            for what in ("sale", "tour", "course")
        ]
    )
    rules = {habit.kind: habit for habit in habits(said, "en")}
    swap, shout = rules["prefer"], rules["no_exclamation"]
    assert quoted(said[0], swap) == ("Please register for it in Bern.", "Please sign up for it in Bern.")
    assert quoted(said[0], shout) == ("Our sale is here!", "Our sale is here.")
    (dropped,) = edits(("We open today. Come and see us all!", "We open today."))
    assert quoted(dropped) == ("Come and see us all!", "")


def test_another_form_of_a_word_or_a_function_word_is_no_choice() -> None:
    forms = edits(*[(f"The bike of {day} is in the shop.", f"The bikes of {day} are in the shop.") for day in "abc"])
    assert not {"prefer", "avoid"} & found(forms).keys()


def test_a_word_that_always_goes_is_one_to_avoid() -> None:
    said = edits(
        ("Our really good bikes are in the shop now.", "Our good bikes are in the shop now."),
        ("This is really what you want for the winter.", "This is what you want for the winter."),
        ("We are really happy to open on Sunday at nine.", "We are happy to open on Sunday at nine."),
    )
    assert [(habit.kind, habit.what) for habit in habits(said, "en")] == [("avoid", "really")]
    assert habits(said, "en", names=("Really AG",)) == (), "the brand's own name is never one"


def test_what_is_written_anew_says_nothing_about_single_words() -> None:
    said = edits(
        ("Discover our wonderful spring sale today.", "Twenty percent off until May."),
        ("Discover the amazing new workshop in Bern.", "Nine people repair what others throw away."),
        ("Discover how we build each single frame.", "Steel, a torch and forty hours: a frame."),
    )
    assert not {"prefer", "avoid"} & found(said).keys()


def test_hashtags_are_limited_never_and_always() -> None:
    limited = edits(*[(f"We open {n}. #velo #bern #sale #new", f"We open {n}. #velo #bern") for n in "abc"])
    kinds = [(habit.kind, habit.what) for habit in habits(limited, "en")]
    assert ("most_hashtags", "2") in kinds and ("never_hashtag", "sale") in kinds
    added = edits(*[(f"We open {n}.", f"We open {n}. #velowerk") for n in "abc"])
    assert [(habit.kind, habit.what) for habit in habits(added, "en")] == [("always_hashtag", "velowerk")]


def test_a_link_that_moves_into_the_first_comment() -> None:
    pairs = [(f"We open {n}. https://velo.example/{n}", f"We open {n}.") for n in "abc"]
    assert "link_in_comment" in found(edits(*pairs, comment="https://velo.example/a"))
    assert "link_in_comment" not in found(edits(*pairs)), "a link that is only taken out has not moved"


def test_sentences_that_become_shorter_say_how_short() -> None:
    long = "We open our new shop in the old town of Bern on Sunday with bikes for all and coffee. " * 2
    short = "We open in Bern on Sunday. Bikes and coffee for all. " * 2
    habit = found(edits(*[(long, short)] * 3))["short_sentences"]
    assert habit.line == "Short sentences: about 6 words."


def test_first_sentences_that_are_written_anew_become_examples() -> None:
    rest = "The sale runs until May, in Bern and in Zurich, and everybody is welcome to ride each bike."
    said = edits(
        (f"Big news from our shop. {rest}", f"Twenty percent less. {rest}"),
        (f"We have something for you. {rest}", f"Steel lasts. {rest}"),
        (f"Spring is in the air. {rest}", f"Forty bikes wait. {rest}"),
    )
    assert found(said)["opening"].line == "Open like this: “Forty bikes wait.” “Steel lasts.” “Twenty percent less.”"


@pytest.mark.parametrize("text", ["", "!", "https://a.example", "#a", "🎉", "Ä" * 5000, "a " * 3000])
def test_whatever_was_edited_is_looked_at(text: str) -> None:
    habits(edits((text, "Words."), ("Words.", text), (text, text)), "en")
