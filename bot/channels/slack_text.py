"""How Slack is told a text, and how it counts one.

A text goes out as a `rich_text` block (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block): its elements
are characters and addresses, never markup, so a star stays a star and `<!channel>` pings nobody. Beside it stands the
same as `text` for notifications, with `&`, `<` and `>` escaped as
https://docs.slack.dev/messaging/formatting-message-text#escaping asks.

Slack gives emoji back as elements of their own, with their code points in hexadecimal.

Length: Slack advises 4,000 characters for `text`, cuts it at 40,000
(https://api.slack.com/changelog/2018-04-truncating-really-long-messages) and was seen to make two messages of more than
4,000 (https://github.com/chainloop-dev/chainloop/issues/272); blocks are refused somewhere above 13,000
(https://github.com/slackapi/bolt-js/issues/2509). AdMind keeps to 4,000 UTF-16 code units of the escaped text, which is
never less than Slack counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MOST = 4000
ADDRESS = re.compile(r"""https?://[^\s<>|]+[^\s<>|.,:;!?"')\]]""")
_HEX = re.compile(r"[0-9a-f]{2,6}(?:-[0-9a-f]{2,6}){0,15}")


def length(text: str) -> int:
    """UTF-16 code units as it is written there; half a surrogate pair, which no payload takes, counts as one."""
    return len(escaped(text.strip()).encode("utf-16-le", "surrogatepass")) // 2


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich(text: str) -> dict[str, Any]:
    """The block that shows exactly these characters, and its addresses as links."""
    elements, end = list[dict[str, Any]](), 0
    for start, stop, address in marks(text):
        if start > end:
            elements.append({"type": "text", "text": text[end:start]})
        elements.append({"type": "link", "url": address})
        end = stop
    if end < len(text):
        elements.append({"type": "text", "text": text[end:]})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def marks(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and address of each link."""
    return ((match.start(), match.end(), match[0]) for match in ADDRESS.finditer(text))


def shown(blocks: list[dict[str, Any]]) -> str:
    """What people see of the text in a message's blocks."""
    return "".join(_seen(block) for block in blocks if block.get("type") == "rich_text")


def _seen(element: dict[str, Any]) -> str:
    inner = element.get("elements")
    if isinstance(inner, list):
        return "".join(_seen(each) for each in inner if isinstance(each, dict))
    kind = element.get("type")
    if kind == "link":
        return str(element.get("text") or element.get("url") or "")
    if kind == "emoji":
        points = str(element.get("unicode") or "")
        if _HEX.fullmatch(points) and all(int(point, 16) < 0x110000 for point in points.split("-")):
            return "".join(chr(int(point, 16)) for point in points.split("-"))
        return f":{element.get('name') or ''}:"
    return str(element.get("text") or "")
