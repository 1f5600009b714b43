"""Prompts are versioned files that declare what they use; a stamp names exactly one text."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import PromptError, load, parse

FILE = "---\nid: greet\nversion: 3\nvariables: [name]\nmodel: {temperature: 0.1}\n---\nHello {{ name }}.\n"
NAMES = sorted(entry.name.removesuffix(".md") for entry in files("prompts").iterdir() if entry.name.endswith(".md"))


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_file_loads(name: str) -> None:
    prompt = load(name)
    assert prompt.stamp.startswith(f"{name}@{prompt.version}+")
    assert len(prompt.stamp.rsplit("+", 1)[1]) == 8
    assert prompt.source


def test_a_prompt_renders_what_it_declares() -> None:
    prompt = parse(FILE)
    assert prompt.render(name="Ana <b>") == "Hello Ana <b>."
    assert (prompt.id, prompt.version, prompt.model) == ("greet", 3, {"temperature": 0.1})


def test_the_stamp_changes_with_any_change_of_the_file() -> None:
    assert parse(FILE).stamp == parse(FILE.replace("\n", "\r\n")).stamp
    assert parse(FILE).stamp != parse(FILE.replace("Hello", "Hi")).stamp
    assert parse(FILE).stamp != parse(FILE.replace("0.1", "0.2")).stamp


@pytest.mark.parametrize("values", [{}, {"name": "x", "more": "y"}, {"more": "y"}])
def test_missing_and_undeclared_variables_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(PromptError):
        parse(FILE).render(**values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no front matter",
        "---\nid: x\n---\nno version",
        "---\nid: x\nversion: 1\nfoo: 2\n---\nunknown field",
        "---\nid: x\nversion: 1\n---\nuses {{ undeclared }}",
        "---\nid: x\nversion: 1\nvariables: [unused]\n---\ntext",
        "---\nid: x\nversion: 1\n---\n{% if %}",
        "---\n[: \n---\nx",
    ],
)
def test_a_file_that_is_wrong_says_so_when_it_is_read(text: str) -> None:
    with pytest.raises(PromptError):
        parse(text)


@given(st.text(max_size=200))
def test_values_are_never_read_as_templates(value: str) -> None:
    assert parse(FILE).render(name=f"{{{{ 7*7 }}}}{value}").startswith("Hello {{ 7*7 }}")


@pytest.mark.parametrize("attack", ["{{ name.__class__.__mro__ }}", "{{ ''.__class__ }}", "{{ name.append(1) }}"])
def test_a_template_cannot_leave_its_sandbox(attack: str) -> None:
    variables = "[name]" if "name" in attack else "[]"
    prompt = parse(f"---\nid: x\nversion: 1\nvariables: {variables}\n---\n{attack}")
    with pytest.raises(PromptError):
        prompt.render(**({"name": []} if "name" in attack else {}))


@pytest.mark.parametrize("name", ["../secrets", "agent.md", "", "Agent", "nothing_here", "/etc/passwd"])
def test_only_prompts_can_be_loaded(name: str) -> None:
    with pytest.raises(PromptError):
        load(name)
