"""One post as Bluesky's web page shows it: its facets as links, line ends as they stand; for previews."""

from __future__ import annotations

import html
from typing import Any

from storage.sealed import Part


def part_html(part: Part) -> str:
    """Escaped text in which the sealed facets are marked, and nothing else: what is no facet is no link there."""
    data, pieces, end = part.text.encode(), [], 0
    for facet in part.facets:
        start, stop = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        pieces += [_escaped(data[end:start]), _marked(facet["features"][0], _escaped(data[start:stop]))]
        end = stop
    return "".join([*pieces, _escaped(data[end:])])


def _escaped(data: bytes) -> str:
    return html.escape(data.decode()).replace("\n", "<br>")


def _marked(feature: dict[str, Any], shown: str) -> str:
    uri = str(feature.get("uri", ""))
    if uri.startswith(("https://", "http://")):
        return f'<a href="{html.escape(uri)}" rel="nofollow noopener">{shown}</a>'
    return f"<b>{shown}</b>"
