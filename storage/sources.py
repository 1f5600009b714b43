"""Pages that people named: what was read there and when, and which ones a brand has posted about before.

`told:<brand>` is a ZSET of page → ms when a post about it was last approved, so that one posted about before is
noticed. It counts approvals, never drafts, and lives 400 days after the last one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydantic import Field

from storage import keys
from storage.commit import Change
from storage.record import Frozen
from storage.redis import Database

_TRACKING: Final = re.compile(r"(?:utm_\w+|fbclid|gclid|msclkid|mc_[ce]id)=", re.I)
REMEMBERED: Final = timedelta(days=400)


class Source(Frozen):
    """One page as it was read for a draft, or why it was not. All its words are somebody else's."""

    url: str = Field(description="as the person wrote it")
    address: str = Field("", description="where it was found after redirects; empty when it was not read")
    title: str = ""
    read_at: datetime = Field(description="when it was asked for; UTC")
    body_sha256: str = Field("", description="of the bytes that came")
    text: str = Field("", description="sha256 of the text taken from it, kept as a file")
    facts: tuple[str, ...] = Field((), description="what the copy may say of it, word for word as it stands there")
    problem: str = Field("", description="why it was not read, in a sentence; empty: it was")
    feed: str = Field("", description="the feed that names this page, as a person wrote its address")
    file: str = Field("", description="the name of the file that a person gave, in place of an address")
    told_at: datetime | None = Field(None, description="when a post about it was last approved before this draft")

    @property
    def host(self) -> str:
        return host_of(self.address or self.url)

    @property
    def names(self) -> tuple[str, ...]:
        """What it is known by when it is met again: its addresses, or a file's bytes."""
        return (f"sha256:{self.body_sha256}",) if self.file else (self.url, self.address)

    @property
    def leads_elsewhere(self) -> bool:
        """Whether it was found at another site than the person named."""
        return bool(self.address) and site_of(self.address) != site_of(self.url)


class ToldPages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, workspace: str, brand: str, addresses: Iterable[str]) -> datetime | None:
        """When a post about one of these pages was last approved; None: never, or too long ago."""
        pages = sorted({page_of(address) for address in addresses if address})
        if not pages:
            return None
        client = cast(Any, self._database.client)
        found = [score for score in await client.zmscore(_key(workspace, brand), pages) if score is not None]
        return datetime.fromtimestamp(max(map(float, found)) / 1000, UTC) if found else None


def tell(change: Change, brand: str, sources: Iterable[Source], now: datetime) -> None:
    """Into the change: a post about these pages was approved now."""
    key, now_ms = _key(change.workspace, brand), round(now.timestamp() * 1000)
    pages = sorted({page_of(address) for each in sources for address in each.names if address})
    for page in pages:
        change.do("ZADD", key, str(now_ms), page)
    if pages:
        change.do("ZREMRANGEBYSCORE", key, "-inf", str(now_ms - round(REMEMBERED.total_seconds() * 1000)))
        change.do("EXPIRE", key, str(round(REMEMBERED.total_seconds())))


def page_of(address: str) -> str:
    """A short name that the ways of writing one page's address share: with or without www, a closing slash, #part, and
    what only says where a reader came from.
    """
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
        page = f"{site_of(address)}{port}{parts.path.rstrip('/')}?{_meaning(parts.query)}"
    except ValueError:
        page = address
    return hashlib.sha256(page.encode("utf-8", "replace")).hexdigest()[:24]


def _meaning(query: str) -> str:
    return "&".join(part for part in query.split("&") if not _TRACKING.match(part))


def host_of(address: str) -> str:
    """The name of the site in lower case; empty for what is no address."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def same_site(address: str, other: str) -> bool:
    """Whether both are one site's, `blog.velo.example` and `www.velo.example` too."""
    one, two = site_of(address), site_of(other)
    below = one.endswith(f".{two}") or two.endswith(f".{one}") if one.count(".") and two.count(".") else False
    return bool(one) and (one == two or (below and not one[-1:].isdigit()))


def site_of(address: str) -> str:
    """The name of the site without www."""
    return host_of(address).removeprefix("www.")


def _key(workspace: str, brand: str) -> str:
    return keys.of(workspace, "told", brand)
