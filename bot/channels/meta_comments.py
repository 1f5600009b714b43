"""First comments on Facebook and Instagram: an edge of the post, on which they are made and listed.

https://developers.facebook.com/docs/graph-api/reference/object/comments and
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments (2026). They are
plain text, have no key, and go with their post. How soon one is listed is documented nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.answers import instant
from bot.channels.base import Absent, Account, CannotTell, Found, Lookup, OutcomeUnknown, ProvenNotSent, Receipt
from bot.channels.handed import Carries, comment_words
from bot.channels.linkedin_text import spoken
from bot.channels.meta_api import Api, id_in, ids_of
from storage.sealed import SealedPayload


@dataclass(frozen=True, slots=True)
class Edge:
    """How one of them names what a comment holds."""

    text: str
    at: str
    writer: str
    more: Mapping[str, str]  # asked for when they are listed

    @property
    def fields(self) -> str:
        return f"id,{self.text},{self.at},{self.writer}"


FACEBOOK_EDGE = Edge("message", "created_time", "from", {"filter": "toplevel", "order": "reverse_chronological"})
INSTAGRAM_EDGE = Edge("text", "timestamp", "username", {})  # the ids of writers are others than those of accounts


async def write(api: Api, payload: SealedPayload, post: Receipt) -> Receipt:
    """Raises as `Channel.send` does."""
    [place] = ids_of(post.remote_id, api.platform.title)
    carries = Carries(payload, lambda approved: {"message": approved.payload.first_comment}, comment_words)
    found = await api.write(f"{place}/comments", {"message": payload.first_comment}, carries)
    return Receipt(found, post.url, api.door.now())


async def look_up(api: Api, payload: SealedPayload, post: Receipt, edge: Edge) -> Lookup:
    """By words and writer, where it is told; among all comments of the post. Raises what `Api.listed` raises."""
    [place] = ids_of(post.remote_id, api.platform.title)
    listed, whole = await api.listed(f"{place}/comments", {"fields": edge.fields, **edge.more})
    wanted = spoken(payload.first_comment)
    mine = [each for each in listed if _own(each.get(edge.writer), api.door.account)]
    same = [each for each in mine if spoken(str(each.get(edge.text) or "")) == wanted]
    if len(same) > 1:
        return CannotTell("Several comments with these words stand there.")
    if same and id_in(same[0]):
        return Found(Receipt(id_in(same[0]), post.url, instant(same[0].get(edge.at)) or api.door.now()))
    return Absent() if whole and not same else CannotTell("Too many comments stand there.")


async def read(api: Api, comment: str, edge: Edge) -> str | None:
    [place] = ids_of(comment, api.platform.title)
    said = await api.read(place, {"fields": f"id,{edge.text}"})
    return str(said.get(edge.text) or "") if said is not None else None


def standing(found: Lookup) -> Receipt | None:
    """What a look before another attempt tells. Raises ProvenNotSent when it cannot be read now, OutcomeUnknown when it
    does not tell.
    """
    if isinstance(found, Found):
        return found.receipt
    if isinstance(found, CannotTell) and found.temporary:
        raise ProvenNotSent(found.why, kept="Nothing more was sent.")
    if isinstance(found, CannotTell):
        raise OutcomeUnknown(found.why)
    return None


def _own(writer: object, account: Account) -> bool:
    """By a page's id or an account's name; whose writer is not told may be one's own."""
    if isinstance(writer, dict):
        return str(writer.get("id") or account.remote_id) == account.remote_id
    return not isinstance(writer, str) or writer.casefold() == account.handle.removeprefix("@").casefold()
