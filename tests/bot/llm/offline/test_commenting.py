"""First comments in people's words: the wish is read, and none of it is left in what the copy may say."""

from __future__ import annotations

import pytest

from bot.llm.commenting import CommentWish, comment_wish, without
from bot.llm.offline.said import Call
from bot.llm.offline.understanding import understand
from tests.bot.llm.offline.table import NONE, ONE, Case, misses

LINK = "https://velo.example/sale"
ASKED = [
    f"Announce our spring sale, 20% off all bikes until 31 May, with the link {LINK} in the first comment",
    f"Post about our spring sale tomorrow 9am: 20% off all bikes. Link in the first comment: {LINK}",
    f"announce the spring sale on Friday {LINK}, put the link in the first comment",
    f"Kündige unseren Frühlingsverkauf an, 20% auf alle Velos, {LINK} im ersten Kommentar",
    f"Kündige unseren Frühlingsverkauf an, 20% auf alle Velos. Den Link {LINK} bitte in den ersten Kommentar",
]


@pytest.mark.parametrize("text", ASKED)
def test_a_link_for_the_first_comment_is_taken_off_the_words(text: str) -> None:
    assert misses(Case(text, posts=({"link": LINK, "first_comment": "link"},))) == []
    answer = understand(text, NONE)
    assert isinstance(answer, Call)
    [post] = answer.args["posts"]
    said = " ".join([str(post.get("topic", "")), *post.get("facts", ())]).casefold()
    assert "comment" not in said and "kommentar" not in said and "link" not in said.split()


def test_words_for_the_first_comment_are_those_in_quotes() -> None:
    text = f"Announce our spring sale, 20% off all bikes. First comment: “Book here: {LINK}”"
    assert misses(Case(text, posts=({"first_comment": f"Book here: {LINK}", "offer": "20% off all bikes"},))) == []


def test_a_post_about_a_comment_has_none() -> None:
    for text in ("Announce our new comment section", "Post about the first comment we ever got"):
        answer = understand(text, NONE)
        assert isinstance(answer, Call) and "first_comment" not in answer.args["posts"][0]


WISHES = {
    "put the link in the first comment": CommentWish(link=True),
    "Please move the link to the first comment.": CommentWish(link=True),
    "den Link bitte in den ersten Kommentar": None,  # an order of its own: the model is asked
    "den Link in den ersten Kommentar setzen": CommentWish(link=True),
    "no first comment": CommentWish(),
    "ohne ersten Kommentar": CommentWish(),
    "first comment: Book here": CommentWish("Book here"),
    "erster Kommentar: „Jetzt buchen“": CommentWish("Jetzt buchen"),
    "make it shorter": None,
    "comment on the weather": None,
}


@pytest.mark.parametrize("said", WISHES)
def test_a_wish_about_a_draft_is_read_by_rule(said: str) -> None:
    assert comment_wish(said) == WISHES[said]
    if WISHES[said] is not None:
        assert misses(Case(said, ONE, tool="revise_draft")) == []


def test_a_link_leaves_no_words_behind_that_only_led_to_it() -> None:
    assert without(LINK, f"20% off.\n\nGet yours: {LINK}") == "20% off."
    assert without(LINK, f"20% off.\n\n{LINK}\n\n#bikes") == "20% off.\n\n#bikes"
    assert without(LINK, f"All of our bikes are 20% off until the end of May: {LINK}") == (
        "All of our bikes are 20% off until the end of May"
    )
