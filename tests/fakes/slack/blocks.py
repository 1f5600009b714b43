"""Block Kit's limits for messages and views, as Slack enforces them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from tests.fakes.slack.elements import IN_ACTIONS, IN_SECTIONS, INPUTS, Problems, element, picture, string, text
from tests.fakes.slack.records import Json, Team, texts_of
from tests.fakes.slack.world import Refused

MOST_IN_MESSAGE, MOST_IN_VIEW = 50, 100
MOST_CHARACTERS = 13_200
MOST_METADATA = 16_384
MOST_VIEW = 250_000


def _section(block: Json, at: str) -> Problems:
    if "text" not in block and "fields" not in block:
        yield at, "must have text or fields"
    if "text" in block:
        yield from text(block["text"], f"{at}/text", 3000)
    if "fields" in block:
        if not isinstance(block["fields"], list) or not 0 < len(block["fields"]) <= 10:
            yield f"{at}/fields", "must have 1 to 10 items"
        for index, each in enumerate(block["fields"]):
            yield from text(each, f"{at}/fields/{index}", 2000)
    if "accessory" in block:
        yield from element(block["accessory"], f"{at}/accessory", IN_SECTIONS)


def _header(block: Json, at: str) -> Problems:
    yield from text(block.get("text"), f"{at}/text", 150, plain=True)


def _divider(_: Json, __: str) -> Problems:
    yield from ()


def _context(block: Json, at: str) -> Problems:
    found = block.get("elements")
    if not isinstance(found, list) or not 0 < len(found) <= 10:
        yield f"{at}/elements", "must have 1 to 10 items"
        return
    for index, each in enumerate(found):
        if isinstance(each, dict) and each.get("type") == "image":
            yield from picture(each, f"{at}/elements/{index}")
        else:
            yield from text(each, f"{at}/elements/{index}", 3000)


def _actions(block: Json, at: str) -> Problems:
    found = block.get("elements")
    if not isinstance(found, list) or not 0 < len(found) <= 25:
        yield f"{at}/elements", "must have 1 to 25 items"
        return
    for index, each in enumerate(found):
        yield from element(each, f"{at}/elements/{index}", IN_ACTIONS)
    twice = [name for name, count in Counter(each.get("action_id") for each in found).items() if name and count > 1]
    if twice:
        yield f"{at}/elements", f"action_id must be unique: {twice}"


def _image(block: Json, at: str) -> Problems:
    yield from picture(block, at)
    if "title" in block:
        yield from text(block["title"], f"{at}/title", 2000, plain=True)


def _input(block: Json, at: str) -> Problems:
    yield from text(block.get("label"), f"{at}/label", 2000, plain=True)
    yield from element(block.get("element"), f"{at}/element", INPUTS)
    if "hint" in block:
        yield from text(block["hint"], f"{at}/hint", 2000, plain=True)


def _markdown(block: Json, at: str) -> Problems:
    yield from string(block.get("text"), f"{at}/text", 12_000)


def _rich(block: Json, at: str) -> Problems:
    known = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
    for index, each in enumerate(block.get("elements", [])):
        if each.get("type") not in known:
            yield f"{at}/elements/{index}", f"must be one of {sorted(known)}"


def _context_actions(block: Json, at: str) -> Problems:
    found = block.get("elements")
    if not isinstance(found, list) or not 0 < len(found) <= 5:
        yield f"{at}/elements", "must have 1 to 5 items"
        return
    for index, each in enumerate(found):
        if each.get("type") not in ("feedback_buttons", "icon_button"):
            yield f"{at}/elements/{index}", "must be feedback_buttons or icon_button"


BLOCKS: dict[str, Callable[[Json, str], Problems]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich,
}
ONLY_MESSAGES = {"markdown", "context_actions"}


def problems(blocks: object, *, most: int, at: str = "") -> Problems:
    """Everything wrong with them."""
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        yield f"{at}/blocks", "must be an array of objects"
        return
    if len(blocks) > most:
        yield f"{at}/blocks", f"no more than {most} items allowed"
    names = Counter(each["block_id"] for each in blocks if "block_id" in each)
    for name, count in names.items():
        if count > 1:
            yield f"{at}/blocks", f"block_id must be unique: {name}"
    for index, each in enumerate(blocks):
        where = f"{at}/blocks/{index}"
        kind = str(each.get("type"))
        if kind not in BLOCKS or (most == MOST_IN_VIEW and kind in ONLY_MESSAGES):
            yield where, f"unsupported type: {kind}"
            continue
        if "block_id" in each:
            yield from string(each["block_id"], f"{where}/block_id", 255)
        yield from BLOCKS[kind](each, where)


def _refuse(error: str, found: Problems) -> None:
    said = [f"{what} [json-pointer:{where}]" for where, what in found]
    if said:
        raise Refused(error, errors=said, response_metadata={"messages": [f"[ERROR] {each}" for each in said]})


def check_message(blocks: object, team: Team, name_block: Callable[[], str]) -> list[Json]:
    """The blocks as Slack keeps them, each with a block_id. Raises Refused."""
    if blocks is None:
        return []
    _refuse("invalid_blocks", problems(blocks, most=MOST_IN_MESSAGE))
    assert isinstance(blocks, list)
    if sum(len(each) for each, _ in texts_of(blocks)) > MOST_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    _check_files(blocks, team, "invalid_blocks")
    return [_named(each, name_block) for each in blocks]


def check_view(view: object, kinds: tuple[str, ...], team: Team, name_block: Callable[[], str]) -> Json:
    """The view as Slack keeps it. Raises Refused."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] view must be an object"]})
    if len(json.dumps(view)) > MOST_VIEW:
        raise Refused("view_too_large")
    _refuse("invalid_arguments", _view(view, kinds))
    _check_files(view["blocks"], team, "invalid_arguments")
    return view | {"blocks": [_named(each, name_block) for each in view["blocks"]]}


def _view(view: Json, kinds: tuple[str, ...]) -> Problems:
    if view.get("type") not in kinds:
        yield "/view/type", f"must be one of {list(kinds)}"
    if view.get("type") == "modal":
        yield from text(view.get("title"), "/view/title", 24, plain=True)
        for name in ("submit", "close"):
            if name in view:
                yield from text(view[name], f"/view/{name}", 24, plain=True)
        has_inputs = any(isinstance(each, dict) and each.get("type") == "input" for each in view.get("blocks", []))
        if has_inputs and "submit" not in view:
            yield "/view/submit", "is required when there are input blocks"
    elif {"title", "submit", "close"} & set(view):
        yield "/view", "a home has no title, submit or close"
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(view.get(name) or "") > most:
            yield f"/view/{name}", f"must be less than {most + 1} characters"
    yield from problems(view.get("blocks"), most=MOST_IN_VIEW, at="/view")


def _named(block: Json, name_block: Callable[[], str]) -> Json:
    """Slack gives names to what came without."""

    def of(found: Json) -> Json:
        if found.get("type") in IN_ACTIONS | INPUTS and "action_id" not in found:
            return found | {"action_id": name_block()}
        return found

    named = {"block_id": name_block(), **block}
    for name in ("accessory", "element"):
        if isinstance(named.get(name), dict):
            named[name] = of(named[name])
    if named["type"] == "actions":
        named["elements"] = [of(each) for each in named["elements"]]
    return named


def _check_files(blocks: list[Json], team: Team, error: str) -> None:
    """Pictures that are files of Slack's must be there, whole, and pictures."""

    def pictures(node: object) -> Problems:
        if isinstance(node, list):
            for each in node:
                yield from pictures(each)
        elif isinstance(node, dict):
            file = node.get("slack_file")
            if isinstance(file, dict):
                wanted = file.get("id") or str(file.get("url", "")).rstrip("/").split("/")[-2]
                found = team.files.get(wanted)
                if found is None or not found.complete or not found.mimetype.startswith("image/"):
                    yield "/slack_file", "invalid slack file"
            for each in node.values():
                yield from pictures(each)

    _refuse(error, pictures(blocks))


def check_metadata(found: object) -> Json:
    """Raises Refused."""
    if found is None or found == {}:
        return {}
    if not isinstance(found, dict) or set(found) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    if not isinstance(found["event_type"], str) or not isinstance(found["event_payload"], dict):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(found)) > MOST_METADATA:
        raise Refused("metadata_too_large")
    return found
