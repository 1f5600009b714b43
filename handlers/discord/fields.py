"""Windows and their fields as Discord takes them, and what stands in a window that was sent.

A window goes by `verb:ids`; nothing is remembered of it here, so one that is sent after a restart is read like any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import discord

from handlers.discord.limits import (
    ACTION,
    FIELD_LABEL,
    FIELDS,
    HINT,
    INPUT,
    MODAL_TITLE,
    OPTION,
    OPTIONS,
    TooMuch,
    plain,
    plainly,
    words,
)

Label = discord.ui.Label[Any]
Part = discord.ui.Item[Any]
MOST_TEXT: Final = 800  # of a text between fields
LINE: Final = 200  # of a field of one line


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What stands in the fields of a window, by their names: a text as it was typed, or the values chosen.

    Of files the values are their addresses.
    """

    texts: Mapping[str, str]
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """From an interaction's data. What is no field is left out."""
        texts, chosen = dict[str, str](), dict[str, tuple[str, ...]]()
        resolved = data.get("resolved") or {}
        addresses = {key: str(each["url"]) for key, each in (resolved.get("attachments") or {}).items()}
        for part in data.get("components") or ():
            inside: Mapping[str, Any] = part.get("component") or next(iter(part.get("components") or ()), {})
            name = str(inside.get("custom_id") or "")
            if isinstance(inside.get("values"), list):
                chosen[name] = tuple(addresses.get(str(each), str(each)) for each in inside["values"])
            elif isinstance(inside.get("value"), str):
                texts[name] = inside["value"]
        return cls(texts, chosen)

    def typed(self, name: str) -> str:
        return self.texts.get(name, "")

    def line(self, name: str) -> str:
        return self.typed(name).strip()

    def values(self, prefix: str) -> tuple[str, ...]:
        """What was chosen in all fields whose names begin like this."""
        return tuple(value for name, values in self.chosen.items() if name.startswith(prefix) for value in values)


def window(form: str, title: str, parts: Sequence[Part]) -> discord.ui.Modal:
    """`form` is `verb:ids`. Raises TooMuch where Discord would refuse it."""
    if len(form) > ACTION or not 1 <= len(parts) <= FIELDS:
        raise TooMuch(f"a window of {len(parts)} parts, {form}")
    made = discord.ui.Modal(title=words.cut(title, MODAL_TITLE).text, custom_id=form)
    for part in parts:
        made.add_item(part)
    return made


def text(said: str) -> Part:
    """Words between the fields."""
    return discord.ui.TextDisplay(plain(plainly.cut(said, MOST_TEXT).text) or "—")


def written(
    name: str,
    label: str,
    value: str = "",
    *,
    hint: str = "",
    example: str = "",
    lines: bool = True,
    most: int = INPUT,
    optional: bool = False,
) -> Label:
    """A text to write, `most` characters of it."""
    style = discord.TextStyle.paragraph if lines else discord.TextStyle.short
    asked: discord.ui.TextInput[Any] = discord.ui.TextInput(
        style=style,
        custom_id=name,
        placeholder=words.cut(example, HINT).text or None,
        default=words.cut(value, most).text or None,
        required=not optional,
        max_length=most,
    )
    return _labelled(label, asked, hint)


def ticked(name: str, label: str, options: Iterable[Option], chosen: Iterable[str] = ()) -> Label:
    """Up to ten boxes, of which none need be ticked."""
    wanted = set(chosen)
    boxes = [
        discord.CheckboxGroupOption(
            label=words.cut(each.label, OPTION).text, value=each.value, default=each.value in wanted
        )
        for each in options
    ]
    asked: discord.ui.CheckboxGroup[Any] = discord.ui.CheckboxGroup(
        custom_id=name, options=boxes, required=False, min_values=0, max_values=len(boxes)
    )
    return _labelled(label, asked)


def picked(name: str, label: str, options: Sequence[Option], chosen: Iterable[str] = (), *, hint: str = "") -> Label:
    """Up to 25 to choose from, of which none need be chosen."""
    wanted, offered = set(chosen), options[:OPTIONS]
    asked: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=name,
        options=[
            discord.SelectOption(
                label=words.cut(each.label, OPTION).text,
                value=each.value,
                description=words.cut(each.description, OPTION).text or None,
                default=each.value in wanted,
            )
            for each in offered
        ],
        min_values=0,
        max_values=len(offered),
        required=False,
    )
    return _labelled(label, asked, hint)


def rooms(name: str, label: str, chosen: Sequence[str], *, hint: str = "", most: int = 1, least: int = 0) -> Label:
    kinds = [discord.ChannelType.text, discord.ChannelType.news]
    asked: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
        custom_id=name,
        channel_types=kinds,
        default_values=_defaults(chosen[:most], discord.SelectDefaultValueType.channel),
        min_values=least,
        max_values=most,
        required=least > 0,
    )
    return _labelled(label, asked, hint)


def roles(name: str, label: str, chosen: Sequence[str]) -> Label:
    asked: discord.ui.RoleSelect[Any] = discord.ui.RoleSelect(
        custom_id=name,
        default_values=_defaults(chosen[:OPTIONS], discord.SelectDefaultValueType.role),
        min_values=0,
        max_values=OPTIONS,
        required=False,
    )
    return _labelled(label, asked)


def files(name: str, label: str, most: int, *, hint: str = "") -> Label:
    asked: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
        custom_id=name, required=False, min_values=0, max_values=most
    )
    return _labelled(label, asked, hint)


def _labelled(label: str, asked: Part, hint: str = "") -> Label:
    return discord.ui.Label(
        text=words.cut(label, FIELD_LABEL).text or "—",
        component=asked,
        description=words.cut(hint, HINT).text or None,
    )


def _defaults(ids: Sequence[str], kind: discord.SelectDefaultValueType) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=int(each), type=kind) for each in ids if each.isdigit()]
