"""Calls of Pinterest's REST API with one account's access: https://developers.pinterest.com/docs/api/v5/."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import rfc8785
from httpx2 import Response

from bot.channels.answers import KEPT, document, instant, judge, web
from bot.channels.base import ChannelRefused, Door, ProvenNotSent, Receipt
from bot.channels.calling import harmless
from bot.channels.platform import Platform
from storage.sealed import SealedPayload

LISTED = 250  # a page: the API's most
MOST_BOARDS, MOST_LISTS = 2, 4
UNCUT = ("600x", "1200x")
ID = re.compile(r"[0-9]{1,30}")


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
        return await self.door.request(method, f"{self._origin}/v5{path}", headers=headers, **options)

    async def read(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any] | None:
        """The object there; None when there is none. Raises ProvenNotSent, ChannelRefused when it cannot be told."""
        try:
            answer = await harmless(
                lambda: self.call("GET", path, params=dict(params or {})),
                self.name,
                lambda said: judged(said, self.door),
            )
        except ChannelRefused as refused:
            if refused.code == "not_found":
                return None
            raise
        found = document(answer)
        if found is None:
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return found

    async def listed(self, path: str, most_pages: int) -> tuple[list[dict[str, Any]], bool]:
        """What stands in a list, page by page, and whether that is all of it. Raises ChannelRefused, ProvenNotSent."""
        found: list[dict[str, Any]] = []
        params = {"page_size": str(LISTED)}
        for _ in range(most_pages):
            said = await self.read(path, params) or {}
            items = said.get("items")
            if not isinstance(items, list):
                raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
            found += [each for each in items if isinstance(each, dict)]
            bookmark = said.get("bookmark")
            if not isinstance(bookmark, str) or not bookmark:
                return found, True
            params["bookmark"] = bookmark
        return found, False


def judged(answer: Response, door: Door) -> None:
    """As `answers.judge`, in words about Pinterest."""
    name = door.account.name
    if answer.status_code == 401:
        raise ChannelRefused(
            f"Pinterest no longer accepts the access to {name}.",
            code="unauthorized",
            kept=KEPT,
            do_next="Connect it again. A changed password or user name at Pinterest ends it too.",
        )
    if answer.status_code == 403:
        raise ChannelRefused(
            f"Pinterest does not let this access post to {name}.",
            code="unauthorized",
            kept=KEPT,
            do_next="Look whether the board is still yours, then connect it again.",
        )
    judge(answer, name, door.now())


def pin_body(payload: SealedPayload, pictures: Sequence[bytes]) -> bytes:
    """The JSON of a pin, from the sealed payload and its pictures alone."""
    part = payload.parts[0]
    items = [
        {"content_type": medium.mime, "data": base64.b64encode(data).decode()}
        for medium, data in zip(part.media, pictures, strict=True)
    ]
    source: dict[str, Any] = {"source_type": "image_base64", **items[0]}
    if len(items) > 1:
        source = {"source_type": "multiple_image_base64", "items": items, "index": 0}
    found = {
        "title": payload.title,
        "description": description_of(payload),
        "link": payload.links[0].shown if payload.links else "",
        "alt_text": part.media[0].alt.strip(),
    }
    given: dict[str, Any] = {name: value for name, value in found.items() if value}
    return rfc8785.dumps(given | {"board_id": payload.destination, "media_source": source})


def description_of(payload: SealedPayload) -> str:
    return payload.parts[0].text.removeprefix(payload.title).lstrip("\n") if payload.title else payload.parts[0].text


def words_of(pin: Mapping[str, Any]) -> str:
    """What people read of it: the sealed part's text."""
    return "\n\n".join(each for each in (text(pin, "title"), text(pin, "description")) if each)


def receipt_of(pin: Mapping[str, Any], door: Door, platform: Platform) -> Receipt | None:
    """The receipt of a pin as Pinterest shows it; None for what is none."""
    number = text(pin, "id")
    if not ID.fullmatch(number):
        return None
    return Receipt(number, f"{platform.web}/pin/{number}/", made_at(pin) or door.now())


def made_at(pin: Mapping[str, Any]) -> datetime | None:
    """Pinterest writes `2026-12-01T08:00:00`, of UTC, with or without an offset."""
    said = text(pin, "created_at")
    plainly = said.removesuffix("-00:00")
    return instant(said if plainly == said and ("+" in said or said.endswith("Z")) else f"{plainly}Z")


def path_of(number: str) -> str:
    """Where a pin is read and deleted. Raises ChannelRefused for what names none."""
    if not ID.fullmatch(number):
        raise ChannelRefused("Pinterest names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return f"/pins/{number}"


def text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""


def pictures_of(pin: Mapping[str, Any]) -> tuple[str, ...]:
    """Where its pictures are shown, in order; "" for one of which Pinterest does not say it, nothing while it says so
    of none. Of the sizes in the API's description (PinMediaWithImage), these alone are not cut.
    """
    media = pin.get("media")
    several = media.get("items") if isinstance(media, dict) else None
    found = []
    for each in several if isinstance(several, list) else [media]:
        sizes = each.get("images") if isinstance(each, dict) else None
        shown = [sizes.get(name) for name in UNCUT] if isinstance(sizes, dict) else []
        found.append(next((web(one.get("url")) for one in shown if isinstance(one, dict)), ""))
    return tuple(found) if any(found) else ()


def face_of(said: Mapping[str, Any]) -> str:
    return web(said.get("profile_image"))
