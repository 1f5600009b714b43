"""From a page's bytes to its title and its text, in a process of its own that can be killed.

A page can be made so that parsing it takes minutes and gigabytes: the child is `confined`. Web pages are read here,
PDFs by `pdf_text`, feeds by `feeds`.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from bot.drafting.confined import SECONDS, Unreadable, answer, confined
from bot.drafting.extracted import FEEDS, MOST_TEXT, MOST_TITLE, PDF, PERHAPS_FEEDS, Entry, Extracted, kind_of

MOST_ANSWER: Final = 20_000_000  # bytes: all entries of a feed
MOST_BYTES: Final = 1_000_000
MOST_BYTES_OF: Final = {PDF: 10_000_000, **dict.fromkeys(FEEDS, 3_000_000)}  # of what is larger by nature

_ENCODINGS: Final = [  # what the web is written in besides UTF-8; among more, short pages are taken for odd ones
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2", "koi8_r", "shift_jis", "euc_jp",
    "gb18030", "big5", "euc_kr",
]  # fmt: skip

_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_META: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]+)", re.I)


async def extract(body: bytes, content_type: str, address: str, *, seconds: float = SECONDS) -> Extracted:
    """What stands on a page. Raises Unreadable when it cannot be told within these seconds."""
    head = {"content_type": content_type, "address": address}
    most = most_bytes(content_type)
    said = await confined("bot.drafting.extraction", head, body[:most], seconds=seconds, most_answer=MOST_ANSWER)
    try:
        return _told(said)
    except (KeyError, TypeError) as error:
        raise Unreadable from error


def most_bytes(content_type: str) -> int:
    return MOST_BYTES_OF.get(kind_of(content_type), MOST_BYTES)


def _told(document: dict[str, Any]) -> Extracted:
    """What the child said. Raises TypeError."""
    entries = document.pop("entries")
    known = None if entries is None else tuple(Entry(**_texts(each)) for each in entries)
    return Extracted(**_texts(document), entries=known)


def _texts(document: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in document.items()}


def decoded(body: bytes, content_type: str) -> str:
    """The page as text. What is valid UTF-8 is taken for it, whatever the page says of itself."""
    for mark, name in ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace")
    named = [match[1] for match in (_HEADER.search(content_type),) if match]
    named += [match[1].decode("ascii", "replace") for match in (_META.search(body[:4096]),) if match]
    for name in ("utf-8", *named):
        try:
            return body.decode(name)
        except (LookupError, ValueError):
            continue
    damaged = body.decode("utf-8", "replace")
    broken = damaged.count("\ufffd")
    if sum(ch > "\x7f" for ch in damaged) > 2 * broken:
        return damaged  # UTF-8 with a broken letter, as a cut makes it
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only in the child, and seldom

    best = from_bytes(body[:200_000], cp_isolation=_ENCODINGS).best()
    return body.decode(best.encoding if best else "cp1252", "replace")


def is_pdf(body: bytes, content_type: str) -> bool:
    """Whether it begins as one; what only says so is none."""
    return kind_of(content_type) in (PDF, "application/octet-stream", "") and body.lstrip()[:5] == b"%PDF-"


def read_page(body: bytes, content_type: str, address: str) -> Extracted:
    """The page's visible title, description and text. Runs in the child; tests of speed call it directly."""
    from bot.drafting.feeds import is_feed, read_feed  # noqa: PLC0415 - only in the child, as what follows
    from bot.drafting.hidden import shown_only, without_hidden  # noqa: PLC0415
    from bot.drafting.pdf_text import read_pdf  # noqa: PLC0415

    if is_pdf(body, content_type):
        return read_pdf(body)
    if kind_of(content_type) == PDF:
        return Extracted(why="damaged")
    if is_feed(body, content_type):
        return read_feed(body, content_type, address)
    if kind_of(content_type) in PERHAPS_FEEDS and b"<html" not in body[:4096].lower():
        return Extracted(why="other")
    text = decoded(body, content_type)
    if kind_of(content_type) in ("text/plain", "text/markdown"):
        lines = [line.strip() for line in shown_only(text).splitlines()]
        first = next((line for line in lines if line), "")
        return Extracted(first[:MOST_TITLE], "", "\n".join(lines).strip()[:MOST_TEXT])

    import lxml.html  # noqa: PLC0415
    import trafilatura  # noqa: PLC0415

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    if not text.strip():
        return Extracted()
    tree: Any = lxml.html.document_fromstring(text, parser=lxml.html.HTMLParser(remove_comments=True, huge_tree=False))
    without_hidden(tree)
    heading = " ".join(next((said for h1 in tree.iter("h1") if (said := h1.text_content()).strip()), "").split())
    found: Any = trafilatura.bare_extraction(
        tree, url=address, with_metadata=True, include_comments=False, include_tables=False
    )
    told = {name: shown_only(str(getattr(found, name, "") or "")) for name in ("title", "description", "text")}
    title = " ".join((shown_only(heading) or told["title"]).split())
    return Extracted(title[:MOST_TITLE], " ".join(told["description"].split())[:600], told["text"][:MOST_TEXT])


def _work(body: bytes, head: Mapping[str, str]) -> dict[str, Any]:
    return asdict(read_page(body, str(head["content_type"]), str(head["address"])))


if __name__ == "__main__":
    answer(_work)
