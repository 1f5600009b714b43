"""What an element holds once a person has pressed, chosen or typed; refused as Slack's own window refuses."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.records import Json

TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
PICKED = {  # element → where its value stands
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}
ONE_OPTION = {"static_select", "radio_buttons", "overflow"}
OPTIONS = {"multi_static_select", "checkboxes"}
EMPTY: tuple[object, ...] = (None, "", [])


def pressed_value(element: Json) -> Json:
    """A button's."""
    return {name: element[name] for name in ("type", "text", "value", "style", "url") if name in element}


def option(element: Json, wanted: str) -> Json:
    """By value or label."""
    offered: list[Json] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        offered += group["options"]
    found = [each for each in offered if wanted in (each["value"], each["text"]["text"])]
    assert len(found) == 1, f"{wanted} is not one of {[each['value'] for each in offered]}"
    return found[0]


def chosen(element: Json, value: Any) -> Json:
    """The state of the element. AssertionError for what it does not take."""
    kind = element["type"]
    if kind in TYPED:
        _fits(element, value)
        return {"type": kind, "value": value or None}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": option(element, value) if value else None}
    if kind in OPTIONS:
        wanted = [value] if isinstance(value, str) else value
        return {"type": kind, "selected_options": [option(element, each) for each in wanted]}
    assert kind in PICKED, f"nothing is chosen in a {kind}"
    return {"type": kind, PICKED[kind]: value}


def _fits(element: Json, value: Any) -> None:
    if value in EMPTY:
        return
    assert isinstance(value, str)
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    assert least <= len(value) <= most, f"{len(value)} characters, not {least} to {most}"
    assert element.get("multiline") or "\n" not in value, "one line only"


def initial(element: Json) -> Any:
    """What stands in an element at first."""
    kind = element["type"]
    if kind in TYPED:
        return element.get("initial_value", "")
    if kind in ONE_OPTION:
        return element.get("initial_option", {}).get("value")
    if kind in OPTIONS:
        return [each["value"] for each in element.get("initial_options", [])]
    return element.get("initial_" + PICKED[kind].removeprefix("selected_"))


def filled(blocks: list[Json], before: Json, values: dict[str, Any]) -> Json:
    """The state of a whole window: what was there, what is typed now by block or action id, the rest as it came."""
    state: Json = {}
    left = dict(values)
    for block in blocks:
        elements = [block["element"]] if block["type"] == "input" else []
        for element in elements:
            name, block_id = element["action_id"], block["block_id"]
            typed = block_id if block_id in left else name
            known = before.get(block["block_id"], {}).get(name)
            if typed in left:
                value = chosen(element, left.pop(typed))
            else:
                value = known or chosen(element, initial(element))
            missing = all(each in EMPTY for place, each in value.items() if place != "type")
            assert block.get("optional") or not missing, f"{name} must be filled in"
            state[block["block_id"]] = {name: value}
        if block["type"] in ("section", "actions") and block["block_id"] in before:
            state[block["block_id"]] = before[block["block_id"]]
    assert not left, f"the window has no {sorted(left)}"
    return state
