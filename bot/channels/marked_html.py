"""A text as a web page shows it, with some of its stretches marked; for previews."""

from __future__ import annotations

import html
from collections.abc import Iterable


def marked_html(text: str, marks: Iterable[tuple[int, int, str]]) -> str:
    """Escaped, line ends as they stand. `marks`: start, end and address of each stretch, "" for what is no address.

    Of two that overlap the first one holds.
    """
    pieces, end = [], 0
    for start, stop, address in sorted(marks):
        if start >= end:
            pieces += [_escaped(text[end:start]), _mark(text[start:stop], address)]
            end = stop
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _mark(text: str, address: str) -> str:
    if address.startswith(("https://", "http://")):
        return f'<a href="{html.escape(address)}" rel="nofollow noopener">{_escaped(text)}</a>'
    return f"<b>{_escaped(text)}</b>"
