"""A caption as Instagram's web page shows it: hashtags and mentions as links, addresses as words; for previews."""

from __future__ import annotations

from bot.channels.folding import Fold
from bot.channels.instagram_text import marks
from bot.channels.marked_html import marked_html
from storage.sealed import Part

FOLD = Fold(lines=2, width=62)


def post_html(part: Part) -> str:
    return marked_html(part.text, marks(part.text), FOLD)
