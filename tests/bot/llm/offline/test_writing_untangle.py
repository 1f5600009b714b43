"""What people say in one breath is told once, in its parts, and nothing of it is lost."""

from __future__ import annotations

import pytest

from bot.llm.offline.writing_text import words
from bot.llm.offline.writing_untangle import nominative, single_facts, untangle
from tests.bot.llm.offline.copying import write_copy


@pytest.mark.parametrize(
    ("topic", "deadline", "fact", "expected"),
    [
        ("our run", "", "our run on 12 June: 5 km and 10 km", ("our run", "on 12 June", ("5 km and 10 km",))),
        ("we're opening a shop", "", "we're opening a shop on 1 March", ("we're opening a shop", "on 1 March", ())),
        ("a mechanic", "by 15 January", "a mechanic, apply by 15 January", ("a mechanic", "by 15 January", ())),
        ("everyone", "", "everyone who came, 400 visitors", ("everyone who came", "", ("400 visitors",))),
        ("Our bakery", "", "Our bakery opens at 7 from Monday", ("Our bakery opens at 7 from Monday", "", ())),
        ("our sale", "until 31 May", "free coffee", ("our sale", "until 31 May", ("free coffee",))),
    ],
)
def test_the_topic_is_said_once(
    topic: str, deadline: str, fact: str, expected: tuple[str, str, tuple[str, ...]]
) -> None:
    found = untangle(topic, deadline, [fact], "en")
    assert (found.topic, found.deadline, found.facts) == expected


def test_lists_stay_whole_and_facts_come_apart() -> None:
    assert single_facts(["dark mode, faster sync and CSV export"]) == ["dark mode, faster sync and CSV export"]
    assert single_facts(["Parts can come loose. stop using it", "Link"]) == ["Parts can come loose", "stop using it"]


def test_a_dative_is_put_right_only_before_a_bare_noun() -> None:
    assert nominative("unserem Sommerfest") == "unser Sommerfest"
    assert nominative("unserem grossen Sommerfest") == "unserem grossen Sommerfest"


@pytest.mark.parametrize(
    ("brief", "told"),
    [
        (
            {
                "goal": "announce",
                "topic": "our charity run",
                "facts": ["our charity run on 12 June: 5 km, start at noon"],
            },
            "our charity run on 12 June",
        ),
        (
            {
                "goal": "promote",
                "topic": "the Commuter 3",
                "facts": ["now CHF 2490 instead of CHF 2990, in three sizes now"],
            },
            "CHF 2490 instead of CHF 2990",
        ),
    ],
)
def test_every_word_of_the_person_is_told_and_none_twice_in_a_row(brief: dict[str, object], told: str) -> None:
    for turn in range(8):
        text = write_copy({"brief": brief, "brand": {}, "needs": [{"account": "a"}], "seed": f"s:{turn}"})["versions"][
            0
        ]["text"]
        assert text.count(told) <= 1
        assert set(words(" ".join(map(str, brief["facts"])))) <= set(words(text))  # type: ignore[call-overload]
