"""Threads' counting: never less than Threads counts, and every piece of a chain fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.threads_html import post_html
from bot.channels.threads_text import MOST, fits, split, units
from storage.sealed import Part
from tests.fakes.threads_server import counted

PIECES = st.sampled_from(
    ["a", "ä", "e\u0301", "漢", "🚲", "👩‍👩‍👧‍👦", "🇨🇭", "❤️", "©", "1️⃣", "𝒳", " ", "\n", "Wort ", "Ende. "]
)


@pytest.mark.parametrize(
    ("text", "used"),
    [("", 0), ("Velo", 4), ("ä", 1), ("漢", 1), ("🚲", 4), ("🇨🇭", 8), ("👩‍👩‍👧‍👦", 25), ("❤️", 6), ("a🚲b", 6)],
)
def test_an_emoji_counts_by_its_bytes(text: str, used: int) -> None:
    assert units(text) == used


@given(st.lists(PIECES, max_size=300).map("".join))
def test_never_less_than_threads_counts_and_every_post_of_a_chain_fits(text: str) -> None:
    assert units(text) >= counted(text)
    parts = split(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for part in parts:
        assert fits(part) or not any(char.isspace() for char in part)
        if fits(part):
            assert counted(part) <= MOST


def test_a_preview_escapes_and_marks() -> None:
    shown = post_html(Part(text="<b> @velo.ch #Velo https://velo.example/x."))
    assert "&lt;b&gt;" in shown and "<b>@velo.ch</b>" in shown and "<b>#Velo</b>" in shown
    assert 'href="https://velo.example/x"' in shown
