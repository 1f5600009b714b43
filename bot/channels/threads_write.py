"""How a post of Threads is asked for: containers, from the sealed payload alone but for addresses and ids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.channels.handed import Approved, Carries, no_words
from bot.channels.meta_api import Api
from bot.channels.meta_containers import Edges, make, ready
from storage.sealed import Medium, SealedPayload

EDGES = Edges(make="threads", publish="threads_publish", status="status")


async def prepared(api: Api, payload: SealedPayload, number: int, reply_to: str) -> str:
    """A container that may be published. Raises ChannelRefused, ProvenNotSent."""
    container = await _container(api, payload, number, reply_to)
    await ready(api, container, EDGES)
    return container


async def _container(api: Api, payload: SealedPayload, number: int, reply_to: str) -> str:
    user, media, items = payload.remote_id, payload.parts[number].media, list[str]()
    if len(media) > 1:
        for at, medium in enumerate(media):
            fields = item_fields(medium, await api.door.fetched_from(medium))
            items.append(await make(api, user, EDGES, fields, Carries(payload, partial(_item, number, at), no_words)))
            api.door.named(medium, items[-1])
        for item in items:
            await ready(api, item, EDGES)
    address = await api.door.fetched_from(media[0]) if media else ""

    def again(approved: Approved) -> dict[str, str]:
        sealed = approved.payload.parts[number].media
        where = approved.address(sealed[0]) if sealed else ""
        held = approved.named(number) if len(sealed) > 1 else []
        return post_fields(approved.payload, number, where, held, reply_to)

    carries = Carries(payload, again, lambda sealed: (sealed.parts[number].text,))
    return await make(api, user, EDGES, post_fields(payload, number, address, items, reply_to), carries)


def _item(number: int, at: int, approved: Approved) -> dict[str, str]:
    medium = approved.payload.parts[number].media[at]
    return item_fields(medium, approved.address(medium))


def item_fields(medium: Medium, address: str) -> dict[str, str]:
    return picture_fields(medium, address) | {"is_carousel_item": "true"}


def picture_fields(medium: Medium, address: str) -> dict[str, str]:
    alt = {"alt_text": medium.alt.strip()} if medium.alt.strip() else {}
    return {"media_type": "IMAGE", "image_url": address} | alt


def post_fields(
    payload: SealedPayload, number: int, address: str, items: Sequence[str], reply_to: str
) -> dict[str, str]:
    """What is asked for, from the sealed payload alone but for addresses and ids.

    https://developers.facebook.com/docs/threads/reference/publishing. `address`: of a single picture; `items`: the
    containers of several.
    """
    part = payload.parts[number]
    if len(part.media) > 1:
        fields = {"media_type": "CAROUSEL", "children": ",".join(items)}
    elif part.media:
        fields = picture_fields(part.media[0], address)
    else:
        fields = {"media_type": "TEXT"} | ({"link_attachment": part.link_card["uri"]} if part.link_card else {})
    fields |= {"text": part.text} if part.text else {}
    fields |= {"topic_tag": payload.extra["topic"]} if number == 0 and "topic" in payload.extra else {}
    return fields | ({"reply_to_id": reply_to} if reply_to else {})
