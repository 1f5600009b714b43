"""What of the Forem API (DEV and its kin) a channel needs: whose key it is, and the account's own articles.

https://developers.forem.com/api/v1 ; an article by itself has no `published`, but `published_timestamp`, which is empty
for a draft (app/views/api/v1/articles); in the list of one's own articles it has both. That list begins with drafts
that were never public, then goes by `published_at`, the latest first, which an article keeps when it is taken down
(`me` in app/controllers/concerns/api/articles_controller.rb).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.channels.answers import instant
from bot.channels.base import ChannelRefused, Door, ProvenNotSent, SealedPayload
from bot.channels.blog_api import KEPT, BlogApi

CLOCK_SLACK = timedelta(minutes=2)  # how far the server's clock may be from ours
PAGE, MOST_PAGES = 8, 8  # pages hold whole articles, and an answer has a megabyte at most
_KEY = re.compile(r"[A-Za-z0-9_-]{10,100}")
_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What an account has of an article: `state` is public, draft, or aside (public once, and taken down)."""

    id: str
    state: str
    article: dict[str, Any]


async def api_of(door: Door, origin: str) -> BlogApi:
    """Raises ChannelRefused without an API key, or with one that is none."""
    key = (await door.secret("api_key")).strip()
    if not _KEY.fullmatch(key):
        raise ChannelRefused(
            "That is no API key of DEV.",
            code="unauthorized",
            kept="Nothing was sent.",
            do_next="Copy it again from Settings, Extensions.",
        )
    return BlogApi(door, f"{origin}/api", {"api-key": key, "accept": "application/vnd.forem.api-v1+json"})


async def me(api: BlogApi) -> dict[str, Any]:
    """Whose key it is. Raises ChannelRefused, ProvenNotSent."""
    found = await api.made("GET", "/users/me")
    if not number(found):
        raise ProvenNotSent(f"{api.name} does not say whose account it is.", kept=KEPT)
    return found


async def mine(api: BlogApi, payload: SealedPayload, since: datetime) -> tuple[list[Kept], bool]:
    """The account's drafts with these very words and pictures, and what of them was published since then; and whether
    these are all.

    Raises ChannelRefused, ProvenNotSent.
    """
    found: list[Kept] = []
    for page in range(1, MOST_PAGES + 1):
        listed = await api.list("/articles/me/all", params={"page": str(page), "per_page": str(PAGE)})
        dated = [(each, instant(each.get("published_at"))) for each in listed]
        fresh = [(each, at) for each, at in dated if at is None or at >= since - CLOCK_SLACK]
        for each, at in fresh:
            if number(each) and same(each, payload):
                state = "public" if each.get("published") is True else "draft" if at is None else "aside"
                found.append(Kept(number(each), state, each))
        if len(fresh) < len(listed) or len(listed) < PAGE:
            return found, True
    return found, False


def same(article: dict[str, Any], payload: SealedPayload) -> bool:
    """Whether it has the title and the Markdown that were sealed."""
    return (title_of(article), body_of(article)) == (payload.title, payload.extra.get("body", ""))


def title_of(article: Mapping[str, Any]) -> str:
    return " ".join(str(article.get("title") or "").split())


def body_of(article: Mapping[str, Any]) -> str:
    """Its Markdown, with the line ends that payloads have."""
    return str(article.get("body_markdown") or "").replace("\r\n", "\n").strip()


def number(article: dict[str, Any]) -> str:
    """Its id as text; empty when it has none."""
    found = article.get("id")
    return str(found) if type(found) is int and found > 0 else ""


def name_of(remote_id: str) -> str:
    """An id as a part of an address. Raises ChannelRefused for what is none."""
    if not _ID.fullmatch(remote_id):
        raise ChannelRefused("The site names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return remote_id
