"""What models are told: one Markdown file a prompt, with its front matter, and the loader.

```
---
id: agent
version: 3
purpose: Turns what people say into calls of tools.
inputs:
  words: The person's own words.
variables: [brand, today]
model: {temperature: 0.2}
---
You are …
```
A prompt is a sandboxed Jinja2 template that may use exactly the variables it declares. `inputs` are what comes to the
model beside it, by name: fields of the one JSON document that follows, most of them. Its stamp goes on every draft that
it helped to make, so that a text can be traced to the words that asked for it. What a model is told in the end, for one
fixed input, is kept beside the tests: a prompt that changes without a new version fails there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["Prompt", "PromptError", "every", "from_folder", "load", "parse"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_FRONT: Final = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.S)


class PromptError(ValueError):
    """A prompt file, or what it was rendered with, is wrong: a mistake of ours, not of a person's."""


def _environment() -> ImmutableSandboxedEnvironment:
    # Prompts are plain text for a model: HTML escapes would only confuse it.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, trim_blocks=True, lstrip_blocks=True
    )


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as its file has it. `purpose` and `inputs` are for people; `model` holds hints such as a temperature."""

    id: str
    version: int
    purpose: str
    inputs: Mapping[str, str]
    variables: tuple[str, ...]
    source: str
    model: Mapping[str, Any]
    stamp: str = field(compare=False)
    _template: Template = field(repr=False, compare=False)

    def render(self, **values: object) -> str:
        """The text for a model. Raises PromptError when a declared variable is missing or one is not declared."""
        wrong = sorted(set(values) ^ set(self.variables))
        if wrong:
            raise PromptError(
                f"prompt {self.id} takes {', '.join(self.variables) or 'no variables'}; check {', '.join(wrong)}"
            )
        try:
            return self._template.render(**values).strip()
        except TemplateError as error:
            raise PromptError(f"prompt {self.id} cannot be rendered: {error}") from error

    @property
    def text(self) -> str:
        """The text of a prompt without variables."""
        return self.render()


@cache
def load(name: str) -> Prompt:
    """The prompt in `prompts/<name>.md`. Raises PromptError."""
    return _read(name, files("prompts"))


def every() -> tuple[Prompt, ...]:
    """All that models are told, by name."""
    return tuple(load(name) for name in sorted(_names(files("prompts"))))


def from_folder(folder: Path) -> Callable[[str], Prompt]:
    """A loader like `load`, of the prompts in a folder; one that is not there is the package's. Raises PromptError."""
    there = {name: _read(name, folder) for name in _names(folder)}
    if not there:
        raise PromptError(f"there is no prompt in {folder}")
    return lambda name: there[name] if name in there else load(name)


def _names(folder: Traversable) -> list[str]:
    found = [each.name.removesuffix(".md") for each in folder.iterdir() if each.name.endswith(".md")]
    return [name for name in found if _NAME.fullmatch(name)]


def _read(name: str, folder: Traversable) -> Prompt:
    if not _NAME.fullmatch(name):
        raise PromptError("a prompt's name is lower-case letters, digits and underscores")
    try:
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PromptError(f"there is no prompt {name}") from None
    prompt = parse(text)
    if prompt.id != name:
        raise PromptError(f"{name}.md says that it is {prompt.id}")
    return prompt


def parse(text: str) -> Prompt:
    """A prompt from the text of its file. Raises PromptError."""
    text = text.replace("\r\n", "\n")
    match = _FRONT.match(text)
    if match is None:
        raise PromptError("a prompt begins with its front matter between two lines of ---")
    try:
        front = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise PromptError(f"the front matter is no YAML: {error}") from error
    known = {"id", "version", "purpose", "inputs", "variables", "model"}
    if not isinstance(front, dict) or not {"id", "version"} <= front.keys() <= known:
        raise PromptError(f"front matter holds id and version, and of the rest only {', '.join(sorted(known))}")
    inputs = front.get("inputs") or {}
    if not isinstance(inputs, dict) or not all(isinstance(said, str) and said for said in inputs.values()):
        raise PromptError("inputs says in words what each one holds")
    source = match[2].strip()
    variables = tuple(front.get("variables") or ())
    environment = _environment()
    try:
        used = meta.find_undeclared_variables(environment.parse(source))
        template = environment.from_string(source)
    except TemplateError as error:
        raise PromptError(f"the template cannot be read: {error}") from error
    if used != set(variables):
        raise PromptError(f"declared are {sorted(variables)}, used are {sorted(used)}")
    sha = hashlib.sha256(text.encode()).hexdigest()[:8]
    identity, version = str(front["id"]), int(front["version"])
    return Prompt(
        id=identity,
        version=version,
        purpose=" ".join(str(front.get("purpose") or "").split()),
        inputs={str(name): " ".join(said.split()) for name, said in inputs.items()},
        variables=variables,
        source=source,
        model=dict(front.get("model") or {}),
        stamp=f"{identity}@{version}+{sha}",
        _template=template,
    )
