"""Texts in parts: nothing is lost, every part fits as the chat counts it, and what belongs together stays so."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.chat.cutting import Ruler
from handlers.discord import limits
from handlers.slack.limits import weight as in_slack

RULERS = (limits.plainly, limits.words, Ruler(in_slack), Ruler(len))
LINK = "https://velo.example/a_(b)_*c*?x=1&y=_z_"
WORDS = [
    "Come by. ",
    "1. one\n",
    "- two\n",
    "12. ",
    "\n\n",
    "*_~`|",
    f"{LINK} ",
    f"({LINK})",
    "👩‍👩‍👧",
    "🏳️‍🌈 ",
    "🇨🇭",
    "e\u0301",
    "מבצע ",
    "&<>",
]
TEXTS = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(WORDS), max_size=120).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(20, 300), st.sampled_from(RULERS))
def test_parts_fit_and_joined_they_are_the_text(text: str, most: int, ruler: Ruler) -> None:
    for parts in (ruler.pieces(text, most), ruler.parted(text, most, unbroken=limits.ADDRESS)):
        assert "".join(parts) == text
        assert all(part and ruler.weigh(part) <= most for part in parts)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(60, 300), st.sampled_from(RULERS))
def test_no_letter_and_no_address_is_broken(text: str, most: int, ruler: Ruler) -> None:
    parts = ruler.parted(text, most, unbroken=limits.ADDRESS)
    ends, place = set[int](), 0
    for part in parts[:-1]:
        place += len(part)
        ends.add(place)
        part.encode("utf-16")  # no half of a pair
    letters = {each.end() for each in regex.finditer(r"\X", text) if ruler.weigh(each[0]) <= most}
    heavy = any(ruler.weigh(each[0]) > most for each in regex.finditer(r"\X", text))
    assert heavy or ends <= letters
    for found in limits.ADDRESS.finditer(text):
        if ruler.weigh(found[0]) <= most // 2:
            assert not any(found.start() < end < found.end() for end in ends), found[0]


def test_an_address_without_a_space_before_it_stays_whole() -> None:
    before, address = "漢" * 40, "https://velo.example/shop"
    assert Ruler(len).parted(before + address, 60, unbroken=limits.ADDRESS) == (before, address)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(20, 300), st.sampled_from(RULERS))
def test_what_is_cut_fits(text: str, most: int, ruler: Ruler) -> None:
    cut = ruler.cut(text, most)
    assert ruler.weigh(cut.text) <= most and (not cut.whole or cut.text == text)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One. Two three four.\n\nFive six seven eight nine.", "One. Two three four.\n\n"),
        ("One two three four\nfive six seven eight nine", "One two three four\n"),
        ("One two three four. Five six seven eight", "One two three four. "),
        ("One two three four five six seven eight", "One two three four five six "),
        ("Onetwothreefourfivesixseveneightnineten", "Onetwothreefourfivesixseveneig"),
    ],
)
def test_a_text_is_parted_where_a_reader_pauses(text: str, first: str) -> None:
    assert Ruler(len).parted(text, 30, unbroken=limits.ADDRESS)[0] == first


def test_a_list_is_weighed_as_it_is_written() -> None:
    text = "1. a\n" * 1000
    assert all(limits.plainly.weigh(part) <= 4000 for part in limits.plainly.pieces(text, 4000))
    assert limits.plainly.weigh(limits.plainly.cut(text, 4000).text) <= 4000
