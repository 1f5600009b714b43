"""One post as Facebook's web page shows it: addresses and hashtags as links; for previews."""

from __future__ import annotations

from bot.channels.folding import Fold
from bot.channels.marked_html import marked_html
from bot.channels.mastodon_text import ADDRESS
from bot.channels.threads_text import TAG
from storage.sealed import Part

FOLD = Fold(lines=5, width=96)


def post_html(part: Part) -> str:
    marks = [(match.start(), match.end(), match[0]) for match in ADDRESS.finditer(part.text)]
    marks += [(match.start(), match.end(), "") for match in TAG.finditer(part.text)]
    return marked_html(part.text, marks, FOLD)
