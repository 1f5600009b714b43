"""What a person sees of a Discord message, as text: escapes are gone, small print and bold are marked."""

from __future__ import annotations

import re
from typing import Any

import discord

from tests.fakes.discord.modals import check_modal

ADDRESS = re.compile(r"(https?://[^\s<]+[^<.,:;\"'\])\s])")
UNESCAPED = re.compile(r"\\([\\*_~`|\[\]<@>#+.-])")
STYLES = {1: "!", 4: "‼"}


def seen(components: list[dict[str, Any]]) -> str:
    return "\n".join(line for each in components for line in _lines(each))


def components(view: discord.ui.LayoutView) -> list[dict[str, Any]]:
    """As they travel."""
    made: list[dict[str, Any]] = view.to_components()  # type: ignore[no-untyped-call]
    return made


def shown(markup: str) -> str:
    """As Discord draws it, where it is nothing but words. Addresses are taken as they are."""
    parts = ADDRESS.split(markup)
    return "".join(part if index % 2 else UNESCAPED.sub(r"\1", part) for index, part in enumerate(parts))


def _lines(part: dict[str, Any]) -> list[str]:
    match part["type"]:
        case 17:  # container
            return [line for each in part["components"] for line in _lines(each)]
        case 10:  # text display
            return [_line(line) for line in part["content"].split("\n")]
        case 12:  # media gallery
            return [f"[picture {each['media']['url']}: {each.get('description', '')}]" for each in part["items"]]
        case 1:  # action row
            return [" ".join(_element(each) for each in part["components"])]
    raise AssertionError(f"nothing draws {part['type']}")


def _line(line: str) -> str:
    if line.startswith("-# "):
        return f"({shown(line[3:])})"
    if line.startswith("### "):
        return f"# {shown(line[4:])}"
    if bold := re.fullmatch(r"\*\*(.*)\*\*(   .*)?", line):
        return f"*{shown(bold[1])}*{bold[2] or ''}"
    return shown(line)


def _element(part: dict[str, Any]) -> str:
    if part["type"] == 2:
        return f"[{STYLES.get(part['style'], '')}{part['label']}]"
    assert part["type"] == 3
    return f"[⋯ {' · '.join(each['label'] for each in part['options'])}]"


def window(modal: discord.ui.Modal) -> dict[str, Any]:
    """As it travels, checked as Discord checks it."""
    made = modal.to_dict()
    assert not list(check_modal(made)), list(check_modal(made))
    return made


def seen_window(modal: dict[str, Any]) -> str:
    return "\n".join([f"== {modal['title']} ==", *(_field(part) for part in modal["components"])])


def _field(part: dict[str, Any]) -> str:
    if part["type"] == 10:
        return shown(part["content"])
    inside = part["component"]
    star = "" if inside.get("required") is False else " *"
    hint = f"  ({part['description']})" if part.get("description") else ""
    return f"{part['label']}{star}: {_input(inside)}{hint}"


def _input(inside: dict[str, Any]) -> str:
    match inside["type"]:
        case 4:
            return f"|{inside.get('value') or ''}|"
        case 22 | 3:
            return " ".join(f"{'☑' if each.get('default') else '☐'} {each['label']}" for each in inside["options"])
        case 8 | 6:
            return ", ".join(str(each["id"]) for each in inside.get("default_values") or ()) or "—"
        case 19:
            return f"[up to {inside['max_values']} files]"
    raise AssertionError(f"nothing draws {inside['type']}")
