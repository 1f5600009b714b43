"""What Discord takes, and text that stays what it was: nothing in it is read as markup, a mention or a hidden link.

Limits: https://discord.com/developers/docs/components/reference and …/resources/message. How Discord counts is not
said; UTF-16 units are the larger count.
"""

from __future__ import annotations

import re
from typing import Final

import discord

from handlers.chat.cutting import Ruler

CHARACTERS: Final = 4000  # of all text displays of a message
COMPONENTS: Final = 40  # of a message, nested ones too
CONTENT: Final = 2000  # of a message without components of its own
LABEL, OPTION, PLACEHOLDER = 80, 100, 150
ACTION: Final = 100
ALT: Final = 1024
MODAL_TITLE, FIELD_LABEL, HINT, INPUT = 45, 45, 100, 4000
FIELDS, BOXES = 5, 10  # of a window, of one field
BUTTONS, OPTIONS, GALLERY = 5, 25, 10
ATTACHMENTS: Final = 10

ADDRESS: Final = re.compile(r"https?://[^\s<]+[^<.,:;\"'\])\s]")
_SET_OFF = re.compile(rf"{ADDRESS.pattern}|`[^`\n]{{1,200}}`")
_ANYWHERE = re.compile(r"[\\*_~`|\[\]<@]")
_AT_BEGINNING = re.compile(r"^(\s*)([>#+-]|\d{1,9}(?=\.\s))", re.MULTILINE)


class TooMuch(ValueError):
    """Discord would refuse this: a fault of ours, never of the person."""


def weight(text: str) -> int:
    """How long a text is at most, by any way of counting."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str) -> str:
    """These very words in Discord's markup. Addresses stay: in them nothing is read as markup."""
    parts, end = list[str](), 0
    for found in ADDRESS.finditer(text):
        parts += (_escaped(text[end : found.start()]), found[0])
        end = found.end()
    words = "".join((*parts, _escaped(text[end:])))
    return _AT_BEGINNING.sub(_at_beginning, words)


def set_off(text: str) -> str:
    """As `plain`, and what stands between backticks is set off: nothing is read as markup in there either."""
    parts, end = list[str](), 0
    for found in _SET_OFF.finditer(text):
        if found[0].startswith("`"):
            parts += (plain(text[end : found.start()]), found[0])
            end = found.end()
    return "".join((*parts, plain(text[end:])))


def _escaped(text: str) -> str:
    return _ANYWHERE.sub(lambda found: "\\" + found[0], text)


def _at_beginning(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


plainly = Ruler(lambda text: weight(plain(text)))
"""Cuts words by the room that they take once they are `plain`."""
words = Ruler(weight)


def checked(view: discord.ui.LayoutView) -> discord.ui.LayoutView:
    """The same view. Raises TooMuch, naming the place, when Discord would refuse it."""
    if view.total_children_count > COMPONENTS:
        raise TooMuch(f"{view.total_children_count} components, at most {COMPONENTS}")
    taken = sum(weight(each.content) for each in view.walk_children() if isinstance(each, discord.ui.TextDisplay))
    if taken > CHARACTERS:
        raise TooMuch(f"{taken} characters in all, at most {CHARACTERS}")
    names = list[str]()
    for each in view.walk_children():
        names += _within(each)
    if len(set(names)) != len(names):
        raise TooMuch("a custom_id twice")
    return view


def _within(item: discord.ui.Item[discord.ui.LayoutView]) -> list[str]:
    """The custom ids of this part, each within what Discord takes."""
    if isinstance(item, discord.ui.TextDisplay) and not item.content.strip():
        raise TooMuch("an empty text")
    if isinstance(item, discord.ui.MediaGallery):
        _most("pictures of a gallery", len(item.items), GALLERY)
        for picture in item.items:
            _most("alt text", weight(picture.description or ""), ALT)
    if isinstance(item, discord.ui.Button):
        _most(f"label {item.label!r}", weight(item.label or ""), LABEL)
        _most("custom_id", len(item.custom_id or ""), ACTION)
        return [item.custom_id or ""] if item.url is None else []
    if isinstance(item, discord.ui.Select):
        _most("options", len(item.options), OPTIONS)
        for option in item.options:
            _most(f"option {option.label!r}", max(weight(option.label), weight(option.value)), OPTION)
        return [item.custom_id]
    return []


def _most(what: str, found: int, most: int) -> None:
    if found > most:
        raise TooMuch(f"{what}: {found}, at most {most}")
