"""A window as a person fills it in, checked as Discord's client checks it before it is sent."""

from __future__ import annotations

from typing import Any

from tests.fakes.discord.composing import new_file
from tests.fakes.discord.message_documents import attachment_document
from tests.fakes.discord.modals import CHECKBOX, CHECKBOXES, FILE_UPLOAD, LABEL, RADIOS, ROW, TEXT_INPUT
from tests.fakes.discord.records import Json
from tests.fakes.discord.world import World


def fields(modal: Json) -> dict[str, Json]:
    """Every input by custom id; its label under "shown"."""
    found = {}
    for part in modal["components"]:
        if part["type"] == ROW:
            found[part["components"][0]["custom_id"]] = part["components"][0] | {
                "shown": part["components"][0]["label"]
            }
        elif part["type"] == LABEL:
            found[part["component"]["custom_id"]] = part["component"] | {"shown": part["label"]}
    return found


def filled_in(world: World, modal: Json, given: dict[str, Any]) -> tuple[list[Json], Json]:
    """The parts as they are sent, and what they refer to."""
    known = fields(modal)
    named = {name: _key(known, name) for name in given}
    values = {named[name]: value for name, value in given.items()}
    resolved: Json = {}
    parts = []
    for number, part in enumerate(modal["components"], start=1):
        if part["type"] == ROW:
            one = part["components"][0]
            parts.append({"type": ROW, "id": number, "components": [_sent(world, one, values, resolved)]})
        elif part["type"] == LABEL:
            parts.append({"type": LABEL, "id": number, "component": _sent(world, part["component"], values, resolved)})
        else:
            parts.append({"type": part["type"], "id": number, "content": part["content"]})
    return parts, resolved


def _key(known: dict[str, Json], name: str) -> str:
    wanted = name.replace("_", " ").lower()
    found = [key for key, each in known.items() if key == name or str(each["shown"]).lower() == wanted]
    assert len(found) == 1, f"no field {name!r} among {[each['shown'] for each in known.values()]}"
    return found[0]


def _sent(world: World, field: Json, values: dict[str, Any], resolved: Json) -> Json:
    key, kind = field["custom_id"], field["type"]
    made: Json = {"type": kind, "id": field.get("id", 1), "custom_id": key}
    if kind == TEXT_INPUT:
        return made | {"value": _text(field, str(values.get(key, field.get("value") or "")))}
    if kind == CHECKBOX:
        return made | {"value": bool(values.get(key, field.get("default")))}
    preset: list[Any] = [each["value"] for each in field.get("options") or [] if each.get("default")]
    preset += [str(each["id"]) for each in field.get("default_values") or []]
    chosen = values.get(key, preset)
    chosen = list(chosen) if isinstance(chosen, list | tuple) else [chosen]
    needed = field.get("required", True) is not False
    if kind == FILE_UPLOAD:
        return made | {"values": [_file(world, each, resolved) for each in chosen]}
    if kind in (3, RADIOS, CHECKBOXES):
        known = {name: each["value"] for each in field["options"] for name in (each["label"], each["value"])}
        chosen = [known[each] for each in chosen]
    else:
        chosen = [each if isinstance(each, str) else str(each.id) for each in chosen]
    assert chosen or not needed, f"{key} is required"
    if kind == RADIOS:
        return made | {"value": chosen[0] if chosen else None}
    return made | {"values": chosen}


def _text(field: Json, value: str) -> str:
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    assert value or field.get("required", True) is False, f"{field['custom_id']} is required"
    assert not value or least <= len(value) <= most, f"{field['custom_id']} takes {least} to {most} characters"
    return value


def _file(world: World, given: tuple[str, bytes], resolved: Json) -> str:
    file = world.keep(0, new_file(world, *given, ephemeral=True))
    resolved.setdefault("attachments", {})[str(file.id)] = attachment_document(world, 0, file)
    return str(file.id)
