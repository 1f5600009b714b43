"""A message as a person reads it, top to bottom."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.discord.records import Json, Message

BUTTON, TEXT_DISPLAY = 2, 10
SELECTS = frozenset({3, 5, 6, 7, 8})


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, in reading order."""
    for each in components:
        yield each
        yield from walk(each.get("components") or [])
        for name in ("accessory", "component"):
            if isinstance(each.get(name), dict):
                yield from walk([each[name]])


def lines(message: Message) -> Iterator[str]:
    """Content, embeds, texts, labels of buttons and menus, names of pictures and files."""
    if message.content:
        yield message.content
    for embed in message.embeds:
        yield from _embed(embed)
    for each in walk(message.components):
        yield from _component(each)
    yield from (each.name for each in message.attachments)


def _embed(embed: Json) -> Iterator[str]:
    parts = [
        (embed.get("author") or {}).get("name"),
        embed.get("title"),
        embed.get("description"),
        *(line for each in embed.get("fields", []) for line in (each["name"], each["value"])),
        (embed.get("footer") or {}).get("text"),
    ]
    yield from (each for each in parts if each)


def _component(each: Json) -> Iterator[str]:
    kind = each["type"]
    if kind == TEXT_DISPLAY:
        yield each["content"]
    elif kind == BUTTON:
        yield f"[{each.get('label') or (each.get('emoji') or {}).get('name') or ''}]"
    elif kind in SELECTS:
        yield f"[{each.get('placeholder') or 'Select'} ▾]"
    elif kind == 12:
        yield from (item["description"] for item in each["items"] if item.get("description"))
    elif kind == 11 and each.get("description"):
        yield each["description"]


def buttons(message: Message) -> list[Json]:
    return [each for each in walk(message.components) if each["type"] == BUTTON]


def menus(message: Message) -> list[Json]:
    return [each for each in walk(message.components) if each["type"] in SELECTS]


def pictures(message: Message) -> list[str]:
    """The addresses of every picture shown, in reading order."""
    found = [embed[name]["url"] for embed in message.embeds for name in ("image", "thumbnail") if embed.get(name)]
    for each in walk(message.components):
        if each["type"] == 12:
            found += [item["media"]["url"] for item in each["items"]]
        elif each["type"] == 11:
            found.append(each["media"]["url"])
    return found
