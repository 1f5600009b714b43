"""Calls to a blog's API: what they mean when nothing, and when everything, depends on them."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from httpx2 import Response

from bot.channels.answers import ask, document, judge
from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.calling import harmless
from bot.channels.handed import Carries, no_words
from bot.channels.mastodon_server import origin_of
from bot.errors import BadInput
from storage.sealed import SealedPayload

KEPT = "Nothing was published."
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


def place_of(given: str, dashboard: re.Pattern[str]) -> tuple[str, str]:
    """Origin and path of a site as people write it: `velo.example/blog`; also an address within its dashboard.

    Raises BadInput.
    """
    text = given.strip()
    origin = origin_of(text)
    path = dashboard.sub("", urlsplit(text if "://" in text else f"https://{text}").path).rstrip("/")
    if not _PATH.fullmatch(path):
        raise BadInput("That is no address of a site.", kept="Nothing changed.", do_next="Write it like velo.example.")
    return origin, path


def packed(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


class BlogApi:
    """One account at its server; every request carries `headers` and goes below `root`."""

    def __init__(self, door: Door, root: str, headers: dict[str, str]) -> None:
        self._root = root
        self._headers = headers
        self.door = door
        self.name = door.account.name

    async def call(self, method: str, path: str, *, body: object = None, **options: Any) -> Response:
        """`body` goes as JSON."""
        headers = {"accept": "application/json"} | self._headers
        if body is not None:
            headers["content-type"] = "application/json"
            options["content"] = packed(body)
        return await self.door.request(method, self._root + path, headers=headers, **options)

    async def face(self, path: str) -> dict[str, Any] | None:
        """What a site shows to everybody there; None when that is nothing of ours. Raises ChannelRefused (`moved`),
        ProvenNotSent.
        """
        try:
            answer = await self.call("GET", path)
        except Exception as error:
            raise ProvenNotSent(f"{self.name} could not be reached.", kept=KEPT) from error
        if answer.status_code in (301, 302, 307, 308):
            raise ChannelRefused(
                "This site answers at another address.",
                code="moved",
                kept="Nothing changed.",
                do_next="Open it in a browser, and write the address that you see there.",
            )
        return document(answer) if answer.status_code == 200 else None

    async def before(self, method: str, path: str, **options: Any) -> Response:
        """A good answer to a call that publishes nothing: whatever goes wrong, nothing was published.

        Raises ChannelRefused for a clear no, ProvenNotSent for the rest.
        """
        return await harmless(
            lambda: self.call(method, path, **options),
            self.name,
            lambda said: judge(said, self.name, self.door.now()),
        )

    async def made(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The object that such a call answers with. Raises as `before` does."""
        found = document(await self.before(method, path, **options))
        if found is None:
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return found

    async def read(self, path: str, **options: Any) -> dict[str, Any] | None:
        """The object there; None when there is none. Raises as `before` does."""
        try:
            return await self.made("GET", path, **options)
        except ChannelRefused as refused:
            if refused.code == "not_found":
                return None
            raise

    async def list(self, path: str, **options: Any) -> list[dict[str, Any]]:
        """The objects of the list there. Raises as `before` does."""
        try:
            found = json.loads((await self.before("GET", path, **options)).content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return [each for each in found if isinstance(each, dict)]

    async def publish(
        self, method: str, path: str, body: object, payload: SealedPayload | None = None
    ) -> dict[str, Any] | None:
        """What the answer says to the one call that publishes the draft of this payload, or takes a post down, right
        after the door's check. Raises as `Channel.send` does.
        """
        carries = Carries(payload, lambda _: {"content": packed(body)}, no_words) if payload else None
        await self.door.check()
        answer = await ask(lambda: self.call(method, path, body=body, carries=carries), self.name)
        judge(answer, self.name, self.door.now())
        return document(answer)

    async def delete(self, path: str, **options: Any) -> Response:
        """The answer, whatever it says; raises as `answers.ask` does."""
        await self.door.check()
        return await ask(lambda: self.call("DELETE", path, **options), self.name)
