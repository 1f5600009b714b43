"""Application commands as Discord takes them."""

from __future__ import annotations

from collections import Counter

import regex

from tests.fakes.discord.fields import Problems, items, one_of, required, text
from tests.fakes.discord.records import Json

NAME = regex.compile(r"^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$")
SLASH, USER, MESSAGE = 1, 2, 3
MOST = {SLASH: 100, USER: 15, MESSAGE: 15}
SUB, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, OF_USER, OF_CHANNEL, OF_ROLE, OF_MENTIONABLE, NUMBER, FILE = 3, 4, 5, 6, 7, 8, 9, 10, 11
VALUES = (STRING, INTEGER, BOOLEAN, OF_USER, OF_CHANNEL, OF_ROLE, OF_MENTIONABLE, NUMBER, FILE)
WITH_CHOICES = (STRING, INTEGER, NUMBER)


def check_commands(commands: list[Json]) -> Problems:
    """A whole set at once."""
    for kind, most in MOST.items():
        if sum(each.get("type", SLASH) == kind for each in commands) > most:
            yield "", "APPLICATION_COMMANDS_MAX", f"Maximum number of application commands reached ({most})."
    names = Counter((each.get("type", SLASH), each.get("name")) for each in commands)
    for index, each in enumerate(commands):
        if names[each.get("type", SLASH), each.get("name")] > 1:
            yield f"{index}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
        yield from check_command(each, f"{index}.")


def check_command(command: Json, at: str = "") -> Problems:
    kind = command.get("type", SLASH)
    yield from one_of(kind, f"{at}type", (SLASH, USER, MESSAGE))
    if kind != SLASH:
        yield from text(command.get("name"), f"{at}name", 32)
        if command.get("description"):
            yield (
                f"{at}description",
                "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
                "A context menu has no description",
            )
        if command.get("options"):
            yield f"{at}options", "APPLICATION_COMMAND_INVALID_OPTIONS", "A context menu has no options"
        return
    yield from _named(command, at)
    yield from _options(command.get("options", []), f"{at}options", (SUB, GROUP, *VALUES))
    if _size(command) > 8000:
        yield at.rstrip("."), "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)"


def _named(found: Json, at: str) -> Problems:
    name = found.get("name")
    if not isinstance(name, str) or not NAME.match(name) or name != name.lower():
        yield f"{at}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid"
    yield from text(found.get("description"), f"{at}description", 100)


def _options(options: object, at: str, known: tuple[int, ...]) -> Problems:
    wrong = list(items(options, at, 0, 25))
    yield from wrong
    if wrong or not isinstance(options, list):
        return
    nested = [each.get("type") in (SUB, GROUP) for each in options]
    if any(nested) and not all(nested):
        yield at, "APPLICATION_COMMAND_INVALID_OPTIONS", "Sub-commands and options cannot stand together"
    names = Counter(each.get("name") for each in options)
    optional_before = False
    for index, each in enumerate(options):
        here = f"{at}.{index}"
        yield from _named(each, f"{here}.")
        if names[each.get("name")] > 1:
            yield f"{here}.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique"
        kind = each.get("type")
        yield from one_of(kind, f"{here}.type", known)
        if kind == GROUP:
            yield from _options(each.get("options", []), f"{here}.options", (SUB,))
        elif kind == SUB:
            yield from _options(each.get("options", []), f"{here}.options", VALUES)
        elif each.get("required") and optional_before:
            yield here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must come first"
        optional_before |= kind in VALUES and not each.get("required")
        yield from _choices(each, here)


def _choices(option: Json, at: str) -> Problems:
    choices = option.get("choices") or []
    if (choices or option.get("autocomplete")) and option.get("type") not in WITH_CHOICES:
        yield at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type takes no choices"
    if choices and option.get("autocomplete"):
        yield at, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Choices and autocomplete exclude each other"
    yield from choices_of(choices, f"{at}.choices")


def choices_of(choices: object, at: str) -> Problems:
    """Of an option, and of an autocomplete answer."""
    wrong = list(items(choices, at, 0, 25))
    yield from wrong
    if wrong or not isinstance(choices, list):
        return
    for index, each in enumerate(choices):
        yield from text(each.get("name"), f"{at}.{index}.name", 100)
        value = each.get("value")
        if value is None:
            yield required(f"{at}.{index}.value")
        elif isinstance(value, str):
            yield from text(value, f"{at}.{index}.value", 100)


def _size(found: Json) -> int:
    """All names, descriptions and values."""
    own = len(str(found.get("name", ""))) + len(str(found.get("description", "")))
    choices = sum(len(each["name"]) + len(str(each["value"])) for each in found.get("choices") or [])
    return own + choices + sum(_size(each) for each in found.get("options") or [])
