"""A text as Mastodon's web page shows it: short addresses, mentions without domain, tags as links; for previews."""

from __future__ import annotations

import html

import regex

from bot.channels.feed_html import plain
from bot.channels.mastodon_text import ADDRESS, MENTION

MOST_SHOWN = 30  # characters of an address: app/lib/text_formatter.rb
TAG = regex.compile(r"(?<![\w/)=])#(?=\w*[^\W\d_])[\w·]+")


def text_html(text: str) -> str:
    """Escaped paragraphs in which addresses, mentions and tags are marked; nothing of the text is taken as markup."""
    blocks = regex.split(r"\n[ \t]*\n+", plain(text).strip())
    return "".join(f"<p>{_marked(block.strip()).replace(chr(10), '<br>')}</p>" for block in blocks if block.strip())


def _marked(text: str) -> str:
    found = [(match.start(), match.end(), _anchor(match[0])) for match in ADDRESS.finditer(text)]
    found += [(match.start(), match.end(), _mark(f"@{match[1]}")) for match in MENTION.finditer(text)]
    found += [(match.start(), match.end(), _mark(match[0])) for match in TAG.finditer(text)]
    pieces, end = [], 0
    for start, stop, shown in sorted(found):
        if start >= end:
            pieces += [html.escape(text[end:start]), shown]
            end = stop
    return "".join([*pieces, html.escape(text[end:])])


def _anchor(address: str) -> str:
    rest = address.partition("://")[2].removeprefix("www.")
    shown = rest if len(rest) <= MOST_SHOWN else f"{rest[:MOST_SHOWN]}…"
    return f'<a href="{html.escape(address)}" rel="nofollow noopener">{html.escape(shown)}</a>'


def _mark(text: str) -> str:
    return f"<b>{html.escape(text)}</b>"
