"""How does AdMind read a page that somebody named? A client that cannot reach inside, and redirects by hand."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2

from bot.fetch.addresses import FetchRefused, NotSent, check_url, normalised
from bot.fetch.dialler import Resolver, system_resolver
from bot.fetch.transport import SafeTransport

# httpx logs every address at INFO; some hold a secret, such as a bot's token or a webhook's path.
logging.getLogger("httpx2").setLevel(logging.WARNING)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGE_TYPES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
MOST_MARK = 200  # characters of an ETag that are kept


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page: where it was found in the end, the status, the Content-Type as sent ("" if none), the unpacked body.

    `etag` and `modified` are the headers by which the server knows it again, as sent ("" if none or too long).
    """

    url: str
    status: int
    content_type: str
    body: bytes
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A connection to a mail server at a judged address, and what its certificate is to be checked with."""

    socket: socket.socket
    tls: ssl.SSLContext


class SafeClient(httpx2.AsyncClient):
    """An AsyncClient that follows no redirect, whatever a caller or SDK asks for."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """As httpx2's, without `follow_redirects`."""
        return await super().send(request, **{**options, "follow_redirects": False})

    async def dial_mail(self, host: str, port: int) -> Line:
        """To a mail server that somebody named, by the same rules but for its ports (465, 587, 2525; 993, 143).

        The socket is the caller's to close. Raises NotSent.
        """
        transport = self._transport
        if not isinstance(transport, SafeTransport):
            raise TypeError("dialling needs a client made by safe_client")
        return Line(await transport.dial_mail(host, port), transport.mail_tls)


def safe_client(
    *,
    allow_hosts: Collection[str] = frozenset(),
    timeout_seconds: float = 20,
    max_bytes: int = 1_000_000,
    user_agent: str = "AdMind",
    resolver: Resolver = system_resolver,
    verify: ssl.SSLContext | bool = True,
) -> SafeClient:
    """A client for addresses that people, pages or servers name; close it with `async with` or `aclose`.

    Reaches public addresses on ports 80 and 443, and the operator's `allow_hosts` ("host:port"). No proxy, netrc or
    other environment, no cookies, no redirects. Each exchange ends within `timeout_seconds`, each answer within
    `max_bytes`. Raises NotSent when it is certain that nothing was sent, FetchRefused for an answer past the caps, and
    httpx2.TransportError when the outcome is unknown.
    """
    transport = SafeTransport(normalised(allow_hosts), timeout_seconds, max_bytes, resolver, verify)
    return SafeClient(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        timeout=timeout_seconds,
        headers={"user-agent": user_agent, "accept-encoding": "gzip"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


async def fetch(
    client: httpx2.AsyncClient,
    url: str,
    *,
    max_redirects: int = 5,
    larger: Mapping[str, int] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """GET a page, following at most `max_redirects` redirects, each judged like the first address.

    `larger` names media types that may have more bytes than the client allows; `headers` go with every hop, so they
    hold no secret.

    Headers and credentials of the client stay with the origin of `url`: a hop to another origin, and all after it,
    carry none. Takes a client of `safe_client` only (else TypeError). Raises NotSent if not even the first request was
    sent, else FetchRefused.
    """
    if not isinstance(client, SafeClient):
        raise TypeError("fetch needs a client made by safe_client")
    here = check_url(url, _allowed(client))
    first, trusted = _origin(here), True
    for hop in range(max_redirects + 1):
        trusted = trusted and _origin(here) == first
        try:
            url_here = check_url(here, _allowed(client))
            response, body = await _get(client, url_here, headers or {}, larger or {}, trusted=trusted)
        except NotSent as refused:
            if hop == 0:
                raise
            raise FetchRefused("The website redirects elsewhere. " + refused.what, do_next=refused.do_next) from None
        target = response.headers.get("location")
        if response.status_code not in _REDIRECTS or not target:
            said = response.headers
            marks = [said.get(name, "") for name in ("etag", "last-modified")]
            etag, modified = (mark if len(mark) <= MOST_MARK else "" for mark in marks)
            return Fetched(str(here), response.status_code, said.get("content-type", ""), body, etag, modified)
        try:
            here = here.join(target)
        except (httpx2.InvalidURL, ValueError, TypeError):
            raise FetchRefused("The website redirects to something that is not an address.") from None
    raise FetchRefused("The website redirects too often.", do_next="Please use the address it ends at.")


def _allowed(client: SafeClient) -> frozenset[str]:
    transport = client._transport
    return transport.allow_hosts if isinstance(transport, SafeTransport) else frozenset()


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


async def _get(
    client: SafeClient, url: httpx2.URL, more: Mapping[str, str], larger: Mapping[str, int], *, trusted: bool
) -> tuple[httpx2.Response, bytes]:
    """One hop. A redirect's body is not read."""
    headers = {"accept": _PAGE_TYPES, **more}
    if trusted:
        request = client.build_request("GET", url, headers=headers, extensions={"max_bytes_of": larger})
    else:
        plain = {name: client.headers[name] for name in ("user-agent", "accept-encoding") if name in client.headers}
        extensions = {"timeout": client.timeout.as_dict(), "max_bytes_of": larger}
        request = httpx2.Request("GET", url, headers={**plain, **headers}, extensions=extensions)
    options: dict[str, Any] = {} if trusted else {"auth": None}
    try:
        response = await client.send(request, stream=True, **options)
        try:
            body = b"" if response.status_code in _REDIRECTS else await response.aread()
        finally:
            await response.aclose()
    except (httpx2.TransportError, httpx2.InvalidURL):
        raise FetchRefused(
            "The website did not answer properly.", do_next="Please try again later.", retry_after_seconds=60
        ) from None
    return response, body
