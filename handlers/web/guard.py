"""What every request passes before any code of ours reads it: known host, bounded body, safe headers."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlers.web.problems import problem

PRIVATE = ("/api/", "/studio", "/mcp")
LINKS = ("/l/", "/edge/")  # what the name of short links answers to
MOST_BODY_BYTES = 2_000_000
MOST_UPLOAD_BYTES = 25_000_000
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class TooLarge(HTTPException):
    """Raised from within reading the body; as an HTTPException no framework code makes a 400 of it."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"This is larger than the {limit // 1_000_000} MB that are taken here.")


class Guard:
    """Middleware. `hosts` are names that may stand in Host. Bare addresses may too: only names can be rebound.

    A browser's page of another origin gets no further than the public edge. `links` is a name that short links have to
    themselves; empty: they share one.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], links: str = "") -> None:
        self._app = app
        self._links = links.lower()
        self._hosts = {host.lower() for host in hosts if host} | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        if self._links and scope["path"].startswith(LINKS) and self._name(host) == self._links:
            await self._app(scope, receive, _headed(send))
            return
        if not self._known(host, any_address=True):
            await problem(421, "This address does not lead to AdMind. Set ADMIND_PUBLIC_URL to the one that should.")(
                scope, receive, _headed(send)
            )
            return
        foreign = origin and urlsplit(origin).netloc != host and not self._known(urlsplit(origin).netloc)
        if foreign and scope["path"].startswith(PRIVATE):
            await problem(403, "Pages of other origins have no access here.")(scope, receive, _headed(send))
            return
        limit = MOST_UPLOAD_BYTES if scope["path"].endswith("/media") else MOST_BODY_BYTES
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > limit:
            await problem(413, TooLarge(limit).detail)(scope, receive, _headed(send))
            return
        await self._bounded(scope, receive, send, limit)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooLarge(limit)
            return message

        await self._app(scope, counted, _headed(send))

    @staticmethod
    def _name(netloc: str) -> str:
        try:
            return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
        except ValueError:
            return ""

    def _known(self, netloc: str, *, any_address: bool = False) -> bool:
        host = self._name(netloc)
        if host in self._hosts:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any_address or address.is_loopback


def _headed(send: Send) -> Send:
    """Sends with the safe headers that are not there yet."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message.get("headers", [])}
            message = {**message, "headers": [*message.get("headers", []), *_missing(present)]}
        await send(message)

    return sending


def _missing(present: set[bytes]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in HEADERS if name not in present]
