"""The draft that becomes a post of WordPress, and what the site says of a post."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels.answers import web
from bot.channels.article import read, wire, words_of
from bot.channels.article_html import text_of
from bot.channels.base import ChannelRefused, Door, ProvenNotSent, Receipt
from bot.channels.blog_api import KEPT, BlogApi, packed
from bot.channels.handed import Approved, Carries
from bot.channels.wordpress_api import POSTS, TRASHED, number, raw, upload
from storage.sealed import SealedPayload


async def draft_of(api: BlogApi, payload: SealedPayload, slug: str, kept: dict[str, Any] | None) -> str:
    """The number of a draft that holds exactly what was approved. Raises ChannelRefused, ProvenNotSent."""
    pictures = [await upload(api, medium) for medium in payload.parts[0].media]
    more = {"slug": slug, "status": "draft"} if kept is None else {}

    def again(approved: Approved) -> dict[str, bytes]:
        named = [(int(one), address) for one, _, address in (each.partition(" ") for each in approved.named())]
        return {"content": packed(fields_of(approved.payload, named) | more)}

    body, carries = fields_of(payload, pictures) | more, Carries(payload, again, words_of, text_of)
    if kept is None:
        made = await api.made("POST", POSTS, body=body, carries=carries)
        if made.get("slug") != slug:  # a twin that came late has it: that one is taken the next time
            await api.before("DELETE", f"{POSTS}/{name_of(number(made.get('id')))}", params={"force": "true"})
            raise ProvenNotSent(f"{api.name} has a draft of it already.", kept=KEPT, retry_after_seconds=1.0)
    else:
        made = await api.made("PUT", f"{POSTS}/{name_of(number(kept.get('id')))}", body=body, carries=carries)
    pictured = number(made.get("featured_media")) == (str(pictures[0][0]) if pictures else "")
    if shown(made) != payload.parts[0].text or not pictured:
        raise ChannelRefused(
            f"{api.name} did not keep the text as it was approved.",
            code="changed",
            kept="Nothing was published; a draft lies there.",
            do_next="Look at the draft there: a plugin, or the user's role, changes what is written.",
        )
    return name_of(number(made.get("id")))


def fields_of(payload: SealedPayload, pictures: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """What a draft holds, from the sealed payload alone but for the pictures' numbers and addresses."""
    fields: dict[str, Any] = {
        "title": html.escape(payload.title, quote=False),  # WordPress takes a title for HTML
        "content": wire(payload, [address for _, address in pictures]),
        "featured_media": pictures[0][0] if pictures else 0,
    }
    for kind in ("categories", "tags"):
        if payload.extra.get(kind):
            fields[kind] = [int(each) for each in payload.extra[kind].split(",")]
    return fields


def untouched(api: BlogApi, kept: dict[str, Any] | None, slug: str) -> dict[str, Any] | None:
    """What an earlier attempt left. Raises ChannelRefused when somebody there put it aside."""
    if kept is not None and (kept.get("slug") == slug + TRASHED or kept.get("status") not in ("draft", "publish")):
        raise ChannelRefused(
            f"Somebody put this post aside on {api.name}.",
            code="put_aside",
            kept=KEPT,
            do_next="Publish it there, or make a new draft here.",
        )
    return kept


def receipt_of(post: Mapping[str, Any], door: Door) -> Receipt:
    return Receipt(number(post.get("id")), web(post.get("link")), instant(post.get("date_gmt")) or door.now())


def name_of(remote_id: str) -> str:
    """An id as a part of an address. Raises ChannelRefused for what is none."""
    if not number(remote_id):
        raise ChannelRefused("The site names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return remote_id


def instant(value: object) -> datetime | None:
    """A `date_gmt`, which has no zone; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None and found.year > 1970 else None


def shown(post: dict[str, Any]) -> str:
    return read(" ".join(html.unescape(raw(post, "title")).split()), raw(post, "content"))
