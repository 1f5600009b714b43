"""Writing to a Bluesky repository: pictures first, then one call for all posts, and whether it did what it said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.bluesky_api import KEPT, Api
from bot.channels.bluesky_records import COLLECTION, Post, blob
from storage.sealed import Medium, SealedPayload

VERIFY_SECONDS = 4


def same_account(api: Api, payload: SealedPayload) -> None:
    """Raises ChannelRefused when the access is for somebody else than the payload."""
    if api.did != payload.remote_id:
        raise ChannelRefused(
            f"The access to {api.name} is for another account than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


async def upload(api: Api, medium: Medium) -> None:
    """Raises ChannelRefused when the server holds other bytes, or takes them for another kind, than was approved."""
    data = await api.door.blob(medium.sha256)
    said = await api.before("POST", "com.atproto.repo.uploadBlob", data=data, kind=medium.mime)
    held, wanted = said.get("blob"), blob(medium)
    if not isinstance(held, dict) or any(held.get(name) != wanted[name] for name in ("ref", "mimeType", "size")):
        raise ChannelRefused(
            f"{api.name} did not keep a picture as it was approved.",
            code="picture",
            kept=KEPT,
            do_next="Choose another picture, and have it approved.",
        )


def request_of(payload: SealedPayload, thread: tuple[Post, ...]) -> tuple[str, dict[str, Any]]:
    """The call that writes the thread, and its body."""
    repo, first = payload.remote_id, thread[0]
    if len(thread) == 1:
        body = {"repo": repo, "collection": COLLECTION, "rkey": first.rkey, "record": first.record, "swapRecord": None}
        return "com.atproto.repo.putRecord", body
    kind = "com.atproto.repo.applyWrites#create"
    writes = [{"$type": kind, "collection": COLLECTION, "rkey": post.rkey, "value": post.record} for post in thread]
    return "com.atproto.repo.applyWrites", {"repo": repo, "writes": writes}


def confirms(said: Mapping[str, Any] | None, payload: SealedPayload, thread: tuple[Post, ...]) -> bool:
    """Whether the answer names what was sent: each record's address and content."""
    results = said.get("results", [said]) if said else []
    named = [(each.get("uri"), each.get("cid")) for each in results if isinstance(each, dict)]
    return named == [(f"at://{payload.remote_id}/{COLLECTION}/{post.rkey}", post.cid) for post in thread]


async def missing(door: Door, payload: SealedPayload, thread: tuple[Post, ...]) -> bool:
    """Whether a server that said yes shows nothing. One that cannot be read now is believed."""
    try:
        async with asyncio.timeout(VERIFY_SECONDS):
            return await Api(door, payload.server).record(payload.remote_id, COLLECTION, thread[-1].rkey) is None
    except (TimeoutError, ChannelRefused, ProvenNotSent):
        return False
