"""Instructions are carried out whole, or a question comes back and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.llm.offline.writing import revise_copy
from bot.llm.offline.writing_orders import read_orders
from bot.llm.offline.writing_text import EMOJI, URL, length
from tests.bot.llm.offline.copying import write_copy
from tests.bot.llm.offline.writing_briefs import NEEDS, Document, document


class Draft:
    """A draft that is revised step by step, as in a chat."""

    def __init__(self, name: str) -> None:
        self.doc: Document = document(name) | {"needs": NEEDS}
        made = write_copy(self.doc)
        self.texts = {each["account"]: each["text"] for each in made["versions"]}
        self.card = made["card"]

    def told(self, instruction: str) -> dict[str, Any]:
        answer = revise_copy(self.doc | {"current": self.texts, "card": self.card, "instruction": instruction})
        if answer["understood"]:
            self.texts = {each["account"]: each["text"] for each in answer["versions"]}
            self.card = answer["card"] or self.card
        return answer

    @property
    def feed(self) -> str:
        return str(self.texts["feed"])


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("shorter", ["shorter"]),
        ("make it a bit shorter please", ["shorter"]),
        ("mach es kürzer", ["shorter"]),
        ("make it shorter and more urgent, no hashtags", ["shorter", "tone:urgent", "hashtags_off"]),
        ("kürzer und ohne Hashtags", ["shorter", "hashtags_off"]),
        ("less salesy", ["tone:plain"]),
        ("could you make it sound more professional?", ["tone:formal"]),
        ('replace "all bikes" with "bread and butter"', ["replace"]),
        ("change 20% to 25%", ["replace"]),
        ("25% instead of 20%", []),
        ("make it 25% instead of 20%", ["replace"]),
        ("ersetze Velos durch Fahrräder", ["replace"]),
        ("add hashtags #a and #b", ["hashtags_on"]),
        ("drop the emoji, and mention that coffee is free", ["emoji_off", "mention"]),
        ("mention coffee and cake", ["mention"]),
        ("remove the last sentence", ["sentence_off"]),
        ("translate to German", ["language"]),
        ("auf Englisch bitte", ["language"]),
        ("try again", ["again"]),
        ("max 200 characters", ["limit"]),
        ("start with “Spring is here.”", ["start"]),
        ("use this: “Hello there.”", ["verbatim"]),
        ("make it pop", []),
        ("shorter and make it pop", []),
        ("publish it now", []),
    ],
)
def test_instructions_are_read_as_meant(said: str, kinds: list[str]) -> None:
    orders, strange = read_orders(said.rstrip("?"))
    assert [order.kind for order in orders] == kinds
    assert bool(strange) is not bool(kinds)


def test_a_changed_figure_changes_the_card_too_and_survives_a_new_tone() -> None:
    draft = Draft("sale")
    answer = draft.told("change 20% to 25%")
    assert answer["card"]["offer"] == "25%" and "25%" in answer["card"]["sub"]
    for instruction in ("more playful", "more formal", "try again", "longer"):
        draft.told(instruction)
        assert "25%" in draft.feed and "20%" not in "".join(draft.texts.values()), instruction


def test_edited_words_survive_a_new_tone() -> None:
    draft = Draft("sale")
    draft.told('replace "all bikes" with "all city bikes"')
    draft.told("mention that the coffee is free")
    draft.told("more formal")
    assert "all city bikes" in draft.feed and "all bikes" not in draft.feed
    assert "The coffee is free." in draft.feed


def test_what_was_dropped_does_not_come_back_with_a_new_tone() -> None:
    draft = Draft("sale")
    assert draft.told("drop the deadline")["understood"]
    assert draft.told("remove the sentence about test rides")["understood"]
    draft.told("more playful")
    assert "31 May" not in draft.feed and "ppointment" not in draft.feed


def test_shorter_keeps_offer_link_and_limits() -> None:
    draft = Draft("sale")
    before = draft.feed
    draft.told("shorter")
    assert len(draft.feed) < len(before)
    assert "20% off all bikes until 31 May" in draft.feed and "https://velo.example/sale" in draft.feed


@pytest.mark.parametrize("instruction", ["shorter", "more playful", "add an emoji"])
def test_a_safety_notice_is_not_cut_or_made_jolly(instruction: str) -> None:
    draft = Draft("recall")
    assert draft.told(instruction)["understood"] is False


def test_emoji_and_hashtags_come_and_go() -> None:
    draft = Draft("run")
    assert EMOJI.search(draft.feed) and "#lakesiderun" in draft.feed
    draft.told("no emoji and no hashtags")
    assert not EMOJI.search(draft.feed) and "#" not in draft.feed
    draft.told("add hashtags #run #lake")
    assert draft.feed.endswith("#run #lake")
    draft.told("drop #run")
    assert "#run" not in draft.feed and "#lake" in draft.feed


def test_a_dass_clause_becomes_a_main_clause() -> None:
    draft = Draft("velo_de")
    draft.told("erwähne, dass der Kaffee am Samstag gratis ist")
    assert "Der Kaffee ist am Samstag gratis." in draft.feed


def test_another_language_is_refused_when_the_facts_are_not_in_it() -> None:
    answer = Draft("sale").told("auf Deutsch")
    assert not answer["understood"] and "?" in answer["question"]


@pytest.mark.parametrize(
    "instruction", ["make it pop", "shorter and make it pop", "", "😀", 'replace "nowhere" with "x"']
)
def test_what_is_not_understood_changes_nothing_and_asks(instruction: str) -> None:
    draft = Draft("sale")
    answer = draft.told(instruction)
    assert not answer["understood"] and answer["question"].strip() and answer["versions"] == []


def test_questions_come_in_the_language_of_the_instruction() -> None:
    assert "nicht verstanden" in Draft("sale").told("mach es hübscher")["question"]
    assert "did not understand" in Draft("velo_de").told("make it prettier please")["question"]


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_instruction_gives_a_whole_answer(instruction: str) -> None:
    draft = Draft("webinar")
    answer = draft.told(instruction)
    if answer["understood"]:
        assert {each["account"] for each in answer["versions"]} == set(draft.texts)
        assert all(each["text"].strip() for each in answer["versions"])
    else:
        assert answer["question"].strip()


@given(
    st.lists(
        st.sampled_from(["shorter", "longer", "more playful", "more formal", "try again", "add the link"]), max_size=5
    )
)
@settings(max_examples=30, deadline=None)
def test_a_chain_of_rewrites_keeps_to_limits_and_to_the_brief(steps: list[str]) -> None:
    draft = Draft("museum")
    for step in steps:
        draft.told(step)
    for need in draft.doc["needs"]:
        text = draft.texts[need["account"]]
        assert need["limit"] is None or length(text, need["unit"]) <= need["limit"]
        assert set(URL.findall(text)) <= {"https://museum.example/light"}
