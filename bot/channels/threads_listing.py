"""Which posts of a chain stand there, by words, kind, place and time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.answers import instant
from bot.channels.meta_api import Api, data_of, id_in
from storage.sealed import Part, SealedPayload

FIELDS = "id,text,timestamp,permalink,media_type"


class Unclear(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def standing(api: Api, payload: SealedPayload, since: datetime) -> list[dict[str, Any]]:
    """The posts of the chain that stand there, from the first one on.

    Raises Unclear where several could be meant or more stand there than are read, and what `before` raises.
    """
    mine, whole = await _listed(api, payload.remote_id, "threads", FIELDS, since)
    found: list[dict[str, Any]] = []
    for number, part in enumerate(payload.parts):
        if number == 1:
            mine, all_of = await _listed(api, payload.remote_id, "replies", f"{FIELDS},replied_to", since)
            whole = whole and all_of
        answers = id_in(found[-1]) if found else ""
        same = [each for each in mine if _is(each, part, answers) and id_in(each)]
        if len(same) > 1:
            raise Unclear("Several posts with these words stand there.")
        if not same:
            break
        found.append(same[0])
    if len(found) < len(payload.parts) and not whole:
        raise Unclear("Too many posts stand there since then.")
    return found


async def _listed(api: Api, user: str, edge: str, fields: str, since: datetime) -> tuple[list[dict[str, Any]], bool]:
    found, whole = await api.listed(f"{user}/{edge}", {"fields": fields, "since": str(int(since.timestamp()))})
    return [each for each in found if (at := instant(each.get("timestamp"))) is not None and at >= since], whole


def _is(post: Mapping[str, Any], part: Part, answers: str) -> bool:
    kind = "CAROUSEL_ALBUM" if len(part.media) > 1 else "IMAGE" if part.media else "TEXT_POST"
    same = " ".join(str(post.get("text") or "").split()) == " ".join(part.text.split())
    return same and post.get("media_type") == kind and (not answers or id_in(post.get("replied_to")) == answers)


def alts_of(post: dict[str, Any]) -> tuple[str, ...]:
    """Alt texts of a post's pictures in order; empty for a post without any."""
    if post.get("media_type") not in ("IMAGE", "CAROUSEL_ALBUM"):
        return ()
    several = data_of(post.get("children"))
    return tuple(str(each.get("alt_text") or "").strip() for each in several or [post])
