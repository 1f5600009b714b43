"""Calls of the Mastodon API at one account's server, and what its answers mean."""

from __future__ import annotations

import re
from typing import Any, Self

import rfc8785
from httpx2 import Response

from bot.channels.answers import document, instant, judge, later
from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.calling import harmless
from storage.sealed import SealedPayload

KEPT = "Nothing was published."
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")  # numbers, ULIDs, flake ids


class Api:
    """One account at its server; every request carries its token and goes to the origin that was connected."""

    def __init__(self, door: Door, origin: str, token: str) -> None:
        self._door = door
        self._origin = origin
        self._token = token
        self.name = door.account.name

    @classmethod
    async def of(cls, door: Door, origin: str) -> Self:
        """Raises ChannelRefused without a token."""
        return cls(door, origin, await door.secret("access_token"))

    @property
    def door(self) -> Door:
        return self._door

    async def call(self, method: str, path: str, **options: Any) -> Response:
        headers = {"authorization": f"Bearer {self._token}", "accept": "application/json"}
        if "content" in options:
            headers["content-type"] = "application/json"
        headers |= options.pop("headers", {})
        return await self._door.request(method, self._origin + path, headers=headers, **options)

    async def before(self, method: str, path: str, **options: Any) -> Response:
        """A good answer to a call that publishes nothing: whatever goes wrong, nothing was published.

        Raises ChannelRefused for a clear no, ProvenNotSent for the rest.
        """
        return await harmless(
            lambda: self.call(method, path, **options), self.name, lambda said: judged(said, self._door)
        )

    async def read(self, path: str) -> dict[str, Any] | None:
        """The object there; None when there is none. Raises ProvenNotSent, ChannelRefused when it cannot be told."""
        try:
            found = document(await self.before("GET", path))
        except ChannelRefused as refused:
            if refused.code == "not_found":
                return None
            raise
        if found is None:  # what cannot be read is not absent
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return found

    async def list(self, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
        """The objects there. Raises ProvenNotSent, ChannelRefused, ValueError for anything that is no list."""
        found = (await self.before("GET", path, params=params)).json()
        if not isinstance(found, list):
            raise ValueError("list")
        return [each for each in found if isinstance(each, dict)]


def judged(answer: Response, door: Door) -> None:
    """As `answers.judge`; a 429 here says when in X-RateLimit-Reset, an ISO 8601 instant:
    https://docs.joinmastodon.org/api/rate-limits/
    """
    reset = instant(answer.headers.get("x-ratelimit-reset"))
    if answer.status_code == 429 and "retry-after" not in answer.headers and reset is not None:
        raise later(door.account.name, (reset - door.now()).total_seconds())
    judge(answer, door.account.name, door.now())


def status_body(payload: SealedPayload, media: list[str], reply_to: str = "", number: int = 0) -> bytes:
    """The JSON of one status of the payload, from it alone but for the uploads' ids and what it answers."""
    body: dict[str, Any] = {
        "status": payload.parts[number].text,
        "visibility": payload.visibility,
        "language": payload.language.partition("-")[0],  # ISO 639, without a region
    }
    if reply_to:
        body["in_reply_to_id"] = reply_to
    if media:
        body["media_ids"] = media
    if payload.extra.get("spoiler"):
        body["spoiler_text"] = payload.extra["spoiler"]
    if payload.extra.get("sensitive") == "yes" or payload.extra.get("spoiler"):
        body["sensitive"] = True
    return rfc8785.dumps(body)


def is_name(found: object) -> bool:
    """Whether a server says by this which status it means."""
    return isinstance(found, str | int) and not isinstance(found, bool) and bool(_ID.fullmatch(str(found)))


def name_of(remote_id: str) -> str:
    """An id as a part of an address. Raises ChannelRefused for what is none."""
    if not _ID.fullmatch(remote_id):
        raise ChannelRefused("The server names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return remote_id
