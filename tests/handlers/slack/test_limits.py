"""Nothing leaves that Slack would refuse, and no text is cut where it hurts."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack import kit
from handlers.slack.limits import TooMuch, checked, checked_message, checked_view, cut, escape, pieces, weight


def menu(count: int, value: str = "") -> dict[str, object]:
    return {"type": "overflow", "action_id": "m", "options": [kit.option("x", value or str(n)) for n in range(count)]}


LONG_LABEL = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "x" * 76}}
HOSTILE = "<!channel> <@U123> <https://evil.example|bank.example> @here & *bold* `code` :tada: <!subteam^S1>"
ODD = st.text(st.sampled_from("a &<>*_~`:@\n👩‍👩‍👧e\u0301\u202e\u200fאבגع🇨🇭"), max_size=400)


@given(ODD, st.integers(10, 200))
def test_a_cut_text_fits_and_ends_between_two_letters(text: str, most: int) -> None:
    shown = cut(text, most)
    assert weight(shown.text) <= most
    assert shown.whole == (shown.text == text) or shown.text == text
    if not shown.whole:
        kept = shown.text.removesuffix("…")
        assert text.startswith(kept)
        ends = {found.end() for found in regex.finditer(r"\X", text)} | {0}
        assert len(kept) in ends, "cut in the middle of a grapheme"


@given(ODD, st.integers(10, 200))
def test_the_parts_of_a_text_fit_and_joined_are_the_text(text: str, most: int) -> None:
    parts = pieces(text, most)
    assert "".join(parts) == text
    assert all(weight(part) <= most for part in parts)


def test_one_letter_under_a_thousand_marks_is_still_taken_apart() -> None:
    heap = "a" + "\u0301" * 9000
    assert "".join(pieces(heap, 3000)) == heap and all(weight(part) <= 3000 for part in pieces(heap, 3000))
    assert weight(cut(heap, 3000).text) <= 3000


def test_nothing_that_people_write_mentions_or_links() -> None:
    escaped = escape(HOSTILE)
    assert "<" not in escaped and ">" not in escaped
    assert "&lt;!channel&gt;" in escaped and "@here" not in escaped
    assert escape("a & b") == "a &amp; b"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": {"type": "plain_text", "text": "x" * 3001, "emoji": False}},
        {"type": "section", "text": {"type": "plain_text", "text": " ", "emoji": False}},
        {"type": "section", "text": {"type": "plain_text", "text": "x"}, "colour": "red"},
        {"type": "paragraph", "text": {"type": "plain_text", "text": "x"}},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "image", "alt_text": "x"},
        {"type": "image", "alt_text": "x" * 2001, "slack_file": {"id": "F1"}},
        {"type": "image", "alt_text": "x", "slack_file": {"id": "F1"}, "image_url": "https://a.example/b.png"},
        {"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * 11},
        {"type": "actions", "elements": [{**kit.button("x", f"a:{i}")} for i in range(26)]},
        {"type": "actions", "elements": [kit.button("x", "same"), kit.button("y", "same")]},
        {"type": "actions", "elements": [kit.button("x", "a" * 256)]},
        {"type": "actions", "elements": [{**kit.button("x", "a"), "value": "v" * 2001}]},
        {"type": "actions", "elements": [LONG_LABEL]},
        {"type": "actions", "elements": [menu(6)]},
        {"type": "actions", "elements": [menu(1, "v" * 151)]},
        kit.field("f", "x", kit.chooser("checkboxes", [kit.option("x", str(i)) for i in range(11)])),
        kit.field("f", "x", kit.chooser("multi_static_select", [kit.option("x", str(i)) for i in range(101)])),
        kit.field("f", "x", {"type": "plain_text_input", "multiline": True, "initial_value": "x" * 3001}),
    ],
)  # fmt: skip
def test_what_slack_refuses_is_caught_before(block: dict[str, object]) -> None:
    with pytest.raises(TooMuch):
        checked([block])


def test_what_slack_takes_passes_unchanged() -> None:
    blocks = [kit.header("x" * 400), kit.section("&" * 4000), kit.context(""), kit.picture("F1", "y" * 3000)]
    assert checked(blocks) == blocks


def test_whole_messages_and_views_have_limits_too() -> None:
    with pytest.raises(TooMuch, match="51 blocks"):
        checked([{"type": "divider"}] * 51)
    with pytest.raises(TooMuch, match="in all"):
        checked_message([kit.section("x" * 3000)] * 5)
    with pytest.raises(TooMuch, match="twice"):
        checked([kit.field("f", "x", kit.words_input()), kit.field("f", "y", kit.words_input())])
    view = kit.modal("c", "t", [kit.section("x")], carried="{}", close="Close")
    assert checked_view(view) is view
    with pytest.raises(TooMuch):
        checked_view(view | {"private_metadata": "x" * 3001})
    with pytest.raises(TooMuch):
        checked_view(view | {"title": {"type": "plain_text", "text": "x" * 25}})
    with pytest.raises(TooMuch):
        checked_view(view | {"blocks": [{"type": "divider"}] * 101})
