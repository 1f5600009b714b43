"""What models are told does not change unnoticed: the very messages are kept, and a change needs a new version."""

from __future__ import annotations

import dataclasses
import json

import pytest

from prompts import Prompt, every, load, parse
from tests.prompts.golden import FOLDER, kept, recorded

NAMES = [prompt.id for prompt in every()]


@pytest.mark.parametrize("name", NAMES)
async def test_the_messages_are_those_that_were_kept_with_this_version(name: str) -> None:
    """When this fails: raise the prompt's version, then `python -m tests.prompts.golden`."""
    golden = kept(name)
    assert golden["version"] == load(name).version, "a new version needs new messages: python -m tests.prompts.golden"
    assert golden["calls"] == (await recorded())[name], f"what {name} tells a model changed: raise its version"


def test_every_prompt_has_its_golden_file_and_no_file_is_left_over() -> None:
    assert sorted(file.stem for file in FOLDER.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
async def test_one_word_more_is_noticed(name: str) -> None:
    def changed(wanted: str) -> Prompt:
        prompt = load(wanted)
        if wanted != name:
            return prompt
        front = f"id: {name}\nversion: {prompt.version}\nvariables: [{', '.join(prompt.variables)}]"
        text = f"---\n{front}\n---\n{prompt.source}\nBe funny."
        return dataclasses.replace(parse(text), version=prompt.version)

    assert (await recorded(changed))[name] != kept(name)["calls"]


@pytest.mark.parametrize("name", NAMES)
async def test_each_says_what_it_is_for_and_names_all_that_comes_with_it(name: str) -> None:
    prompt = load(name)
    assert len(prompt.purpose) > 20 and prompt.inputs
    if prompt.variables:
        assert set(prompt.inputs) == set(prompt.variables)
        return
    if name == "agent":
        return
    for call in kept(name)["calls"]:
        document = json.loads(call["messages"][-1]["content"])
        assert set(document) <= set(prompt.inputs), f"{name} does not name {set(document) - set(prompt.inputs)}"
    given = {field for call in kept(name)["calls"] for field in json.loads(call["messages"][-1]["content"])}
    assert set(prompt.inputs) - given <= {"repair"}, "an input that nothing gives"
