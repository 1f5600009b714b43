"""The draft that becomes a post of Ghost, and what the site says of a post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.answers import instant, web
from bot.channels.article import names_in, read, wire, words_of
from bot.channels.article_html import alts_of, sources_of, text_of
from bot.channels.base import ChannelRefused, Door, ProvenNotSent, Receipt
from bot.channels.blog_api import KEPT, BlogApi, packed
from bot.channels.ghost_api import key_of, post_in, text, upload
from bot.channels.handed import Carries
from storage.sealed import SealedPayload

CARD = "<!--kg-card-begin: html-->\n{}\n<!--kg-card-end: html-->"


async def same_integration(payload: SealedPayload, door: Door) -> None:
    if (await key_of(door))[0] != payload.remote_id:
        raise ChannelRefused(
            f"The access to {door.account.name} is for another account than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


async def draft_of(api: BlogApi, payload: SealedPayload, slug: str) -> dict[str, Any]:
    """A new draft of what was approved. Raises ChannelRefused, ProvenNotSent."""
    pictures = [await upload(api, medium) for medium in payload.parts[0].media]
    carries = Carries(
        payload,
        lambda approved: {"content": packed(body_of(approved.payload, approved.named(), slug))},
        words_of,
        text_of,
    )
    wanted, body = {"source": "html", "formats": "html"}, body_of(payload, pictures, slug)
    made = post_in(api, await api.made("POST", "/posts/", body=body, params=wanted, carries=carries))
    if made.get("slug") != slug:  # a twin that came late has it: that one is taken the next time
        await api.before("DELETE", f"/posts/{made['id']}/")
        raise ProvenNotSent(f"{api.name} has a draft of it already.", kept=KEPT, retry_after_seconds=1.0)
    return made


def body_of(payload: SealedPayload, pictures: Sequence[str], slug: str) -> dict[str, Any]:
    """The draft, from the sealed payload alone but for the pictures' addresses and the slug."""
    media = payload.parts[0].media
    post: dict[str, Any] = {
        "title": payload.title,
        "slug": slug,
        "status": "draft",
        "visibility": payload.visibility,
        "html": CARD.format(wire(payload, pictures)),
        "tags": names_in(payload.extra.get("tags", "")),
    }
    if media:
        post |= {"feature_image": pictures[0], "feature_image_alt": media[0].alt or None}
    return {"posts": [post]}


def as_approved(api: BlogApi, draft: dict[str, Any], payload: SealedPayload) -> None:
    """Raises ChannelRefused when a draft is not what was approved."""
    if draft.get("status") != "draft":
        raise ChannelRefused(
            f"Somebody put this post aside on {api.name}.",
            code="put_aside",
            kept=KEPT,
            do_next="Publish it there, or make a new draft here.",
        )
    wanted = tuple(medium.alt.strip() for medium in payload.parts[0].media)
    same = shown(draft) == payload.parts[0].text and alts(draft) == wanted
    if not same or draft.get("visibility") != payload.visibility:
        raise ChannelRefused(
            f"{api.name} did not keep the text as it was approved.",
            code="changed",
            kept="Nothing was published; a draft lies there.",
            do_next="Look at the draft there, and delete it if somebody changed it; then send the post again.",
        )


def receipt_of(post: Mapping[str, Any], door: Door) -> Receipt:
    return Receipt(str(post["id"]), web(post.get("url")), instant(post.get("published_at")) or door.now())


def shown(post: dict[str, Any]) -> str:
    return read(" ".join(text(post, "title").split()), text(post, "html"))


def alts(post: dict[str, Any]) -> tuple[str, ...]:
    own = (text(post, "feature_image_alt").strip(),) if post.get("feature_image") else ()
    return own + alts_of(text(post, "html"))


def pictures(post: dict[str, Any]) -> tuple[str, ...]:
    """Where they lie, in the order of `alts`."""
    own = (web(post.get("feature_image")),) if post.get("feature_image") else ()
    return own + sources_of(text(post, "html"))
