"""One message as Discord shows it: addresses as links, all else as the characters that they are; for previews."""

from __future__ import annotations

from bot.channels.discord_text import marks
from bot.channels.marked_html import marked_html
from storage.sealed import Part


def message_html(part: Part) -> str:
    return marked_html(part.text, marks(part.text))
