"""What a brand's profile says about marks, emoji, questions and hashtags holds for every text."""

from __future__ import annotations

from typing import Any

import pytest

from bot.llm.offline.writing import write_text
from bot.llm.offline.writing_compose import calm
from bot.llm.offline.writing_text import EMOJI

TOPICS = ("our spring sale", "our open day")


def texts(goal: str, tone: str = "playful", **brand: Any) -> list[str]:
    need = {"account": "a", "limit": 3000, "hashtags": "welcome"}
    return [
        write_text(
            {
                "brief": {"topic": topic, "goal": goal, "tone": tone, "language": "en"},
                "brand": {"name": "Velo", **brand},
                "needs": [need],
                "need": need,
                "seed": f"s{n}",
            }
        )["text"]
        for topic in TOPICS
        for n in range(12)
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"voice": "Warm. No exclamation marks."},
        {"manner": {"dont": ["No exclamation marks."]}},
        {"manner": {"dont": ["Exclamation marks"]}},
        {"manner": {"do": ["Write without exclamation marks."]}},
        {"manner": {"dont": ["Keine Ausrufezeichen."]}},
        {"voice": "Herzlich, ohne Ausrufezeichen"},
    ],
)
def test_no_exclamation_marks(said: dict[str, Any]) -> None:
    assert any("!" in text for text in texts("thank"))
    assert not any("!" in text for text in texts("thank", **said))


@pytest.mark.parametrize("line", ["No emoji.", "Emojis", "Never use emoji", "Keine Emojis."])
def test_no_emoji(line: str) -> None:
    assert any(EMOJI.search(text) for text in texts("invite"))
    assert not any(EMOJI.search(text) for text in texts("invite", manner={"dont": [line]}))


def test_an_emoji_where_it_fits() -> None:
    assert not any(EMOJI.search(text) for text in texts("invite", tone="warm"))
    assert all(EMOJI.search(text) for text in texts("invite", tone="warm", manner={"do": ["An emoji where it fits."]}))


@pytest.mark.parametrize("goal", ["announce", "promote", "invite", "remind"])
def test_no_question_at_the_start(goal: str) -> None:
    rule = {"dont": ["No question at the start."]}
    assert not any("?" in text.split("\n")[0] for text in texts(goal, manner=rule))


def test_as_many_hashtags_as_the_rule_says() -> None:
    assert any("#" in text for text in texts("announce"))
    assert not any("#" in text for text in texts("announce", hashtags={"most": 0}))
    assert all(text.count("#") <= 1 for text in texts("announce", hashtags={"most": 1}))


@pytest.mark.parametrize(
    ("text", "calmed"),
    [
        ("Come by! We open.", "Come by. We open."),
        ("Thank you! 💛\n\nSee us", "Thank you. 💛\n\nSee us"),
        ("Yahoo! is a name.", "Yahoo! is a name."),
        ("https://a.example/b!c", "https://a.example/b!c"),
        ("“Come!” she said. Now!!!", "“Come!” she said. Now."),
        ("Open!\n• A\n• B!", "Open.\n• A\n• B."),
    ],
)
def test_only_marks_that_end_a_sentence_are_calmed(text: str, calmed: str) -> None:
    assert calm(text) == calmed
