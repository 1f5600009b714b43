"""Differences are readable, and lose nothing of either text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.review.differences import MOST_WORDS, compare_texts

texts = st.text(alphabet=st.sampled_from("ab c.\né🚲"), max_size=60)


@given(texts, texts)
def test_the_pieces_give_back_both_texts(old: str, new: str) -> None:
    pieces = compare_texts(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old


def test_words_are_kept_whole() -> None:
    pieces = compare_texts("20% off all bikes.", "25% off most bikes.")
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "kept"] == [
        ("removed", "20"),
        ("added", "25"),
        ("removed", "all"),
        ("added", "most"),
    ]


def test_equal_texts_have_one_piece() -> None:
    assert [piece.kind for piece in compare_texts("Same.", "Same.")] == ["kept"]


def test_a_very_long_text_is_compared_by_lines() -> None:
    old = "word " * MOST_WORDS + "\nend"
    pieces = compare_texts(old, old.replace("end", "fin"))
    assert [piece.text for piece in pieces if piece.kind != "kept"] == ["end", "fin"]
