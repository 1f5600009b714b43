"""Windows as Discord takes them."""

from __future__ import annotations

from collections import Counter

from tests.fakes.discord.components import check_menu
from tests.fakes.discord.fields import Problems, items, number, one_of, text
from tests.fakes.discord.reading import SELECTS, TEXT_DISPLAY, walk
from tests.fakes.discord.records import Json

ROW, TEXT_INPUT, LABEL, FILE_UPLOAD, RADIOS, CHECKBOXES, CHECKBOX = 1, 4, 18, 19, 21, 22, 23
CHOICES = (RADIOS, CHECKBOXES)
INPUTS = (TEXT_INPUT, *sorted(SELECTS), FILE_UPLOAD, *CHOICES, CHECKBOX)


def check_modal(modal: Json, path: str = "data") -> Problems:
    """A title, a custom id, and one to five rows or labels with one input each; texts may stand between."""
    yield from text(modal.get("title"), f"{path}.title", 45)
    yield from text(modal.get("custom_id"), f"{path}.custom_id", 100)
    rows = modal.get("components")
    wrong = list(items(rows, f"{path}.components", 1, 5))
    yield from wrong
    if wrong or not isinstance(rows, list):
        return
    for index, each in enumerate(rows):
        yield from _part(each, f"{path}.components.{index}")
    names = Counter(each.get("custom_id") for each in walk(rows) if each.get("custom_id"))
    if any(count > 1 for count in names.values()):
        yield f"{path}.components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"


def _part(part: Json, at: str) -> Problems:
    kind = part.get("type")
    if kind == ROW:
        inside = part.get("components")
        wrong = list(items(inside, f"{at}.components", 1, 1))
        yield from wrong
        if not wrong and isinstance(inside, list):
            yield from one_of(inside[0].get("type"), f"{at}.components.0.type", (TEXT_INPUT,))
            yield from text(inside[0].get("label"), f"{at}.components.0.label", 45)
            yield from _input(inside[0], f"{at}.components.0")
    elif kind == LABEL:
        yield from text(part.get("label"), f"{at}.label", 45)
        yield from text(part.get("description"), f"{at}.description", 100, optional=True)
        inside = part.get("component") or {}
        yield from one_of(inside.get("type"), f"{at}.component.type", INPUTS)
        yield from _input(inside, f"{at}.component")
    elif kind == TEXT_DISPLAY:
        yield from text(part.get("content"), f"{at}.content", 4000)
    else:
        yield f"{at}.type", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({ROW}, 10, {LABEL}).'


def _input(found: Json, at: str) -> Problems:
    kind = found.get("type")
    yield from text(found.get("custom_id"), f"{at}.custom_id", 100)
    if kind == TEXT_INPUT:
        yield from one_of(found.get("style"), f"{at}.style", (1, 2))
        yield from number(found.get("min_length"), f"{at}.min_length", 0, 4000)
        yield from number(found.get("max_length"), f"{at}.max_length", 1, 4000)
        yield from text(found.get("placeholder"), f"{at}.placeholder", 100, optional=True)
        yield from text(found.get("value"), f"{at}.value", found.get("max_length") or 4000, least=0, optional=True)
    elif kind in SELECTS:
        yield from check_menu(found, at, set())
    elif kind in CHOICES:
        yield from items(found.get("options"), f"{at}.options", 1 if kind == CHECKBOXES else 2, 10)
