"""Message components, both kinds, as Discord takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from tests.fakes.discord.fields import Problems, address, items, number, one_of, required, text
from tests.fakes.discord.reading import SELECTS, TEXT_DISPLAY, walk
from tests.fakes.discord.records import Json

ROW, BUTTON, STRING_SELECT = 1, 2, 3
SECTION, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 11, 12, 13, 14, 17
MOST, MOST_CHARACTERS = 40, 4000
TOP = (ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINERS = tuple(each for each in TOP if each != CONTAINER)


def check_components(found: object, names: set[str], *, v2: bool, path: str = "components") -> Problems:
    """`names`: the files that come along."""
    if found is None or found == []:
        return
    wrong = list(items(found, path, 0, MOST if v2 else 5))
    yield from wrong
    if wrong or not isinstance(found, list):
        return
    for index, each in enumerate(found):
        yield from _within(each, f"{path}.{index}", TOP if v2 else (ROW,), names)
    everything = list(walk(found))
    if len(everything) > MOST:
        yield path, "BASE_TYPE_BAD_LENGTH", f"The maximum number of components is {MOST}: there are {len(everything)}."
    if sum(len(str(each.get("content"))) for each in everything if each.get("type") == TEXT_DISPLAY) > MOST_CHARACTERS:
        yield path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"Text exceeds {MOST_CHARACTERS} characters in all"
    for name, count in Counter(each.get("custom_id") for each in everything).items():
        if name is not None and count > 1:
            yield path, "COMPONENT_CUSTOM_ID_DUPLICATED", f"Component custom id cannot be duplicated: {name}"


def _within(each: Json, at: str, known: tuple[int, ...], names: set[str]) -> Problems:
    kind = each.get("type")
    if kind not in known:
        yield f"{at}.type", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {known}.'
        return
    yield from CHECKS[kind](each, at, names)


def _row(row: Json, at: str, names: set[str]) -> Problems:
    """One to five buttons, or one menu."""
    inside = row.get("components")
    wrong = list(items(inside, f"{at}.components", 1, 5))
    yield from wrong
    if wrong or not isinstance(inside, list):
        return
    has_menu = any(each.get("type") in SELECTS for each in inside)
    if has_menu and len(inside) > 1:
        yield f"{at}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A menu takes the whole row"
    for index, each in enumerate(inside):
        yield from _within(each, f"{at}.components.{index}", (BUTTON, *sorted(SELECTS)), names)


def _button(button: Json, at: str, _: set[str]) -> Problems:
    style = button.get("style")
    yield from one_of(style, f"{at}.style", (1, 2, 3, 4, 5))
    yield from text(button.get("label"), f"{at}.label", 80, optional=True)
    if not button.get("label") and not button.get("emoji"):
        yield at, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or an emoji is required"
    if style == 5:
        yield from text(button.get("url"), f"{at}.url", 512)
        if button.get("url"):
            yield from address(button["url"], f"{at}.url", set())
        if button.get("custom_id"):
            yield (
                at,
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                "A custom id and url cannot both be specified",
            )
    else:
        yield from text(button.get("custom_id"), f"{at}.custom_id", 100)


def check_menu(menu: Json, at: str, _: set[str]) -> Problems:
    yield from text(menu.get("custom_id"), f"{at}.custom_id", 100)
    yield from text(menu.get("placeholder"), f"{at}.placeholder", 150, optional=True)
    yield from number(menu.get("min_values"), f"{at}.min_values", 0, 25)
    yield from number(menu.get("max_values"), f"{at}.max_values", 1, 25)
    if menu["type"] != STRING_SELECT:
        return
    options = menu.get("options")
    wrong = list(items(options, f"{at}.options", 1, 25))
    yield from wrong
    if wrong or not isinstance(options, list):
        return
    for index, each in enumerate(options):
        for name, optional in (("label", False), ("value", False), ("description", True)):
            yield from text(each.get(name), f"{at}.options.{index}.{name}", 100, optional=optional)
    values = Counter(each.get("value") for each in options)
    if any(count > 1 for count in values.values()):
        yield f"{at}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
    if (menu.get("max_values") or 1) > len(options):
        yield f"{at}.options", "BASE_TYPE_BAD_LENGTH", "max_values is more than there are options"


def _section(section: Json, at: str, names: set[str]) -> Problems:
    inside = section.get("components")
    yield from items(inside, f"{at}.components", 1, 3)
    for index, each in enumerate(inside or []):
        yield from _within(each, f"{at}.components.{index}", (TEXT_DISPLAY,), names)
    if not isinstance(section.get("accessory"), dict):
        yield required(f"{at}.accessory")
    else:
        yield from _within(section["accessory"], f"{at}.accessory", (BUTTON, THUMBNAIL), names)


def _text(display: Json, at: str, _: set[str]) -> Problems:
    yield from text(display.get("content"), f"{at}.content", MOST_CHARACTERS)


def _picture(picture: Json, at: str, names: set[str]) -> Problems:
    yield from address((picture.get("media") or {}).get("url"), f"{at}.media.url", names)
    yield from text(picture.get("description"), f"{at}.description", 1024, optional=True)


def _gallery(gallery: Json, at: str, names: set[str]) -> Problems:
    yield from items(gallery.get("items"), f"{at}.items", 1, 10)
    for index, each in enumerate(gallery.get("items") or []):
        yield from _picture(each, f"{at}.items.{index}", names)


def _file(file: Json, at: str, names: set[str]) -> Problems:
    yield from address((file.get("file") or {}).get("url"), f"{at}.file.url", names, only_uploads=True)


def _separator(separator: Json, at: str, _: set[str]) -> Problems:
    if separator.get("spacing") is not None:
        yield from one_of(separator["spacing"], f"{at}.spacing", (1, 2))


def _container(container: Json, at: str, names: set[str]) -> Problems:
    inside = container.get("components")
    yield from items(inside, f"{at}.components", 1, MOST)
    yield from number(container.get("accent_color"), f"{at}.accent_color", 0, 0xFFFFFF)
    for index, each in enumerate(inside or []):
        yield from _within(each, f"{at}.components.{index}", IN_CONTAINERS, names)


CHECKS: dict[int, Callable[[Json, str, set[str]], Problems]] = {
    ROW: _row,
    BUTTON: _button,
    **dict.fromkeys(SELECTS, check_menu),
    SECTION: _section,
    TEXT_DISPLAY: _text,
    THUMBNAIL: _picture,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
}
