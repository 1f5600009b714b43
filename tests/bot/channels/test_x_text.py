"""Texts are counted as X counts them, or by a little more; threads keep every word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.x_text import MOST, fits, has_address, shown_text, split, spoken, weight
from tests.fakes.x_server import Post, XServer, real_now


# Mostly after twitter-text's own conformance/validate.yml, WeightedTweetsWithDiscountedEmojiCounterTest.
@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", 0),
        ("Velo", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("ÁB", 2),
        ("一二三", 6),
        ("“Velo” – günstig…", 18),
        ("Hi http://test.co", 26),
        ("http://test.co", 23),
        ("https://www.twitter.com/aloha " * 10, 240),
        ("285 chars-" + "xxxxxxxxxx-" * 25, 285),
        ("example.com", 23),
        ("foo.co.jp", 23),
        ("H🐱☺👨‍👩‍👧‍👦", 7),
        ("😷👾😡🔥💩", 10),
        ("🙋🏽👨‍🎤", 4),
        ("1⃣", 2),
        ("🇨🇭", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("https://velo.ch/" + "a" * 300, 23),
        ("https://velo.example/" + "a" * 30, 51),  # no such domain: in full
        ("ana@velo.ch", 11),
        ("Ende.Anfang", 23),  # perhaps a domain one day
    ],
)
def test_a_text_is_counted_as_x_counts_it(text: str, used: int) -> None:
    assert weight(text) == used


ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab é。. 👩‍🚒🇨🇭1⃣:/"), max_size=120)
WORDS = st.lists(
    st.sampled_from(["Velo", "günstig.", "一二三四五", "👩‍🚒", "https://velo.ch/a?b=1", "velo.shop", "\n\n", "x" * 90]),
    max_size=80,
)


@given(ANY)
def test_a_text_weighs_no_less_than_its_characters_and_no_more_than_two_each(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert weight(text) == weight(composed)
    if not has_address(composed):
        assert weight(text) <= 2 * len(composed)
    if composed.isascii() and not has_address(composed):
        assert weight(text) == len(composed)


@given(ANY, ANY)
def test_blanks_part_what_is_counted(one: str, other: str) -> None:
    assert weight(f"{one} {other}") <= weight(one) + 1 + weight(other)


@given(WORDS)
def test_a_thread_has_the_same_words_in_the_same_order_and_each_post_fits(words: list[str]) -> None:
    text = " ".join(words)
    parts = split(text)
    assert " ".join(" ".join(parts).split()) == " ".join(text.split())
    assert all(fits(part) for part in parts)
    assert len(parts) == 1 or all(parts)


@given(ANY)
def test_what_x_shows_is_recognised(text: str) -> None:
    shown = XServer()._shown(Post("1990000000000000001", "velo", text.strip(), {}, real_now()))
    assert spoken(shown_text(shown)) == spoken(text.strip())


def test_a_long_word_stays_whole_and_too_long() -> None:
    assert split("a" * (MOST + 1)) == ("a" * (MOST + 1),)


def test_an_address_that_came_without_its_scheme_is_shown_without() -> None:
    urls = [{"url": "https://t.co/a", "expanded_url": "http://velo.ch", "display_url": "velo.ch"}]
    assert shown_text({"text": "Auf https://t.co/a &amp; so", "entities": {"urls": urls}}) == "Auf velo.ch & so"
