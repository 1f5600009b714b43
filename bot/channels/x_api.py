"""Calls of the X API with one account's access, and what its answers mean."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Self

import rfc8785
from httpx2 import Response

from bot.channels.answers import KEPT, document, judge, later
from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.calling import harmless
from storage.sealed import Medium, SealedPayload

_ID = re.compile(r"[0-9]{1,19}")
FIELDS = "created_at,entities,referenced_tweets"


class Api:
    """One access; every request goes to the origin that was connected."""

    def __init__(self, door: Door, origin: str, token: str) -> None:
        self.door = door
        self.name = door.account.name
        self._origin = origin
        self._token = token

    @classmethod
    async def of(cls, door: Door, origin: str) -> Self:
        """Raises ChannelRefused without a token."""
        return cls(door, origin, await door.secret("access_token"))

    async def call(self, method: str, path: str, **options: Any) -> Response:
        headers = {"authorization": f"Bearer {self._token}", "accept": "application/json"}
        if "content" in options:
            headers["content-type"] = "application/json"
        return await self.door.request(method, self._origin + path, headers=headers, **options)

    async def before(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """What a good answer holds to a call that publishes nothing. Raises ChannelRefused, ProvenNotSent."""
        answer = await harmless(
            lambda: self.call(method, path, **options), self.name, lambda said: judged(said, self.door)
        )
        return document(answer) or {}


def judged(answer: Response, door: Door) -> None:
    """As `answers.judge`, with what X means by its numbers (https://docs.x.com/x-api/fundamentals/response-codes-errors).

    A 429 says when in x-rate-limit-reset, seconds of the Unix clock, or for the day's limit in
    x-user-limit-24hour-reset. The same words again are a 403 that says "duplicate content"; how long, nobody documents.
    """
    name, status = door.account.name, answer.status_code
    if status == 429 and "retry-after" not in answer.headers and (reset := _reset(answer)) is not None:
        raise later(name, (reset - door.now()).total_seconds())
    if status == 402:
        raise ChannelRefused(
            f"The credits for X are used up, so {name} cannot be posted to.",
            code="credits",
            kept=KEPT,
            do_next="Whoever runs AdMind buys credits in X's developer console; then send it again.",
        )
    if status == 403 and b"duplicate content" in answer.content:
        raise ChannelRefused(
            f"X says that {name} has posted this before.", code="duplicate", kept=KEPT, do_next="Change a few words."
        )
    if status == 400 and (b"made_with_ai" in answer.content or b"paid_partnership" in answer.content):
        raise ChannelRefused(
            f"X does not take the label that a post of {name} needs.",
            code="label",
            kept=KEPT,
            do_next="Post it by hand with the label, or take this account out.",
        )
    if status == 401:
        raise ChannelRefused(
            f"X no longer accepts the access to {name}.", code="unauthorized", kept=KEPT, do_next="Connect it again."
        )
    if status == 403:
        raise ChannelRefused(
            f"X does not let this access do that for {name}.",
            code="unauthorized",
            kept=KEPT,
            do_next="Look whether the account is locked and whether AdMind's app may write, then connect it again.",
        )
    judge(answer, name, door.now())


def post_body(payload: SealedPayload, number: int, media: list[str], reply_to: str) -> bytes:
    """The JSON of one post of the thread: https://docs.x.com/x-api/posts/create-post."""
    body: dict[str, Any] = {"text": payload.parts[number].text}
    if media:
        body["media"] = {"media_ids": media}
    if reply_to:
        body["reply"] = {"in_reply_to_tweet_id": reply_to}
    if "ai_generated" in payload.disclosure:
        body["made_with_ai"] = True
    if "paid_partnership" in payload.disclosure:
        body["paid_partnership"] = True
    return rfc8785.dumps(body)


async def upload(api: Api, medium: Medium) -> str:
    """The id of the uploaded picture with its alt text: https://docs.x.com/x-api/media/upload-media.

    What no post holds is nobody's. Raises ChannelRefused, ProvenNotSent.
    """
    data = await api.door.blob(medium.sha256)
    file = (f"{medium.sha256[:16]}.{medium.mime.rpartition('/')[2]}", data, medium.mime)
    fields = {"media_category": "tweet_image", "media_type": medium.mime}
    said = await api.before("POST", "/2/media/upload", files={"media": file}, data=fields)
    found = id_in(said.get("data"))
    if not found:
        raise ProvenNotSent(f"{api.name} does not say which picture it took.", kept=KEPT)
    api.door.named(medium, found)
    if medium.alt.strip():
        wanted: dict[str, Any] = {"id": found, "metadata": {"alt_text": {"text": medium.alt.strip()}}}
        await api.before("POST", "/2/media/metadata", content=rfc8785.dumps(wanted))
    return found


def id_in(data: object) -> str:
    """The id that an answer's `data` has; empty for none."""
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""


def ids_of(remote_id: str) -> list[str]:
    """The posts of a thread, from a receipt. Raises ChannelRefused for what names none."""
    found = remote_id.split(",")
    if not all(_ID.fullmatch(each) for each in found):
        raise ChannelRefused("X names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return found


def _reset(answer: Response) -> datetime | None:
    """The later one of the limits that are used up."""
    found = []
    for kind in ("rate-limit", "user-limit-24hour", "app-limit-24hour"):
        left, at = answer.headers.get(f"x-{kind}-remaining", "0"), answer.headers.get(f"x-{kind}-reset", "")
        if left == "0" and at.isascii() and at.isdigit() and len(at) <= 11:
            found.append(datetime.fromtimestamp(int(at), UTC))
    return max(found, default=None)
