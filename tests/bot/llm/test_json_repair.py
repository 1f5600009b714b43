from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.json_repair import repair_object

texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(texts, values, max_size=5)


@given(objects, st.sampled_from([None, 2]), st.booleans())
def test_valid_json_comes_back_unchanged(value: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    assert repair_object(json.dumps(value, indent=indent, ensure_ascii=ascii_only)) == value


@given(objects, st.data())
def test_what_was_cut_off_is_refused_or_holds_only_whole_values(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value)
    found = repair_object(text[: data.draw(st.integers(0, len(text)))])
    assert found is None or _is_start_of(found, value)


@given(objects)
def test_forgotten_brackets_and_fences_and_commas_change_nothing(value: dict[str, Any]) -> None:
    slipped = json.dumps({**value, "last": [1, "x"]}).replace(', "last": [1, "x"]}', ', "last": [1, "x",],}')
    assert repair_object(f"Here it is:\n```json\n{slipped}\n```") == {**value, "last": [1, "x"]}


@given(st.text(alphabet="{}[]\",:\\abc01 \n'/*u", max_size=40))
def test_any_text_is_an_object_or_nothing_and_never_an_exception(text: str) -> None:
    found = repair_object(text)
    assert found is None or isinstance(found, dict)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2], "b": {"c": null}', {"a": [1, 2], "b": {"c": None}}),
        ('{"a": "two\nlines"}', {"a": "two\nlines"}),
        ("{'a': 'it is', 'b': True, 'c': None}", {"a": "it is", "b": True, "c": None}),
        ("{“a”: “typographic”}", {"a": "typographic"}),
        ('{"a": 1 /* one */, // and\n "b": 2}', {"a": 1, "b": 2}),
        ('{"a": "\\ud83d\\ude80",}', {"a": "🚀"}),
    ],
)
def test_usual_slips_are_mended(text: str, meant: dict[str, Any]) -> None:
    assert repair_object(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "20% off all bi',
        '{"price": 12',
        '{"a": "x", "b":',
        '{"a": "x", "b"',
        '{"a": "x",',
        '{"a": [1, 2',
        "{",
        '{"a": "x"]',
        '{"a": "say "hi" now"}',
        '{"a": 1, "a": 2,}',
        '{"a": 1} {"b": 2}',
        '{"a": "\\ud83d"',
        '{"a": NaN}',
        "[1, 2]",
        "I would rather talk.",
        "",
        '{"a":' * 5000,
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    assert repair_object(text) is None


def _is_start_of(found: Any, whole: Any) -> bool:
    """Whether `found` is `whole` with values missing at the end, and every leaf of it untouched."""
    if isinstance(found, dict) and isinstance(whole, dict):
        return all(key in whole and _is_start_of(part, whole[key]) for key, part in found.items())
    if isinstance(found, list) and isinstance(whole, list):
        return len(found) <= len(whole) and all(_is_start_of(a, b) for a, b in zip(found, whole, strict=False))
    return type(found) is type(whole) and bool(found == whole)
