"""One message as Telegram shows it: addresses, mentions and hashtags as links; for previews."""

from __future__ import annotations

import regex

from bot.channels.marked_html import marked_html
from bot.channels.mastodon_text import ADDRESS
from bot.channels.threads_text import TAG
from storage.sealed import Part

MENTION = regex.compile(r"(?<![\w@/.])@[a-z]\w{3,31}(?![\w@])", regex.IGNORECASE | regex.ASCII)  # names have 4 to 32


def message_html(part: Part) -> str:
    marks = [(match.start(), match.end(), match[0]) for match in ADDRESS.finditer(part.text)]
    marks += [(m.start(), m.end(), "") for pattern in (TAG, MENTION) for m in pattern.finditer(part.text)]
    return marked_html(part.text, marks)
