"""Wishes about a picture are read by rule, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.wishes import picture_wish


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
    assert picture_wish(text) == "card"


@pytest.mark.parametrize(
    "text", ["without the image", "no picture", "drop the photo", "ohne Bild", "remove the picture, please"]
)
def test_the_picture_shall_go(text: str) -> None:
    assert picture_wish(text) == "none"


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


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert picture_wish(text) in ("card", "none", None)
