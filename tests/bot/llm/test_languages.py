"""In which language somebody wrote, told by common words alone."""

from __future__ import annotations

import pytest

from bot.llm.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("make it shorter", "en"),
        ("mach es kürzer, bitte", "de"),
        ("plan yes r_der76ist", ""),  # the letters of an id are no words
        ("campaign yes cp_9das", ""),
        ("it's on until 9", "en"),
    ],
)
def test_whole_words_alone_tell_a_language(text: str, language: str) -> None:
    assert language_of(text) == language
