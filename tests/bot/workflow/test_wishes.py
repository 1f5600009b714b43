"""Wishes about a picture are read by rule, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.wishes import PictureWish, picture_wish


@pytest.mark.parametrize(
    "text",
    [
        "with an image",
        "add a picture please",
        "Please add a photo.",
        "mit Bild",
        "bitte mit einem Bild",
        "and with an image too",
    ],
)
def test_a_picture_is_wanted(text: str) -> None:
    assert picture_wish(text) == PictureWish("card")


@pytest.mark.parametrize(
    "text", ["without the image", "no picture", "drop the photo", "ohne Bild", "remove the picture, please"]
)
def test_the_picture_shall_go(text: str) -> None:
    assert picture_wish(text) == PictureWish("none")


@pytest.mark.parametrize(
    "text",
    [
        "shorter",
        "say that the picture was taken in May",
        "with an image of a red bike and shorter",
        "a better headline on the card",
        "",
    ],
)
def test_anything_else_is_left_to_the_writer(text: str) -> None:
    assert picture_wish(text) is None


@pytest.mark.parametrize(
    ("text", "shows", "words"),
    [
        ("use a generated image of a red bike on a wet road", "a red bike on a wet road", False),
        ("Please generate an image of a bakery at dawn with the headline on it", "a bakery at dawn", True),
        ("with an AI picture", "", False),
        ("make an AI-generated photo showing fresh bread instead", "fresh bread", False),
        ("mit einem generierten Bild von einem roten Rad", "einem roten Rad", False),
        ("generiere ein Bild von Brot mit der Überschrift darauf", "Brot", True),
        ("nimm ein KI-Bild von unserem Laden", "unserem Laden", False),
    ],
)
def test_a_generated_picture_is_wanted_and_of_what(text: str, shows: str, words: bool) -> None:
    assert picture_wish(text) == PictureWish("generate", shows, words)


@pytest.mark.parametrize("text", ["another picture", "Please make a new image", "noch ein Bild bitte", "another photo"])
def test_another_one_is_wanted(text: str) -> None:
    assert picture_wish(text) == PictureWish("again")


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    wish = picture_wish(text)
    assert wish is None or wish.kind in ("card", "none", "generate", "again")
