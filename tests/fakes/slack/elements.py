"""What Block Kit takes as texts, options and elements: every problem with the place where it is."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.slack.records import Json

Problems = Iterator[tuple[str, str]]  # JSON pointer, what is wrong there
INPUTS = {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "static_select",
    "multi_static_select",
    "users_select",
    "multi_users_select",
    "conversations_select",
    "multi_conversations_select",
    "channels_select",
    "multi_channels_select",
    "external_select",
    "checkboxes",
    "radio_buttons",
    "file_input",
    "rich_text_input",
}
IN_ACTIONS = (INPUTS | {"button", "overflow"}) - {
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    "plain_text_input",
}
IN_SECTIONS = IN_ACTIONS | {"image"}
OPTIONS = {  # element → the most options
    "static_select": 100,
    "multi_static_select": 100,
    "overflow": 5,
    "checkboxes": 10,
    "radio_buttons": 10,
}


def text(found: object, at: str, most: int, *, plain: bool = False) -> Problems:
    """A text object that is there, is not empty, and not longer."""
    if not isinstance(found, dict) or found.get("type") not in ("plain_text", "mrkdwn"):
        yield at, "must be a text object"
        return
    if plain and found["type"] != "plain_text":
        yield at, "must be of type plain_text"
    if found["type"] == "mrkdwn" and "emoji" in found:
        yield at, "emoji is only for plain_text"
    yield from string(found.get("text"), f"{at}/text", most)
    unknown = set(found) - {"type", "text", "emoji", "verbatim"}
    if unknown:
        yield at, f"no such fields: {sorted(unknown)}"


def string(found: object, at: str, most: int) -> Problems:
    if not isinstance(found, str) or not found:
        yield at, "must be a string of 1 or more characters"
    elif len(found) > most:
        yield at, f"must be less than {most + 1} characters"


def picture(found: Json, at: str) -> Problems:
    """An image: by its address or as a file of Slack's, never both; described."""
    yield from string(found.get("alt_text"), f"{at}/alt_text", 2000)
    if ("slack_file" in found) == ("image_url" in found):
        yield at, "must have one of image_url and slack_file"
    elif "image_url" in found:
        yield from string(found["image_url"], f"{at}/image_url", 3000)
        if not str(found["image_url"]).startswith(("http://", "https://")):
            yield f"{at}/image_url", "must be an http address"
    else:
        file = found["slack_file"]
        if not isinstance(file, dict) or ("id" in file) == ("url" in file):
            yield f"{at}/slack_file", "must have one of id and url"


def confirmation(found: object, at: str) -> Problems:
    if not isinstance(found, dict):
        yield at, "must be an object"
        return
    for name, most in (("title", 100), ("confirm", 30), ("deny", 30)):
        yield from text(found.get(name), f"{at}/{name}", most, plain=True)
    yield from text(found.get("text"), f"{at}/text", 300)


def options(found: object, at: str, most: int) -> Problems:
    if not isinstance(found, list) or not 0 < len(found) <= most:
        yield at, f"must have 1 to {most} items"
        return
    values = [each.get("value") for each in found if isinstance(each, dict)]
    if len(set(values)) != len(values):
        yield at, "values must differ"
    for index, each in enumerate(found):
        yield from text(each.get("text"), f"{at}/{index}/text", 75)
        yield from string(each.get("value"), f"{at}/{index}/value", 150)
        if "description" in each:
            yield from text(each["description"], f"{at}/{index}/description", 75, plain=True)


def element(found: object, at: str, allowed: set[str]) -> Problems:
    """Something in a block."""
    if not isinstance(found, dict) or found.get("type") not in allowed:
        yield at, f"must be one of {sorted(allowed)}"
        return
    kind = found["type"]
    if kind == "image":
        yield from picture(found, at)
        return
    if "action_id" in found:
        yield from string(found["action_id"], f"{at}/action_id", 255)
    if "confirm" in found:
        yield from confirmation(found["confirm"], f"{at}/confirm")
    if "placeholder" in found:
        yield from text(found["placeholder"], f"{at}/placeholder", 150, plain=True)
    if kind == "button":
        yield from button(found, at)
    if kind == "plain_text_input":
        yield from _typed(found, at)
    if kind in OPTIONS:
        yield from _choice(found, at, OPTIONS[kind])


def button(found: Json, at: str) -> Problems:
    yield from text(found.get("text"), f"{at}/text", 75, plain=True)
    if "value" in found:
        yield from string(found["value"], f"{at}/value", 2000)
    if "url" in found:
        yield from string(found["url"], f"{at}/url", 3000)
    if found.get("style", "primary") not in ("primary", "danger"):
        yield f"{at}/style", "must be primary or danger"
    if "accessibility_label" in found:
        yield from string(found["accessibility_label"], f"{at}/accessibility_label", 75)


def _typed(found: Json, at: str) -> Problems:
    most = found.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        yield f"{at}/max_length", "must be 1 to 3000"
    elif len(found.get("initial_value") or "") > most:
        yield f"{at}/initial_value", f"must be less than {most + 1} characters"


def _choice(found: Json, at: str, most: int) -> Problems:
    if "option_groups" in found:
        if "options" in found:
            yield at, "must have one of options and option_groups"
        for index, group in enumerate(found["option_groups"]):
            yield from text(group.get("label"), f"{at}/option_groups/{index}/label", 75, plain=True)
            yield from options(group.get("options"), f"{at}/option_groups/{index}/options", 100)
        offered = [each for group in found["option_groups"] for each in group.get("options", [])]
    else:
        yield from options(found.get("options"), f"{at}/options", most)
        offered = found.get("options") or []
    initial = found.get("initial_options", [])
    if "initial_option" in found:
        initial = [found["initial_option"]]
    if any(each not in offered for each in initial):
        yield at, "what is chosen at first must be one of the options"
