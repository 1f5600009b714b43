"""One post as LinkedIn's web page shows it: addresses, hashtags and mentioned pages as links; for previews."""

from __future__ import annotations

from bot.channels.folding import Fold
from bot.channels.linkedin_text import TAG
from bot.channels.marked_html import marked_html
from bot.channels.mastodon_text import ADDRESS
from storage.sealed import Part

FOLD = Fold(lines=3, width=70)


def post_html(part: Part) -> str:
    marks = [(match.start(), match.end(), match[0]) for match in ADDRESS.finditer(part.text)]
    marks += [(match.start(), match.end(), "") for match in TAG.finditer(part.text)]
    marks += [(each["start"], each["end"], "") for each in part.facets]
    return marked_html(part.text, marks, FOLD)
