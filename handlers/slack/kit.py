"""The few parts of Block Kit that AdMind uses, as JSON.

Words of people and models are never mrkdwn: plain_text and rich_text show `*`, `<!channel>`, `:tada:` and masked links
as the characters that they are, so what is seen is what was written, and nothing in it can mention or link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers.slack.limits import BUTTON, HEADER, OPTION, SECTION, TITLE, Json, cut


def plain(words: str, most: int = SECTION) -> Json:
    """A text object, without `:emoji:` names turned into pictures. Slack takes no empty text."""
    return {"type": "plain_text", "text": cut(words, most).text if words.strip() else "—", "emoji": False}


def header(words: str) -> Json:
    return {"type": "header", "text": plain(words, HEADER)}


def section(words: str, *, accessory: Json | None = None) -> Json:
    """A paragraph; Slack itself folds a long one behind "See more"."""
    return {"type": "section", "text": plain(words)} | ({"accessory": accessory} if accessory else {})


def context(words: str) -> Json:
    """Small print."""
    return {"type": "context", "elements": [plain(words)]}


def heading(words: str, rest: str = "") -> Json:
    """A bold line, and beside it what is measured."""
    parts: list[Json] = [{"type": "text", "text": cut(words, HEADER).text.strip() or "—", "style": {"bold": True}}]
    if rest:
        parts.append({"type": "text", "text": f"   {cut(rest, HEADER).text}"})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def link(address: str, before: str = "") -> Json:
    """A line that ends in an address, shown in full: no words can hide where it leads."""
    return links([(before, address)])


def links(lines: Iterable[tuple[str, str]]) -> Json:
    """Lines of words that end in an address each."""
    parts: list[Json] = []
    for before, address in lines:
        start = ("\n" if parts else "") + (f"{before} " if before else "")
        parts += [{"type": "text", "text": start}] if start else []
        parts.append({"type": "link", "url": address})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def picture(file: str, alt: str) -> Json:
    """By the file's id, both as a block and as an accessory."""
    return {"type": "image", "slack_file": {"id": file}, "alt_text": cut(alt, 1900).text or "—"}


def button(label: str, action: str, style: str = "plain") -> Json:
    made = {"type": "button", "text": plain(label, BUTTON), "action_id": action}
    return made | ({"style": style} if style in ("primary", "danger") else {})


def option(label: str, value: str, description: str = "") -> Json:
    made = {"text": plain(label, OPTION), "value": value}
    return made | ({"description": plain(description, OPTION)} if description else {})


def actions(elements: Sequence[Json]) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(block: str, label: str, element: Json, *, hint: str = "", optional: bool = False) -> Json:
    """An input; `block` is what its value and its error go by."""
    made = {"type": "input", "block_id": block, "label": plain(label, 1900), "element": {**element, "action_id": VALUE}}
    made |= {"hint": plain(hint, 1900)} if hint else {}
    return made | ({"optional": True} if optional else {})


def words_input(value: str = "", *, placeholder: str = "", lines: bool = True) -> Json:
    made: Json = {"type": "plain_text_input", "multiline": lines, "max_length": SECTION}
    made |= {"initial_value": value} if value else {}
    return made | ({"placeholder": plain(placeholder, 150)} if placeholder else {})


def chooser(kind: str, options: Iterable[Json], chosen: Iterable[str] = ()) -> Json:
    """checkboxes or multi_static_select, with what is chosen already."""
    offered = list(options)
    wanted = set(chosen)
    ticked = [each for each in offered if each["value"] in wanted]
    return {"type": kind, "options": offered} | ({"initial_options": ticked} if ticked else {})


def modal(callback: str, title: str, blocks: Sequence[Json], *, carried: str, submit: str = "", close: str) -> Json:
    """A view. Only ids are `carried`: whoever opens it can read them."""
    made: Json = {"type": "modal", "callback_id": callback, "title": plain(title, TITLE), "blocks": list(blocks)}
    made |= {"submit": plain(submit, TITLE)} if submit else {}
    return made | {"close": plain(close, TITLE), "private_metadata": carried}


VALUE = "value"  # the action_id of every field: a field goes by its block
