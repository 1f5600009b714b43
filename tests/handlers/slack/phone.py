"""What a person sees of a message or a view on a phone, as text. Pictures are named, buttons are in brackets."""

from __future__ import annotations

from typing import Any

FOLDS_AFTER = 700  # characters, after which Slack folds a paragraph behind "See more"


def seen(blocks: list[dict[str, Any]], *, folds_after: int = FOLDS_AFTER) -> str:
    return "\n".join(line for block in blocks for line in _lines(block, folds_after))


def seen_view(view: dict[str, Any]) -> str:
    head = f"== {view['title']['text']} ==\n" if "title" in view else ""
    ends = [f"[{view[name]['text']}]" for name in ("submit", "close") if name in view]
    return head + seen(view["blocks"], folds_after=10**6) + ("\n" + " ".join(ends) if ends else "")


def _lines(block: dict[str, Any], folds_after: int) -> list[str]:
    match block["type"]:
        case "header":
            return [f"# {block['text']['text']}"]
        case "section":
            words = block["text"]["text"]
            shown = words if len(words) <= folds_after else words[:folds_after] + " … See more"
            beside = block.get("accessory")
            return [shown + (f"   {_element(beside)}" if beside else "")]
        case "context":
            return ["  ".join(f"({each['text']})" for each in block["elements"])]
        case "image":
            return [f"[picture {block['slack_file']['id']}: {block['alt_text']}]"]
        case "rich_text":
            return ["".join(_rich(part) for part in each["elements"]) for each in block["elements"]]
        case "actions":
            return [" ".join(_element(each) for each in block["elements"])]
        case "divider":
            return ["----"]
        case "input":
            hint = f"  ({block['hint']['text']})" if "hint" in block else ""
            wanted = "" if block.get("optional") else " *"
            return [f"{block['label']['text']}{wanted}: {_element(block['element'])}{hint}"]
    raise AssertionError(f"nothing draws {block['type']}")


def _rich(part: dict[str, Any]) -> str:
    if part["type"] == "link":
        return f"<{part['url']}>"
    return f"*{part['text']}*" if part.get("style", {}).get("bold") else str(part["text"])


def _element(element: dict[str, Any]) -> str:
    match element["type"]:
        case "button":
            sign = {"primary": "!", "danger": "‼"}.get(element.get("style", ""), "")
            return f"[{sign}{element['text']['text']}]"
        case "overflow":
            return f"[⋯ {' · '.join(each['text']['text'] for each in element['options'])}]"
        case "static_select":
            chosen, options = element["initial_option"]["text"]["text"], element["options"]
            return f"[▾ {chosen} | {' · '.join(each['text']['text'] for each in options)}]"
        case "image":
            return f"[picture {element['slack_file']['id']}]"
        case "plain_text_input":
            return f"|{element.get('initial_value', '')}|"
        case "checkboxes" | "multi_static_select":
            ticked = [each["value"] for each in element.get("initial_options", ())]
            return " ".join(
                f"{'☑' if each['value'] in ticked else '☐'} {each['text']['text']}" for each in element["options"]
            )
    return f"<{element['type']}>"
