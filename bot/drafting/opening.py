"""One address or one file, opened: fetched by the safe client, taken apart in the child, or refused in a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx2

from bot.checks.addresses import looks_alike
from bot.drafting.confined import Unreadable
from bot.drafting.extracted import FEEDS, PDF, PERHAPS_FEEDS, Extracted, kind_of
from bot.drafting.extraction import MOST_BYTES_OF, extract
from bot.errors import AdMindError
from bot.fetch import Fetched, fetch
from storage.sources import host_of

AT_ONCE: Final = 2  # pages taken apart at a time in one process: it costs CPU
SECONDS: Final = 45.0  # for one page with all its redirects
READ: Final = frozenset(
    {"", "text/html", "application/xhtml+xml", "text/plain", "text/markdown", PDF, *FEEDS, *PERHAPS_FEEDS}
)
_PICTURE: Final = "It is a picture; I read web pages, PDFs, feeds and plain text, and no words in pictures."
_OTHER: Final = "It is no page of text."
_LOCKED: Final = "This PDF is locked with a password."
_SCANNED: Final = "This PDF holds pictures of its pages and no text that can be seen; I read no words in pictures."
_DAMAGED: Final = "It is damaged, or not what it says it is."
_WHY: Final = {"locked": _LOCKED, "scanned": _SCANNED, "damaged": _DAMAGED, "other": _OTHER}


class Unread(Exception):
    """Why a page was not read, in a sentence."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`address`: where it was found in the end."""

    page: Extracted
    address: str
    body: bytes
    etag: str = ""
    modified: str = ""


class Opening:
    def __init__(self, client: httpx2.AsyncClient, *, seconds: float = SECONDS) -> None:
        self._client = client
        self._seconds = seconds
        self._free = asyncio.Semaphore(AT_ONCE)

    async def open(self, url: str, *, headers: Mapping[str, str] | None = None) -> Opened | None:
        """What stands at an address; None only where it is as these headers know it already. Raises Unread."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._open(url, headers or {})
        except TimeoutError:
            raise Unread("The website took too long.") from None

    async def read(self, body: bytes, content_type: str, address: str) -> Extracted:
        """What people see of these bytes. Raises Unread."""
        try:
            async with self._free:
                page = await extract(body, content_type, address)
        except Unreadable:
            raise Unread("The page is made in a way that I can't read.") from None
        if page.why:
            raise Unread(_WHY.get(page.why, _DAMAGED))
        if not page.text.strip() and page.entries is None:
            raise Unread("There is no text on it that I can read.")
        return page

    async def _open(self, url: str, headers: Mapping[str, str]) -> Opened | None:
        if looks_alike(host_of(url)):
            raise Unread("Its name holds letters that look like others, as forged addresses do.")
        found = await self._fetched(url, headers)
        if found is None:
            return None
        if looks_alike(host_of(found.url)):
            raise Unread("It leads on to a name with letters that look like others, as forged addresses do.")
        page = await self.read(found.body, found.content_type, found.url)
        return Opened(page, found.url[:2048], found.body, found.etag, found.modified)

    async def _fetched(self, url: str, headers: Mapping[str, str]) -> Fetched | None:
        try:
            found = await fetch(self._client, url, larger=MOST_BYTES_OF, headers=headers)
        except AdMindError as refused:
            raise Unread(refused.what) from None
        if found.status == 304 and headers:
            return None
        if found.status in (404, 410):
            raise Unread("There is no such page.")
        if found.status in (401, 402, 403, 407, 451):
            raise Unread("The website does not show it to me.")
        if found.status != 200:
            status = found.status
            raise Unread(f"The website answered with an error ({status}).")
        kind = kind_of(found.content_type)
        known = kind in READ or (kind == "application/octet-stream" and found.body.startswith(b"%PDF-"))
        if not known:
            raise Unread(_PICTURE if kind.startswith("image/") else _OTHER)
        return found
