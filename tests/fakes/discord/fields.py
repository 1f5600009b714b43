"""What Discord's forms ask of one field: every problem with its path and code."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.fakes.discord.records import Json
from tests.fakes.discord.refusals import Problem

Problems = Iterator[Problem]


def required(path: str) -> Problem:
    return path, "BASE_TYPE_REQUIRED", "This field is required"


def text(found: object, path: str, most: int, *, least: int = 1, optional: bool = False) -> Problems:
    if found is None or (found == "" and least):
        if not optional:
            yield required(path)
    elif not isinstance(found, str):
        yield path, "STRING_TYPE_CONVERT", "Could not interpret as string."
    elif len(found) > most:
        yield path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
    elif len(found) < least:
        yield path, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length."


def items(found: object, path: str, least: int, most: int) -> Problems:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        yield required(path)
    elif not least <= len(found) <= most:
        yield path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."


def number(found: object, path: str, least: int, most: int) -> Problems:
    if found is None:
        return
    if not isinstance(found, int) or isinstance(found, bool):
        yield path, "NUMBER_TYPE_COERCE", "Value is not an integer."
    elif not least <= found <= most:
        yield path, "NUMBER_TYPE_RANGE", f"int value should be between {least} and {most}."


def one_of(found: object, path: str, known: tuple[object, ...]) -> Problems:
    if found not in known:
        yield path, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, known))}}}."


def address(found: object, path: str, names: set[str], *, only_uploads: bool = False) -> Problems:
    """A web address, or attachment://… of a file that comes with the message."""
    if not isinstance(found, str) or not found:
        yield required(path)
        return
    parts = urlsplit(found)
    if parts.scheme == "attachment":
        if found.removeprefix("attachment://") not in names:
            yield (
                path,
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"Referenced attachment {found} not found",
            )
    elif only_uploads or parts.scheme not in ("http", "https") or not parts.netloc:
        schemes = "'attachment'" if only_uploads else "'http', 'https', 'attachment'"
        yield path, "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of ({schemes})."
    elif len(found) > 2048:
        yield path, "BASE_TYPE_MAX_LENGTH", "Must be 2048 or fewer in length."


EMBED_TEXTS = (("title", 256), ("description", 4096))
EMBED_PARTS = (("footer", "text", 2048), ("author", "name", 256))


def embeds(found: object, names: set[str], *, path: str = "embeds") -> Problems:
    """At most ten, 6,000 characters in all."""
    if found is None or found == []:
        return
    wrong = list(items(found, path, 0, 10))
    yield from wrong
    if wrong or not isinstance(found, list):
        return
    for index, each in enumerate(found):
        yield from _embed(each, f"{path}.{index}", names)
    if sum(embed_size(each) for each in found) > 6000:
        yield f"{path}.{len(found) - 1}", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000"


def _embed(embed: Json, at: str, names: set[str]) -> Problems:
    for name, most in EMBED_TEXTS:
        yield from text(embed.get(name), f"{at}.{name}", most, optional=True)
    for part, name, most in EMBED_PARTS:
        if embed.get(part):
            yield from text(embed[part].get(name), f"{at}.{part}.{name}", most, optional=True)
    for part in ("image", "thumbnail"):
        if embed.get(part):
            yield from address(embed[part].get("url"), f"{at}.{part}.url", names)
    fields = embed.get("fields", [])
    yield from items(fields, f"{at}.fields", 0, 25)
    for index, each in enumerate(fields):
        yield from text(each.get("name"), f"{at}.fields.{index}.name", 256)
        yield from text(each.get("value"), f"{at}.fields.{index}.value", 1024)


def embed_size(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get(part) or {}).get(name) for part, name, _ in EMBED_PARTS]
    texts += [each.get(name) for each in embed.get("fields", []) for name in ("name", "value")]
    return sum(len(each) for each in texts if each)
