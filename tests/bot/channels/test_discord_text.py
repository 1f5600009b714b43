"""What is written to Discord shows the characters that were approved, and counts as Discord counts."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.discord_text import length, marks, plain, written

TEXTS = st.text(st.sampled_from("ab1.# -+>\n\t\\*_~`|[]()<@&:/é🚲") | st.characters(exclude_categories=["Cs"]))
PIECES = st.lists(st.sampled_from(["https://a.b/c_d*", "http://", "x", "\\", "*", "<@1>", "\n", "1. ", "- ", " "]))


@given(TEXTS | PIECES.map("".join))
@example("https://a.b/c<@1>*")
@example("\\https://a.b")
def test_what_is_seen_is_what_was_written(text: str) -> None:
    assert plain(written(text)) == text


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("*neu* _x_ ~~y~~ `z` ||w||", r"\*neu\* \_x\_ \~\~y\~\~ \`z\` \|\|w\|\|"),
        ("# Titel\n-# klein\n> Zitat\n>>> mehr", "\\# Titel\n\\-# klein\n\\> Zitat\n\\>>> mehr"),
        ("#velo #a_b", r"#velo #a\_b"),
        ("- a\n * b\n1. c\n2.5 d", "\\- a\n \\* b\n1\\. c\n2.5 d"),
        ("<@123> <#4> <t:1:R> </a:1>", r"\<@123> \<#4> \<t:1:R> \</a:1>"),
        ("[hier](https://velo.example/a_b)", r"\[hier](https://velo.example/a_b)"),
        ("https://velo.example/a_b*c, _so_", r"https://velo.example/a_b*c, \_so\_"),
        ("@everyone @here", "@everyone @here"),
    ],
)
def test_what_means_something_there_is_escaped(text: str, there: str) -> None:
    assert written(text) == there


def test_code_points_are_counted_with_their_escapes() -> None:
    assert length(" a🚲b \n") == 3
    assert length("👩‍🚀") == 3, "an emoji of three code points"
    assert length("a_b") == 4


def test_links_end_where_discord_ends_them() -> None:
    text = "See https://velo.example/a_b, (http://b.example/c)."
    assert [text[start:end] for start, end, _ in marks(text)] == ["https://velo.example/a_b", "http://b.example/c"]
