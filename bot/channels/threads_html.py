"""One post of a chain as the web page of Threads shows it; for previews."""

from __future__ import annotations

from bot.channels.marked_html import marked_html
from bot.channels.threads_text import marks
from storage.sealed import Part


def post_html(part: Part) -> str:
    return marked_html(part.text, marks(part.text))
