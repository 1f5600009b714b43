"""Feeds as websites serve them, in three formats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

RSS, ATOM, JSON = "application/rss+xml", "application/atom+xml", "application/feed+json"


@dataclass(frozen=True)
class Item:
    link: str
    title: str = "A title"
    text: str = ""
    id: str = ""
    at: str = "2026-12-01T09:00:00+00:00"


def rss(items: Sequence[Item], title: str = "Velo news") -> bytes:
    from datetime import datetime
    from email.utils import format_datetime

    said = "".join(
        f"<item><title>{escape(each.title)}</title><link>{escape(each.link)}</link>"
        f"<guid isPermaLink='false'>{escape(each.id or each.link)}</guid>"
        + (f"<pubDate>{format_datetime(datetime.fromisoformat(each.at))}</pubDate>" if each.at else "")
        + f"<description>{escape(each.text)}</description></item>"
        for each in items
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{title}</title>{said}</channel></rss>".encode()


def atom(items: Sequence[Item], title: str = "Velo news") -> bytes:
    said = "".join(
        f"<entry><title>{escape(each.title)}</title><link href='{escape(each.link)}'/>"
        f"<id>{escape(each.id or each.link)}</id><updated>{each.at}</updated>"
        f"<content type='html'>{escape(each.text)}</content></entry>"
        for each in items
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{title}</title>{said}</feed>".encode()


def json_feed(items: Sequence[Item], title: str = "Velo news") -> bytes:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "items": [
                {"id": each.id or each.link, "url": each.link, "title": each.title, "content_html": each.text,
                 "date_published": each.at}
                for each in items
            ],
        }
    ).encode()  # fmt: skip
