"""First comments on LinkedIn, in the author's own name: a page's as the page, a person's as the person.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api (2026): the permissions
are those of posting and reading. Comments are plain text and go with their post when that is deleted. A listing may
leave out who wrote one (https://github.com/MicrosoftDocs/feedback/issues/971): then its words alone tell.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import rfc8785

from bot.channels.answers import ask, document
from bot.channels.base import Absent, CannotTell, Door, Found, Lookup, OutcomeUnknown, Receipt
from bot.channels.handed import Carries, comment_words
from bot.channels.linkedin_api import Api, instant, judged, path_of
from bot.channels.linkedin_text import spoken
from storage.sealed import SealedPayload

MOST = 1250  # what LinkedIn's own editor takes; the API documents none
LISTED, MOST_LISTS = 50, 4
_ID = re.compile(r"[0-9]{1,30}")


async def write(api: Api, payload: SealedPayload, post: Receipt, door: Door) -> Receipt:
    """Raises as `Channel.send` does."""

    def body(sealed: SealedPayload) -> bytes:
        said: dict[str, Any] = {"actor": sealed.remote_id, "object": post.remote_id}
        return rfc8785.dumps(said | {"message": {"text": sealed.first_comment}})

    path, content = _path(post), body(payload)
    carries = Carries(payload, lambda approved: {"content": body(approved.payload)}, comment_words)
    await door.check()
    answer = await ask(lambda: api.call("POST", path, content=content, carries=carries), door.account.name)
    judged(answer, door)
    found = (document(answer) or {}).get("id") or answer.headers.get("x-restli-id")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise OutcomeUnknown(f"{door.account.name} said yes, but not to which comment.")
    return Receipt(found, post.url, door.now())


async def look_up(api: Api, payload: SealedPayload, post: Receipt, door: Door) -> Lookup:
    """By words and writer, among the comments of the post. Raises what `Api.read` raises, ValueError for no list."""
    wanted, same = spoken(payload.first_comment), list[dict[str, Any]]()
    for turn in range(MOST_LISTS):
        params = {"start": str(turn * LISTED), "count": str(LISTED)}
        listed = (await api.read(_path(post), params) or {}).get("elements")
        if not isinstance(listed, list):
            raise ValueError("list")
        for each in (each for each in listed if isinstance(each, dict)):
            if each.get("actor", payload.remote_id) == payload.remote_id and spoken(_text(each)) == wanted:
                same.append(each)
        if len(listed) < LISTED:
            break
    else:
        return CannotTell("Too many comments stand there.")
    if len(same) > 1:
        return CannotTell("Several comments with these words stand there.")
    if not same:
        return Absent()
    found, created = str(same[0].get("id") or ""), same[0].get("created")
    at = instant(created.get("time")) if isinstance(created, dict) else None
    return Found(Receipt(found, post.url, at or door.now())) if _ID.fullmatch(found) else CannotTell("It has no name.")


async def read(api: Api, post: Receipt, comment: str) -> str | CannotTell | None:
    if not _ID.fullmatch(comment):
        return CannotTell("LinkedIn named its comment in a way that AdMind does not know.")
    said = await api.read(f"{_path(post)}/{comment}")
    return _text(said) if said is not None else None


def _path(post: Receipt) -> str:
    path_of(post.remote_id)
    return f"/rest/socialActions/{quote(post.remote_id, safe='')}/comments"


def _text(comment: dict[str, Any]) -> str:
    message = comment.get("message")
    return str(message.get("text") or "") if isinstance(message, dict) else ""
