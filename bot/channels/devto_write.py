"""The draft that becomes an article on DEV, and what the site says of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.answers import instant, web
from bot.channels.article import names_in
from bot.channels.base import ChannelRefused, Door, ProvenNotSent, Receipt
from bot.channels.blog_api import KEPT, BlogApi, packed
from bot.channels.devto_api import Kept, me, number, same
from bot.channels.handed import Carries
from storage.sealed import SealedPayload


async def same_account(api: BlogApi, payload: SealedPayload) -> None:
    if number(await me(api)) != payload.remote_id:
        raise ChannelRefused(
            f"The access to {api.name} is for another account than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


def one_of(api: BlogApi, found: list[Kept], whole: bool) -> Kept | None:
    """What an earlier attempt left: the article that is public, or the oldest draft. Raises ChannelRefused."""
    public = [kept for kept in found if kept.state == "public"]
    if public:
        return public[0]
    if any(kept.state == "aside" for kept in found):
        raise ChannelRefused(
            f"Somebody put this post aside on {api.name}.",
            code="put_aside",
            kept=KEPT,
            do_next="Publish it there, or make a new draft here.",
        )
    if not found and not whole:
        raise ChannelRefused(
            f"{api.name} has so many drafts that nobody can tell whether this is one of them.",
            code="refused",
            kept=KEPT,
            do_next="Delete drafts there, then send it again.",
        )
    return min(found, key=lambda kept: int(kept.id), default=None)


async def draft_of(api: BlogApi, payload: SealedPayload) -> str:
    """The number of a new draft that holds what was approved. Raises ChannelRefused, ProvenNotSent, OutcomeUnknown."""
    carries = Carries(payload, lambda approved: {"content": packed(body_of(approved.payload))}, sealed_words)
    try:
        made = await api.made("POST", "/articles", body=body_of(payload), carries=carries)
    except ChannelRefused as refused:
        if refused.code != "refused":
            raise
        raise ChannelRefused(
            f"{api.name} refused the article.",
            code="refused",
            kept=KEPT,
            do_next="Its title may have been used in the last five minutes, or a tag is not taken there: change it, "
            "then send it again.",
        ) from refused
    if not number(made):
        raise ProvenNotSent(f"{api.name} did not answer properly.", kept=KEPT)
    if not same(made, payload):
        raise ChannelRefused(
            f"{api.name} did not keep the text as it was approved.",
            code="changed",
            kept="Nothing was published; a draft lies there.",
            do_next="It takes some characters out of titles: change the title, and have it approved again.",
        )
    return number(made)


def sealed_words(payload: SealedPayload) -> tuple[str, str]:
    """Title and whole Markdown, pictures with their alt texts included."""
    return payload.title, payload.extra.get("body", "")


def body_of(payload: SealedPayload) -> dict[str, Any]:
    """The draft, from the sealed payload alone."""
    article: dict[str, Any] = {
        "title": payload.title,
        "body_markdown": payload.extra.get("body", ""),
        "published": False,
        "tags": names_in(payload.extra.get("tags", "")),
    }
    if payload.extra.get("canonical"):
        article["canonical_url"] = payload.extra["canonical"]
    if payload.extra.get("cover"):
        article["main_image"] = payload.extra["cover"]
    return {"article": article}


def receipt_of(article: Mapping[str, Any], door: Door) -> Receipt:
    at = instant(article.get("published_at")) or instant(article.get("published_timestamp"))
    return Receipt(str(article.get("id")), web(article.get("url")), at or door.now())
