"""A feed's entries, newest first: RSS and Atom by feedparser, JSON Feed (https://www.jsonfeed.org/version/1.1/) here.

Runs in the child that `extraction` starts. An entry's words are the feed's: without markup and without hidden parts.
"""

from __future__ import annotations

import json
import re
from calendar import timegm
from datetime import UTC, datetime
from typing import Any, Final

from bot.drafting.extracted import FEEDS, MOST_TITLE, PERHAPS_FEEDS, Entry, Extracted, kind_of
from bot.drafting.hidden import shown_only, without_hidden

MOST_ENTRIES: Final = 200
MOST_WORDS: Final = 4_000  # characters of an entry's own text
MOST_MARKUP: Final = 100_000
_ROOT: Final = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>\s*|<\?xml-stylesheet[^>]*\?>\s*|<!--.*?-->\s*)*<(rss|feed|rdf:RDF)\b", re.S
)
_LINK: Final = re.compile(r"https?://[^\s<>\"]{4,2000}", re.I)


def is_feed(body: bytes, content_type: str) -> bool:
    """Whether it says that it is one, or looks like one; a page that is called XML may be either."""
    kind = kind_of(content_type)
    if kind in FEEDS:
        return True
    head = body[:4000].removeprefix(b"\xef\xbb\xbf")
    if kind == "application/json":
        return b"jsonfeed.org/version" in head
    return (kind in PERHAPS_FEEDS or kind.startswith("text/") or not kind) and _ROOT.match(head) is not None


def read_feed(body: bytes, content_type: str, address: str) -> Extracted:
    """Its title, and its entries with the newest first; by date where all have one, else in its own order."""
    if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        title, found = _json_feed(body)
    else:
        title, found = _xml_feed(body, content_type, address)
    found = [each for each in found if each.title or each.text][:MOST_ENTRIES]
    if found and all(each.published for each in found):
        found.sort(key=lambda each: each.published, reverse=True)
    return Extracted(title=_line(title), entries=tuple(found), why="" if found or title else "damaged")


def _xml_feed(body: bytes, content_type: str, address: str) -> tuple[str, list[Entry]]:
    import feedparser  # noqa: PLC0415 - only in the child

    said = {"content-type": content_type, "content-location": address}
    read: Any = feedparser.parse(body, response_headers=said, sanitize_html=True)
    entries = [
        Entry(
            id=str(each.get("id") or "")[:2000],
            link=_link(each.get("link")),
            title=_line(_words(str(each.get("title") or ""))),
            text=_words(max((str(part.get("value") or "") for part in each.get("content") or ()), key=len, default="")
                        or str(each.get("summary") or "")),
            published=_instant(each.get("published_parsed") or each.get("updated_parsed")),
        )
        for each in read.entries[:MOST_ENTRIES]
    ]  # fmt: skip
    return _words(str(read.feed.get("title") or "")), entries


def _json_feed(body: bytes) -> tuple[str, list[Entry]]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return "", []
    if not isinstance(document, dict):
        return "", []
    items = document.get("items")
    entries = [
        Entry(
            id=str(each.get("id") or "")[:2000],
            link=_link(each.get("url") or each.get("external_url")),
            title=_line(shown_only(str(each.get("title") or ""))),
            text=_words(str(each.get("content_html") or ""))
            or _lines(shown_only(str(each.get("content_text") or each.get("summary") or ""))),
            published=_stamp(str(each.get("date_published") or each.get("date_modified") or "")),
        )
        for each in (items if isinstance(items, list) else [])[:MOST_ENTRIES]
        if isinstance(each, dict)
    ]
    return shown_only(str(document.get("title") or "")), entries


def _link(said: Any) -> str:
    link = str(said or "").strip()
    return link if _LINK.fullmatch(link) else ""


def _words(markup: str) -> str:
    """What people see of a piece of HTML, a paragraph a line."""
    import lxml.html  # noqa: PLC0415

    if "<" not in markup and "&" not in markup:
        return _lines(shown_only(markup))
    if not markup.strip():
        return ""
    tree: Any = lxml.html.document_fromstring(f"<div>{markup[:MOST_MARKUP]}</div>")
    without_hidden(tree)
    for element in tree.iter("p", "br", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote"):
        element.tail = "\n" + (element.tail or "")
    return _lines(shown_only(tree.text_content()))


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:MOST_WORDS]


def _line(text: str) -> str:
    return " ".join(text.split())[:MOST_TITLE]


def _instant(parsed: Any) -> str:
    """feedparser's times are in UTC."""
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat() if parsed else ""
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def _stamp(said: str) -> str:
    try:
        at = datetime.fromisoformat(said)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""
