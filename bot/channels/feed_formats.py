"""A list of published posts as RSS 2.0, Atom and JSON Feed 1.1. Pure functions: the same items give the same bytes.

Specifications: https://www.rssboard.org/rss-specification with https://www.rssboard.org/media-rss and
https://web.resource.org/rss/1.0/modules/content/ ; https://www.rfc-editor.org/rfc/rfc4287 ;
https://www.jsonfeed.org/version/1.1/ . All text is hostile: it is escaped for HTML first and for XML after that.
"""

from __future__ import annotations

import hashlib
import json
import uuid
import xml.etree.ElementTree as ET  # only writes here; nothing foreign is parsed
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Literal

from bot.channels.feed_html import content_html, plain, summary
from storage.feed import FeedItem
from storage.sealed import Medium

Format = Literal["rss", "atom", "json"]
CONTENT_TYPES: Mapping[Format, str] = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
NAMESPACE = uuid.UUID("6b0f9c3e-6a5e-5b6e-9c2b-0c1d6c2f7a41")  # ours, fixed for ever: Atom ids hang on it
GENERATOR = "AdMind"


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself. `identity` never changes (workspace, or workspace and account); addresses are
    absolute; `changed_at` is when an item last came or went, or when the account was made.
    """

    identity: str
    title: str
    home: str
    address: str
    changed_at: datetime
    description: str = ""
    author: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A rendered feed with its validators, for handlers to answer 200 or 304."""

    body: bytes
    content_type: str
    etag: str
    last_modified: str

    def not_modified(self, if_none_match: str = "", if_modified_since: str = "") -> bool:
        """Whether 304 is the answer to these request headers (RFC 9110 §13.2.2: the entity tag goes first)."""
        if if_none_match:
            tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
            return "*" in tags or self.etag in tags
        try:
            return bool(if_modified_since) and _http_date(self.last_modified) <= _http_date(if_modified_since)
        except (ValueError, TypeError):
            return False


def render(kind: Format, head: FeedHead, items: Sequence[FeedItem], public: Callable[[str], str]) -> FeedDocument:
    """The feed's bytes. `public` turns a path of the public edge into an absolute address."""
    body = {"rss": _rss, "atom": _atom, "json": _json}[kind](head, items, public)
    return FeedDocument(
        body=body,
        content_type=CONTENT_TYPES[kind],
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        last_modified=_rfc822(head.changed_at),
    )


def page_path(guid: str) -> str:
    return f"posts/{guid}"


def media_path(medium: Medium) -> str:
    """The address is the hash of the picture's bytes: nobody guesses it who does not have them."""
    return f"media/{medium.sha256}.{EXTENSIONS.get(medium.mime, 'bin')}"


def pictures(item: FeedItem) -> tuple[Medium, ...]:
    return tuple(medium for part in item.parts for medium in part.media)


def _rss(head: FeedHead, items: Sequence[FeedItem], public: Callable[[str], str]) -> bytes:
    root = ET.Element(
        "rss",
        {
            "version": "2.0",
            "xmlns:atom": "http://www.w3.org/2005/Atom",
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
        },
    )
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", head.title)
    _text(channel, "link", head.home)
    _text(channel, "description", head.description or head.title)
    _text(channel, "language", head.language)
    _text(channel, "lastBuildDate", _rfc822(head.changed_at))
    _text(channel, "generator", GENERATOR)
    _text(channel, "docs", "https://www.rssboard.org/rss-specification")
    ET.SubElement(channel, "atom:link", {"rel": "self", "type": "application/rss+xml", "href": plain(head.address)})
    for item in items:
        _rss_item(channel, head, item, public)
    return _xml(root)


def _rss_item(channel: ET.Element, head: FeedHead, item: FeedItem, public: Callable[[str], str]) -> None:
    entry = ET.SubElement(channel, "item")
    _text(entry, "title", item.title)
    _text(entry, "link", public(page_path(item.guid)))
    _text(entry, "guid", item.guid).set("isPermaLink", "false")
    _text(entry, "pubDate", _rfc822(item.published_at))
    _text(entry, "dc:creator", head.author or head.title)
    _text(entry, "dc:language", item.language)
    _text(entry, "description", summary(item.parts))
    _text(entry, "content:encoded", content_html(item.parts, lambda medium: public(media_path(medium))))
    for number, medium in enumerate(pictures(item)):
        address = public(media_path(medium))
        if number == 0:  # readers expect one enclosure at most: https://www.rssboard.org/rss-profile#element-enclosure
            ET.SubElement(entry, "enclosure", {"url": address, "length": str(medium.size), "type": medium.mime})
        media = ET.SubElement(
            entry,
            "media:content",
            {
                "url": address,
                "fileSize": str(medium.size),
                "type": medium.mime,
                "medium": "image",
                "width": str(medium.width),
                "height": str(medium.height),
            },
        )
        if medium.alt:
            _text(media, "media:description", medium.alt).set("type", "plain")


def _atom(head: FeedHead, items: Sequence[FeedItem], public: Callable[[str], str]) -> bytes:
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": plain(head.language)})
    _text(root, "id", _urn(head.identity))
    _text(root, "title", head.title)
    if head.description:
        _text(root, "subtitle", head.description)
    _text(root, "updated", _rfc3339(head.changed_at))
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": plain(head.address)})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": plain(head.home)})
    _text(ET.SubElement(root, "author"), "name", head.author or head.title)
    _text(root, "generator", GENERATOR)
    for item in items:
        entry = ET.SubElement(root, "entry", {"xml:lang": plain(item.language)})
        _text(entry, "id", _urn(f"{item.workspace}/{item.guid}"))
        _text(entry, "title", item.title)
        _text(entry, "published", _rfc3339(item.published_at))
        _text(entry, "updated", _rfc3339(item.published_at))
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": public(page_path(item.guid))})
        for medium in pictures(item):
            ET.SubElement(
                entry,
                "link",
                {
                    "rel": "enclosure",
                    "type": medium.mime,
                    "length": str(medium.size),
                    "href": public(media_path(medium)),
                }
                | ({"title": plain(medium.alt)} if medium.alt else {}),
            )
        _text(entry, "content", content_html(item.parts, lambda medium: public(media_path(medium)))).set("type", "html")
    return _xml(root)


def _json(head: FeedHead, items: Sequence[FeedItem], public: Callable[[str], str]) -> bytes:
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": plain(head.title),
        "home_page_url": head.home,
        "feed_url": head.address,
        "language": head.language,
        "authors": [{"name": plain(head.author or head.title)}],
        "items": [_json_item(item, public) for item in items],
    }
    if head.description:
        document["description"] = plain(head.description)
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_item(item: FeedItem, public: Callable[[str], str]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": item.guid,
        "url": public(page_path(item.guid)),
        "content_html": content_html(item.parts, lambda medium: public(media_path(medium))),
        "content_text": plain("\n\n".join(part.text for part in item.parts)),
        "date_published": _rfc3339(item.published_at),
        "language": item.language,
    }
    if item.title:
        entry["title"] = plain(item.title)
    if media := pictures(item):
        entry["image"] = public(media_path(media[0]))
        entry["attachments"] = [
            {
                "url": public(media_path(medium)),
                "mime_type": medium.mime,
                "size_in_bytes": medium.size,
                **({"title": plain(medium.alt)} if medium.alt else {}),
            }
            for medium in media
        ]
    return entry


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = plain(text)
    return child


def _xml(root: ET.Element) -> bytes:
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _urn(identity: str) -> str:
    """Atom wants an IRI that stays when the public address changes."""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, identity)}"


def _rfc822(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _http_date(text: str) -> datetime:
    return parsedate_to_datetime(text).astimezone(UTC)
