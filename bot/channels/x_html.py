"""One post of a thread as X's web page shows it; for previews."""

from __future__ import annotations

import re

from bot.channels.marked_html import marked_html
from bot.channels.x_text import marks
from storage.sealed import Part

# X shows an address without its scheme: `display_url` of https://docs.x.com/x-api/fundamentals/data-dictionary.
_SCHEME = re.compile(r'(?<=rel="nofollow noopener">)https?://', re.IGNORECASE)


def post_html(part: Part) -> str:
    return _SCHEME.sub("", marked_html(part.text, marks(part.text)))
