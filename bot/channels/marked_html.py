"""A text as a web page shows it, with some of its stretches marked; for previews."""

from __future__ import annotations

import html
from collections.abc import Iterable

from bot.channels.folding import FOLD, Fold


def marked_html(text: str, marks: Iterable[tuple[int, int, str]], fold: Fold | None = None) -> str:
    """Escaped, line ends as they stand. `marks`: start, end and address of each stretch, "" for what is no address.

    Of two that overlap the first one holds. `FOLD` stands in the place of the blanks at which the channel folds.
    """
    found = [(start, stop, _mark(text[start:stop], address)) for start, stop, address in marks]
    at = fold.at(text) if fold else None
    if at is not None:
        at = min([at, *(start for start, stop, _ in found if start < at < stop)])  # no address is torn
        rest = text[at:].lstrip()
        found.append((len(text[:at].rstrip()), len(text) - len(rest), FOLD))
    pieces, end = [], 0
    for start, stop, shown in sorted(found):
        if start >= end:
            pieces += [_escaped(text[end:start]), shown]
            end = stop
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _mark(text: str, address: str) -> str:
    if address.startswith(("https://", "http://")):
        return f'<a href="{html.escape(address)}" rel="nofollow noopener">{_escaped(text)}</a>'
    return f"<b>{_escaped(text)}</b>"
