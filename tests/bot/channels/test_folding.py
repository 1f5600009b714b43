"""Where a feed folds a text: by its lines, between words, and never so that a letter of it is lost from a preview."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.folding import FOLD, Fold
from bot.channels.instagram_html import post_html as instagram_html
from bot.channels.linkedin_html import post_html as linkedin_html
from bot.channels.marked_html import marked_html
from bot.channels.mastodon_text import ADDRESS
from storage.sealed import Part

THREE = Fold(lines=3, width=10)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", None),
        ("one two", None),
        ("one two three four five six", None),  # 27 characters on three lines of ten
        ("one two three four five six seven", "one two three four five six "),
        ("one\ntwo\nthree", None),
        ("one\ntwo\nthree\nfour", "one\ntwo\nthree\n"),
        ("one\n\ntwo\n\nthree", "one\n\ntwo\n"),
        ("one\ntwo\nthree\n\n", None),  # nothing is folded away
        ("one two three four\nfive six\nseven", "one two three four\nfive six\n"),
        ("x" * 40, "x" * 30),
    ],
)
def test_lines_are_counted_as_they_are_shown(text: str, seen: str | None) -> None:
    at = THREE.at(text)
    assert (text[:at] if at is not None else None) == seen


@given(st.text(alphabet="ab \n<&é🚲h:/.t", max_size=120), st.integers(1, 5), st.integers(5, 40))
def test_of_a_folded_text_no_letter_is_lost(text: str, lines: int, width: int) -> None:
    marks = [(match.start(), match.end(), match[0]) for match in ADDRESS.finditer(text)]
    whole, folded = marked_html(text, marks), marked_html(text, marks, Fold(lines, width))
    assert _letters(folded) == _letters(whole)
    assert folded.count(FOLD) == (Fold(lines, width).at(text) is not None)


def test_no_address_is_torn() -> None:
    text = "a" * 25 + " https://velo.example/offers/spring and more"
    seen, _, beyond = marked_html(text, [(26, 60, text[26:60])], Fold(3, 10)).partition(FOLD)
    assert seen == "a" * 25 and beyond.startswith('<a href="https://velo.example/offers/spring"')


def test_what_says_that_it_is_folded_cannot_be_forged() -> None:
    assert linkedin_html(Part(text=FOLD)) == html.escape(FOLD)


def test_a_caption_is_folded_earlier_than_a_post() -> None:
    part = Part(text="Fresh bread from six, and at noon the soup of the day. " * 3)
    assert FOLD in instagram_html(part) and FOLD not in linkedin_html(part)


def _letters(markup: str) -> str:
    """All that is read, without the blanks."""
    return "".join(html.unescape(re.sub(r"<br>|</?[ab][^>]*>", " ", markup.replace(FOLD, ""))).split())
