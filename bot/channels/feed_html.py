"""A post's text as safe HTML: paragraphs, line breaks, links and pictures; nothing of it is taken as markup.

The only tags are those written here, the only addresses in `href` start with http:// or https://.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from storage.sealed import Medium, Part

# Everything that XML 1.0 cannot hold, even escaped: https://www.w3.org/TR/xml/#charsets ; and the C1 controls, which
# readers show as rubbish.
_ILLEGAL = re.compile(r"[^\t\n\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\{}|^]+", re.IGNORECASE)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
SUMMARY_CHARACTERS = 300


def plain(text: str) -> str:
    """The text without what XML cannot hold, line ends as \\n."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def content_html(parts: Sequence[Part], address: Callable[[Medium], str]) -> str:
    """The whole post; pictures follow the text of their part."""
    return "\n".join(block for part in parts for block in (*_paragraphs(part.text), *_images(part, address)))


def summary(parts: Sequence[Part]) -> str:
    """The beginning as HTML-escaped text, for readers that show a list."""
    text = " ".join(plain(parts[0].text).split()) if parts else ""
    if len(text) > SUMMARY_CHARACTERS:
        text = text[: SUMMARY_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    return html.escape(text, quote=False)


def linked(text: str) -> str:
    """Escaped text in which web addresses are links."""
    pieces, end = [], 0
    for match in _ADDRESS.finditer(text):
        found = _trimmed(match.group())
        pieces += [html.escape(text[end : match.start()]), _anchor(found)]
        end = match.start() + len(found)
    return "".join([*pieces, html.escape(text[end:])])


def _paragraphs(text: str) -> list[str]:
    blocks = re.split(r"\n[ \t]*\n+", plain(text).strip("\n"))
    return [f"<p>{linked(block.strip()).replace(chr(10), '<br>')}</p>" for block in blocks if block.strip()]


def _images(part: Part, address: Callable[[Medium], str]) -> list[str]:
    return [
        f'<p><img src="{html.escape(address(medium))}" alt="{html.escape(plain(medium.alt))}" '
        f'width="{medium.width}" height="{medium.height}"></p>'
        for medium in part.media
    ]


def _anchor(address: str) -> str:
    return f'<a href="{html.escape(address)}" rel="nofollow noopener">{html.escape(address)}</a>'


def _trimmed(address: str) -> str:
    """Without the punctuation that belongs to the sentence; a bracket stays when it was opened inside."""
    while address:
        last = address[-1]
        closes = last in _CLOSERS and address.count(last) > address.count(_CLOSERS[last])
        if last not in ".,;:!?…»”’*_" and not closes:
            break
        address = address[:-1]
    return address
