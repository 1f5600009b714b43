"""What people wrote, out of Slack's way to write it: addresses in full, names instead of ids."""

from __future__ import annotations

import html
import re
from typing import Final

_MARK: Final = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
_SAID: Final = frozenset({"", "file_share", "thread_broadcast", "me_message"})


def plain_words(text: str, bot: str = "") -> str:
    """The words as they were typed; a mention of the bot itself is left out."""

    def spoken(found: re.Match[str]) -> str:
        kind, name, label = found[1], found[2], found[3] or ""
        if kind == "@":
            return "" if name == bot else f"@{label or name}"
        if kind == "#":
            return f"#{label or name}"
        if kind == "!":
            return label or f"@{name.partition('^')[0]}"
        return name.removeprefix("mailto:").removeprefix("tel:") if not label or label in name else f"{label} {name}"

    return html.unescape(_MARK.sub(spoken, text)).strip()


def is_said(event: dict[str, object], bot: str) -> bool:
    """Whether a person said it just now: no edit, no deletion, no bot, nothing of ours."""
    return (
        str(event.get("subtype") or "") in _SAID
        and not event.get("bot_id")
        and bool(event.get("user"))
        and event.get("user") != bot
    )
