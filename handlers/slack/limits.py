"""What Slack takes: text cut to fit, and every view and message checked before it leaves.

`slack_sdk.models` knows some limits; the others are here. Slack does not say how it counts: UTF-16 units are the
larger count, and `&`, `<`, `>` are counted as the escapes that they may become.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import regex
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block, BlockElement
from slack_sdk.models.views import View

from handlers.chat.cutting import Ruler

Json = dict[str, Any]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_CHARACTERS: Final = 12_000  # `msg_blocks_too_long` was seen at 13.2k
SECTION, HEADER, BUTTON, OPTION, INPUT, ALT = 3000, 150, 75, 75, 3000, 2000
OVERFLOW_OPTIONS, BOXES, SELECT_OPTIONS = 5, 10, 100
ACTION, VALUE, FALLBACK = 255, 150, 3000
TITLE = 24  # of a view, and of its buttons

# (type, field) → most. Of a text the weight counts, of a list its length.
_MOST: Final[Mapping[tuple[str, str], int]] = {
    ("plain_text", "text"): SECTION,
    ("mrkdwn", "text"): SECTION,
    ("header", "text"): HEADER,
    ("button", "text"): BUTTON,
    ("button", "value"): 2000,
    ("option", "text"): OPTION,
    ("option", "description"): OPTION,
    ("option", "value"): VALUE,
    ("overflow", "options"): OVERFLOW_OPTIONS,
    ("checkboxes", "options"): BOXES,
    ("radio_buttons", "options"): BOXES,
    ("static_select", "options"): SELECT_OPTIONS,
    ("multi_static_select", "options"): SELECT_OPTIONS,
    ("plain_text_input", "initial_value"): INPUT,
    ("plain_text_input", "max_length"): INPUT,
    ("file_input", "max_files"): 10,
    ("image", "alt_text"): ALT,
    ("input", "label"): 2000,
    ("input", "hint"): 2000,
    ("actions", "elements"): 25,
    ("context", "elements"): 10,
    ("rich_text", "elements"): 100,
}
_ANYWHERE: Final = {"placeholder": 150, "action_id": ACTION, "block_id": 255}
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SUMMONS = regex.compile(r"(?i)@(?=here|channel|everyone|group)")


class TooMuch(ValueError):
    """Slack would refuse this: a fault of ours, never of the person."""


def weight(text: str) -> int:
    """How long a text is at most, by any way of counting."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return units + sum((len(escaped) - 1) * text.count(char) for char, escaped in _ESCAPES.items())


ruler = Ruler(weight)
cut, pieces = ruler.cut, ruler.pieces


def escape(text: str) -> str:
    """Text of people and models for a field that Slack reads for mentions and links: they become plain words.

    Blocks do not need it: there such text goes into plain_text and rich_text alone, which Slack shows as it is.
    """
    return _SUMMONS.sub("@\u2060", "".join(_ESCAPES.get(char, char) for char in text))


def checked(blocks: Sequence[Json], *, most: int = MESSAGE_BLOCKS) -> list[Json]:
    """The same blocks. Raises TooMuch, naming the place, when Slack would refuse them."""
    if len(blocks) > most:
        raise TooMuch(f"{len(blocks)} blocks, at most {most}")
    for index, block in enumerate(blocks):
        _valid(Block.parse(block), block, f"block {index}")
        for path, each in _inside(block, f"block {index}"):
            _within(each, path)
    names = Counter(block["block_id"] for block in blocks if "block_id" in block)
    if twice := [name for name, count in names.items() if count > 1]:
        raise TooMuch(f"block_id {twice[0]} twice")
    return list(blocks)


def checked_message(blocks: Sequence[Json]) -> list[Json]:
    taken = characters(blocks)
    if taken > MESSAGE_CHARACTERS:
        raise TooMuch(f"{taken} characters in all, at most {MESSAGE_CHARACTERS}")
    return checked(blocks)


def checked_view(view: Json) -> Json:
    checked(view["blocks"], most=VIEW_BLOCKS)
    _valid(View(**view), view, "view")
    return view


def characters(blocks: Sequence[Json]) -> int:
    """What counts towards a message's whole length."""
    return sum(
        weight(value)
        for block in blocks
        for _, each in _inside(block, "")
        for key, value in each.items()
        if isinstance(value, str) and key in ("text", "alt_text", "url", "value", "action_id")
    )


def _inside(part: Json, path: str) -> Iterator[tuple[str, Json]]:
    yield path, part
    for key, value in part.items():
        for index, each in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(each, dict):
                yield from _inside(each, f"{path}.{key}[{index}]")


def _valid(parsed: Any, given: Json, path: str) -> None:
    if parsed is None:
        raise TooMuch(f"{path}: Slack knows no {given.get('type')}")
    try:
        parsed.validate_json()
        written = parsed.to_dict()
    except (SlackObjectFormationError, TypeError, ValueError) as error:
        raise TooMuch(f"{path}: {error}") from error
    if written != given:
        raise TooMuch(f"{path}: not understood as it was written")


def _within(part: Json, path: str) -> None:
    kind = part.get("type") or ("option" if "value" in part and "text" in part else "")
    for key, value in part.items():
        most = _MOST.get((kind, key), _ANYWHERE.get(key))
        if most is not None and _size(value) > most:
            raise TooMuch(f"{path}.{key}: {_size(value)}, at most {most}")
    if kind in ("plain_text", "mrkdwn") and not part["text"].strip():
        raise TooMuch(f"{path}: an empty text")
    if kind == "image" and ("slack_file" in part) == ("image_url" in part):
        raise TooMuch(f"{path}: a picture is one file or one address")
    if kind == "actions":
        ids = [each.get("action_id") for each in part["elements"]]
        if len(set(ids)) != len(ids):
            raise TooMuch(f"{path}: an action_id twice")
    if "action_id" in part:
        _valid(BlockElement.parse(part), part, path)


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return weight(value["text"])
    if isinstance(value, str):
        return weight(value)
    return int(value) if isinstance(value, int) else len(value)
