"""What a channel says of its OAuth: how an application is made known to a server, and what a token is got and ended by.

The way itself (state, PKCE, who may come back) is `bot.accounts.oauth`'s; here are the calls to the server alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, runtime_checkable
from urllib.parse import urlencode

from httpx2 import Response

from bot.channels.answers import document
from bot.channels.base import Account, ChannelRefused

Request = Callable[..., Awaitable[Response]]
MOST_VALUE = 4000
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, repr=False)
class App:
    """AdMind as one server knows it. Without a repr: it holds a secret."""

    client_id: str
    client_secret: str
    redirect: str
    scope: str
    token_url: str = ""  # where it renews an access that was pasted; empty: the server's address says


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """What a server gave; `life` None: until it is revoked. `refresh_life`: after it a person must sign in again."""

    access: str
    refresh: str = ""
    life: timedelta | None = None
    refresh_life: timedelta | None = None


class Renews(Protocol):
    """What an access lives by. Each call goes through the safe client; all raise ChannelRefused with words."""

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens: ...

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None: ...


class OAuthServer(Renews, Protocol):
    """One channel's servers, where people sign in."""

    def origin_of(self, given: str) -> str:
        """The issuer that a person named. Raises BadInput."""
        ...

    async def register(self, request: Request, origin: str, redirect: str) -> App: ...

    async def knows(self, request: Request, origin: str, app: App) -> bool:
        """Whether the server still knows the application: some forget those that nobody used."""
        ...

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str: ...

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens: ...


@runtime_checkable
class Pasted(Renews, Protocol):
    """A server that people have got a refresh token from elsewhere, which they paste."""

    def pasted(self, options: Mapping[str, str], secrets: Mapping[str, str]) -> App | None:
        """What it is renewed as; None where something else was pasted, such as a password. Raises BadInput."""
        ...


@runtime_checkable
class Narrows(Protocol):
    """What a server adds whose access can be narrowed to the one place that a person chose."""

    async def narrow(self, request: Request, app: App, tokens: Tokens, account: Account) -> Tokens:
        """An access for this account alone, in place of the person's. Raises ChannelRefused."""
        ...


def challenge_of(verifier: str) -> str:
    """PKCE's S256: https://www.rfc-editor.org/rfc/rfc7636#section-4.2"""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def post(
    request: Request, url: str, fields: Mapping[str, str], headers: Mapping[str, str] = NO_HEADERS
) -> dict[str, object]:
    """The JSON object that a good answer to a form holds.

    Raises ChannelRefused without a word of the server's: `no_access` for a clear no, `unreachable` when asking again
    later may help.
    """
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json", **headers}
    try:
        answer = await request("POST", url, content=urlencode(fields).encode(), headers=headers)
    except Exception as error:
        raise _refused("The server did not answer.", "unreachable") from error
    if answer.status_code >= 500 or answer.status_code in (408, 425, 429):
        raise _refused("The server did not answer as it should.", "unreachable")
    if not 200 <= answer.status_code < 300:
        raise _refused("The server did not give access.", "no_access")
    return document(answer) or {}


def value(said: Mapping[str, object], name: str) -> str:
    """A text that is to be there. Raises ChannelRefused."""
    found = said.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= MOST_VALUE or not found.isprintable():
        raise _refused("The server answered in a way that cannot be understood.", "no_access")
    return found


def tokens_in(said: Mapping[str, object]) -> Tokens:
    """Tokens as RFC 6749 §5.1 writes them. Raises ChannelRefused."""
    return Tokens(
        access=value(said, "access_token"),
        refresh=value(said, "refresh_token") if said.get("refresh_token") else "",
        life=_life(said.get("expires_in")),
        refresh_life=_life(said.get("refresh_token_expires_in")),  # LinkedIn's; no standard has it
    )


def _life(seconds: object) -> timedelta | None:
    fits = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**10
    return timedelta(seconds=seconds) if fits and isinstance(seconds, int) else None


def _refused(what: str, code: str) -> ChannelRefused:
    return ChannelRefused(
        what, code=code, kept="Nothing was connected.", do_next="Begin again under Settings, Accounts."
    )
